"""The small internet on real sockets: it follows its clock, keeps to loopback, and stops in time."""

from __future__ import annotations

import asyncio
import socket
import tomllib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import apprise
import pytest
from aiohttp import web

from monitor.demo.cast import COUNTIES, PLAYERS, PORTALS
from monitor.demo.inbox import Inbox
from monitor.demo.scripts import Script
from monitor.demo.server import LOOPBACK, Server
from monitor.demo.world import Timeline, World
from monitor.targets import load

PATIENCE = 10
"""Seconds after which an end counts as held up, on a busy machine too."""

MORNING = datetime(2026, 11, 24, 2, 0, 0, tzinfo=UTC)


class Hand:
    """A clock that a test moves."""

    def __init__(self, now: datetime = MORNING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move_to(self, seconds: float) -> None:
        self.now = MORNING + timedelta(seconds=seconds)


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
async def world(hand: Hand) -> AsyncIterator[World]:
    async with World(timeline=Timeline(hand)) as running:
        yield running


@pytest.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def read(client: aiohttp.ClientSession, url: str) -> str:
    async with client.get(url) as response:
        assert response.status == 200
        return (await response.read()).decode("utf-8")


async def test_every_site_has_its_own_port_of_loopback(world: World, client: aiohttp.ClientSession) -> None:
    ports = set()
    for player in PLAYERS:
        parts = urlsplit(world.address(player.id))
        assert ip_address(parts.hostname or "") in ip_network("127.0.0.0/8")
        ports.add(parts.port)
        if player.id != "wangxiu":
            async with client.get(world.address(player.id)) as response:
                assert response.status == 200
    assert len(ports) == len(PLAYERS)


async def test_the_site_that_is_down_refuses(world: World, client: aiohttp.ClientSession) -> None:
    with pytest.raises(aiohttp.ClientConnectorError) as refused:
        await client.get(world.address("wangxiu"))
    assert isinstance(refused.value.os_error, ConnectionRefusedError)


async def test_the_clock_decides_what_is_there(
    world: World, hand: Hand, client: aiohttp.ClientSession
) -> None:
    url = world.sites["gov-cn"].list_address("policy")
    title = world.expectations[0].policy_title
    hand.move_to(world.script.publish_at - 0.001)
    assert title not in await read(client, url)
    hand.move_to(world.script.publish_at)
    assert title in await read(client, url)
    hand.move_to(1)
    assert title not in await read(client, url), "the same moment shows the same page, even again"


async def test_a_held_world_waits_for_its_beginning(client: aiohttp.ClientSession) -> None:
    hand = Hand()
    async with World(timeline=Timeline(hand, is_held=True)) as world:
        hand.move_to(3600)
        url = world.sites["gov-cn"].list_address("policy")
        before = await read(client, url)
        assert world.elapsed() < 0
        world.begin()
        assert world.elapsed() == 0
        assert await read(client, url) == before
        hand.move_to(3600 + world.script.publish_at)
        assert world.expectations[0].policy_title in await read(client, url)


async def test_what_a_page_declares_is_when_it_appeared(hand: Hand, client: aiohttp.ClientSession) -> None:
    hand.now += timedelta(milliseconds=300)
    async with World(timeline=Timeline(hand)) as world:
        assert world.elapsed() == pytest.approx(-0.7)
        hand.move_to(60)
        site = world.sites["gov-cn"]
        item = next(item for item in site.items if item.title == world.expectations[0].policy_title)
        assert 'name="PubDate" content="2026-11-24 10:00:05"' in await read(client, site.item_address(item))


async def test_an_unchanged_page_is_a_304_to_who_asks(world: World, client: aiohttp.ClientSession) -> None:
    url = world.sites["qingshi"].list_address("policy")
    async with client.get(url) as response:
        etag = response.headers["ETag"]
    async with client.get(url, headers={"If-None-Match": etag}) as response:
        assert response.status == 304
    async with client.get(url, headers={"Cache-Control": "no-cache"}) as response:
        assert response.status == 200


async def test_a_changed_page_is_no_304(world: World, hand: Hand, client: aiohttp.ClientSession) -> None:
    url = world.sites["qingshi"].list_address("policy")
    async with client.get(url) as response:
        etag = response.headers["ETag"]
    hand.move_to(world.script.publish_at + world.script.prompt)
    async with client.get(url, headers={"If-None-Match": etag}) as response:
        assert response.status == 200


async def test_only_reading_is_answered(world: World, client: aiohttp.ClientSession) -> None:
    async with client.post(world.address("qingshi"), data=b"x" * 100_000) as response:
        assert response.status == 405
    async with client.head(world.address("qingshi")) as response:
        assert response.status == 200
        assert await response.read() == b""


async def test_an_unknown_address_is_missing_each_in_its_own_way(
    world: World, client: aiohttp.ClientSession
) -> None:
    async with client.get(world.address("qingshi") + "nothing.html") as response:
        assert response.status == 404
    async with client.get(world.address("songpi") + "nothing.html") as response:
        assert response.status == 200, "the soft one says so in words only"
        assert "页面不存在" in await response.text()


@pytest.mark.parametrize(
    ("beginning", "reason"),
    [
        (b"", "connects and says nothing"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX-Half", "never ends its header"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\nx", "never ends its body"),
        (b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n", "asks for much and reads nothing"),
        (b"GET /never HTTP/1.1\r\nHost: x\r\n\r\n", "waits for an answer that takes for ever"),
    ],
)
async def test_a_slow_client_does_not_hold_the_end_up(beginning: bytes, reason: str) -> None:
    asked = asyncio.Event()

    async def handle(request: web.BaseRequest) -> web.Response:
        asked.set()
        if request.path == "/never":
            await asyncio.Event().wait()
        return web.Response(body=bytes(64 << 20) if request.path == "/large" else b"")

    server = Server(handle)
    await server.start()
    with socket.create_connection((LOOPBACK, server.port)) as end:
        end.sendall(beginning)
        if b"\r\n\r\n" in beginning:
            await asyncio.wait_for(asked.wait(), timeout=5)
        async with asyncio.timeout(PATIENCE):
            await server.stop()


async def test_the_world_stops_in_time_though_every_site_is_held(client: aiohttp.ClientSession) -> None:
    world = World()
    await world.__aenter__()
    held = [
        socket.create_connection((LOOPBACK, urlsplit(world.address(player.id)).port or 0))
        for player in PLAYERS
        if player.id != "wangxiu"
    ]
    for end in held:
        end.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Half")
    await read(client, world.address("qingshi"))
    async with asyncio.timeout(PATIENCE):
        await world.__aexit__(None, None, None)
    for end in held:
        end.close()


async def test_a_server_that_never_started_gives_its_port_back() -> None:
    server = Server(lambda request: asyncio.sleep(0, web.Response()))
    await server.stop()
    with socket.socket() as other:
        other.bind((LOOPBACK, server.port))


def test_the_configuration_names_everybody(tmp_path: Path) -> None:
    async def written() -> tuple[World, str]:
        async with World(Script().scaled(2)) as world:
            return world, world.targets_toml(
                tmp_path,
                server_listen="127.0.0.1:8080",
                metrics_listen="127.0.0.1:9464",
                channel_url="json://127.0.0.1:1/",
            )

    world, text = asyncio.run(written())
    (tmp_path / "targets.toml").write_text(text, encoding="utf-8")
    (left_alone,) = load(tmp_path / "targets.toml", {}).rules.links.exclude
    assert left_alone.search("https://beian.miit.gov.cn/"), "where footers lead, off this machine"
    assert left_alone.search(f"http://{LOOPBACK}:8081/") is None
    targets = tomllib.loads(text)
    assert [portal["id"] for portal in targets["portal"]] == [portal.id for portal in PORTALS]
    assert {site["id"] for site in targets["site"]} == {*(county.id for county in COUNTIES), "liangshi"}
    for each in (*targets["portal"], *targets["site"]):
        assert each["url"] == world.address(each["id"])
    assert targets["rules"]["repost"]["target"] == "12s"
    assert targets["rules"]["repost"]["absent_polls"] == 2
    assert targets["fetch"]["allow_networks"] == ["127.0.0.0/8"]
    assert targets["store"]["url"] == f"sqlite:///{tmp_path}/duban.db"
    named = {column["url"] for site in targets["site"] for column in site.get("column", ())}
    assert world.sites["heting"].list_address("regulations") not in named, "nobody configured it"
    assert "grading" not in next(site for site in targets["site"] if site["id"] == "shuangxi")


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")  # apprise imports it, beneath Python 3.13
async def test_the_inbox_keeps_what_apprise_sends() -> None:
    async with Inbox() as inbox:
        sender = apprise.Apprise()
        assert sender.add(inbox.url)
        result = await sender.async_notify(title="【督办】标题", body="第一行\n第二行")
        assert result
        (message,) = await asyncio.wait_for(inbox.wait_for(1), timeout=5)
    assert (message.title, message.body) == ("【督办】标题", "第一行\n第二行")
    assert message.at.tzinfo is not None


async def test_the_inbox_fails_as_often_as_it_is_told(client: aiohttp.ClientSession) -> None:
    async with Inbox(fail_every=3) as inbox:
        url = inbox.url.replace("json://", "http://")
        statuses = []
        for number in range(6):
            async with client.post(url, json={"title": str(number), "message": ""}) as response:
                statuses.append(response.status)
    assert statuses == [200, 200, 500, 200, 200, 500]
    assert [message.title for message in inbox.messages] == ["0", "1", "3", "4"]
    assert [delivery.title for delivery in inbox.deliveries if not delivery.accepted] == ["2", "5"]


@pytest.mark.parametrize("body", [b"not json", b"[1]", b"\xff\xfe"])
async def test_the_inbox_takes_only_messages(client: aiohttp.ClientSession, body: bytes) -> None:
    async with Inbox() as inbox:
        async with client.post(inbox.url.replace("json://", "http://"), data=body) as response:
            assert response.status == 400
        assert inbox.deliveries == ()


def test_an_inbox_that_always_fails_counts_from_one() -> None:
    with pytest.raises(ValueError, match="counts from 1"):
        Inbox(fail_every=0)
