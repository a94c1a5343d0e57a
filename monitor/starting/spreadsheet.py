"""Spreadsheets: sites read by the words of a header row, tables written so that no cell becomes a formula."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from monitor.starting.facts import Given
from monitor.starting.hosts import host_name

SUFFIXES = (".xlsx", ".xlsm")
HEADER_WITHIN = 20
MOST_ROWS = 20_000
LONGEST_CELL = 32_000

_WORDS: Mapping[str, re.Pattern[str]] = {
    key: re.compile(words, re.IGNORECASE)
    for key, words in (
        ("site_id", r"标识码|site\s*(?:id|code)"),
        ("icp", r"ICP"),
        ("police", r"公安.{0,4}备案|公网安备|police"),
        ("filing", r"(?:等保|等级保护|备案证明).{0,6}(?:编号|备案号)"),
        ("level", r"(?:等保|等级保护|保护).{0,4}(?:等级|级别|定级)|等保级"),
        ("assessed", r"测评.{0,4}(?:时间|日期)"),
        ("opened", r"(?:开通|上线|开办).{0,4}(?:时间|日期)|opened"),
        ("region", r"区划|地区代码|region"),
        ("url", r"网址|首页.{0,4}地址|网站地址|主页|首页链接|域名|^地址$|\burl\b|address"),
        ("type", r"(?:网站|站点)?类(?:型|别)|^type$"),
        ("status", r"(?:网站|运行)?状态|^status$"),
        ("phone", r"电话|手机|phone"),
        ("contact", r"联系人|负责人|contact"),
        ("sponsor", r"主办|sponsor"),
        ("name", r"网站名|站点名|单位名|^名称$|^name$|网站全称"),
    )
}
"""Which words in a header mean which key; the first that fits a cell decides, each key is taken once."""

_TYPES = (
    ("township", r"乡|镇|街道|township"),
    ("portal", r"门户|政府网站|portal"),
    ("department", r"部门|局|委|department"),
)
_STATUSES = (
    ("closed", r"已?关停|已?关闭|注销|closed"),
    ("closing", r"拟关停|申请关停|closing"),
    ("suspended", r"改版|整改|临时下线|暂停|suspended"),
    ("building", r"在建|建设中|未上线|building"),
    ("open", r"正常|运行|开通|在线|open"),
)
_TROUBLESOME = ("=", "+", "-", "@", "\t", "\r")


class SpreadsheetError(Exception):
    """A spreadsheet that cannot be used, with the reason."""


def is_spreadsheet(text: str) -> bool:
    """Whether an argument names a spreadsheet rather than an address."""
    return text.lower().endswith(SUFFIXES) and "://" not in text


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a sheet gave: the sites, and the rows left out, with the reason."""

    sites: tuple[Given, ...]
    left_out: tuple[str, ...]


def read_sites(path: Path) -> Sheet:
    """Read the sites of the first sheet that has a header row; SpreadsheetError where none has.

    Of a row without an address it is said that it was left out; what cannot be read as its kind is ignored
    with a word.
    """
    for name, rows in sheets(path):
        header = _header(rows)
        if header is not None:
            number, columns = header
            return _read_rows(f"{path.name}, {name}", rows, number, columns)
    raise SpreadsheetError(
        f"{path}: none of the first {HEADER_WITHIN} rows is a header with an address (网址, 首页地址, url)"
    )


def sheets(path: Path) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """The sheets of a spreadsheet by name, as rows of values; SpreadsheetError where it cannot be read."""
    from openpyxl import load_workbook  # noqa: PLC0415 - slow to import, seldom needed
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (OSError, InvalidFileException, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise SpreadsheetError(f"cannot read {path} as a spreadsheet: {error}") from error
    try:
        for sheet in book.worksheets:
            yield sheet.title, list(sheet.iter_rows(values_only=True, max_row=MOST_ROWS))
    finally:
        book.close()


def _header(rows: Sequence[Sequence[Any]]) -> tuple[int, dict[str, int]] | None:
    """The header row's number and, by key, the columns it names."""
    for number, row in enumerate(rows[:HEADER_WITHIN]):
        columns: dict[str, int] = {}
        for index, cell in enumerate(row):
            key = _key_of(cell_text(cell)) if isinstance(cell, str) else None
            if key is not None:
                columns.setdefault(key, index)
        if "url" in columns:
            return number, columns
    return None


def _key_of(header: str) -> str | None:
    if not header or len(header) > 30:
        return None
    return next((key for key, words in _WORDS.items() if words.search(header)), None)


def _read_rows(place: str, rows: Sequence[Sequence[Any]], header: int, columns: Mapping[str, int]) -> Sheet:
    sites, left_out = [], []
    for number, row in enumerate(rows[header + 1 :], header + 2):
        texts = {key: cell_text(row[index]) for key, index in columns.items() if index < len(row)}
        if not any(texts.values()):
            continue
        origin = f"{place}, row {number}"
        url = address_of(texts.pop("url", ""))
        if url is None:
            left_out.append(f"{origin}: no address that can be opened")
        else:
            sites.append(Given(url, origin, _facts(texts)))
    return Sheet(tuple(sites), tuple(left_out))


def cell_text(cell: Any) -> str:
    """What stands in a cell, as text in one line; numbers without a fraction as whole ones."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).split()) if cell is not None else ""


def address_of(text: str) -> str | None:
    """The address that a text is, http:// before it where only a host is named; None where it is none."""
    text = text.partition(" ")[0].strip("，,;；")
    if re.fullmatch(r"[\w.-]+\.[\w-]{2,}(?::\d+)?(?:/\S*)?", text):
        text = f"http://{text}"
    is_address = re.fullmatch(r"https?://[^\s/\\@]+(?:[/?#]\S*)?", text, re.IGNORECASE)
    return text if is_address and host_name(text) else None


def _facts(texts: Mapping[str, str]) -> dict[str, str]:
    """The values of a row as the tables of a configuration take them; what is not of its kind is left out."""
    facts = {key: texts[key] for key in ("name", "sponsor", "icp", "police", "filing") if texts.get(key)}
    facts |= _fitting(texts, "site_id", r"(?:bm\d{8}|\d{10})")
    facts |= _fitting(texts, "region", r"\d{6}")
    facts |= {key: day for key in ("opened", "assessed") if (day := _day(texts.get(key, "")))}
    if level := re.search(r"[1-5一二三四五]", texts.get("level", "")):
        facts["level"] = str("一二三四五".find(level[0]) + 1 or level[0])
    for key, table in (("type", _TYPES), ("status", _STATUSES)):
        if value := _word(texts.get(key, ""), table):
            facts[key] = value
    who = "，".join(
        part
        for part in (texts.get("contact"), f"电话 {texts['phone']}" if texts.get("phone") else "")
        if part
    )
    return {**facts, "contact": who} if who else facts


def _fitting(texts: Mapping[str, str], key: str, pattern: str) -> dict[str, str]:
    value = texts.get(key, "").lower()
    return {key: value} if re.fullmatch(pattern, value) else {}


def _day(text: str) -> str | None:
    found = re.search(r"(\d{4})\s?[-./年]\s?(\d{1,2})\s?[-./月]\s?(\d{1,2})", text)
    try:
        return date(*map(int, found.groups())).isoformat() if found else None
    except ValueError:
        return None


def _word(text: str, table: Sequence[tuple[str, str]]) -> str | None:
    return next((value for value, words in table if text and re.search(words, text, re.IGNORECASE)), None)


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet to write: its name, lines above the table, the header, the rows."""

    name: str
    notes: tuple[str, ...]
    header: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


def write_tables(path: Path, tables: Sequence[Table]) -> None:
    """Write sheets; OSError where that fails. Text of pages stays text: no cell begins as a formula does."""
    from openpyxl import Workbook  # noqa: PLC0415 - slow to import, seldom needed
    from openpyxl.styles import Font  # noqa: PLC0415

    book = Workbook()
    book.remove(book.active)
    for table in tables:
        sheet = book.create_sheet(safe_text(table.name)[:31])
        for line in (*((note,) for note in table.notes), table.header, *table.rows):
            sheet.append([_safe(cell) for cell in line])
        for cell in sheet[len(table.notes) + 1]:
            cell.font = Font(bold=True)
        sheet.freeze_panes = sheet.cell(row=len(table.notes) + 2, column=1)
        for index, width in enumerate(_widths(table), 1):
            sheet.column_dimensions[sheet.cell(row=1, column=index).column_letter].width = width
    book.save(path)


def _safe(cell: object) -> object:
    if cell is None or isinstance(cell, bool | int | float):
        return cell
    return safe_text(str(cell))


def safe_text(text: str) -> str:
    """Text that no spreadsheet program takes for a formula, without signs that its file cannot hold."""
    plain = "".join(char if char.isprintable() else " " for char in text)[:LONGEST_CELL]
    return f"'{plain}" if text.startswith(_TROUBLESOME) or plain.lstrip().startswith(_TROUBLESOME) else plain


def _widths(table: Table) -> Iterator[int]:
    for index, name in enumerate(table.header):
        cells = [
            name,
            *(str(row[index]) for row in table.rows if index < len(row) and row[index] is not None),
        ]
        longest = max(sum(2 if ord(char) > 0x2E7F else 1 for char in cell) for cell in cells)
        yield min(60, longest + 2)
