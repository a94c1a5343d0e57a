"""Lists that come as data: objects in JSON, markup in JSON, records in a script."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from bench.list_pages.entries import Structure
from bench.list_pages.markup import Element, make
from bench.list_pages.rows import Item

ZONE = ZoneInfo("Asia/Shanghai")
USUAL = (
    {"items": "data.list[]", "title": "title", "url": "url", "date": "publishTime"},
    {"items": "data.results[]", "title": "title", "url": "url", "date": "publishedTimeStr"},
    {"items": "result.rows[]", "title": "docTitle", "url": "docPubUrl", "date": "docRelTime"},
)


def write_objects(structure: Structure, items: list[Item], chance: Random) -> str:
    """A JSON answer in the paths that the entry gives, or in usual ones."""
    paths = structure.json_paths or chance.choice(USUAL)
    marked = "<em>" in paths["title"]
    objects = [_make_object(paths, item, number, marked) for number, item in enumerate(items)]
    answer: dict[str, Any] = {"code": 200, "msg": "操作成功", "totalCount": 0}
    _place(answer, paths["items"], objects)
    return json.dumps(answer, ensure_ascii=chance.random() < 0.3)


def write_page_in_json(markup: str) -> str:
    answer = {
        "success": True,
        "code": "200",
        "message": "操作成功",
        "data": {"html": markup, "cached": False},
    }
    return json.dumps(answer, ensure_ascii=False)


def write_records(rows: list[str]) -> Element:
    """Rows in a data store that a script of the page takes apart."""
    records = "".join(f"<record><![CDATA[{row}]]></record>\n" for row in rows)
    store = (
        f"<datastore><nextgroup></nextgroup>\n<recordset>\n{records}</recordset><totalrecord>"
        f"{len(rows) * 7}</totalrecord><totalpage>7</totalpage></datastore>"
    )
    return make("div", make("script", store, type="text/xml"), id="4257481", cls="lm_list", zone="main list")


def _make_object(paths: Mapping[str, str], item: Item, number: int, marked: bool) -> dict[str, Any]:
    title = f"{item.title[:4]}<em>{item.title[4:6]}</em>{item.title[6:]}" if marked else item.title
    told: dict[str, Any] = {"id": 7_700_000 + number, _name(paths["title"]): title}
    told[_name(paths["url"])] = item.href
    if item.at:
        form = "%Y.%m.%d" if "YYYY.MM.DD" in paths["date"] else "%Y-%m-%d %H:%M:%S"
        told[_name(paths["date"])] = item.at.strftime(form)
        if "epoch" in paths["date"]:
            told["pubtime"] = str(int(item.at.replace(tzinfo=ZONE).timestamp()) * 1000)
    return told | {"summary": "", "is_top": int(item.pinned), "type": "article"}


def _name(path: str) -> str:
    """The key in an object: `articles[].title (with markup)` -> `title`."""
    return re.split(r"[\s(/]", path.strip())[0].rpartition(".")[2]


def _place(answer: dict[str, Any], path: str, objects: list[dict[str, Any]]) -> None:
    """Put the objects where a path as `a.{b|c}.d[]` says, shared out where it names several places."""
    *steps, last = path.removesuffix("[]").split(".")
    places = [answer]
    for step in steps:
        names = step.strip("{}").split("|")
        places = [place.setdefault(name, {}) for place in places for name in names]
    share = -(-len(objects) // len(places))
    for number, place in enumerate(places):
        place[last] = objects[number * share : (number + 1) * share]
