"""What a site is, read off its front: names, numbers, region, hosts, whom to ask, its own search."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from yarl import URL

from checks.addresses import canonical
from checks.filings import PROVINCES, IcpNumber, PoliceNumber, SiteCode
from checks.titles import normalise
from monitor.net.client import CookieRound
from monitor.reading.home import read_home
from monitor.reading.rows import Row
from monitor.starting.columns import Proposal, Proposed, Refused, propose
from monitor.starting.facts import Fact, Given, Hands
from monitor.starting.fronts import Front, read_front
from monitor.starting.hosts import is_family
from monitor.targets import host_of

SHOWN = "the home page shows it; compare it with the register"

_WELCOME = re.compile(
    r"欢迎(?:您)?(?:来到|光临|访问|浏览)?|官方网站|门户网站|政府网站?首页|网站首页|首页|首頁"
)
_BETWEEN = re.compile(r"\s*[_|｜—–·>»]+\s*|\s+[-－]\s+|(?<=[\u4e00-\u9fff])[-－](?=[\u4e00-\u9fff])")
_SUFFIX = re.compile(r"(?:门户)?网站$|(?<=政府)(?:信息)?网$")
_GOVERNMENT = re.compile(r"人民政府|管理委员会|管委会|行政公署")
_OFFICE = re.compile(r"(?:局|委员会|委|办公室|办|厅|中心|院|处)$")
_TOWNSHIP = re.compile(r"(?:乡|镇|街道|苏木)(?:人民政府|办事处)?$")
_PHONE = re.compile(
    r"(?:联系|服务|咨询|值班|办公|值守|维护|报障)?(?:电\s?话|热\s?线)\s*[:：]?\s*((?:[(（]?0\d{2,3}[)）]?[-－—\s]?)?\d{7,8})(?!\d)"
)
_QUERY_NAMES = re.compile(
    r"^(?:q|qt|wd|word|words|key|keys|keyword|keywords|searchword|searchkey|search|kw|query|title|text|content)$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A site that was read, and what is proposed for its table."""

    id: str
    url: str
    given: Given
    name: Fact
    type: Fact
    region: Fact | None
    sponsor: Fact | None
    site_id: Fact | None
    icp: Fact | None
    police: Fact | None
    contact: Fact | None
    search: Fact | None
    hosts: tuple[Fact, ...]
    columns: tuple[Proposed, ...]
    refused: tuple[Refused, ...]
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """A site that could not be read, and why."""

    id: str
    given: Given
    why: str


async def survey(hands: Hands, given: Given, id_: str, region: str | None = None) -> Surveyed | Unread:
    """Read a site's front and columns; `region` is what was said for all sites. Never raises for the web."""
    cookies = CookieRound()
    hands.tell(given.url)
    front = await read_front(hands, given.url, cookies)
    if isinstance(front, str):
        return Unread(id_, given, front)
    proposal = await propose(hands, front.url, front.names, cookies)
    search = await _find_search(hands, front, proposal, cookies)
    return describe(front, proposal, given, id_, region, search)


def describe(
    front: Front,
    proposal: Proposal,
    given: Given,
    id_: str,
    region: str | None = None,
    search: Fact | None = None,
) -> Surveyed:
    """Put together what a front and its columns say of a site."""
    footer = front.footer
    sponsor = given.fact("sponsor") or _shown(footer.sponsor)
    code = given.fact("site_id") or _shown(footer.site_id or footer.meta_site_id)
    name = given.fact("name") or _name(front, sponsor)
    icp, police = (
        given.fact("icp") or _shown(footer.icp),
        given.fact("police") or _shown(_whole_number(footer.police)),
    )
    where = _region(given, region, code, police)
    return Surveyed(
        id=id_,
        url=_home_of(given.url, front),
        given=given,
        name=name,
        type=given.fact("type") or _type(name.value),
        region=where,
        sponsor=sponsor,
        site_id=code,
        icp=icp,
        police=police,
        contact=given.fact("contact") or _contact(footer.text, sponsor),
        search=search,
        hosts=tuple(_hosts(front, proposal)),
        columns=proposal.columns,
        refused=proposal.refused,
        doubts=tuple(_doubts(where, front, given)),
    )


def _shown(value: str | None) -> Fact | None:
    return Fact(value, SHOWN) if value else None


def _whole_number(police: str | None) -> str | None:
    """The police number as the register writes it; some pages leave out its last sign."""
    return f"{police}号" if police and police[-1].isdigit() else police


def _home_of(url: str, front: Front) -> str:
    """The address to watch: the one given, or where it leads when that is another host or scheme."""
    found, asked = URL(front.url), URL(url)
    if found.origin() != asked.origin() and is_family(front.url, url):
        return str(found.origin().join(URL("/"))) if asked.path in ("", "/") else front.url
    return url


def _name(front: Front, sponsor: Fact | None) -> Fact:
    if (tag := front.site_name) and (found := clean_name(tag)):
        return Fact(found, "the page's tag SiteName")
    if found := clean_name(front.title):
        return Fact(found, "the page's title")
    if sponsor is not None:
        return Fact(sponsor.value, "nothing else names the site: its sponsor")
    return Fact(host_of(front.url), "nothing on the page names the site: its host")


def clean_name(text: str) -> str:
    """A site's name out of a page's title: the part that names an office, without words of welcome."""
    parts = [_WELCOME.sub("", part).strip(" -_,，!！:：") for part in _BETWEEN.split(" ".join(text.split()))]
    parts = [_SUFFIX.sub("", part) for part in parts if part and part != "网站"]
    named = [part for part in parts if _GOVERNMENT.search(part)] or [p for p in parts if _OFFICE.search(p)]
    return next(iter(named or parts), "")


def _type(name: str) -> Fact:
    plain = re.sub(r"(?:门户)?(?:网站|网|信息网)$", "", name)
    if _TOWNSHIP.search(plain):
        return Fact("township", "its name")
    if _OFFICE.search(plain) and not _GOVERNMENT.search(plain):
        return Fact("department", "its name is not a government's")
    return Fact("portal", "its name" if _GOVERNMENT.search(plain) else "nothing says otherwise")


def _region(given: Given, region: str | None, code: Fact | None, police: Fact | None) -> Fact | None:
    if fact := given.fact("region"):
        return fact
    if region is not None:
        return Fact(region, "--region", is_guess=False)
    if code and re.fullmatch(r"\d{10}", code.value) and code.value[:2] in PROVINCES.values():
        return Fact(code.value[:6], "the first six digits of the site code")
    numbers = PoliceNumber.find_all(police.value) if police else ()
    if numbers and numbers[0].digits[:2] in PROVINCES.values():
        return Fact(
            numbers[0].digits[:6], "the police number's first six digits: its police may be the city's"
        )
    return None


def _contact(footer: str, sponsor: Fact | None) -> Fact | None:
    found = _PHONE.search(footer)
    if found is None:
        return None
    phone = re.sub(r"[-－—\s]+", "-", re.sub(r"[()（）]", " ", found[1]).strip())
    who = f"{sponsor.value}，" if sponsor else ""
    return Fact(f"{who}电话 {phone}", "the foot of the home page")


def _hosts(front: Front, proposal: Proposal) -> Iterator[Fact]:
    """Further hosts: where the home page came from, where its columns and the pages that gather them lie."""
    home = host_of(front.url)
    seen = {home}
    places = [
        *((url, f"{url} leads to {front.url}") for url in front.hops),
        *((column.url, f"its column “{column.name}” lies there") for column in proposal.columns),
        *((url, f"{url} gathers columns of it") for url in proposal.hubs),
    ]
    for url, why in places:
        host = host_of(url)
        if host not in seen and is_family(url, front.url):
            seen.add(host)
            yield Fact(host, why)


def _doubts(region: Fact | None, front: Front, given: Given) -> Iterator[str]:
    """What does not fit together among the numbers shown, and with what was given."""
    footer = front.footer
    shown = {
        "site_id": footer.site_id,
        "icp": footer.icp,
        "police": _whole_number(footer.police),
        "sponsor": footer.sponsor,
    }
    for key, value in shown.items():
        if value and given.facts.get(key) and _folded(value) != _folded(given.facts[key]):
            yield f"{key}: the page shows {value}, given was {given.facts[key]}"
    if region is None:
        return
    for kind, value in ((SiteCode, footer.site_id), (IcpNumber, footer.icp), (PoliceNumber, footer.police)):
        for number in kind.find_all(value or ""):
            yield from (f"{value}: {doubt}" for doubt in number.doubts(region.value))


def _folded(text: str) -> str:
    return re.sub(r"[\s号第:：]", "", text).casefold()


async def _find_search(hands: Hands, front: Front, proposal: Proposal, cookies: CookieRound) -> Fact | None:
    """The site's own search, where a form of the front gives it and it finds what is known to be there."""
    pattern = next(iter(search_patterns(front)), None)
    known = next((row for column in proposal.columns for row in column.rows if row.url), None)
    if pattern is None or known is None:
        return None
    opened = await hands.open(pattern.replace("{title}", quote(known.title)), cookies)
    if opened.trouble is None and _finds(read_home(opened.text, opened.url).rows, known):
        return Fact(pattern, "a form of the home page; it found what stands in a column")
    return None


def _finds(rows: tuple[Row, ...], known: Row) -> bool:
    address, title = canonical(known.url), normalise(known.title)
    return any(canonical(row.url) == address or title in normalise(row.title) for row in rows)


def search_patterns(front: Front) -> Iterator[str]:
    """Addresses of searches with {title} for the words, from forms that only ask."""
    for document in front.documents:
        for form in document.tree.css("form[action]"):
            if (form.attributes.get("method") or "get").lower() != "get":
                continue
            inputs = [field.attributes for field in form.css("input[name]")]
            words = [i["name"] for i in inputs if (i.get("type") or "text") in ("text", "search")]
            action = document.resolve(form.attributes.get("action"))
            if action is None or not is_family(action, front.url):
                continue
            if len(words) != 1 or not _QUERY_NAMES.match(words[0] or ""):
                continue
            hidden = {i["name"] or "": i.get("value") or "" for i in inputs if i.get("type") == "hidden"}
            query = urlencode({**dict(URL(action).query), **hidden})
            base = str(URL(action).with_query(None))
            yield f"{base}?{query}{'&' if query else ''}{words[0]}={{title}}"
