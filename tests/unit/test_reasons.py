"""Every reason that the record keeps in English is told in Chinese; what is not known comes back as it is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.messages.reasons import in_chinese
from checks.keys import KeyRules, decide
from checks.reposts import Document, match
from monitor.net.outcomes import Outcome
from monitor.reading.quality import is_soft_404, is_stub
from monitor.reading.rows import Row
from monitor.rounds.pages import CUT_OFF, NO_BROWSER
from monitor.rounds.readings import placed, trouble_with_rows

ROOT = Path(__file__).parents[2]


def states_with_reasons(module: str) -> Iterator[str]:
    """Yield each sentence that stands beside a State in the source: `State.MET, "done by the target"`."""
    for node in ast.walk(ast.parse((ROOT / module).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Tuple) and len(node.elts) == 2:
            state, why = node.elts
            if isinstance(state, ast.Attribute) and ast.unparse(state.value) == "State":
                yield from strings_in(why)


def strings_in(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def reasons_of_a_ground(folder: str) -> Iterator[str]:
    """Yield each sentence that a duty is let go with: `obligation.void = "…"`, and what `_unbound` gives."""
    for path in sorted((ROOT / folder).glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).endswith(".void"):
                yield from written(named.get(ast.unparse(node.value), node.value), named)
            if isinstance(node, ast.FunctionDef) and node.name == "_unbound":
                for part in ast.walk(node):
                    if isinstance(part, ast.Return) and part.value is not None:
                        yield from written(part.value, named)


def written(value: ast.AST, named: Mapping[str, ast.AST]) -> Iterator[str]:
    """Yield a text as it comes out, with something in its blanks."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    if isinstance(value, ast.JoinedStr):
        parts = []
        for part in value.values:
            if isinstance(part, ast.Constant):
                parts.append(str(part.value))
            else:
                constant = (
                    named.get(ast.unparse(part.value)) if isinstance(part, ast.FormattedValue) else None
                )
                parts.append(next(written(constant, named), "x") if constant is not None else "x")
        yield "".join(parts)


def test_every_ground_that_falls_away_is_told_in_chinese() -> None:
    reasons = set(reasons_of_a_ground("monitor/rounds"))
    assert len(reasons) >= 5, "the detector no longer sees them"
    assert [reason for reason in reasons if not is_chinese(in_chinese(reason))] == []


def is_chinese(text: str) -> bool:
    """Whether a sentence has no English word left in it; names of files and protocols are none."""
    return not re.search(r"[a-z]{2,} [a-z]{2,}", text) and bool(re.search(r"[一-鿿]", text))


def test_every_verdict_has_its_reason_in_chinese() -> None:
    reasons = set(states_with_reasons("checks/obligations.py"))
    assert len(reasons) >= 9, "the detector no longer sees the judge's sentences"
    assert [reason for reason in reasons if not is_chinese(in_chinese(reason))] == []


@pytest.mark.parametrize("outcome", [o for o in Outcome if o not in (Outcome.OK, Outcome.NOT_MODIFIED)])
def test_every_end_of_a_request_has_its_chinese(outcome: Outcome) -> None:
    assert is_chinese(in_chinese(str(outcome)))
    assert in_chinese(f"{outcome}: [Errno 111] Connect call failed") == in_chinese(str(outcome))


def rows(*numbers: int) -> tuple[Row, ...]:
    return tuple(Row(f"第{n}号文件", f"https://a.gov.cn/{n}", None) for n in numbers)


@pytest.mark.parametrize(
    ("now", "held", "is_portal", "chinese"),
    [
        (rows(), [], False, "没有读到任何条目"),
        (rows(), [1, 2], False, "原有2条，现在一条也没有读到"),
        (rows(1), [1, 2, 3, 4, 5], False, "原有5条，突然只剩1条"),
        (rows(7, 8), [1, 2], False, "原有条目一条也不见了"),
        (rows(1, 7, 8), [1, 2, 3], True, "3条中有2条同时更新，疑似改版，待人工确认"),
    ],
)
def test_trouble_with_a_list(now: tuple[Row, ...], held: list[int], is_portal: bool, chinese: str) -> None:
    known = [found.address for found in placed(rows(*held))]
    trouble = trouble_with_rows(placed(now), known, is_confirmed=False, is_portal=is_portal)
    assert in_chinese(trouble or "") == chinese


@pytest.mark.parametrize(
    ("reason", "chinese"),
    [
        (is_stub(""), "页面是空的"),
        (is_stub("<html><body><script>location()</script></body></html>"), "页面只有脚本"),
        (is_stub("<html><body>建设中</body></html>"), "页面几乎没有文字（3字）"),
        (
            is_soft_404("<html><title>页面不存在</title><body>页面不存在</body></html>"),
            "页面显示“页面不存在”",
        ),
        ("page 2: timeout: no complete answer in time: ", "第2页：在规定时间内未能打开"),
        ("page 3: it says “页面不存在”", "第3页：页面显示“页面不存在”"),
        ("not found", "页面不存在（404）"),
        ("there is no host a.invalid: [Errno -2] Name or service not known", "域名a.invalid不存在"),
        ("redirects to http://a.cn/b: not found", "跳转到http://a.cn/b：页面不存在（404）"),
        ("redirects go in circles", "循环跳转"),
        ("more than 20 redirects", "跳转超过20次"),
        ("it looks like gambling: 百家乐, 时时彩", "页面疑似博彩内容：百家乐, 时时彩"),
        ("it looks like pornography: 色情", "页面疑似色情内容：色情"),
        ("its domain looks parked or for sale: 域名出售", "域名疑似停放或待售：域名出售"),
        ("not key after all (王: 属于内部管理)", "经认定不属于重要政策信息（王：属于内部管理）"),
        (
            "the site is suspended, or reposting is not among its duties",
            "该网站暂停，或者不承担转载任务",
        ),
        ("blocked: status 403, in a browser as well", "被防护系统拦截，用浏览器打开也是如此"),
        (
            "only a script; in a browser: no browser is installed here",
            "页面只有脚本；用浏览器打开：本机没有安装浏览器",
        ),
        (f"it has to be shown in a browser: {NO_BROWSER}", "需要用浏览器打开：本机没有安装浏览器"),
        ("a frame of it: timeout: no complete answer", "页内框架：在规定时间内未能打开"),
        (CUT_OFF, "本机网络不通，上级门户也都打不开"),
        (r"by hand: 王: \1 \g<0>", r"人工认定：王：\1 \g<0>"),  # what people wrote is no pattern
    ],
)
def test_reasons_with_something_in_them(reason: str | None, chinese: str) -> None:
    assert in_chinese(reason or "") == chinese


@pytest.mark.parametrize("mode", ["all", "none", "auto"])
@pytest.mark.parametrize("number", [None, "国发〔2026〕3号"])
@pytest.mark.parametrize("title", ["关于任免的通知", "关于印发规划的通知", "领导讲话"])
def test_why_an_item_is_key(mode: str, number: str | None, title: str) -> None:
    rules = KeyRules(include=(re.compile("印发"),), exclude=(re.compile("任免"),), doc_numbers=("国发",))
    assert is_chinese(in_chinese(decide(mode, title, number, rules).why))


def test_what_is_not_known_comes_back_as_it_is() -> None:
    assert in_chinese("something new") == "something new"
    assert in_chinese("未配置") == "未配置"


SOURCE = Document(
    url="https://gov.example/a/1.html",
    title="国务院办公厅关于印发县域便民服务重点任务的通知",
    doc_number="国办发〔2026〕31号",
    text="为方便群众就近办事，现就县域便民服务有关事项通知如下，每个乡镇至少设立一处便民服务中心。" * 12,
)


@pytest.mark.parametrize(
    ("candidate", "how"),
    [
        (replace(SOURCE, url=SOURCE.url), "link"),
        (Document(links=(SOURCE.url or "",)), "link"),
        (
            Document(title=SOURCE.title, text="原文链接", links=(SOURCE.url or "", "https://a.example/")),
            "link",
        ),
        (replace(SOURCE, url="https://county.example/1.html"), "doc_number"),
        (Document(title=SOURCE.title), "title"),
        (Document(title="县域便民服务重点任务"), "title"),
        (Document(title="国务院办公厅关于印发县域便民服务和重点任务的通知"), "near_title"),
        (
            Document(title="国务院办公厅关于印发县城便民服务重点任务的通知", text=SOURCE.text),
            "near_title",
        ),
        (Document(title="最新政策一览", text=SOURCE.text), "body"),
        (
            Document(
                title="关于转发《国务院办公厅关于印发县域便民服务重点任务的通知》的通知",
                text=SOURCE.text,
            ),
            "body",
        ),
    ],
)
def test_why_a_page_is_the_repost(candidate: Document, how: str) -> None:
    found = match(SOURCE, candidate)
    assert found.how == how
    for why in (
        found.why,
        f"shown by hand; {found.why}",
        f"{found.why}; the page behind the row could not be read (timeout)",
    ):
        assert not re.search("[a-z]{3,}", in_chinese(why)), why
