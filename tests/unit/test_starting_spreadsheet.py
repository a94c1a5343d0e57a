"""Spreadsheets in and out: headers by their words, values by their kinds, and no cell that is a formula."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from monitor.starting.spreadsheet import (
    SpreadsheetError,
    Table,
    address_of,
    is_spreadsheet,
    read_sites,
    safe_text,
    write_tables,
)


def write(path: Path, *rows: list[Any], sheet: str = "名录") -> Path:
    book = Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_a_register_as_offices_keep_it(tmp_path: Path) -> None:
    path = write(
        tmp_path / "sites.xlsx",
        ["全县政府网站基本信息表"],
        ["序号", "网站名称", "首页网址", "行政区划代码", "网站标识码", "主办单位名称", "ICP备案编号",
         "公安机关备案号", "网站类型", "网站状态", "开通时间", "联系人", "联系电话", "等保级别",
         "等保备案编号", "测评时间"],
        [1, "青石县人民政府", "https://www.qingshi.gov.cn/", 340851, 3408510001, "青石县人民政府办公室",
         "皖ICP备05001234号-1", "皖公网安备34085102000101号", "政府门户网站", "正常运行",
         datetime(2016, 5, 1),  # noqa: DTZ001 - a cell has no time zone
         "张三", "0556-7654321", "二级", "34085100001-00001", date(2026, 3, 1)],
    )  # fmt: skip
    (site,) = read_sites(path).sites
    assert site.url == "https://www.qingshi.gov.cn/"
    assert site.origin == "sites.xlsx, 名录, row 3"
    assert dict(site.facts) == {
        "name": "青石县人民政府",
        "region": "340851",
        "site_id": "3408510001",
        "sponsor": "青石县人民政府办公室",
        "icp": "皖ICP备05001234号-1",
        "police": "皖公网安备34085102000101号",
        "type": "portal",
        "status": "open",
        "opened": "2016-05-01",
        "contact": "张三，电话 0556-7654321",
        "level": "2",
        "filing": "34085100001-00001",
        "assessed": "2026-03-01",
    }


def test_rows_without_an_address_are_named_and_empty_ones_are_not(tmp_path: Path) -> None:
    path = write(
        tmp_path / "sites.xlsx",
        ["name", "url"],
        ["甲县", "www.jia.gov.cn"],
        [None, None],
        ["乙县", "无"],
        ["丙县", "http://www.bing.gov.cn:8080/index.html"],
    )
    sheet = read_sites(path)
    assert [site.url for site in sheet.sites] == [
        "http://www.jia.gov.cn",
        "http://www.bing.gov.cn:8080/index.html",
    ]
    assert sheet.left_out == ("sites.xlsx, 名录, row 4: no address that can be opened",)


def test_values_that_are_not_of_their_kind_are_left_out(tmp_path: Path) -> None:
    path = write(
        tmp_path / "sites.xlsx",
        ["网址", "区划代码", "网站标识码", "开通时间", "类型"],
        ["https://a.gov.cn/", "3408", "申请中", "去年", "其他"],
    )
    (site,) = read_sites(path).sites
    assert dict(site.facts) == {}


def test_a_sheet_without_an_address_column_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "sites.xlsx", ["网站名称", "办公地址"], ["甲县", "城关镇"])
    with pytest.raises(SpreadsheetError, match="none of the first 20 rows is a header"):
        read_sites(path)


@pytest.mark.parametrize("body", [b"", b"not a spreadsheet", b"PK\x03\x04broken"])
def test_what_is_no_spreadsheet_is_refused(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "sites.xlsx"
    path.write_bytes(body)
    with pytest.raises(SpreadsheetError, match="cannot read"):
        read_sites(path)
    with pytest.raises(SpreadsheetError, match="cannot read"):
        read_sites(tmp_path / "nowhere.xlsx")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("www.a.gov.cn", "http://www.a.gov.cn"),
        ("https://a.gov.cn/x?y=1", "https://a.gov.cn/x?y=1"),
        ("HTTP://A.gov.cn", "HTTP://A.gov.cn"),
        ("ftp://a.gov.cn", None),
        ("城关镇人民路1号", None),
        ("file:///etc/passwd", None),
        ("http://a b", "http://a"),
        ("", None),
        ("http://[x/", None),
        ("http://a.gov.cn:99999/", None),
        ("http://user:secret@a.gov.cn/", None),
    ],
)
def test_addresses(text: str, address: str | None) -> None:
    assert address_of(text) == address


def test_what_is_a_spreadsheet() -> None:
    assert is_spreadsheet("sites.XLSX")
    assert not is_spreadsheet("https://a.gov.cn/files/sites.xlsx")


@pytest.mark.parametrize("text", ["=1+1", "+86", "-1", "@SUM(A1)", "\t=cmd", "\r=1", "  =1+1"])
def test_text_that_begins_as_a_formula_stays_text(tmp_path: Path, text: str) -> None:
    path = tmp_path / "out.xlsx"
    write_tables(path, [Table("表", (text,), (text, "b"), ((text, 1), (None, 2.5)))])
    sheet = load_workbook(path).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type != "f" for cell in cells)
    assert not any(str(cell.value).startswith(("=", "+", "-", "@")) for cell in cells)
    assert [sheet["B3"].value, sheet["B4"].value] == [1, 2.5]


@given(st.text(max_size=40))
def test_any_text_can_be_written_and_none_is_a_formula(text: str) -> None:
    safe = safe_text(text)
    assert not safe.lstrip().startswith(("=", "+", "-", "@", "\t", "\r"))
    assert all(char.isprintable() for char in safe)
