"""Fetch uv and every locked package into one virtual environment; needs nothing but Python.

Called by the Makefile: ``python3 deploy/local/setup.py VENV MEMBER...``.
"""

import shutil
import subprocess
import sys
import venv
from pathlib import Path

OLDEST_PYTHON = (3, 11)


def main(target: str, *members: str) -> None:
    """Make the environment at ``target`` hold what is locked, and the workspace's members."""
    if sys.version_info < OLDEST_PYTHON:
        sys.exit(
            f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}: make setup PYTHON=python3.11"
        )
    uv = find_uv(Path(target))
    python = Path(target, "bin", "python")
    if not python.exists():
        run(uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, target)
    # Compiled once here: where writing bytecode is switched off, every start of a service would do it anew, for seconds.
    pip = (uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", str(python))
    run(*pip, "--require-hashes", "-r", "requirements.lock")
    editable = [word for member in members for word in ("-e", member)]
    run(*pip, "--no-deps", "--no-build-isolation", *editable)
    run(str(python), "-m", "compileall", "-q", "-j", "0", *members)


def find_uv(target: Path) -> str:
    """The uv on the PATH, or one that is fetched into its own small environment."""
    on_path = shutil.which("uv")
    if on_path:
        return on_path
    home = target / "uv-home"
    own = home / "bin" / "uv"
    if not own.exists():
        try:
            venv.create(home, with_pip=True)
        except subprocess.CalledProcessError:
            sys.exit("This Python cannot make environments: install python3-venv (Debian, Ubuntu), or uv")
        run(str(home / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", "uv")
    return str(own)


def run(*command: str) -> None:
    """Run one command; its failure is ours."""
    done = subprocess.run(command, check=False)
    if done.returncode:
        sys.exit(f"set-up failed: {' '.join(command)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
