"""The API on a real socket and a filled store: keys to the letter, filters, pages, its own description."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from checks.obligations import State
from tests import schemas
from tests.integration.ledger import Console, configure, console_on, filled
from tests.integration.test_cli import CONFIG, duban, home, serving

ENTITIES = {"obligations": "obligation", "problems": "problem", "sites": "site", "columns": "column"}
LISTS = (*ENTITIES, "items", "alerts")

ARTICLE = """<!doctype html><html><head><meta charset="utf-8"><title>关于道路养护的通知</title>
<meta name="ArticleTitle" content="关于道路养护的通知"><meta name="PubDate" content="2026-11-20 09:30">
<meta name="ContentSource" content="示例县人民政府办公室"></head><body><h1>关于道路养护的通知</h1>
<div class="content"><p>各乡镇人民政府，县直各单位：</p><p>{text}</p>
<p><a href="/files/a.pdf">附件：养护计划.pdf</a></p></div></body></html>"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ledger")
    filled(configure(path))
    return path


@pytest.fixture
async def console(folder: Path) -> AsyncIterator[Console]:
    async with console_on(configure(folder)) as running:
        yield running


async def ask(console: Console, path: str) -> Any:
    answer = await console.get(f"/api/v1/{path}")
    assert answer.status == 200, answer.text
    return json.loads(answer.text)


def test_the_schemas_themselves_are_schemas() -> None:
    assert {"status", "read", "article", "match", "deadline", "audit"} <= set(schemas.NAMES)
    for name in schemas.NAMES:
        Draft202012Validator.check_schema(schemas.schema(name))


@pytest.mark.parametrize(("path", "name"), ENTITIES.items())
async def test_every_row_is_as_its_schema_promises(console: Console, path: str, name: str) -> None:
    rows = await ask(console, f"{path}?limit=1000")
    assert len(rows) >= 7
    assert [fault for row in rows for fault in schemas.faults(name, row)] == []
    assert set().union(*(schemas.unpromised(name, row) for row in rows)) == set(), "write new keys down"


async def test_every_state_is_answered(console: Console) -> None:
    rows = await ask(console, "obligations?limit=1000")
    assert {row["state"] for row in rows} == set(State)
    assert [row["id"] for row in rows] == sorted((row["id"] for row in rows), reverse=True), "newest first"


@pytest.mark.parametrize("name", LISTS)
async def test_lists_are_paged(console: Console, name: str) -> None:
    whole = await ask(console, f"{name}?limit=1000")
    first = await console.get(f"/api/v1/{name}?limit=2")
    rest = await ask(console, f"{name}?limit=1000&offset=2")
    assert json.loads(first.text) + rest == whole
    assert first.headers["X-Total-Count"] == str(len(whole))


@pytest.mark.parametrize(
    ("asked", "field", "value"),
    [
        ("obligations?state=violated", "state", "violated"),
        ("obligations?site=county3", "site", "county3"),
        ("obligations?review=objected", "review", "objected"),
        ("problems?rule=watch.blind", "rule", "watch.blind"),
        ("problems?severity=urgent", "severity", "urgent"),
        ("problems?site=gov-cn", "site", "gov-cn"),
        ("problems?rule=security.tls&open=false", "rule", "security.tls"),
        ("sites?type=department", "type", "department"),
        ("sites?status=closed", "status", "closed"),
        ("sites?region=340853", "region", "340853"),
        ("columns?owner=county4", "owner", "county4"),
        ("columns?failing=true", "owner", "county4"),
        ("items?owner=prov", "owner", "prov"),
        ("items?key=true", "key", True),
        ("items?policy=2", "policy", 2),
        ("alerts?number=DB-20261130-0007", "number", "DB-20261130-0007"),
        ("alerts?kind=duty", "kind", "duty"),
        ("alerts?state=dead", "kind", "urgent"),
    ],
)
async def test_filters_let_only_their_own_through(
    console: Console, asked: str, field: str, value: object
) -> None:
    rows = await ask(console, asked)
    assert rows
    assert {row[field] for row in rows} == {value}
    assert len(rows) < len(await ask(console, f"{asked.partition('?')[0]}?limit=1000")) or field == "key"


async def test_open_and_closed_problems_are_all_problems(console: Console) -> None:
    numbers = [len(await ask(console, f"problems{part}")) for part in ("", "?open=true", "?open=false")]
    assert numbers == [7, 6, 1]


async def test_obligations_of_one_policy(console: Console) -> None:
    rows = await ask(console, "obligations?policy=1&portal=gov-cn")
    assert len(rows) == 10
    assert {row["policy"]["id"] for row in rows} == {1}


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("obligations?sate=violated", "sate"),  # a slip must not answer with everything
        ("obligations?state=late", "state"),  # nor a state that there is not
        ("problems?severity=grave", "severity"),
        ("sites?limit=0", "limit"),
        ("sites?limit=100001", "limit"),
        ("items?offset=-1", "offset"),
        ("items?policy=99999999999999999999", "policy"),  # more than a store can hold
        ("problems?site=%00", "site"),  # what PostgreSQL takes in no text
        ("obligations/0", "obligation_id"),
        ("obligations/x", "obligation_id"),
    ],
)
async def test_what_cannot_be_asked_is_refused_by_name(console: Console, asked: str, says: str) -> None:
    answer = await console.get(f"/api/v1/{asked}")
    assert answer.status == 422
    assert says in {error["loc"][-1] for error in json.loads(answer.text)["detail"]}


@pytest.mark.parametrize("path", ["obligations/2147483647", "problems/999", "nothing", "obligations/1/2"])
async def test_what_is_not_there_is_404_as_json(console: Console, path: str) -> None:
    answer = await console.get(f"/api/v1/{path}")
    assert answer.status == 404
    assert "detail" in json.loads(answer.text)


async def test_one_of_a_list_is_the_row_of_the_list(console: Console) -> None:
    for name in ("obligations", "problems"):
        rows = {row["id"]: row for row in await ask(console, f"{name}?limit=1000")}
        assert await ask(console, f"{name}/3") == rows[3]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/", "/obligations/3", "/api/v1/obligations", "/api/v1/obligations/3"])
async def test_nothing_can_be_changed_by_http(console: Console, method: str, path: str) -> None:
    async with console.session.request(method, console.base + path, data=b"{}") as answer:
        assert answer.status == 405


async def test_the_description_needs_nothing_from_elsewhere(console: Console) -> None:
    page = await console.get("/api/docs")
    assert page.status == 200
    assert re.findall(r"""(?:src|href)=["']?(?:https?:)?//""", page.text) == []
    assert "<script" not in page.text
    for name in LISTS:
        assert f"/api/v1/{name}" in page.text


async def test_the_description_names_the_keys_of_the_schemas(console: Console) -> None:
    shapes = json.loads((await console.get("/api/openapi.json")).text)["components"]["schemas"]
    for name in ENTITIES.values():
        promised = schemas.schema(name)
        shape = shapes[name.capitalize()]
        assert set(shape["properties"]) == set(promised["properties"]), name
        assert set(shape["required"]) == set(promised["required"]), name
    obligation = schemas.schema("obligation")["$defs"]
    assert set(shapes["Evidence"]["properties"]) == set(obligation["evidence"]["properties"])
    assert set(shapes["Policy"]["properties"]) == set(obligation["policy"]["properties"])


@pytest.mark.parametrize("name", ["items", "alerts"])
async def test_the_description_names_the_keys_of_the_other_lists(console: Console, name: str) -> None:
    shapes = json.loads((await console.get("/api/openapi.json")).text)["components"]["schemas"]
    rows = await ask(console, name)
    assert {frozenset(row) for row in rows} == {frozenset(shapes[name[:-1].capitalize()]["properties"])}


# --- the same schemas for what commands print -----------------------------------------------------------


async def printed(*arguments: str | Path, stdin: str = "") -> Any:
    return json.loads((await duban(*arguments, "--json", stdin=stdin)).out)


async def test_status_prints_what_its_schema_promises(folder: Path) -> None:
    shown = await printed("status", "--all", "-c", folder / "targets.toml")
    assert schemas.faults("status", shown) == []
    assert {row["state"] for row in shown["obligations"]} == set(State)


async def test_deadline_prints_what_its_schema_promises() -> None:
    assert schemas.faults("deadline", await printed("deadline", "2026-11-20T16:00")) == []


async def test_match_prints_what_its_schema_promises() -> None:
    pairs = [
        {"source": {"title": "关于印发甲规划的通知"}, "candidate": {"title": "关于印发甲规划的通知"}},
        {"source": {"title": "关于印发甲规划的通知"}, "candidate": {"title": "天气预报"}},
        {"source": {}, "candidate": {}},
    ]
    found = await printed("match", "-", stdin="\n".join(map(json.dumps, pairs)))
    assert schemas.faults("match", found) == []
    assert [row["same"] for row in found] == [True, False, False]


async def test_read_article_and_audit_print_what_their_schemas_promise(tmp_path: Path) -> None:
    here = ("--allow-network", "127.0.0.0/8")
    async with serving(home()) as url:
        (tmp_path / "targets.toml").write_text(CONFIG.format(url=url), encoding="utf-8")
        assert schemas.faults("read", await printed("read", url, *here)) == []
        audited = await printed("audit", "-c", tmp_path / "targets.toml")
    assert audited
    assert schemas.faults("audit", audited) == []
    async with serving(ARTICLE.format(text="请按计划做好今冬明春道路养护工作。" * 30)) as url:
        found = await printed("article", url + "1.html", *here)
    assert schemas.faults("article", found) == []
    assert found["attachments"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("deadline", {"started_at": "2026-11-20T16:00:00", "target_at": None}),  # no offset, and keys missing
        ("match", [{"same": True, "how": None, "score": 1, "why": "x"}]),  # same, and nothing says how
        ("column", {"owner": "a"}),
    ],
)
def test_schemas_refuse_what_is_not_promised(name: str, value: object) -> None:
    assert schemas.faults(name, value)
