"""The numbers a government site shows at the foot of its pages: ICP filing, police filing, site code.

They are read leniently (spaces, full-width signs, a missing 号) and compared by what they mean. `doubts` are
what does not fit together, in Chinese, for people to read; what some of the digits mean is read off many
numbers, not out of a rule, so where the register confirms a number its doubts accuse nobody.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, Self

PROVINCES: Mapping[str, str] = {
    "京": "11", "津": "12", "冀": "13", "晋": "14", "蒙": "15", "辽": "21", "吉": "22", "黑": "23",
    "沪": "31", "苏": "32", "浙": "33", "皖": "34", "闽": "35", "赣": "36", "鲁": "37", "豫": "41",
    "鄂": "42", "湘": "43", "粤": "44", "桂": "45", "琼": "46", "渝": "50", "川": "51", "贵": "52",
    "黔": "52", "云": "53", "滇": "53", "藏": "54", "陕": "61", "甘": "62", "陇": "62", "青": "63",
    "宁": "64", "新": "65",
}  # fmt: skip
"""What a province is called in a number, and the first two digits of its region codes (GB/T 2260)."""

_CHARACTERS = "".join(PROVINCES)
_ICP = re.compile(
    rf"([{_CHARACTERS}])ICP[备備]案?(?:[字第]*)(\d{{8,10}})(?!\d)[号號]?(?:-(\d{{1,3}})(?!\d))?", re.I
)
_POLICE = re.compile(rf"(?:([{_CHARACTERS}])\s*公[网網]安[备備]案?\s*:?\s*第?\s*)?(?<!\d)(\d{{14}})(?!\d)")
_SITE_CODE = re.compile(r"(?<![0-9A-Za-z])(bm\d{8}|\d{10})(?!\d)", re.I)
_DASHES = re.compile(r"[‐-―−]")


def fold(text: str) -> str:
    """Turn full-width signs and dashes into plain ones, and drop those that nobody sees."""
    plain = _DASHES.sub("-", unicodedata.normalize("NFKC", text))
    return "".join(sign for sign in plain if unicodedata.category(sign) != "Cf")


def squeeze(text: str) -> str:
    """Fold a text and drop its spaces, as comparing needs it."""
    return "".join(fold(text).split())


def _search(pattern: re.Pattern[str], text: str) -> tuple[re.Match[str], ...]:
    """Find a pattern where spaces stand inside a number, and where one keeps it from the next number."""
    return (*pattern.finditer(squeeze(text)), *pattern.finditer(fold(text)))


class Filing(Protocol):
    """A number of one kind, read from a text."""

    @classmethod
    def find_all(cls, text: str) -> tuple[Self, ...]:
        """Every number of this kind in a text, each once."""
        ...

    def agrees_with(self, other: Self) -> bool:
        """Whether both mean the same filing."""
        ...

    def doubts(self, region: str) -> tuple[str, ...]:
        """What does not fit a site of `region`, in Chinese."""
        ...

    def fits(self, region: str) -> bool:
        """Whether it may be that of a site of `region`; some doubts have good reasons."""
        ...


@dataclass(frozen=True, slots=True)
class IcpNumber:
    """皖ICP备12345678号-1; the suffix tells a holder's sites apart, and some provinces show none."""

    province: str
    number: str
    suffix: str | None = None

    def __str__(self) -> str:
        return f"{self.province}ICP备{self.number}号" + (f"-{self.suffix}" if self.suffix else "")

    @classmethod
    def find_all(cls, text: str) -> tuple[Self, ...]:
        return tuple(dict.fromkeys(cls(*found.groups()) for found in _search(_ICP, text)))

    def agrees_with(self, other: Self) -> bool:
        same_province = PROVINCES[self.province] == PROVINCES[other.province]
        same_holder = same_province and self.number == other.number
        return same_holder and (None in (self.suffix, other.suffix) or self.suffix == other.suffix)

    def doubts(self, region: str) -> tuple[str, ...]:
        if _is_of_province(PROVINCES[self.province], region):
            return ()
        return (f"省份简称“{self.province}”与本地区划{region}不符",)

    def fits(self, region: str) -> bool:
        return not self.doubts(region)


@dataclass(frozen=True, slots=True)
class PoliceNumber:
    """皖公网安备34012345678901号: the first six digits are the division of the police that accepted it."""

    province: str | None
    digits: str

    @property
    def accepted_in(self) -> str:
        """The two digits of its province: what the name in front says, or else the number itself."""
        return PROVINCES[self.province] if self.province else self.digits[:2]

    def __str__(self) -> str:
        return f"{self.province}公网安备{self.digits}号" if self.province else self.digits

    @classmethod
    def find_all(cls, text: str) -> tuple[Self, ...]:
        return tuple(dict.fromkeys(cls(*found.groups()) for found in _search(_POLICE, text)))

    def agrees_with(self, other: Self) -> bool:
        return (self.accepted_in, self.digits) == (other.accepted_in, other.digits)

    def doubts(self, region: str) -> tuple[str, ...]:
        doubts = []
        if self.accepted_in != self.digits[:2]:
            doubts.append(f"省份简称“{self.province}”与编号开头的{self.digits[:2]}不符")
        if not _is_of_province(self.digits[:2], region):
            doubts.append(f"编号开头的{self.digits[:2]}与本地区划{region}不符")
        return tuple(doubts)

    def fits(self, region: str) -> bool:
        return not self.doubts(region)


@dataclass(frozen=True, slots=True)
class SiteCode:
    """3412340001, or bm12345678 for a ministry: a local one begins with the code of its division."""

    code: str

    def __str__(self) -> str:
        return self.code

    @classmethod
    def find_all(cls, text: str) -> tuple[Self, ...]:
        return tuple(dict.fromkeys(cls(found[1].lower()) for found in _search(_SITE_CODE, text)))

    def agrees_with(self, other: Self) -> bool:
        return self == other

    def doubts(self, region: str) -> tuple[str, ...]:
        division = self.code[:6]
        if self._is_of_no_place(region) or division in (region, f"{region[:4]}00", f"{region[:2]}0000"):
            return ()
        return (f"标识码开头的{division}不是本地区划{region}，也不是其上级",)

    def fits(self, region: str) -> bool:
        """A county that became a district has a new region and keeps its code: the city must do."""
        of_city = self.code[:4] in (region[:4], f"{region[:2]}00")
        return of_city or self._is_of_no_place(region)

    def _is_of_no_place(self, region: str) -> bool:
        return self.code.startswith("bm") or region[:2] not in PROVINCES.values()


def _is_of_province(digits: str, region: str) -> bool:
    """Whether two digits are those of the region's province; the nation and an unknown region have none."""
    return region[:2] not in PROVINCES.values() or digits == region[:2]
