"""A story: one behaviour in one case on one seed. When what is published and reposted, and who shows it how."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from tests.hostile import pages
from tests.hostile.pages import Paper
from tests.hostile.wire import Asked, Said, page
from tests.integration.certificates import Authority

if TYPE_CHECKING:
    from tests.integration.county import World

SHANGHAI = ZoneInfo("Asia/Shanghai")

POLICY, NEWS = "/sjwj/", "/yw/"
PER_PAGE = 20
WHOLE, BRIEF = "1 working day", 8

DAYS = (25, 26, 27, 28, 30, 33, 34, 37)
"""Days of November 2026, beyond 30 of December: midweek, before and on rest days, at a month's end."""

THINGS = ("养老托育", "农村供水", "冷链物流", "数字乡村", "河湖管护", "技能培训", "便民市场", "校园安全")
DEEDS = (
    "关于印发{}行动方案的通知",
    "关于加快{}高质量发展的意见",
    "关于进一步做好{}工作的通知",
    "关于健全{}体系的实施意见",
)
OLD_DEEDS = (
    "{}工作推进会召开",
    "{}项目通过验收",
    "我县部署{}重点任务",
    "{}经验交流会举行",
    "县领导调研{}工作",
)
PLACES = ("城关", "河口", "东山", "青溪", "石桥", "柳林", "北坡", "南湖", "白沙", "金塘", "云岭", "双桥")
OLD_THINGS = (
    "防汛抗旱",
    "植树造林",
    "安全生产",
    "城市管理",
    "法治宣传",
    "交通整治",
    "春耕生产",
    "文化惠民",
    "疫病防控",
    "电商助农",
)


class Case(StrEnum):
    """When the site reposts, in truth: before the target, before the limit, after it, or not at all."""

    EARLY = "early"
    LATE = "late"
    AFTER = "after"
    NEVER = "never"


CASES = (
    Case.EARLY,
    Case.NEVER,
    Case.LATE,
    Case.EARLY,
    Case.AFTER,
    Case.LATE,
    Case.NEVER,
    Case.EARLY,
    Case.LATE,
    Case.EARLY,
)
"""The case of each of ten seeds."""

Twist = Callable[[Asked, Said], Said]
Hand = Callable[[Sequence[Paper], str], str]


class Doorkeeper(Protocol):
    """What a turn of a story may do to the servers."""

    @property
    def world(self) -> World: ...

    async def shut(self, *names: str) -> None: ...
    async def open(self, *names: str) -> None: ...


Turn = Callable[[Doorkeeper], Awaitable[None]]


class Site:
    """An honest site: columns of papers that stand there for a while. `twists` make it behave otherwise."""

    def __init__(self, columns: dict[str, str]) -> None:
        self.columns = columns
        self.papers: dict[str, list[Paper]] = {path: [] for path in columns}
        self.hands: dict[str, Hand] = {}
        self.on_home: tuple[str, ...] = tuple(columns)
        self.twists: list[Twist] = []
        self.aside: list[Paper] = []  # stand where nothing leads

    def hold(self, column: str, paper: Paper) -> Paper:
        self.papers.setdefault(column, []).append(paper)
        return paper

    def held(self, column: str, now: datetime) -> list[Paper]:
        """What stands in a column, newest first."""
        standing = [paper for paper in self.papers[column] if paper.stands(now)]
        return sorted(standing, key=lambda paper: paper.since, reverse=True)

    def answer(self, asked: Asked) -> Said:
        said = self.honest(asked.path, asked.now)
        for twist in self.twists:
            said = twist(asked, said)
        return said

    def honest(self, path: str, now: datetime) -> Said:
        """What an ordinary server would say."""
        if path == "/":
            return page(pages.home([(self.columns[c], c, self.held(c, now)[:8]) for c in self.on_home]))
        folder, _, name = path.rpartition("/")
        if f"{folder}/" in self.columns and (not name or name.startswith("index_")):
            number = int(name.removeprefix("index_").removesuffix(".html")) if name else 0
            return page(self.list_page(f"{folder}/", number, now))
        for papers in (*self.papers.values(), self.aside):
            for paper in papers:
                if paper.path == path and paper.stands(now):
                    return page(pages.article(paper))
        return page("<html><body>404 Not Found</body></html>", 404)

    def list_page(self, column: str, number: int, now: datetime) -> str:
        held = self.held(column, now)
        shown = held[number * PER_PAGE : (number + 1) * PER_PAGE]
        if (hand := self.hands.get(column)) is not None:
            return hand(shown, self.columns[column])
        more = len(held) > (number + 1) * PER_PAGE
        after = f'<div class="page"><a href="index_{number + 1}.html">下一页</a></div>' if more else ""
        return pages.listing(shown, self.columns[column], after=after)


@dataclass(slots=True)
class Story:
    """All that is true, and all that is shown. A behaviour changes it before it is played.

    since: from when on the site misbehaves; it was read well before. turns: what befalls the servers, and
    when. every, portal_every: how often the site's places and the portal's column are read by themselves. tls: makes the site's certificate. bases: where each server stands, once it does; those named "trap"
    stand in a network that nobody may be sent to. deserved: rules that it is true the site breaks. key: which
    of the portal's items are. lasts: how long after the limit it goes on, where it is not as long as usual.
    is_hidden: the repost stands where nobody could find it, and an accusation is right until it is shown.
    """

    case: Case
    rng: Random
    begin: datetime
    published: datetime
    reposted: datetime | None
    target: datetime
    limit: datetime
    site: Site
    portal: Site
    policy: Paper
    repost: Paper | None
    term: str
    since: datetime = field(init=False)
    turns: list[tuple[datetime, Turn]] = field(default_factory=list)
    every: str = "4h"
    portal_every: str = "6h"
    key: str = "all"
    lasts: timedelta | None = None
    is_hidden: bool = False
    robots: str = "ignore"
    timeout: float = 4.0
    site_config: str = ""
    further: str = ""
    tls: Callable[[Authority], ssl.SSLContext] | None = None
    speaks_no_tls: bool = False
    hosts: dict[str, Site] = field(default_factory=dict)
    bases: dict[str, str] = field(default_factory=dict)
    deserved: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.since = self.begin + timedelta(minutes=2)

    @property
    def end(self) -> datetime:
        """When it is over: past the time of grace, and where there is time, past what is put right late."""
        if self.lasts is not None:
            return self.limit + self.lasts
        return self.limit + (timedelta(minutes=50) if self.term != WHOLE else timedelta(hours=2, minutes=30))

    def chance(self, asked: Asked) -> float:
        """A number from 0 to 1 that is the request's own, in whatever order requests arrive."""
        return Random(f"{self.policy.path} {asked.path} {asked.of_path}").random()

    def noise(self, asked: Asked, length: int) -> bytes:
        """Bytes without a meaning, each request's own."""
        return Random(f"{self.policy.path} {asked.path} {asked.of_path}").randbytes(length)

    def twist(self, change: Twist, *, where: str = "all", always: bool = False) -> None:
        """Let the site answer otherwise: on its lists, its home page, its lists and home page, or everywhere."""

        def twisted(asked: Asked, said: Said) -> Said:
            if (not always and asked.now < self.since) or not self.concerns(asked.path, where):
                return said
            return change(asked, said)

        self.site.twists.append(twisted)

    def concerns(self, path: str, where: str) -> bool:
        is_list = path.startswith(tuple(self.site.columns)) and not path.endswith(".htm")
        named = {
            "lists": is_list,
            "home": path == "/",
            "pages": is_list or path == "/",
            "all": path != "/robots.txt",
        }
        return named.get(where, path == where)

    def show_repost(self, **changes: Any) -> None:
        """Change how the repost stands there, if there is one."""
        if self.repost is not None:
            kept = [paper for paper in self.site.papers[POLICY] if paper.path != self.repost.path]
            self.site.papers[POLICY] = kept
            self.repost = self.site.hold(POLICY, replace(self.repost, **changes))


def told(seed: int, case: Case, name: str, *, brief: bool = False) -> Story:
    """Make up a story: days, hours, titles, rows and traffic by the seed.

    brief: the limit ends some hours after the publication, and not with the next working day.
    """
    rng = Random(f"{seed} {name}")
    day = datetime(2026, 11, 1, tzinfo=SHANGHAI) + timedelta(days=rng.choice(DAYS) - 1)
    published = day + timedelta(hours=rng.randint(8, 16), minutes=rng.randint(1, 59))
    begin = published - timedelta(minutes=rng.randint(35, 95))
    limit = published + timedelta(hours=BRIEF) if brief else end_of_next_working_day(day)
    target = published + timedelta(hours=1)
    reposted = _reposted(rng, case, published, target, limit)
    title = "国务院办公厅" + rng.choice(DEEDS).format(rng.choice(THINGS))
    policy = Paper(
        title,
        f"/zhengce/content/{rng.randint(10000, 99999)}.htm",
        published + timedelta(seconds=rng.randint(0, 40)),
        published,
        number=f"国办发〔2026〕{rng.randint(20, 60)}号",
        source="国务院办公厅",
    )
    site, portal = Site({POLICY: "上级文件", NEWS: "要闻"}), Site({"/zcwj/": "政策文件"})
    site.on_home = (NEWS,)
    repost = None
    if reposted is not None:
        path = f"/sjwj/{rng.randint(10000, 99999)}.htm"
        repost = site.hold(
            POLICY, Paper(title, path, reposted, reposted, number=policy.number, source="国务院办公厅")
        )
    portal.hold("/zcwj/", policy)
    furnish(rng, site, portal, begin, limit + timedelta(hours=3))
    term = f"{BRIEF}h" if brief else WHOLE
    return Story(case, rng, begin, published, reposted, target, limit, site, portal, policy, repost, term)


def furnish(rng: Random, site: Site, portal: Site, begin: datetime, end: datetime) -> None:
    """Older papers everywhere, and news that go on coming."""
    numbers = iter(rng.sample(range(10000, 99999), 900))
    for column, issuer, count in (
        (POLICY, "省政府办公厅", rng.randint(8, 50)),
        (NEWS, "", rng.randint(15, 60)),
    ):
        for title, since in zip(_titles(rng, issuer), _before(rng, begin, count), strict=False):
            site.hold(column, Paper(title, f"{column}{next(numbers)}.htm", since, since))
    for title, since in zip(_titles(rng, "国务院"), _before(rng, begin, rng.randint(10, 40)), strict=False):
        portal.hold(
            "/zcwj/", Paper(title, f"/zhengce/content/{next(numbers)}.htm", since, since, source="国务院")
        )
    since, titles = begin, _titles(rng, "")
    while (since := since + timedelta(hours=rng.randint(2, 7), minutes=rng.randint(0, 59))) < end:
        title = f"{next(titles)}（{since.month}月{since.day}日）"
        site.hold(NEWS, Paper(title, f"{NEWS}{next(numbers)}.htm", since, since))


def _titles(rng: Random, issuer: str) -> Iterator[str]:
    made = [
        f"{issuer}关于做好{place}片区{thing}有关事项的通知" if issuer else place + deed.format(thing)
        for place in PLACES
        for thing in OLD_THINGS
        for deed in (OLD_DEEDS if not issuer else OLD_DEEDS[:1])
    ]
    rng.shuffle(made)
    return iter(made)


def _before(rng: Random, begin: datetime, count: int) -> list[datetime]:
    days = sorted(rng.sample(range(2, 150), count))
    return [begin - timedelta(days=day, minutes=rng.randint(0, 300)) for day in days]


def _reposted(
    rng: Random, case: Case, published: datetime, target: datetime, limit: datetime
) -> datetime | None:
    """To the minute, as pages declare it."""
    if case is Case.NEVER:
        return None
    if case is Case.EARLY:
        return published + timedelta(minutes=rng.randint(4, 55))
    if case is Case.AFTER:
        return limit + timedelta(minutes=rng.randint(41, 100))
    minutes = int((limit - target) / timedelta(minutes=1))
    return target + timedelta(minutes=rng.randint(10, minutes - 60))


def end_of_next_working_day(day: datetime) -> datetime:
    """When one working day ends: in these weeks of 2026 only Saturdays and Sundays are no working days."""
    following = day + timedelta(days=1)
    while following.weekday() >= 5:
        following += timedelta(days=1)
    return following + timedelta(days=1)
