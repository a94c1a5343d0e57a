#!/bin/sh
# Run the benchmarks that need nothing but this machine (bench/bench_*.py), or those named:
# make bench ARGS="store"  runs bench/bench_store.py. What measures on data of your own takes its path
# as an argument and is run by hand: .venv/bin/python bench/NAME.py PATH
set -eu
cd "$(dirname "$0")/.."

run() {
    echo "== $1"
    .venv/bin/python "$1" </dev/null
}

if [ $# -gt 0 ]; then
    for name in "$@"; do run "bench/bench_$name.py"; done
    exit 0
fi
for file in bench/bench_*.py; do
    [ -f "$file" ] || { echo "no benchmark in bench/ yet"; exit 0; }
    run "$file"
done
