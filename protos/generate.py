"""Generate the Python code beside the protos; ``--check`` tells whether the committed code is fresh."""

import filecmp
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent
GENERATED = ("*_pb2.py", "*_pb2.pyi", "*_pb2_grpc.py", "*_pb2_grpc.pyi")


def main() -> int:
    """Generate in place, or compare with what a fresh generation gives."""
    if "--check" not in sys.argv[1:]:
        generate(ROOT)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        generate(Path(scratch))
        stale = differences(Path(scratch))
    for path in stale:
        print(f"generated code is not fresh: protos/{path} (make protos)")  # noqa: T201 - a command's output
    return 1 if stale else 0


def generate(target: Path) -> None:
    """Write the code of every proto below ``target``."""
    # protoc finds its plugins on the PATH, which holds no venv when it is not activated.
    mypy = Path(sys.executable).parent / "protoc-gen-mypy"
    mypy_grpc = Path(sys.executable).parent / "protoc-gen-mypy_grpc"
    command = [
        sys.executable, "-m", "grpc_tools.protoc", f"--proto_path={ROOT}",
        f"--plugin=protoc-gen-mypy={mypy}", f"--plugin=protoc-gen-mypy_grpc={mypy_grpc}",
        f"--python_out={target}", f"--grpc_python_out={target}",
        f"--mypy_out=quiet:{target}", f"--mypy_grpc_out=quiet:{target}",
    ]  # fmt: skip
    subprocess.run([*command, *map(str, sorted(protos()))], check=True)


def protos() -> list[Path]:
    """Every proto of ours, relative to the root."""
    return [path.relative_to(ROOT) for path in ROOT.glob("rufbuch/**/*.proto")]


def generated_files(root: Path) -> set[Path]:
    """Every generated file below ``root``, relative to it."""
    return {path.relative_to(root) for pattern in GENERATED for path in root.glob(f"rufbuch/**/{pattern}")}


def differences(fresh: Path) -> list[Path]:
    """Files that are missing, superfluous or different."""
    ours, theirs = generated_files(ROOT), generated_files(fresh)
    changed = {path for path in ours & theirs if not filecmp.cmp(ROOT / path, fresh / path, shallow=False)}
    return sorted((ours ^ theirs) | changed)


if __name__ == "__main__":
    sys.exit(main())
