#!/bin/sh
# Resolve the dependencies for every platform into two lock files with hashes and without addresses:
# requirements.lock (everything, for working on duban) and requirements-run.lock (its subset for the image).
set -eu
cd "$(dirname "$0")/.."

uv=$(command -v uv || true)
if [ -z "$uv" ]; then
    tools=$(mktemp -d)
    trap 'rm -rf "$tools"' EXIT
    .venv/bin/python -m pip install --quiet --target "$tools" uv
    uv="$tools/bin/uv"
fi

compile() {
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-header --no-strip-extras "$@"
}

compile --upgrade --extra dev pyproject.toml --output-file requirements.lock
compile --no-annotate --constraint requirements.lock pyproject.toml --output-file requirements-run.lock
