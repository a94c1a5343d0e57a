"""Making a page: templates that escape everything, and what every page is given."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse

from alerts.messages import LANGUAGES, clean_url
from checks.breakages import days_broken
from checks.obligations import State
from monitor.rounds.context import Context
from monitor.rounds.decisions import NOT_KEY
from monitor.store.problems import VERDICTS
from monitor.targets import Targets
from monitor.web.apidocs import kind_of
from monitor.web.matrix import measure
from monitor.web.words import Words

STATIC = Path(__file__).parent / "static"

# Signs that nobody sees but that act: controls, marks of writing direction, joiners, byte order marks.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)

# An address as messages write it: `clean_url` leaves ASCII alone.
_ADDRESS = re.compile(r"(https?://[!-~]+)")


def without_unseen(value: object) -> object:
    """Give what a template prints, without signs that act unseen; nothing is printed for None."""
    if value is None:
        return ""
    if isinstance(value, str) and not isinstance(value, Markup):
        return _UNSEEN.sub("", value)
    return value


def make_environment() -> Environment:
    """The templates. Escaping is on whatever a template is called, and an unknown name is an error."""
    environment = Environment(
        loader=PackageLoader("monitor.web"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=without_unseen,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        NOT_KEY=NOT_KEY, VERDICTS=VERDICTS, State=State, measure=measure, link=link, kind_of=kind_of
    )
    environment.globals.update(days_broken=days_broken)
    environment.filters["web"] = lambda url: clean_url(url) if url else None
    return environment


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a message's line. page: the console's page that it names; url: a foreign address."""

    text: str
    page: str | None = None
    url: str | None = None


def told_lines(body: str, public_url: str) -> list[list[Piece]]:
    """Take a message's lines apart, so that the addresses in them lead somewhere.

    What strangers wrote holds none: messages break the addresses in it.
    """
    home = public_url.rstrip("/")
    return [[_piece(part, home) for part in _ADDRESS.split(line) if part] for line in body.splitlines()]


def told_chain(body: str) -> bool:
    """Whether a message's last line says where the chain of evidence ended."""
    return any(f" {words.signs.chain} " in body.rpartition("\n")[2] for words in LANGUAGES.values())


def _piece(part: str, home: str) -> Piece:
    if part == home or part.startswith(home + "/"):
        return Piece(part, page=part[len(home) :].lstrip("/"))
    return Piece(part, url=part) if _ADDRESS.fullmatch(part) else Piece(part)


def link(query: QueryParams, name: str, value: object) -> str:
    """This page's address with one parameter set anew (None: without it); rows begin at the first again."""
    kept = {key: held for key, held in query.items() if key != name and (key != "rows" or name == "page")}
    asked = kept if value is None else {**kept, name: str(value)}
    return "?" + urlencode(asked)


class Renderer:
    """Renders pages for the configuration that is in force when they are asked for."""

    def __init__(self, context: Callable[[], Context]) -> None:
        self._context = context
        self._environment = make_environment()
        self._environment.globals["version"] = version("duban")
        self._environment.globals["stamp"] = _stamp(STATIC)

    def page(self, request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Render a template as the answer to a request."""
        ctx = self._context()
        words = values.pop("words", None) or Words.of(ctx.targets, ctx.now())
        text = self._environment.get_template(template).render(
            w=words,
            t=words.t,
            office=ctx.targets.office.name,
            contact=ctx.targets.office.contact,
            names=names_of(ctx.targets),
            root=root_of(request.url.path),
            path=request.url.path,
            query=request.query_params,
            **values,
        )
        return HTMLResponse(text, status_code=status)


def names_of(targets: Targets) -> dict[str, str]:
    """What the sites and portals are called, by id."""
    portals = {portal.id: portal.name for portal in targets.portals}
    return portals | {site.id: site.name for site in targets.sites}


def root_of(path: str) -> str:
    """The way from a page to the console's root, so that links hold under any prefix of a proxy."""
    return "./" + "../" * (path.count("/") - 1)


def _stamp(folder: Path) -> str:
    """A short digest of the static files: with it in their address, browsers may keep them for long."""
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
