"""Writing the proposal down: one commented file for each site and portal, and a targets.toml to begin with.

Whatever comes from a page or a spreadsheet is text of strangers: it is quoted, kept to one line, and cannot
name an environment variable or a file of ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.starting.chain import SURE
from monitor.starting.columns import TAKEN, Proposed, Refused
from monitor.starting.facts import Fact
from monitor.starting.sites import Surveyed
from monitor.starting.uppers import CheckedColumn, CheckedPortal, numbers_of

MOST_REFUSED = 12
LONGEST_VALUE = 500
LONGEST_COMMENT = 200
NOWHERE = "000000"
USUAL_NUMBERS = ("国发", "国办发")

_WANTED = {
    "policy": "上级文件, 政策文件: the list in which reposts stand",
    "news": "政务要闻, 工作动态",
    "notice": "通知公告",
    "mailbox": "县长信箱: answered letters",
    "consultation": "意见征集",
}


@dataclass(frozen=True, slots=True)
class Written:
    """A file and its text, before it is written."""

    path: Path
    text: str


def quote(text: str) -> str:
    """A string of TOML. Braces would be read as placeholders of secrets, so text of strangers has none."""
    plain = "".join(char if char.isprintable() else " " for char in text)
    plain = " ".join(plain.encode("utf-8", "ignore").decode("utf-8").split())[:LONGEST_VALUE]
    return json.dumps(plain.replace("{", "（").replace("}", "）"), ensure_ascii=False)


def quote_url(url: str) -> str:
    """An address as a string of TOML, braces and spaces written as the web has them."""
    return quote(url.replace("{", "%7B").replace("}", "%7D").replace(" ", "%20"))


def remark(text: str) -> str:
    """What follows a # on one line."""
    plain = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return plain.encode("utf-8", "ignore").decode("utf-8")[:LONGEST_COMMENT]


def site_toml(site: Surveyed) -> str:
    """The table of a site."""
    return "\n".join([*_head(site), "", *_registration(site), *_grading(site), "", *_columns(site)]) + "\n"


def _head(site: Surveyed) -> Iterator[str]:
    yield f"# {remark(site.name.value)}, proposed by `duban init` from {remark(site.given.url)}"
    if site.given.origin:
        yield f"# and {remark(site.given.origin)}."
    yield "# What is marked guess is to be looked at by a person; then the mark can go."
    yield from (f"# doubt: {remark(doubt)}" for doubt in site.doubts)
    yield "\n[[site]]"
    yield f"id = {quote(site.id)}"
    yield _line("name", site.name)
    yield _line("type", site.type)
    if site.region is not None:
        yield _line("region", site.region)
    else:
        yield '# region = "……"  # not found: six digits of GB/T 2260; left out, it is the office\'s'
    yield f"url = {quote_url(site.url)}"
    if site.hosts:
        hosts = ", ".join(quote(host.value) for host in site.hosts)
        yield f"hosts = [{hosts}]  # guess: {remark('; '.join(host.why for host in site.hosts))}"
    yield from _search(site)
    if status := site.given.fact("status"):
        yield _line("status", status)
    yield ""
    yield from _contact(site)


def _search(site: Surveyed) -> Iterator[str]:
    if site.search is None:
        yield '# search = "https://…?q={title}"  # not found: it helps the last look before a verdict'
    else:
        before, _, after = site.search.value.partition("{title}")
        value = f'"{quote_url(before)[1:-1]}{{title}}{quote_url(after)[1:-1]}"'
        yield f"search = {value}  # guess: {remark(site.search.why)}"


def _contact(site: Surveyed) -> Iterator[str]:
    yield "  [site.contact]"
    if site.contact is not None:
        yield f"  {_line('name', site.contact)}"
    else:
        yield '  # name = "……"  # not found: who is told to put things right'
    yield '  # channel = "……"  # a channel of their own, by its id'


def _registration(site: Surveyed) -> Iterator[str]:
    yield "  [site.registration]  # what the register says; the page must show the same"
    for key, fact, what in (
        ("site_id", site.site_id, "网站标识码"),
        ("icp", site.icp, "ICP备案编号"),
        ("police", site.police, "公安机关备案号"),
        ("sponsor", site.sponsor, "主办单位"),
    ):
        if fact is not None:
            yield f"  {_line(key, fact)}"
        else:
            yield f'  # {key} = "……"  # not found on the home page: {what}, see the register'
    if opened := site.given.facts.get("opened"):
        yield f"  opened = {opened}  # {remark(site.given.origin)}"


def _grading(site: Surveyed) -> Iterator[str]:
    facts = site.given.facts
    if not any(facts.get(key) for key in ("level", "filing", "assessed")):
        yield "\n  # [site.grading]  # 等级保护: no page shows it; level, filing and assessed from its papers"
        return
    yield "\n  [site.grading]"
    if "level" in facts:
        yield f"  level = {facts['level']}"
    if "filing" in facts:
        yield f"  filing = {quote(facts['filing'])}"
    if "assessed" in facts:
        yield f"  assessed = {facts['assessed']}"


def _columns(site: Surveyed) -> Iterator[str]:
    for column in site.columns:
        yield from _column(column)
    found = {column.about for column in site.columns}
    for about in (about for about in TAKEN if about not in found):
        yield f"  # No {about} column was found ({_WANTED[about]}): try `duban read URL`, and add it here."
    yield from _refused(site.refused)


def _column(column: Proposed) -> Iterator[str]:
    yield f"  [[site.column]]  # guess: {remark(column.why)}"
    yield f"  name = {quote(column.name)}"
    yield f"  url = {quote_url(column.url)}"
    yield f"  about = {quote(column.about)}"
    if column.format:
        yield f"  format = {quote(column.format)}"
    yield ""


def _refused(refused: Sequence[Refused]) -> Iterator[str]:
    if not refused:
        return
    yield "  # Looked at and not proposed:"
    for column in refused[:MOST_REFUSED]:
        yield f"  #   {remark(column.name)} {remark(column.url)} ({remark(column.why)})"
    if len(refused) > MOST_REFUSED:
        yield f"  #   and {len(refused) - MOST_REFUSED} more"
    if any("script" in column.why or column.why.startswith("no list") for column in refused):
        yield '  # A list that a script draws is read with render = "always" in its [[site.column]].'


def _line(key: str, fact: Fact) -> str:
    mark = f"guess: {remark(fact.why)}" if fact.is_guess else remark(fact.why)
    return f"{key} = {quote(fact.value)}  # {mark}"


def portal_toml(checked: CheckedPortal) -> str:
    """The table of a portal. Columns that are not lists are left as comments."""
    portal = checked.portal
    lines = [
        f"# {remark(portal.name)}, proposed by `duban init` as a portal above the sites.",
        f"# guess: its address: {remark(_sure(portal.sure))}",
        *([f"# doubt: {remark(checked.doubt)}"] if checked.doubt else []),
        "",
        "[[portal]]",
        f"id = {quote(portal.id)}",
        f"name = {quote(portal.name)}",
        f"level = {quote(portal.level)}",
        f"region = {quote(portal.region)}",
        f"url = {quote_url(portal.url)}",
        "",
    ]
    for column in checked.columns:
        lines += [*_portal_column(column), ""]
    if not any(column.is_list is not False for column in checked.columns):
        lines += [
            "  # No list of policies was found: open the portal, find it, try `duban read URL`, and add it:",
            "  # [[portal.column]]",
            '  # name = "……"',
            '  # url = "https://……"',
            '  # key = "auto"',
        ]
    return "\n".join(lines).rstrip() + "\n"


def _portal_column(checked: CheckedColumn) -> Iterator[str]:
    column = checked.column
    mark = "  # " if checked.is_list is False else "  "
    yield f"{mark}[[portal.column]]  # guess: {remark(f'{_sure(column.sure)}; {checked.seen}')}"
    yield f"{mark}name = {quote(column.name)}"
    yield f"{mark}url = {quote_url(column.url)}"
    yield f"{mark}key = {quote(column.key)}"


def _sure(sure: str) -> str:
    return SURE.get(sure, sure)


def office_toml(
    pattern: str,
    sites: Sequence[Surveyed],
    portals: Sequence[CheckedPortal],
    networks: Sequence[str] = (),
) -> str:
    """A targets.toml that includes the files of a pattern, and lets the daemon into the same networks."""
    region, why = office_region(sites)
    numbers = ", ".join(quote(number) for number in numbers_of(portals) or USUAL_NUMBERS)
    allowed = ", ".join(quote(network) for network in networks)
    fetch = (
        f"[fetch]\nallow_networks = [{allowed}]  # not public, and read all the same\n\n" if networks else ""
    )
    name = _office_name(sites)
    return f"""# The configuration of duban, begun by `duban init`. `duban check` says what it amounts to.
include = [{quote(pattern)}]

[office]
{_line("name", name)}
region = {quote(region)}  # {remark(why)}
# contact = "…"  # how sites reach the office, such as a telephone number: messages name it

{fetch}[rules.repost]
target = "1h"
limit = "1 working day"

[key]  # which items of a portal's column with key = "auto" are key policy
include = ["关于印发.*的通知"]  # guess: documents of this title guide the whole
exclude = ["任免", "解读"]
doc_numbers = [{numbers}]  # guess: what the portals above number their documents by

# Whom to tell; `duban alert test office` tries it.
# [[channel]]
# id = "office"
# url = "{{env:DUBAN_OFFICE_URL}}"
#
# [[route]]
# to = ["office"]
# on = ["warning", "violation", "urgent", "resolved", "correction", "blind"]
"""


def office_region(sites: Iterable[Surveyed]) -> tuple[str, str]:
    """The region that all sites share, and how it was found."""
    regions = sorted({site.region.value for site in sites if site.region is not None})
    if not regions:
        return NOWHERE, "not found: the office's region code, six digits of GB/T 2260"
    digits = next(n for n in (6, 4, 2, 0) if len({region[:n] for region in regions}) == 1)
    why = "guess: that of the site" if len(regions) == 1 else "guess: what the regions of all sites share"
    return regions[0][:digits].ljust(6, "0"), why


def _office_name(sites: Sequence[Surveyed]) -> Fact:
    portals = [site for site in sites if site.type.value == "portal"]
    if len(portals) == 1:
        site = portals[0]
        if site.sponsor is not None:
            return Fact(site.sponsor.value, "the sponsor of its portal")
        return Fact(site.name.value, "the name of its portal")
    return Fact("政府办公室", "not found: the office that answers for these sites")
