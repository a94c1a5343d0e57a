"""A configuration to start from: proposed from home pages and spreadsheets, every guess marked as one."""

from __future__ import annotations
