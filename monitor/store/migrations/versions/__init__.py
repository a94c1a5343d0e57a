"""One step each."""

from __future__ import annotations
