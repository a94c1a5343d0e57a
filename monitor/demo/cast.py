"""Who plays: the portals, the counties of a made-up region with their faults, and a site that is closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum

from monitor.demo.scripts import Scenario
from monitor.demo.styles import (
    AS_GB2312,
    AS_UTF8,
    ASP,
    GB18030_SAID_UTF8,
    HANWEB,
    NFCMS,
    TRS,
    Encoding,
    Style,
)

NATIONAL, PROVINCIAL, MUNICIPAL = "gov-cn", "anlan", "anhe"


class Fault(StrEnum):
    """What is wrong with a site's filings or grading; one fault each, so that every rule is seen to fail."""

    ICP = "shows another ICP number"
    POLICE = "shows no police number"
    SITE_ID = "shows another site code"
    SPONSOR = "names another sponsor"
    GRADING = "has no grading"
    ASSESSMENT = "assessment is overdue"


@dataclass(frozen=True, slots=True)
class Identity:
    """The four things in a footer that must be equal to the register; None: not there."""

    icp: str | None
    police: str | None
    site_id: str | None
    sponsor: str | None


@dataclass(frozen=True, slots=True)
class Grading:
    """The register's security grading; `assessed` is how long before the opening."""

    level: int
    filing: str
    assessed: timedelta


@dataclass(frozen=True, slots=True)
class Portal:
    """A higher portal: whose documents it publishes, with which numbers. `binds` as in targets.toml."""

    id: str
    name: str
    short: str
    level: str
    region: str
    style: Style
    site_id: str
    issuers: tuple[tuple[str, str], ...]
    """Who issues, and the letters before 〔year〕: what a document is numbered by."""
    binds: tuple[str, ...] = ()
    encoding: Encoding = AS_UTF8

    @property
    def shown(self) -> Identity:
        return Identity(
            icp=f"皖ICP备{self.region}0001号" if self.region != "000000" else "京ICP备00000001号",
            police=None,
            site_id=self.site_id,
            sponsor=f"{self.issuers[-1][0]}",
        )


@dataclass(frozen=True, slots=True)
class County:
    """A county's portal: what it does with a policy, how its pages are made, what its register says."""

    id: str
    short: str
    region: str
    scenario: Scenario
    style: Style
    fault: Fault | None = None
    encoding: Encoding = AS_UTF8
    has_sitemap: bool = True
    has_search: bool = True
    is_soft: bool = False
    """Answers an unknown address with status 200 and a page that says so."""

    @property
    def name(self) -> str:
        return f"{self.short}人民政府"

    @property
    def registered(self) -> Identity:
        """What the register says of the site."""
        return Identity(
            icp=f"皖ICP备{self.region}0018号-1",
            police=f"皖公网安备{self.region}02000101号",
            site_id=f"{self.region}0001",
            sponsor=f"{self.short}人民政府办公室",
        )

    @property
    def shown(self) -> Identity:
        """What the site's pages say: the register's words, but for its fault."""
        return replace(self.registered, **_misprint(self))

    @property
    def grading(self) -> Grading | None:
        """The register's grading: level 2 is assessed every second year, level 3 every year."""
        if self.fault is Fault.GRADING:
            return None
        filing = f"{self.region}00001-00001"
        if self.fault is Fault.ASSESSMENT:
            return Grading(level=3, filing=filing, assessed=timedelta(days=500))
        return Grading(level=2, filing=filing, assessed=timedelta(days=120))

    @property
    def is_up(self) -> bool:
        return self.scenario is not Scenario.DOWN


def _misprint(county: County) -> Mapping[str, str | None]:
    match county.fault:
        case Fault.ICP:
            return {"icp": f"皖ICP备{county.region}0081号-3"}
        case Fault.POLICE:
            return {"police": None}
        case Fault.SITE_ID:
            return {"site_id": f"{county.region}0010"}
        case Fault.SPONSOR:
            return {"sponsor": f"{county.short}融媒体中心"}
    return {}


@dataclass(frozen=True, slots=True)
class Closed:
    """A department's site that was closed and still answers."""

    id: str = "liangshi"
    name: str = "安河市粮食储备局"
    region: str = "340800"
    style: Style = TRS
    shown: Identity = field(
        default_factory=lambda: Identity(
            icp="皖ICP备3408000031号", police=None, site_id="3408000031", sponsor="安河市粮食储备局"
        )
    )
    encoding: Encoding = AS_UTF8


BOUND_BY_CITY = ("qingshi", "lindu", "songpi")
"""Whom the municipal document binds: it stands on two portals, which both name these three."""

PORTALS = (
    Portal(
        id=NATIONAL,
        name="中国政府网（演示）",
        short="有关部门",
        level="national",
        region="000000",
        style=TRS,
        site_id="bm99000001",
        issuers=(("国务院", "国发"), ("国务院办公厅", "国办发")),
    ),
    Portal(
        id=PROVINCIAL,
        name="安澜省人民政府（演示）",
        short="安澜省",
        level="provincial",
        region="340000",
        style=NFCMS,
        site_id="3400000099",
        issuers=(("安澜省人民政府", "澜政"), ("安澜省人民政府办公厅", "澜政办")),
        binds=BOUND_BY_CITY,
    ),
    Portal(
        id=MUNICIPAL,
        name="安河市人民政府（演示）",
        short="安河市",
        level="municipal",
        region="340800",
        style=HANWEB,
        site_id="3408000099",
        issuers=(("安河市人民政府", "安政发"), ("安河市人民政府办公室", "安政办")),
        binds=BOUND_BY_CITY,
    ),
)

COUNTIES = (
    County("qingshi", "青石县", "340851", Scenario.PROMPT, TRS),
    County("lindu", "临渡县", "340852", Scenario.LATE, HANWEB, Fault.ICP),
    County(
        "songpi", "松陂县", "340853", Scenario.NEVER, NFCMS, Fault.POLICE, has_sitemap=False, is_soft=True
    ),
    County("zhubu", "竹埠县", "340854", Scenario.AFTER_LIMIT, ASP, encoding=AS_GB2312, has_sitemap=False),
    County("luwan", "芦湾县", "340855", Scenario.LINK, HANWEB, Fault.SITE_ID),
    County("xiting", "汐汀县", "340856", Scenario.CUT, NFCMS, Fault.SPONSOR),
    County("shuangxi", "霜溪县", "340857", Scenario.INTERPRETATION, TRS, Fault.GRADING),
    County("taohe", "桃河县", "340858", Scenario.LAST_YEAR, HANWEB, Fault.ASSESSMENT),
    County("yanwu", "砚坞县", "340859", Scenario.MISDECLARED, TRS, encoding=GB18030_SAID_UTF8),
    County("nanyi", "南漪县", "340860", Scenario.EMPTIED, NFCMS, has_search=False),
    County("wangxiu", "望岫县", "340861", Scenario.DOWN, TRS),
    County("heting", "鹤亭县", "340862", Scenario.ELSEWHERE, HANWEB, has_search=False),
)

CLOSED = Closed()

Player = Portal | County | Closed
PLAYERS: tuple[Player, ...] = (*PORTALS, *COUNTIES, CLOSED)


def expected_findings() -> dict[tuple[str, str], bool | None]:
    """What the lifecycle and availability rules must find: (site, rule) to ok; None: could not tell."""
    expected: dict[tuple[str, str], bool | None] = {(CLOSED.id, "lifecycle.closed"): False}
    for county in COUNTIES:
        expected[county.id, "availability.home"] = county.is_up
        for name in ("icp", "police", "site_id", "sponsor"):
            is_right = getattr(county.shown, name) == getattr(county.registered, name)
            expected[county.id, f"lifecycle.{name}"] = is_right if county.is_up else None
        expected[county.id, "lifecycle.grading"] = county.grading is not None
        expected[county.id, "lifecycle.assessment"] = (
            None if county.grading is None else county.fault is not Fault.ASSESSMENT
        )
    return expected
