#!/bin/sh
# Create or refresh .venv from requirements.lock, every download checked against its hash.
# PYTHON=/path/to/python3 chooses the interpreter. Plain POSIX sh and tools: macOS and BSD have no others.
set -eu
cd "$(dirname "$0")/.."

stamp=.venv/.duban-setup
progress=''
[ -t 2 ] || progress='--progress-bar=off'

# What .venv was made from.
fingerprint() {
    cat requirements.lock pyproject.toml scripts/setup.sh | cksum
}

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# A venv holds its own place in its scripts: one that was moved or copied has to be made anew.
usable() {
    new_enough .venv/bin/python && grep -qF "$(pwd -P)/.venv/bin/python" .venv/bin/pip 2>/dev/null
}

find_python() {
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14 python; do
        if new_enough "$candidate"; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

refuse() {
    printf 'setup: %s\n' "$@" >&2
    exit 1
}

if ! usable; then
    python=$(find_python) || refuse \
        "Python 3.11 or newer is needed, and none was found ($(python3 --version 2>&1 || true))." \
        "Debian, Ubuntu: apt-get install python3 python3-venv   macOS: brew install python@3.12" \
        "or say where it is: make setup PYTHON=/path/to/python3.12"
    "$python" -c 'import ensurepip, venv' 2>/dev/null || refuse \
        "$python has no venv module." \
        "Debian, Ubuntu: apt-get install python3-venv"
    echo "setup: creating .venv with $("$python" --version)" >&2
    "$python" -m venv --clear .venv
fi

[ "$(cat "$stamp" 2>/dev/null)" != "$(fingerprint)" ] || exit 0

# Where pip puts things is settled here; a mirror, a proxy or a cache from the environment stays in force.
unset PIP_USER PIP_TARGET PIP_PREFIX PIP_ROOT PIP_REQUIRE_HASHES PIP_NO_DEPS PIP_DRY_RUN PYTHONHOME
export PIP_DISABLE_PIP_VERSION_CHECK=1

rm -f "$stamp"
echo "setup: installing the locked packages (once, about a minute)" >&2
# Wheels only: nothing here needs a compiler, and a missing wheel is said at once instead of after a failed build.
# Not compiled beforehand: that takes half of the time, and Python compiles what is used when it is used.
.venv/bin/python -m pip install -qq $progress --no-user --no-compile --only-binary=:all: --require-hashes -r requirements.lock
.venv/bin/python -m pip install -qq $progress --no-user --no-deps --editable .
fingerprint >"$stamp"
echo "setup: done; .venv/bin/duban is ready" >&2
