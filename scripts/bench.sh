#!/bin/sh
# make bench                        lists what can be measured
# make bench ARGS="pairs FILE"      runs bench/pairs.py with the arguments that follow its name
set -eu
cd "$(dirname "$0")/.."

if [ $# -eq 0 ]; then
    echo 'make bench ARGS="NAME …", where NAME is one of:'
    for file in bench/[a-z]*.py; do
        [ -f "$file" ] || continue
        printf '  %-18s %s\n' "$(basename "$file" .py)" "$(sed -n '1s/^"""//p' "$file")"
    done
    exit 0
fi

name=$1
shift
[ -f "bench/$name.py" ] || { echo "bench: there is no bench/$name.py; make bench lists what there is" >&2; exit 2; }
exec .venv/bin/python -m "bench.$name" "$@"
