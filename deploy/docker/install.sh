#!/bin/sh
# install.sh MEMBER TARGET: one member of the workspace, alone, as the lock has it, into an environment at TARGET.
# Needs uv, and a Python (PYTHON) that has hatchling and cyclonedx-bom; the environment is made for BASE_PYTHON.
# The Dockerfile runs this, and so do the tests.
set -eu
member=$1 target=$2
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The same input gives the same files: archives and bytecode carry this moment.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-1735689600}
export SOURCE_DATE_EPOCH

uv venv --quiet --python "${BASE_PYTHON:-${PYTHON:-python3}}" "$target"
"${PYTHON:-python3}" "$here/locked.py" requirements "$member" > "$work/requirements.txt"
uv pip install --quiet --python "$target" --no-deps --require-hashes --requirement "$work/requirements.txt"
"${PYTHON:-python3}" "$root/deploy/release/wheels.py" ${VERSION:+--version "$VERSION"} "$work/wheels" "$member" > "$work/built"
uv pip install --quiet --python "$target" --no-deps "$work"/wheels/*.whl
uv pip check --quiet --python "$target"
"${PYTHON:-python3}" -m cyclonedx_py environment "$target" --output-reproducible --no-validate --of JSON --output-file "$target/sbom.json" 2> "$work/sbom.log"

# What starts the service, and what asks whether it is ready; both where the member has a process of its own.
case $member in
  cli) module=rufbuch_cli ask=none ;;
  sandbox) module=sandbox.calcom ask='import sandbox.calcom.settings as s; print(f"{s.Settings().port}/healthz")' ;;
  *) module=$(echo "$member" | tr - _) ask="import $(echo "$member" | tr - _).settings as s; print(f\"{s.Settings.model_fields['metrics_port'].default}/readyz\")" ;;
esac
if [ "$ask" = none ]; then
  ln -s rufbuch "$target/bin/service"
  printf '#!/bin/sh\nexit 0\n' > "$target/bin/healthy"
else
  printf '#!/bin/sh\nexec %s/bin/python -m %s "$@"\n' "$target" "$module" > "$target/bin/service"
  printf '#!/bin/sh\nexec %s/bin/python -S %s/bin/healthy.py %s\n' "$target" "$target" \
    "$("$target/bin/python" -c "$ask")" > "$target/bin/healthy"
  cp "$here/healthy.py" "$target/bin/healthy.py"
fi
chmod 0755 "$target/bin/healthy" "$target/bin/service"
