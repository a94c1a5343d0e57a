"""Reading a higher office's list of key policies: a spreadsheet, comma-separated rows, or plain lines.

What a cell is follows from what stands in it, so that any order of columns will do: an address, a document
number, or a title (the longest other text of the row).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from checks.numbers import doc_numbers
from monitor.rounds.keylist import Line
from monitor.starting.spreadsheet import SpreadsheetError, cell_text, is_spreadsheet, sheets

LONGEST_FILE = 8 * 2**20
SHORTEST_TITLE = 6
LONGEST_NUMBER = 30
ENCODINGS = ("utf-8-sig", "gb18030")

_ADDRESS = re.compile(r"https?://[^\s,，;；<>\"]+", re.IGNORECASE)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_HEADER = re.compile(
    r"序号|(?:文件|政策)?(?:标题|名称|题目)|文件|(?:发文)?(?:文号|字号)|网址|链接|(?:原文)?(?:地址|链接)|(?:发布|成文|印发)?日期|(?:发文|发布)?(?:机关|单位)"
)


def read_list(path: Path) -> tuple[Line, ...]:
    """Read a list; SpreadsheetError where the file cannot be read, or names nothing."""
    lines = tuple(line for number, cells in _rows(path) if (line := _line(number, cells)) is not None)
    if not lines:
        raise SpreadsheetError(f"{path} names nothing: a title, a document number or an address a line")
    return lines


def _rows(path: Path) -> Iterator[tuple[int, Sequence[str]]]:
    if is_spreadsheet(path.name):
        for _, rows in sheets(path):
            yield from ((number, [cell_text(cell) for cell in row]) for number, row in enumerate(rows, 1))
        return
    text = _text(path)
    if path.suffix.lower() == ".csv":
        first = text.partition("\n")[0]
        delimiter = max(",;\t", key=first.count)
        yield from enumerate(csv.reader(text.splitlines(), delimiter=delimiter), 1)
    else:
        yield from ((number, line.split("\t")) for number, line in enumerate(text.splitlines(), 1))


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(LONGEST_FILE + 1)
    except OSError as error:
        raise SpreadsheetError(f"cannot read {path}: {error.strerror or error}") from error
    if len(raw) > LONGEST_FILE:
        raise SpreadsheetError(f"{path} is longer than {LONGEST_FILE // 2**20} MiB: is it a list?")
    for encoding in ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SpreadsheetError(f"{path} is text in neither UTF-8 nor GB 18030")


def _line(number: int, cells: Sequence[str]) -> Line | None:
    """What a row names; None for an empty row and for a header."""
    cells = [" ".join(cell.split()) for cell in cells]
    if cells and cells[0].startswith("#"):
        return None
    url = next((found[0] for cell in cells if (found := _ADDRESS.search(cell))), None)
    plain = [_ADDRESS.sub("", cell).strip() for cell in cells]
    doc_number = next((found for cell in plain for found in doc_numbers(cell)), None)
    title = max((cell for cell in plain if _is_title(cell)), key=len, default=None)
    is_header = url is None and doc_number is None and any(_HEADER.fullmatch(cell) for cell in plain)
    if is_header or not (url or doc_number or title):
        return None
    return Line(number, title, doc_number, url)


def _is_title(cell: str) -> bool:
    is_number = len(cell) <= LONGEST_NUMBER and bool(doc_numbers(cell)) and "关于" not in cell
    return not is_number and len(_HAN.findall(cell)) >= SHORTEST_TITLE
