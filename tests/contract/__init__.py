"""Suites of scenarios that every implementation of a Protocol has to pass: the twin, and the real store."""

from __future__ import annotations
