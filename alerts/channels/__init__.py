"""Channels: how a message reaches people. Apprise carries it; where Apprise believes too readily, we ask."""

from __future__ import annotations
