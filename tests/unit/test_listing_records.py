"""Lists that come as JSON, as the content systems of portals answer it."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import pytest

from monitor.reading.listing import ListHints, read_listing
from tests.made_lists import PAGE, STRUCTURES, ZONE, MadeRow, made_rows

ROWS = made_rows(12)
FOUND = ListHints()


def record(row: MadeRow, **more: Any) -> dict[str, Any]:
    return {"title": row.title, "url": row.href, "pubDate": f"{row.day}"} | more


def wanted(rows: list[MadeRow]) -> list[tuple[str, str, date]]:
    return [(row.title, row.url, row.day) for row in rows]


def read(answer: Any, hints: ListHints = FOUND) -> list[tuple[str, str, object]]:
    listing = read_listing(json.dumps(answer, ensure_ascii=False), PAGE, hints)
    assert listing.method == "json"
    return [(row.title, row.url, row.date) for row in listing.rows]


PARTS = [[record(row) for row in ROWS[at : at + 4]] for at in (0, 4, 8)]


@pytest.mark.parametrize("structure", ["li, date after", "table, two cells", "dl, dt and dd", "li, undated"])
def test_rows_as_markup_in_a_string(structure: str) -> None:
    markup = STRUCTURES[structure](ROWS)
    answer = {"code": 200, "data": {"html": f"\n<div>{markup}</div>", "page": {"total": 90}}}
    assert [row[:2] for row in read(answer)] == [(row.title, row.url) for row in ROWS]


def test_every_row_a_string_of_its_own() -> None:
    items = [f"<li><a href='{row.href}'>{row.title}</a><span>{row.day}</span></li>" for row in ROWS]
    assert read({"rows": items}) == wanted(ROWS)


def test_markup_counts_more_than_a_menu_beside_it() -> None:
    menu = [{"name": f"第{n}栏目", "url": f"/c{n}/"} for n in range(20)]
    html = STRUCTURES["li, date after"](ROWS)
    assert read({"columns": menu, "data": {"html": html}}) == wanted(ROWS)


def test_a_hint_may_lead_to_the_string() -> None:
    answer = {
        "head": STRUCTURES["li, date after"](made_rows(20)[12:]),
        "data": {"html": STRUCTURES["li, date after"](ROWS)},
    }
    assert read(answer, ListHints(format="json", items="data.html")) == wanted(ROWS)


@pytest.mark.parametrize(
    "answer",
    [
        {"catMap": {f"cat{at}": {"listVO": part, "total": 4} for at, part in enumerate(PARTS)}},
        {"catMap": {f"cat{at}": part for at, part in enumerate(PARTS)}},
        {"data": [{"month": f"2026-{11 - at}", "list": part} for at, part in enumerate(PARTS)]},
        {"top": PARTS[0][:1], "list": PARTS[0][1:] + PARTS[1] + PARTS[2]},
    ],
    ids=["by category", "bare arrays", "by month", "rows on top apart"],
)
def test_arrays_side_by_side_are_one_list(answer: Any) -> None:
    assert read(answer) == wanted(ROWS)


@pytest.mark.parametrize(
    "beside",
    [
        {"hotNews": {"list": [record(row) for row in made_rows(30)[12:]]}},
        {"recommendList": [record(row) for row in made_rows(30)[12:]]},
        {"menus": [{"name": f"第{n}个栏目的名称", "url": f"/c{n}/"} for n in range(40)]},
        {"links": [{"title": f"第{n}个部门网站", "url": f"https://www.b{n}.gov.cn/"} for n in range(15)]},
    ],
    ids=["hot news", "recommended", "a menu", "links made otherwise"],
)
def test_what_stands_beside_the_list_is_no_part_of_it(beside: Any) -> None:
    assert read({"data": {"list": [record(row) for row in ROWS]}} | beside) == wanted(ROWS)


def test_attachments_of_records_are_no_rows() -> None:
    files = [{"title": f"附件{n}：示例县各部门职责分工一览表", "url": f"/f{n}.docx"} for n in range(5)]
    assert read({"list": [record(row, attachments=files) for row in ROWS]}) == wanted(ROWS)


def test_hot_items_are_read_where_nothing_else_is() -> None:
    assert read({"hotList": [record(row) for row in ROWS]}) == wanted(ROWS)


@pytest.mark.parametrize(
    ("dates", "read_as"),
    [
        ({"publishedTimeStr": "2026-11-20 09:30:00"}, datetime(2026, 11, 20, 9, 30, tzinfo=ZONE)),
        ({"doc_pub_date": "2026.11.20"}, date(2026, 11, 20)),
        ({"fbsj": "2026年11月20日"}, date(2026, 11, 20)),
        ({"updateTime": "2026-11-22", "releaseDateText": "2026-11-20"}, date(2026, 11, 20)),
        ({"pubDate": "", "issueDate": "20261120"}, date(2026, 11, 20)),
        ({"date": "3天前", "publish_time": 1795139400}, datetime(2026, 11, 20, 9, 50, tzinfo=ZONE)),
        ({"writeDate": "2026-11-18", "showDate": "2026-11-20"}, date(2026, 11, 20)),
        ({"effectiveDate": "2027-01-01", "deadline": "2026-12-01"}, None),  # not when it came out
        ({"updated_at": "2026-11-22"}, None),
        ({"birthday": "2026-11-20", "endTime": "2026-11-21"}, None),
        ({"timeLength": "12", "days": 30}, None),
    ],
)  # fmt: skip
def test_the_date_is_known_by_what_its_name_tells(dates: dict[str, Any], read_as: object) -> None:
    records = [{"title": row.title, "url": row.href} | dates for row in ROWS]
    assert {row[2] for row in read({"list": records})} == {read_as}


@pytest.mark.parametrize("mark", [{"is_top": 1}, {"isTop": True}, {"sticky": "1"}])
def test_records_say_that_they_are_on_top(mark: dict[str, Any]) -> None:
    records = [record(row, **(mark if at < 2 else {next(iter(mark)): 0})) for at, row in enumerate(ROWS)]
    listing = read_listing(json.dumps({"list": records}), PAGE)
    assert [row.pinned for row in listing.rows] == [True] * 2 + [False] * 10


@pytest.mark.parametrize(
    "answer",
    [
        {"html": "<a href=''>"},
        {"a": "<a href='/x'>更多</a>"},
        ["<a href"],
        {"": {"": [{"": ""}]}},
        [[[[{}]]]],
        7,
        "<a href='/b.html'>关于印发办法的通知</a>",
    ],
)
def test_answers_without_a_list_give_none(answer: Any) -> None:
    assert read_listing(json.dumps(answer), PAGE, ListHints(format="json")).rows == ()
