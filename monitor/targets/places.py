"""Where in a TOML file a key stands: the parser keeps no lines, so a fault has its own looked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

# Strings of several lines and comments are blanked, so that nothing inside them looks like a header or a key.
_BLANKED = re.compile(
    r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|(?P<kept>"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\')|#[^\n]*', re.DOTALL
)
_HEADER = re.compile(r"\s*(\[\[?)([^\[\]]+)\]\]?\s*")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")

Path = Sequence[str | int]


def find_line(text: str, path: Path) -> int | None:
    """Find the line (from 1) of a key by its path in the parsed file, or of the nearest table around it.

    A number in the path counts the entries of an array of tables. None where nothing of it has a header.
    """
    best: int | None = None
    best_length = 0
    for line, place in _walk(text):
        shared = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(place, path, strict=False))))
        if shared == len(path):
            return line
        if shared == len(place) and shared > best_length:
            best, best_length = line, shared
    return best


def _walk(text: str) -> Iterator[tuple[int, tuple[str | int, ...]]]:
    """Yield the line and the full path of every header and key, in order."""
    here: tuple[str | int, ...] = ()
    counted: dict[tuple[str | int, ...], int] = {}
    for line, content in enumerate(_BLANKED.sub(_blank, text).split("\n"), start=1):
        if header := _HEADER.fullmatch(content):
            here = _resolve(_parts(header[2]), counted)
            if header[1] == "[[":
                counted[here] = counted.get(here, -1) + 1
                here = (*here, counted[here])
            yield line, here
        elif key := _KEY.match(content):
            yield line, (*here, *_parts(key[1]))


def _resolve(names: Sequence[str], counted: dict[tuple[str | int, ...], int]) -> tuple[str | int, ...]:
    """Put the number of the current entry after every array of tables on the way to the last name."""
    here: tuple[str | int, ...] = ()
    for name in names[:-1]:
        here = (*here, name)
        if here in counted:
            here = (*here, counted[here])
    return (*here, *names[-1:])


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _blank(found: re.Match[str]) -> str:
    return found[0] if found["kept"] else "\n" * found[0].count("\n")
