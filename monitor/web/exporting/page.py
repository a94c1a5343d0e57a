"""The file itself: content, the code that draws and verifies it, and one digest over all of it.

Everything that matters stands in two script elements, which a browser hands out sign by sign as they lie in
the file; the few tags around them are compared as they were understood. Until the code has found everything
in order the page says in red that it is not verified, so that a page whose code was damaged says so too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ZEROS = "0" * 64
_PLACE = "@WHOLE@"
_MARK = b'const WHOLE = "'
_SEAL = (
    '<b id="seal" style="display:block;position:sticky;top:0;padding:1em;color:#fff;background:#b00020">'
    "{text}</b>"
)


def make_file(content: Mapping[str, Any], unverified: str) -> bytes:
    """Make the file; `unverified` is what it says until its code has found it in order."""
    data = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    code = " ".join(line.strip() for line in (HERE / "page.js").read_text(encoding="utf-8").splitlines())
    zeroed = "".join(
        (
            '<!DOCTYPE html><meta charset="utf-8">',
            _SEAL.format(text=escape(unverified, quote=False)),
            f'<script id="content" type="application/json">{_harmless(data)}</script>',
            f'<script id="code">{code.replace(_PLACE, ZEROS)}</script>',
        )
    ).encode()
    digest = hashlib.sha256(zeroed).hexdigest().encode()
    return zeroed.replace(_MARK + ZEROS.encode(), _MARK + digest)


def style() -> str:
    """How the page looks."""
    return " ".join((HERE / "page.css").read_text(encoding="utf-8").split("\n")).strip()


def is_whole(file: bytes) -> bool:
    """Whether a file is, byte by byte, as it was made."""
    before, mark, after = file.partition(_MARK)
    digest, rest = after[:64], after[64:]
    zeroed = before + mark + ZEROS.encode() + rest
    return bool(mark) and hashlib.sha256(zeroed).hexdigest().encode() == digest


def _harmless(data: str) -> str:
    """JSON that no HTML parser takes for the end of a script; and without signs that parsers replace."""
    for sign in "<>&\u2028\u2029\ufeff\r\x00\x7f":
        data = data.replace(sign, f"\\u{ord(sign):04x}")
    return "".join(sign if not "\ud800" <= sign <= "\udfff" else "\ufffd" for sign in data)
