"""Channels on real sockets: what counts as accepted, and what a refusal, a silence or a wrong address is."""

from __future__ import annotations

import asyncio
import email
import email.policy
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from io import StringIO
from typing import Any

import pytest
from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

from alerts.channels.dingtalk import StrictDingTalk
from alerts.channels.feishu import StrictFeishu, StrictLark
from alerts.channels.robots import StrictRobot, split_bytes
from alerts.channels.sending import redact, send
from alerts.channels.serverchan import as_markdown
from alerts.channels.services import build_service
from alerts.channels.wecom import StrictWeComBot
from alerts.messages import Message
from alerts.outbox import DeliveryResult, Result
from tests.integration.robots import KEY, SECRET, Robots, dead_port, json_of, serving, silent_port

TITLE = "【疑似超过规定转载时限】示例县人民政府：《甲*乙_丙》"
MESSAGE = Message("DB-20261126-0007", TITLE, "网站：示例县人民政府\n编号：DB-20261126-0007")
LONG = Message("DB-1", TITLE, "\n".join(f"· 第{i:03d}号县人民政府；事项编号：{i}" for i in range(300)))

ROBOTS = {
    "wecom": f"wecombot://{KEY}/",
    "dingtalk": f"dingtalk://{KEY}/",
    "dingtalk, signed": f"dingtalk://{SECRET}@{KEY}/",
    "feishu": f"feishu://{KEY}/",
    "lark": f"lark://{KEY}/",
    "serverchan": f"schan://{KEY}/",
}


@pytest.fixture
async def robots() -> AsyncIterator[Robots]:
    playing = Robots()
    async with serving(robots=playing) as port:
        playing.port = port
        yield playing


async def tell(robots: Robots, url: str, message: Message = MESSAGE, within: float = 10) -> DeliveryResult:
    return await send(url, message, within, robots.strict)


# --- the robots ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ROBOTS.values(), ids=ROBOTS.keys())
async def test_a_robot_that_takes_the_message_is_believed(robots: Robots, url: str) -> None:
    assert await tell(robots, url) == DeliveryResult(Result.ACCEPTED)
    (text,) = robots.texts
    assert "示例县人民政府" in text
    assert MESSAGE.number.replace("-", "") in text.replace("\\", "").replace("-", "")


@pytest.mark.parametrize("url", [url for url in ROBOTS.values() if not url.startswith("schan")])
async def test_robots_get_the_text_as_it_is(robots: Robots, url: str) -> None:
    await tell(robots, url)
    assert robots.texts == [f"{MESSAGE.title}\n{MESSAGE.body}"]


@pytest.mark.parametrize("scheme", ["wecombot", "dingtalk", "feishu", "lark", "schan"])
async def test_http_200_with_a_refusal_in_it_is_a_refusal(robots: Robots, scheme: str) -> None:
    result = await tell(robots, f"{scheme}://0000wrong0000/")
    assert result.result is Result.REFUSED
    assert result.reason.startswith("code ")
    assert not result.permanent  # a key can be put right, and the message is still wanted then
    assert robots.texts == []


ANSWERS: dict[str, tuple[dict[str, Any], DeliveryResult]] = {
    "too many a minute: later it will do": (
        {"errcode": 45009, "errmsg": "api freq out of limit"},
        DeliveryResult(Result.REFUSED, "code 45009: api freq out of limit"),
    ),
    "this very message is unacceptable": (
        {"errcode": 40058, "errmsg": "invalid Request Parameter"},
        DeliveryResult(Result.REFUSED, "code 40058: invalid Request Parameter", permanent=True),
    ),
    "busy": (
        {"errcode": -1, "errmsg": "system busy"},
        DeliveryResult(Result.REFUSED, "code -1: system busy"),
    ),
    "a reason that tries to be more than text": (
        {"errcode": 1, "errmsg": "<b>\n\x1b[31m" + "x" * 500},
        DeliveryResult(Result.REFUSED, "code 1: ＜b＞ [31m" + "x" * (160 - 9) + "…"),
    ),
    "no code": ({"ok": True}, DeliveryResult(Result.FAILED, "HTTP 200, but the body names no code")),
    "a code that is no number": (
        {"errcode": "0", "errmsg": "ok"},
        DeliveryResult(Result.FAILED, "HTTP 200, but the body names no code"),
    ),
    "false is not zero": (
        {"errcode": False, "errmsg": "ok"},
        DeliveryResult(Result.FAILED, "HTTP 200, but the body names no code"),
    ),
}


@pytest.mark.parametrize(("answer", "expected"), ANSWERS.values(), ids=ANSWERS.keys())
async def test_what_an_answer_means(robots: Robots, answer: dict[str, Any], expected: DeliveryResult) -> None:
    async def say(_: web.Request) -> web.Response:
        return web.json_response(answer)

    robots.answer = say
    assert await tell(robots, ROBOTS["wecom"]) == expected


RESPONSES: dict[str, tuple[web.Response, Result, str]] = {
    "a login page of the hotel": (
        web.Response(text="<html>登录</html>", content_type="text/html"),
        Result.FAILED,
        "HTTP 200, but the body is not JSON",
    ),
    "nothing": (web.Response(), Result.FAILED, "HTTP 200, but the body is not JSON"),
    "a list": (web.json_response([0]), Result.FAILED, "HTTP 200, but the body is no JSON object"),
    "server error": (web.Response(status=502), Result.FAILED, "HTTP 502"),
    "not there": (web.Response(status=404), Result.REFUSED, "HTTP 404"),
    "a redirect is not followed: the GET's answer would say nothing": (
        web.Response(status=302, headers={"Location": "/moved"}),
        Result.FAILED,
        "HTTP 302",
    ),
}


@pytest.mark.parametrize(("name"), RESPONSES)
async def test_what_is_no_answer_of_a_robot(robots: Robots, name: str) -> None:
    response, result, reason = RESPONSES[name]

    async def say(_: web.Request) -> web.Response:
        return web.Response(body=response.body, status=response.status, headers=response.headers)

    robots.answer = say
    assert await tell(robots, ROBOTS["wecom"]) == DeliveryResult(result, reason)


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ({"code": 0, "msg": "success"}, Result.ACCEPTED),
        ({"StatusCode": 0, "StatusMessage": "success"}, Result.ACCEPTED),  # an older form of the same yes
        ({"code": 11232, "msg": "frequency limited", "StatusCode": 0}, Result.REFUSED),
        ({"StatusCode": 19024, "StatusMessage": "Key Words Not Found"}, Result.REFUSED),
    ],
)
async def test_both_forms_of_a_feishu_answer(robots: Robots, answer: dict[str, Any], result: Result) -> None:
    async def say(_: web.Request) -> web.Response:
        return web.json_response(answer)

    robots.answer = say
    assert (await tell(robots, ROBOTS["feishu"])).result is result


async def test_serverchan_may_refuse_inside_its_yes(robots: Robots) -> None:
    async def say(_: web.Request) -> web.Response:
        return web.json_response({"code": 0, "data": {"errno": 1024, "error": "quota"}})

    robots.answer = say
    result = await tell(robots, ROBOTS["serverchan"])
    assert result == DeliveryResult(Result.REFUSED, "code 1024: quota")


async def test_serverchan_renders_markdown_and_shows_plain_text(robots: Robots) -> None:
    await tell(robots, ROBOTS["serverchan"])
    assert robots.requests[0]["desp"].split("\n\n")[0] == TITLE.replace("*", r"\*").replace("_", r"\_")


def test_an_address_in_markdown_stays_whole() -> None:
    assert as_markdown("详情：http://a.test/x_y_z\n# 1") == "详情：http://a.test/x_y_z\n\n\\# 1"


# --- long messages -------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ROBOTS.values(), ids=ROBOTS.keys())
async def test_long_messages_arrive_whole_in_parts(robots: Robots, url: str) -> None:
    assert (await tell(robots, url, LONG)).result is Result.ACCEPTED
    together = "".join(robots.texts)
    assert [line for line in LONG.body.splitlines() if line not in together] == []


async def test_wecom_counts_bytes_not_characters(robots: Robots) -> None:
    await tell(robots, ROBOTS["wecom"], LONG)
    assert len(robots.texts) > 2
    assert max(len(text.encode()) for text in robots.texts) <= 2048
    assert robots.texts[1].startswith(f"（2/{len(robots.texts)}）\n")


async def test_the_first_part_that_is_refused_ends_it(robots: Robots) -> None:
    async def say(_: web.Request) -> web.Response:
        code = 0 if len(robots.requests) == 1 else 45009
        return web.json_response({"errcode": code, "errmsg": ""})

    robots.answer = say
    assert (await tell(robots, ROBOTS["wecom"], LONG)).result is Result.REFUSED
    assert len(robots.requests) == 2


@pytest.mark.parametrize("text", ["", "短", "一" * 5_000, "甲\n\n" * 900, "a\n" + "😀" * 900 + "\nb"])
def test_parts_fit_and_lose_nothing(text: str) -> None:
    parts = split_bytes(text, 2048)
    assert all(len(part.encode()) <= 2048 for part in parts)
    bare = "".join(part.partition("\n")[2] if len(parts) > 1 else part for part in parts)
    assert bare.replace("\n", "") == text.replace("\n", "")


# --- from an address to a service ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("wecombot://abc123/", StrictWeComBot),
        ("WeComBot://abc123/", StrictWeComBot),
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abc-123", StrictWeComBot),
        ("https://oapi.dingtalk.com/robot/send?access_token=abc123", StrictDingTalk),
        ("https://open.feishu.cn/open-apis/bot/v2/hook/abc-123", StrictFeishu),
        ("https://open.larksuite.com/open-apis/bot/v2/hook/abc-123", StrictLark),
    ],
)
def test_robots_are_strict_by_scheme_and_by_their_own_address(url: str, kind: type[StrictRobot]) -> None:
    assert type(build_service(url, 1)) is kind


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "unknown://a/b",
        "wecombot://",
        "dingtalk://!!/",
        "https://example.test/hook",
        "json://",
    ],
)
async def test_what_cannot_be_sent_to_is_a_matter_of_configuration(url: str) -> None:
    result = await send(url, MESSAGE, 1)
    assert result.result is Result.MISCONFIGURED


# --- any other service through Apprise: a webhook, a mail ----------------------------------------------


async def test_a_webhook_gets_title_and_body() -> None:
    got: list[str] = []

    async def take(request: web.Request) -> web.Response:
        got.append(await request.text())
        return web.Response(status=204)

    async with serving(take) as port:
        assert await send(f"json://127.0.0.1:{port}/hook", MESSAGE, 10) == DeliveryResult(Result.ACCEPTED)
    content = json_of(got[0])
    assert (content["title"], content["message"]) == (MESSAGE.title, MESSAGE.body)


@pytest.mark.parametrize(
    ("status", "result"),
    [(500, Result.FAILED), (503, Result.FAILED), (403, Result.REFUSED), (302, Result.FAILED)],
)
async def test_a_webhook_that_does_not_take_it(status: int, result: Result) -> None:
    methods: list[str] = []

    async def refuse(request: web.Request) -> web.Response:
        methods.append(request.method)
        moved = {"Location": "/elsewhere"} if status == 302 else {}
        return web.Response(status=status if request.path == "/hook" else 200, headers=moved)

    async with serving(refuse) as port:
        outcome = await send(f"json://127.0.0.1:{port}/hook", MESSAGE, 10)
    assert outcome.result is result
    assert str(status) in outcome.reason
    assert methods == ["POST"]


async def test_nobody_listens() -> None:
    async with dead_port() as port:
        outcome = await send(f"json://127.0.0.1:{port}/", MESSAGE, 10)
    assert outcome.result is Result.FAILED
    assert "***" in outcome.reason
    assert "127.0.0.1" not in outcome.reason  # a host name, too, can be what gives access


async def test_nobody_answers() -> None:
    async with silent_port() as port:
        url = f"json://127.0.0.1:{port}/?rto=0.3&cto=0.3"
        outcome = await send(url, MESSAGE, 0.05)
    assert outcome.result is Result.TIMED_OUT


async def test_a_robot_that_never_answers(robots: Robots) -> None:
    async with silent_port() as port:
        robots.port = port
        outcome = await tell(robots, f"wecombot://{KEY}/?rto=0.1")
    assert outcome == DeliveryResult(Result.TIMED_OUT, "no answer in time")


@dataclass
class MailBox:
    """A real SMTP server's inbox; `refuse` answers the data with 550."""

    refuse: bool = False
    got: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refuse:
            return "550 no such user here"
        assert isinstance(envelope.content, bytes)
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.got.append(message)
        return "250 OK"


@asynccontextmanager
async def smtp(box: MailBox) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(box, loop=loop, hostname="mail.test"), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"mailto://127.0.0.1:{port}/?from=duban@office.test&to=clerk@office.test&mode=insecure"
    finally:
        server.close()
        await server.wait_closed()


async def test_a_mail_is_plain_text_with_the_title_as_subject() -> None:
    box = MailBox()
    async with smtp(box) as url:
        assert await send(url, MESSAGE, 10) == DeliveryResult(Result.ACCEPTED)
    (mail,) = box.got
    assert mail["Subject"] == TITLE
    assert mail["To"].addresses[0].addr_spec == "clerk@office.test"
    body = mail.get_body()
    assert body is not None
    assert body.get_content_type() == "text/plain"
    assert body.get_content().splitlines() == MESSAGE.body.splitlines()


async def test_markup_in_a_mail_stays_text() -> None:
    box = MailBox()
    async with smtp(box) as url:
        await send(url, Message("1", "甲 <b>", "<script>alert(1)</script> :smile: \\n **x**"), 10)
    body = box.got[0].get_body()
    assert body is not None
    assert body.get_content().strip() == "<script>alert(1)</script> :smile: \\n **x**"


async def test_a_mail_server_that_refuses() -> None:
    async with smtp(MailBox(refuse=True)) as url:
        assert (await send(url, MESSAGE, 10)).result is Result.FAILED


# --- secrets stay secret -------------------------------------------------------------------------------

SECRETS = ("a1b2c3d4e5f6", "SECe5f6a7b8", "tops3cret", "0000wrong0000")


@pytest.fixture
def process_log() -> Iterator[StringIO]:
    """All that this process would log at its most talkative, but for the doubles' own server."""
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(lambda record: not record.name.startswith("aiohttp"))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield written
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


@pytest.mark.parametrize("answer", [500, 403, 200, None])
async def test_no_key_in_reasons_or_logs(
    robots: Robots,
    answer: int | None,
    process_log: StringIO,
    capfd: pytest.CaptureFixture[str],
) -> None:
    async def say(request: web.Request) -> web.Response:
        return web.Response(status=answer or 200, text=f"{request.path_qs} {SECRETS}")

    results = []
    async with serving(say) as hooks, dead_port() as dead:
        robots.answer = say
        if answer is None:
            robots.port = dead
        hook = dead if answer is None else hooks
        for url in [*ROBOTS.values(), "wecombot://!tops3cret!/", f"lark://{KEY}/?rto=tops3cret"]:
            results.append(await tell(robots, url))
        results.append(await send(f"json://user:tops3cret@127.0.0.1:{hook}/0000wrong0000/", MESSAGE, 10))
        results.append(await send(f"mailto://user:tops3cret@127.0.0.1:{dead}/?to=a@b.test", MESSAGE, 10))
    logging.getLogger("any").debug("it listens")
    assert "it listens" in process_log.getvalue()
    shown = process_log.getvalue() + repr(results) + "".join(capfd.readouterr())
    assert [secret for secret in SECRETS if secret in shown] == []


def test_every_part_of_an_address_is_struck_out() -> None:
    url = "json://user:p%40ss@host.test:81/Pa-th?key=val-ue"
    said = "user p@ss p%40ss HOST.TEST pa-th key=val-ue 81 ok"
    assert redact(said, url) == "*** *** *** *** *** key=*** 81 ok"
