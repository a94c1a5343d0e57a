"""What the console says and how it draws and counts: words, times, the matrix, the line of time, the days."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import nodes
from starlette.datastructures import QueryParams

from alerts.events import Kind
from alerts.messages import Basis
from checks.obligations import State
from checks.rules import RULES, Duty, Severity
from checks.terms import Term
from checks.workdays import Calendar, Counting, DayEnd, OfficeHours, RestDayStart
from monitor.rounds.observations import Seen
from monitor.store.board import Cell, Standing
from monitor.targets import Site
from monitor.web import rendering
from monitor.web.bar import Moments, draw
from monitor.web.matrix import arrange, fill, group, measure
from monitor.web.reckoning import reckon
from monitor.web.rendering import link, make_environment, root_of, without_unseen
from monitor.web.texts import TEXTS
from monitor.web.words import SIGNS, Words

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 30, 10, 20, tzinfo=SHANGHAI)
TEMPLATES = Path(rendering.__file__).parent / "templates"


starts = st.datetimes(
    # hypothesis takes bounds without a zone and adds its own
    datetime(2023, 12, 25),  # noqa: DTZ001
    datetime(2026, 12, 1),  # noqa: DTZ001
    timezones=st.just(SHANGHAI),
)


def at(day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=SHANGHAI)


def words(language: str = "zh-CN", valid_to: date | None = None) -> Words:
    return Words(language, SHANGHAI, NOW, Basis("关于全面推进政务公开工作的实施意见", "", "十六", valid_to))


# --- texts ----------------------------------------------------------------------------------------------


def keys_of_templates() -> tuple[set[str], set[str]]:
    """What templates ask `t` for: whole keys, and the beginnings of those that a value completes."""
    whole: set[str] = set()
    begun: set[str] = set()
    environment = make_environment()
    for path in TEMPLATES.glob("*.html"):
        for call in environment.parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "t":
                sort_keys(call.args[0], whole, begun)
    return whole, begun


def sort_keys(asked: nodes.Node, whole: set[str], begun: set[str]) -> None:
    if isinstance(asked, nodes.Const):
        whole.add(asked.value)
    elif isinstance(asked, nodes.CondExpr):
        for branch in (asked.expr1, asked.expr2):
            if branch is not None:
                sort_keys(branch, whole, begun)
    elif isinstance(asked, nodes.Concat) and isinstance(asked.nodes[0], nodes.Const):
        begun.add(asked.nodes[0].value)


def test_every_text_that_a_template_asks_for_is_there() -> None:
    whole, begun = keys_of_templates()
    assert len(whole) > 100
    assert whole - TEXTS.keys() == set()
    assert {start for start in begun if not any(key.startswith(start) for key in TEXTS)} == set()


def test_every_text_is_used_somewhere() -> None:
    sources = "".join(
        path.read_text(encoding="utf-8")
        for folder in (TEMPLATES, TEMPLATES.parent)
        for path in folder.glob("*.*")
        if path.name != "texts.py" and path.suffix in (".py", ".html")
    )
    unused = {
        key for key in TEXTS if f'"{key}"' not in sources and f'"{key.rpartition(".")[0]}' not in sources
    }
    assert unused == set()


@pytest.mark.parametrize("key", TEXTS)
def test_both_languages_take_the_same_values(key: str) -> None:
    chinese, english = (set(re.findall(r"\{(\w+)", text)) for text in TEXTS[key])
    assert chinese >= english - {"year"}, "a value that only one language shows"
    assert english >= chinese - {"year"}


@pytest.mark.parametrize(
    ("prefix", "values"),
    [
        ("severity", list(Severity)),
        ("kind", list(Kind)),
        ("delivery", ["waiting", "accepted", "dead"]),
        ("type", ["portal", "department", "township", "other"]),
        ("level", ["national", "provincial", "municipal"]),
        ("status", ["building", "open", "suspended", "closing", "closed"]),
        ("duty", sorted(set(Duty) - {Duty.WATCH})),
        ("method", ["css", "found", "feed", "json", "sitemap", "script"]),
        ("precision", ["second", "minute", "day", "none"]),
        ("reading", list(DayEnd)),
        ("cell", ["objected", "upheld", "overturned"]),
        (
            "action",
            [
                "waive",
                "discharge",
                "object",
                "uphold",
                "overturn",
                "acknowledge",
                "dismiss",
                "key add",
                "key drop",
                *Seen,
            ],
        ),
        ("story", ["lacked", "had", "blind", "stale"]),
        ("count", ["start", "off", "worked", "makeup"]),
    ],
)
def test_every_value_of_a_closed_set_has_its_word(prefix: str, values: list[str]) -> None:
    assert [value for value in values if f"{prefix}.{value}" not in TEXTS] == []


def test_a_text_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        words().t("no such text")
    assert words().maybe("kind", "duty") == "转载任务"
    assert words().maybe("kind", "new kind") == "new kind"


# --- states ---------------------------------------------------------------------------------------------


def test_every_state_has_a_sign_of_its_own_or_shares_it_with_its_like() -> None:
    assert set(SIGNS) == set(State)
    assert len(set(SIGNS.values())) == len(State) - 1, "met and met_late are both done"


@pytest.mark.parametrize(
    ("state", "review", "says"),
    [
        (State.VIOLATED, "none", "疑似超过规定时限"),
        (State.VIOLATED, "objected", "疑似超过规定时限"),
        (State.VIOLATED, "upheld", "超过规定时限"),
        (State.MET, "none", "力争时限内转载"),
        (State.UNPROVEN, "none", "无法核实"),
    ],
)
def test_a_violation_is_a_suspicion_until_upheld(state: State, review: str, says: str) -> None:
    assert words().state(state, review) == says


def test_past_the_basis_a_violation_is_an_observation() -> None:
    limit = at(26)
    assert words().verdict(State.VIOLATED, "none", limit) == "疑似超过规定时限"
    expired = words(valid_to=date(2026, 11, 25))
    assert expired.verdict(State.VIOLATED, "none", limit) == "观察：规定时限内未见转载"
    assert expired.verdict(State.MET, "none", limit) == "力争时限内转载"


@pytest.mark.parametrize("rule", RULES)
def test_rules_are_called_by_their_names(rule: str) -> None:
    assert words().rule(rule) == RULES[rule].zh
    assert words("en").rule(rule) == RULES[rule].en


def test_a_rule_of_a_later_version_is_called_by_its_id() -> None:
    assert words().rule("links.new") == "links.new"
    assert words().clause("links.new") == ""


# --- times ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("length", "chinese", "english"),
    [
        (timedelta(), "0秒", "0 s"),
        (timedelta(milliseconds=900), "0秒", "0 s"),
        (timedelta(seconds=59), "59秒", "59 s"),
        (timedelta(seconds=60), "1分", "1 min"),
        (timedelta(minutes=4, seconds=5), "4分5秒", "4 min 5 s"),
        (timedelta(hours=1), "1小时", "1 h"),
        (timedelta(hours=1, seconds=5), "1小时", "1 h"),  # two units that follow each other, no more
        (timedelta(hours=37, minutes=40), "1天13小时", "1 d 13 h"),
        (timedelta(days=400), "400天", "400 d"),
        (-timedelta(minutes=5), "5分", "5 min"),  # who asks knows which side of now it lies on
    ],
)
def test_lengths(length: timedelta, chinese: str, english: str) -> None:
    assert words().length(length) == chinese
    assert words("en").length(length) == english


@given(st.timedeltas(min_value=timedelta(), max_value=timedelta(days=3000)))
def test_a_length_is_never_told_longer_than_it_is(length: timedelta) -> None:
    told = words().length(length)
    units = {"天": 86400, "小时": 3600, "分": 60, "秒": 1}
    seconds = sum(int(n) * units[unit] for n, unit in re.findall(r"(\d+)(天|小时|分|秒)", told))
    assert 0 <= length.total_seconds() - seconds < max(1, seconds / 20, 60 * (seconds >= 3600))


@pytest.mark.parametrize(
    ("moment", "when", "due"),
    [
        (at(24, 9, 5), "11-24 09:05", "11-24 09:05"),
        (at(24, 9, 5, 7), "11-24 09:05", "11-24 09:05:07"),
        (at(26), "11-26 00:00", "11-25 24:00"),  # a day ends at its own 24:00
        (datetime(2026, 1, 1, tzinfo=SHANGHAI), "01-01 00:00", "2025-12-31 24:00"),
        (datetime(2025, 12, 31, 16, 30, tzinfo=UTC), "01-01 00:30", "01-01 00:30"),  # in the office's zone
        (datetime(2025, 6, 1, 8, tzinfo=SHANGHAI), "2025-06-01 08:00", "2025-06-01 08:00"),
        (None, "—", "—"),
    ],
)
def test_short_times(moment: datetime | None, when: str, due: str) -> None:
    assert words().when(moment) == when
    assert words().due(moment) == due


@pytest.mark.parametrize(
    ("stated", "shown", "short"),
    [
        (None, "—", ""),
        ("2026-11-24", "2026-11-24", "11-24"),
        ("2026-11-24T09:12:00+08:00", "2026-11-24 09:12", "11-24 09:12"),
        ("2026-11-24T09:12:30+08:00", "2026-11-24 09:12:30", "11-24 09:12"),
        ("2026-11-24T01:12:00+00:00", "2026-11-24 09:12", "11-24 09:12"),
    ],
)
def test_stated_times_are_shown_as_precise_as_they_are(stated: str | None, shown: str, short: str) -> None:
    assert words().stated(stated) == shown
    assert words().stated_short(stated) == short


def test_how_long_ago() -> None:
    assert words().ago(None) == "从未"
    assert words().ago(NOW - timedelta(seconds=59)) == "刚刚"
    assert words().ago(NOW - timedelta(minutes=61)) == "1小时1分前"


@pytest.mark.parametrize(("share", "says"), [(None, "—"), (0.0, "0.0%"), (2 / 3, "66.7%"), (1.0, "100.0%")])
def test_percents(share: float | None, says: str) -> None:
    assert words().percent(share) == says


def test_reasons_are_told_in_the_office_language() -> None:
    assert words().reason("done by the target") == "在力争时限内转载"
    assert words("en").reason("done by the target") == "done by the target"
    assert words().found("首页：timeout: no answer") == "首页：在规定时间内未能打开"
    assert words().reason(None) == words().found(None) == ""


# --- pages ----------------------------------------------------------------------------------------------


def test_templates_escape_whatever_they_are_called() -> None:
    """GHSA-pwgc-w4x9-gw67: escaping that hangs on a file's ending is off for some file."""
    environment = make_environment()
    assert environment.from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"
    assert environment.autoescape is True


def test_what_nobody_sees_is_not_printed() -> None:
    assert without_unseen("a\u202eb\x00c\u200bd\x1b[0m\r") == "abcd[0m\r"
    assert without_unseen("第一行\n第二行") == "第一行\n第二行"
    assert without_unseen(None) == ""


@pytest.mark.parametrize(
    ("path", "root"), [("/", "./"), ("/problems", "./"), ("/obligations/3", "./../"), ("/a/b/c", "./../../")]
)
def test_the_way_to_the_root_is_relative(path: str, root: str) -> None:
    assert root_of(path) == root


def test_a_link_keeps_the_other_parameters_and_begins_rows_anew() -> None:
    asked = QueryParams("days=7&rows=3&trouble=1")
    assert link(asked, "trouble", None) == "?days=7"
    assert link(asked, "page", 2) == "?days=7&rows=3&trouble=1&page=2"
    assert link(asked, "rows", 4) == "?days=7&trouble=1&rows=4"
    assert link(QueryParams("site=<&x=1"), "page", 2) == "?site=%3C&x=1&page=2"


# --- the matrix -----------------------------------------------------------------------------------------

CELL = Cell(
    id=1,
    site="a",
    policy_id=1,
    state=State.PENDING,
    review="none",
    started_at=at(24, 9),
    target_at=at(24, 10),
    limit_at=at(26),
    discharged_at=None,
    seen_after=None,
)


def site(id_: str, region: str = "340851", type_: str = "portal") -> Site:
    return Site.model_validate(
        {"id": id_, "name": id_, "type": type_, "region": region, "url": f"https://{id_}.gov.cn/"}
    )


@pytest.mark.parametrize(
    ("cell", "now", "key", "length"),
    [
        (CELL, at(24, 9, 20), "cell.target-left", timedelta(minutes=40)),
        (replace(CELL, state=State.OVERDUE), at(25), "cell.limit-left", timedelta(days=1)),
        (
            replace(CELL, state=State.OVERDUE),
            at(26),
            "cell.verifying",
            None,
        ),  # past the limit, not judged yet
        (
            replace(CELL, state=State.MET, discharged_at=at(24, 9, 31)),
            NOW,
            "cell.took",
            timedelta(minutes=31),
        ),
        (
            replace(CELL, state=State.MET, discharged_at=at(20)),
            NOW,
            "cell.before",
            None,
        ),  # stood there already
        (replace(CELL, state=State.MET_LATE, discharged_at=at(25, 9)), NOW, "cell.took", timedelta(days=1)),
        (replace(CELL, state=State.VIOLATED), at(27), "cell.still-missing", timedelta(days=1)),
        (
            replace(CELL, state=State.VIOLATED, discharged_at=at(28), seen_after=at(27)),
            NOW,
            "cell.late",
            timedelta(days=1),  # to the last reading that lacked it: the bound that favours the site
        ),
        (replace(CELL, state=State.UNPROVEN), NOW, "cell.unseen", None),
        (replace(CELL, state=State.UNPROVEN, discharged_at=at(27)), NOW, "cell.seen-later", None),
    ],
)
def test_measures(cell: Cell, now: datetime, key: str, length: timedelta | None) -> None:
    found = measure(cell, now)
    assert found is not None
    assert found.key == key
    assert key in TEXTS
    assert length == (found.until - found.since if found.since and found.until else None)


@pytest.mark.parametrize("state", [State.WAIVED, State.VOID])
def test_what_fell_away_measures_nothing(state: State) -> None:
    assert measure(replace(CELL, state=state), NOW) is None


def test_rows_come_worst_first_within_type_and_city() -> None:
    sites = [site("fine"), site("late"), site("grave"), site("down"), site("bad"), site("far", "360101")]
    states = {
        "fine": [State.MET, State.MET],
        "late": [State.OVERDUE],
        "grave": [State.MET],
        "down": [State.MET],
        "bad": [State.MET, State.VIOLATED],
        "far": [State.VIOLATED],
    }
    standings = {"grave": Standing(problems=1, gravest="urgent"), "down": Standing(up=False)}
    rows = arrange(sites, states, standings)
    assert [row.site.id for row in rows] == ["bad", "late", "grave", "down", "fine", "far"]
    assert [row.is_in_trouble for row in rows] == [True, True, True, True, False, True]
    assert [(part.type, part.city, len(part.rows)) for part in group(rows)] == [
        ("portal", "3408", 5),
        ("portal", "3601", 1),
    ]


def test_rows_get_their_cells_in_the_order_of_the_policies() -> None:
    rows = arrange([site("a"), site("b")], {"a": [State.PENDING]}, {})
    filled = fill(rows, [3, 1], [CELL, replace(CELL, site="b", policy_id=3)])
    assert {row.site.id: [cell and cell.policy_id for cell in row.cells] for row in filled} == {
        "a": [None, 1],
        "b": [3, None],
    }


def test_one_city_needs_no_name() -> None:
    rows = arrange([site("a"), site("b")], {}, {})
    assert [part.city for part in group(rows)] == [None]


def test_a_site_without_a_duty_has_no_row_unless_it_had_one() -> None:
    bureau = site("bureau", type_="department")
    assert arrange([bureau], {}, {}) == []
    assert len(arrange([bureau], {"bureau": [State.MET]}, {})) == 1


def test_a_notice_is_no_trouble() -> None:
    rows = arrange([site("a")], {}, {"a": Standing(problems=1, gravest="notice")})
    assert not rows[0].is_in_trouble


# --- the line of time -----------------------------------------------------------------------------------

moments = st.builds(
    lambda start, target, limit, after, by, now: Moments(
        started_at=start,
        target_at=start + min(target, limit) if target else None,
        limit_at=start + limit,
        seen_after=start + after if after is not None else None,
        seen_by=start + max(by, after or by) if by is not None else None,
        now=start + now if now is not None else None,
    ),
    starts,
    st.none() | st.timedeltas(timedelta(), timedelta(hours=5)),
    st.timedeltas(timedelta(), timedelta(days=20)),
    st.none() | st.timedeltas(-timedelta(days=60), timedelta(days=60)),
    st.none() | st.timedeltas(-timedelta(days=60), timedelta(days=60)),
    st.none() | st.timedeltas(timedelta(), timedelta(days=60)),
)


@given(moments)
def test_all_that_is_drawn_stands_within_the_picture_and_in_order(drawn: Moments) -> None:
    bar = draw(drawn)
    marks = sorted((*bar.above, *bar.below), key=lambda mark: mark.at)
    assert all(0 <= mark.x <= 100 for mark in marks)
    assert [mark.x for mark in marks] == sorted(mark.x for mark in marks)
    assert all(x >= 0 and width > 0 and x + width <= 100.01 for _, x, width in bar.stretches)
    if bar.interval:
        assert bar.interval[0] >= 0
        assert bar.interval[1] > 0
        assert sum(bar.interval) <= 100.5


@given(moments)
def test_no_two_labels_of_one_row_run_into_each_other(drawn: Moments) -> None:
    for marks in (draw(drawn).above, draw(drawn).below):
        for one in marks:
            for other in marks:
                apart = one is other or one.row != other.row
                assert apart or one.reach[1] <= other.reach[0] or other.reach[1] <= one.reach[0]


def test_an_hour_beside_a_weekend_can_still_be_seen() -> None:
    bar = draw(
        Moments(at(27, 16, 40), at(27, 17, 40), at(30) + timedelta(days=1), at(27, 17), at(27, 17, 20))
    )
    assert [name for name, *_ in bar.stretches] == ["to-target", "to-limit", "past-limit"]
    assert bar.stretches[0][2] > 25
    assert bar.interval is not None
    assert bar.interval[1] > 8


def test_what_lies_far_outside_is_drawn_at_the_edge_and_says_so() -> None:
    bar = draw(Moments(at(2, 9), at(2, 10), at(4), seen_after=at(29)))
    last = bar.below[-1]
    assert (last.name, last.is_beyond, last.anchor) == ("seen_after", True, "end")


# --- counting days --------------------------------------------------------------------------------------


def counting(day_end: DayEnd = DayEnd.END_OF_DAY, roll: RestDayStart = RestDayStart.EXCLUDE) -> Counting:
    hours = OfficeHours.parse(("08:30-12:00", "14:30-17:30"))
    return Counting(Calendar.official(), hours, SHANGHAI, day_end, roll)


def told(start: datetime, days: int, how: Counting) -> list[tuple[str, str, int | None]]:
    return [
        (d.kind, f"{d.first:%m%d}-{d.last:%m%d}", d.number)
        for d in reckon(start, Term(working_days=days), how).days
    ]


@pytest.mark.parametrize(
    ("start", "days", "roll", "expected"),
    [
        (at(24, 9), 1, RestDayStart.EXCLUDE, [("start", "1124-1124", None), ("worked", "1125-1125", 1)]),
        (
            at(27, 9),  # a Friday
            2,
            RestDayStart.EXCLUDE,
            [
                ("start", "1127-1127", None),
                ("off", "1128-1129", None),
                ("worked", "1130-1130", 1),
                ("worked", "1201-1201", 2),
            ],
        ),
        (
            at(28, 9),  # a Saturday: the next working day is the first
            1,
            RestDayStart.EXCLUDE,
            [("start", "1128-1128", None), ("off", "1129-1129", None), ("worked", "1130-1130", 1)],
        ),
        (
            at(28, 9),  # the same, as if it had been published on Monday
            1,
            RestDayStart.ROLL,
            [("off", "1128-1129", None), ("start", "1130-1130", None), ("worked", "1201-1201", 1)],
        ),
        (
            datetime(2026, 9, 30, 16, tzinfo=SHANGHAI),  # National Day: the week is off, the 10th is made up
            3,
            RestDayStart.EXCLUDE,
            [
                ("start", "0930-0930", None),
                ("off", "1001-1007", None),
                ("worked", "1008-1008", 1),
                ("worked", "1009-1009", 2),
                ("makeup", "1010-1010", 3),
            ],
        ),
    ],
)  # fmt: skip
def test_days_are_told_as_they_were_counted(
    start: datetime, days: int, roll: RestDayStart, expected: list[tuple[str, str, int | None]]
) -> None:
    assert told(start, days, counting(roll=roll)) == expected


@given(
    starts,
    st.integers(1, 10),
    st.sampled_from([DayEnd.END_OF_DAY, DayEnd.CLOSE_OF_BUSINESS, DayEnd.SAME_CLOCK]),
    st.sampled_from(list(RestDayStart)),
)
def test_the_last_day_told_is_the_last_day_counted(
    start: datetime, days: int, day_end: DayEnd, roll: RestDayStart
) -> None:
    found = reckon(start, Term(working_days=days), counting(day_end, roll))
    numbers = [day.number for day in found.days if day.number is not None]
    assert numbers == list(range(1, days + 1))
    assert found.days[-1].number == days
    end = found.end.at - (timedelta(microseconds=1) if day_end is DayEnd.END_OF_DAY else timedelta())
    assert found.days[-1].last == end.date()


def test_terms_on_the_clock_count_no_days() -> None:
    found = reckon(at(24, 9), Term(clock=timedelta(hours=1)), counting())
    assert (found.days, found.readings) == ((), {})
    assert reckon(at(24, 9), Term(working_days=1), counting(DayEnd.WORKING_HOURS)).days == ()


# --- the stylesheet -------------------------------------------------------------------------------------


def colours() -> list[dict[str, str]]:
    """The colours by name, of the light page and of the dark one."""
    sheet = (rendering.STATIC / "console.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", sheet, re.DOTALL)
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block)) for block in blocks)
    return [light, {**light, **dark}]


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        *((name, f"{name}-bg") for name in ("ok", "late", "warn", "bad", "dim", "run", "gone")),
        ("ink", "paper"), ("ink", "card"), ("soft", "paper"), ("soft", "card"), ("soft", "line-soft"),
        ("link", "card"), ("link", "paper"), ("bad", "card"), ("warn", "card"), ("bad", "paper"),
        ("link", "bad-bg"),
    ],
)  # fmt: skip
def test_text_stands_out_enough_to_be_read(scheme: int, ink: str, paper: str) -> None:
    """WCAG 2.1 AA asks for 4.5 to 1."""
    found = colours()[scheme]
    light, dark = sorted((luminance(found[ink]), luminance(found[paper])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
