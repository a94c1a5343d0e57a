"""How the store's schema came to be what it is, step by step."""

from __future__ import annotations
