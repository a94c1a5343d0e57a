"""The small internet: portals and counties on loopback whose pages follow a script by the clock.

Nothing changes in the background: each answer is computed from the site and the time elapsed since the
opening, so that the same moment always shows the same pages.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Literal, Self
from zoneinfo import ZoneInfo

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined

from monitor.clock import Clock, system_clock
from monitor.demo.cast import CLOSED, COUNTIES, PLAYERS, PORTALS, County, Player, Portal, expected_findings
from monitor.demo.county import build_closed, build_county, expectations
from monitor.demo.pages import Answer, Pages
from monitor.demo.portal import Opening, build_portal
from monitor.demo.scripts import Expectation, Script
from monitor.demo.server import LOOPBACK, Server
from monitor.demo.sites import Site

ZONE = ZoneInfo("Asia/Shanghai")
HELD = -1.0
OPENED = date(2018, 6, 1)
METHODS = ("GET", "HEAD")


class Timeline:
    """The world's own time: seconds since its opening, by a clock that is handed in.

    The opening is a whole second, so that what a page declares is to the second when it appeared. While it
    is held nothing happens; `begin` opens (again) at the next whole second.
    """

    def __init__(self, clock: Clock = system_clock, *, is_held: bool = False) -> None:
        self._clock = clock
        self._is_held = is_held
        self.opened_at = _next_second(clock())

    def begin(self) -> None:
        """Open at the clock's next whole second."""
        self.opened_at = _next_second(self._clock())
        self._is_held = False

    def elapsed(self) -> float:
        """Seconds since the opening; below zero before it."""
        return HELD if self._is_held else (self._clock() - self.opened_at).total_seconds()


def _next_second(moment: datetime) -> datetime:
    whole = moment.astimezone(UTC).replace(microsecond=0)
    return (whole if whole == moment else whole + timedelta(seconds=1)).astimezone(ZONE)


class World:
    """All sites of the demonstration, each on its own port of 127.0.0.1.

    Use it as an async context manager. A site whose scenario is to be down holds its port and refuses.
    With a held `timeline`, lists stay as they are until `begin` is called: the time for a daemon to read
    them first, because what a first reading finds starts no clock.
    """

    def __init__(self, script: Script | None = None, timeline: Timeline | None = None) -> None:
        self.script = script or Script()
        self._timeline = timeline or Timeline()
        self._pages = Pages()
        self._servers: dict[str, Server] = {}
        self._built: tuple[datetime, Mapping[str, Site]] | None = None

    async def __aenter__(self) -> Self:
        self._servers = {player.id: Server(partial(self._serve, player.id)) for player in PLAYERS}
        try:
            for player in PLAYERS:
                if not isinstance(player, County) or player.is_up:
                    await self._servers[player.id].start()
        except OSError:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    def begin(self) -> None:
        """Let the play begin now; until then a held timeline shows what was there before."""
        self._timeline.begin()

    def elapsed(self) -> float:
        """Seconds since the opening."""
        return self._timeline.elapsed()

    def address(self, site_id: str) -> str:
        """A site's home page; KeyError for a site that does not play."""
        return f"{self._base(site_id)}/"

    @property
    def opening(self) -> Opening:
        """What the sites are built from now."""
        bases = {site_id: self._base(site_id) for site_id in self._servers}
        return Opening(self.script, self._timeline.opened_at, bases)

    @property
    def sites(self) -> Mapping[str, Site]:
        """All sites by id, as the timeline's opening makes them."""
        if self._built is None or self._built[0] != self._timeline.opened_at:
            opening = self.opening
            self._built = (opening.at, build_sites(opening))
        return self._built[1]

    @property
    def expectations(self) -> tuple[Expectation, ...]:
        """The verdict each site has deserved for each policy once the script is over."""
        return expectations(self.opening)

    @property
    def findings(self) -> Mapping[tuple[str, str], bool | None]:
        """What the rules that need one look must find: (site, rule) to ok; None: could not tell."""
        return expected_findings()

    def targets_toml(
        self,
        folder: Path,
        *,
        server_listen: str,
        metrics_listen: str,
        channel_url: str,
        browser: Literal["auto", "never"] = "never",
        pace: int = 1,
    ) -> str:
        """Write the configuration that watches this world; store and evidence lie in `folder`.

        pace: how many times rarer than in the story pages are read.
        """
        today = self._timeline.opened_at.date()
        return (
            _toml_templates()
            .get_template("targets.toml")
            .render(
                script=replace(self.script, every=pace * self.script.every),
                sites=self.sites,
                portals=PORTALS,
                counties=COUNTIES,
                closed=CLOSED,
                folder=folder.absolute().as_posix(),
                server_listen=server_listen,
                metrics_listen=metrics_listen,
                channel_url=channel_url,
                browser=browser,
                today=today,
                opened=OPENED,
                graded=OPENED + timedelta(days=5),
                filed=OPENED + timedelta(days=20),
                closed_on=today - timedelta(days=200),
            )
        )

    def _base(self, site_id: str) -> str:
        return f"http://{LOOPBACK}:{self._servers[site_id].port}"

    async def _serve(self, site_id: str, request: web.BaseRequest) -> web.Response:
        if request.method not in METHODS:
            return web.Response(status=405, headers={"Allow": ", ".join(METHODS)})
        answer = self._pages.answer(self.sites[site_id], request.path_qs, self.elapsed())
        if _is_known(request, answer):
            return web.Response(status=304, headers={"ETag": answer.headers["ETag"]})
        return web.Response(status=answer.status, body=answer.body, headers=answer.headers)

    async def _stop(self) -> None:
        await asyncio.gather(*(server.stop() for server in self._servers.values()))


def build_sites(opening: Opening) -> dict[str, Site]:
    """Make every site of the world, by id."""
    return {player.id: _build(player, opening) for player in PLAYERS}


def _build(player: Player, opening: Opening) -> Site:
    if isinstance(player, Portal):
        return build_portal(player, opening)
    return build_county(player, opening) if isinstance(player, County) else build_closed(player, opening)


def _is_known(request: web.BaseRequest, answer: Answer) -> bool:
    etag = answer.headers.get("ETag")
    return etag is not None and request.headers.get("If-None-Match") == etag


def _toml_templates() -> Environment:
    templates = Environment(  # noqa: S701 - no HTML: the toml filter quotes every value
        loader=PackageLoader("monitor.demo"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    filters: Mapping[str, Callable[..., str]] = {"toml": _toml, "seconds": lambda length: f'"{length}s"'}
    templates.filters.update(filters)
    return templates


def _toml(value: str | int | list[str]) -> str:
    """A string, number or list of strings is written alike in JSON and in TOML."""
    return json.dumps(value, ensure_ascii=False)
