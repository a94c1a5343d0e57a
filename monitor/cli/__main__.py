"""`python -m monitor.cli` is `duban`."""

from __future__ import annotations

from monitor.cli import main

main()
