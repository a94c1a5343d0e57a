"""What a page shows beside the structure of its rows, drawn once for a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from bench.list_pages.dates import DateForm, choose_form
from bench.list_pages.entries import Structure
from bench.list_pages.markup import Writing

FIRST_DAY = date(2024, 1, 3)
DAYS = 900
FEW, MANY = 7, 30


@dataclass(frozen=True, slots=True)
class Look:
    """The choices for one page. Counts of 0 and empty words mean that there is none of it."""

    today: date
    rows: int
    form: DateForm | None  # None: rows without dates
    pinned: int
    pinned_mark: str
    cut: int  # titles longer than this are cut in the text and whole in an attribute
    cut_mark: str
    number: str  # how a row's number is written
    bullet: str
    icon: str  # text, "img" or nothing
    category: str  # before | after
    date_first: bool
    separator: str  # empty | line | blocks
    summary: bool
    thumbnail: bool
    elsewhere: bool  # a few rows lead to other hosts
    layout: str  # left | right | single | table
    sides: int
    sides_dated: bool
    hot: str  # dated | bare
    nav_levels: int
    banner: bool
    friends: str  # links | select
    pages: str
    writing: Writing
    old: bool

    def name_variations(self, structure: Structure) -> frozenset[str]:
        """The variations that the page counts under."""
        told = {
            self.form.group if self.form else "no dates": True,
            "pinned": self.pinned > 0,
            "pinned unmarked": self.pinned > 0 and not self.pinned_mark,
            "cut": self.cut > 0,
            "numbered": bool(self.number),
            "bullets": bool(self.bullet),
            "new icons": bool(self.icon),
            "category links": bool(self.category),
            "date before link": self.date_first,
            "date in link": structure.date_in_link and self.form is not None,
            "empty rows": self.separator == "empty",
            "lines between": self.separator == "line",
            "blocks of five": self.separator == "blocks",
            "summaries": self.summary,
            "thumbnails": self.thumbnail,
            "rows to other hosts": self.elsewhere,
            f"layout {self.layout}": True,
            "side list dated": self.sides > 0 and self.sides_dated,
            "side list bare": self.sides > 0 and not self.sides_dated,
            "hot list dated": self.hot == "dated",
            "hot list bare": self.hot == "bare",
            "navigation of two levels": self.nav_levels == 2,
            "banner": self.banner,
            f"friend {self.friends}": bool(self.friends),
            f"pages by {self.pages}" if self.pages else "no further page": True,
            "few rows": self.rows <= FEW,
            "many rows": self.rows >= MANY,
            "rows in a table": structure.row.tag in {"tr", "table"} or _is_cell(structure),
            "rows are bare links": structure.row.tag == "a",
            "old markup": self.old,
        }
        return frozenset(name for name, holds in told.items() if holds)


def draw_look(structure: Structure, chance: Random) -> Look:
    table = structure.row.tag in {"tr", "table"} or _is_cell(structure)
    old = chance.random() < (0.35 if table else 0.1)
    rows = chance.choice((5, 6, 8, 10, 12, 15, 15, 20, 20, 20, 25, 30, 40, 50))
    in_body = bool(structure.container) and structure.container[0].compound.tag == "body"
    bare = structure.row.tag == "a"
    sides = chance.choice((0, 0, 1, 1, 2)) if rows > FEW else chance.choice((0, 0, 1))
    has_date = structure.date is not None or chance.random() < 0.6
    number = _rarely(chance, 0.1, ("{0}.", "{0}", "{0}、", "[{0}]")) if not bare else ""
    return Look(
        today=FIRST_DAY + timedelta(days=chance.randrange(DAYS)),
        rows=rows,
        form=choose_form(chance, structure.formats) if has_date and chance.random() > 0.12 else None,
        pinned=chance.randint(1, 3) if chance.random() < 0.18 else 0,
        pinned_mark=chance.choice(("", "置顶", "[置顶]", "img")),
        cut=chance.randint(16, 30) if chance.random() < 0.25 else 0,
        cut_mark=chance.choice(("…", "...", "……", "")),
        number=number,
        bullet=_rarely(chance, 0.15, ("·", "•", "■", "img", ">")) if not bare else "",
        icon=_rarely(chance, 0.15, ("img", "NEW", "新")),
        category=_rarely(chance, 0.12, ("before", "before", "after")) if not bare else "",
        date_first=chance.random() < 0.2 and not bare and not number,
        separator=_rarely(chance, 0.3, ("empty", "line", "blocks")),
        summary=chance.random() < 0.07 and not table and not bare and rows <= 20,
        thumbnail=chance.random() < 0.05 and not table and not bare and rows <= 20,
        elsewhere=chance.random() < 0.08 and not structure.needs_content,
        layout="single" if in_body else _draw_layout(chance, old),
        sides=sides,
        sides_dated=chance.random() < 0.5,
        hot=_rarely(chance, 0.35, ("dated", "bare", "bare")) if rows > FEW else "",
        nav_levels=chance.choice((1, 1, 2)),
        banner=chance.random() < 0.4,
        friends=_rarely(chance, 0.6, ("links", "select")),
        pages=_rarely(chance, 0.85, ("links", "links", "script", "query", "numbers")),
        writing=_draw_writing(chance, old),
        old=old,
    )


def _is_cell(structure: Structure) -> bool:
    steps = [*structure.link, *(structure.date or ())]
    return any(step.compound.tag == "td" for step in steps)


def _draw_layout(chance: Random, old: bool) -> str:
    return chance.choice(("table", "table", "left") if old else ("left", "left", "right", "right", "single"))


def _draw_writing(chance: Random, old: bool) -> Writing:
    if not old:
        return Writing(lines=chance.random() < 0.8)
    return Writing(
        upper=chance.random() < 0.7,
        unquoted=chance.random() < 0.6,
        ends_left_out=chance.random() < 0.3,
        lines=chance.random() < 0.6,
    )


def _rarely(chance: Random, share: float, words: tuple[str, ...]) -> str:
    return chance.choice(words) if chance.random() < share else ""
