"""What is due now: in this process, from rows in the store."""

from __future__ import annotations

from monitor.engine.loop import Engine

__all__ = ["Engine"]
