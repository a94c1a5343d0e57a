"""Coverage-guided fuzzing of what reads foreign bytes: `python -m bench.fuzz` lists the targets."""
