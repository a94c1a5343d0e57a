"""The group robots of WeCom, DingTalk, Feishu, Lark and ServerChan on loopback, as strict as the real ones.

The one edge that tests imitate: these services cannot be run here. Each double checks what the real one
documents and answers HTTP 200 in its words, also when it refuses.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from alerts.channels.dingtalk import StrictDingTalk
from alerts.channels.feishu import StrictFeishu, StrictLark
from alerts.channels.robots import StrictRobot
from alerts.channels.serverchan import StrictServerChan
from alerts.channels.wecom import StrictWeComBot

KEY = "a1b2c3d4e5f6"
SECRET = "SECe5f6a7b8"

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Robots:
    """A server that plays all robots; `texts` is what people in the group would read.

    answer: takes the place of the robot's own answer, for robots that misbehave.
    """

    port: int = 0
    texts: list[str] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    answer: Answer | None = None

    async def wecom(self, request: web.Request) -> web.StreamResponse:
        content = await request.json()
        if request.query.get("key") != KEY:
            return web.json_response({"errcode": 93000, "errmsg": "invalid webhook url"})
        if content["msgtype"] != "text" or len(content["text"]["content"].encode()) > 2048:
            return web.json_response({"errcode": 40058, "errmsg": "invalid Request Parameter"})
        return await self._take(request, content, content["text"]["content"], {"errcode": 0, "errmsg": "ok"})

    async def dingtalk(self, request: web.Request) -> web.StreamResponse:
        content = await request.json()
        if request.query.get("access_token") != KEY:
            return web.json_response({"errcode": 300001, "errmsg": "token is not exist"})
        if "sign" in request.query and not _signed(request.query["timestamp"], request.query["sign"]):
            return web.json_response({"errcode": 310000, "errmsg": "sign not match"})
        if len(await request.read()) > 20_000:
            return web.json_response({"errcode": 400105, "errmsg": "too long"})
        return await self._take(request, content, content["text"]["content"], {"errcode": 0, "errmsg": "ok"})

    async def feishu(self, request: web.Request) -> web.StreamResponse:
        content = await request.json()
        if request.match_info["token"] != KEY:
            return web.json_response({"code": 19001, "msg": "param invalid: incoming webhook access token"})
        if content["msg_type"] != "text" or len(await request.read()) > 20_480:
            return web.json_response({"code": 9499, "msg": "Bad Request", "data": {}})
        yes = {"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"}
        return await self._take(request, content, content["content"]["text"], yes)

    async def serverchan(self, request: web.Request) -> web.StreamResponse:
        content = {name: str(value) for name, value in (await request.post()).items()}
        if request.match_info["key"] != KEY or len(content["title"]) > 32:
            return web.json_response({"code": 40001, "message": "[AUTH]用户不存在或者权限不足"})
        yes = {"code": 0, "message": "", "data": {"pushid": "1", "error": "SUCCESS", "errno": 0}}
        return await self._take(request, content, f"{content['title']}\n{content['desp']}", yes)

    async def _take(
        self, request: web.Request, content: dict[str, Any], text: str, yes: dict[str, Any]
    ) -> web.StreamResponse:
        self.requests.append(content)
        if self.answer is not None:
            return await self.answer(request)
        self.texts.append(text)
        return web.json_response(yes)

    @property
    def strict(self) -> dict[str, type[StrictRobot]]:
        """The product's channels, their robots' addresses on loopback, and no pause between parts."""
        here = f"http://127.0.0.1:{self.port}"

        class WeCom(StrictWeComBot):
            notify_url = here + "/cgi-bin/webhook/send?key={key}"
            request_rate_per_sec = 0

        class DingTalk(StrictDingTalk):
            notify_url = here + "/robot/send?access_token={token}"
            request_rate_per_sec = 0

        class Feishu(StrictFeishu):
            notify_url = here + "/open-apis/bot/v2/hook/{token}/"
            request_rate_per_sec = 0

        class Lark(StrictLark):
            notify_url = here + "/open-apis/bot/v2/hook/"
            request_rate_per_sec = 0

        class ServerChan(StrictServerChan):
            notify_url = here + "/{token}.send"
            request_rate_per_sec = 0

        return {
            "wecombot": WeCom,
            "dingtalk": DingTalk,
            "feishu": Feishu,
            "lark": Lark,
            "schan": ServerChan,
        }


def _signed(timestamp: str, sign: str) -> bool:
    digest = hmac.new(SECRET.encode(), f"{timestamp}\n{SECRET}".encode(), hashlib.sha256).digest()
    return hmac.compare_digest(base64.b64encode(digest).decode(), sign)


@asynccontextmanager
async def serving(handler: Answer | None = None, robots: Robots | None = None) -> AsyncIterator[int]:
    """Serve robots, or a handler at every other path, on a port of loopback; yields the port."""
    app = web.Application(client_max_size=2**24)
    if robots is not None:
        app.router.add_post("/cgi-bin/webhook/send", robots.wecom)
        app.router.add_post("/robot/send", robots.dingtalk)
        app.router.add_post("/open-apis/bot/v2/hook/{token}", robots.feishu)
        app.router.add_post("/{key}.send", robots.serverchan)
    if handler is not None:
        app.router.add_route("*", "/{rest:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.01)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@asynccontextmanager
async def dead_port() -> AsyncIterator[int]:
    """A port of loopback at which nobody listens."""
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    yield port


@asynccontextmanager
async def silent_port() -> AsyncIterator[int]:
    """A port of loopback that takes connections and never says a word."""
    held: list[asyncio.StreamWriter] = []

    async def hold(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        for writer in held:
            writer.close()
        server.close()
        await server.wait_closed()


def json_of(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found
