"""targets.toml: what holds where nothing is said, and what the program gets of what is."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from checks.rules import Duty
from checks.terms import Term
from checks.workdays import DayEnd, RestDayStart, deadline
from monitor.targets import (
    Secret,
    Targets,
    TargetsError,
    counting,
    default_targets,
    load,
    stamp,
)
from monitor.targets.schema import sections
from tests.configs import ENV, FIXTURES, OFFICE, PORTAL, SITE, Write, faults, write_files


@pytest.fixture
def write(tmp_path: Path) -> Write:
    return partial(write_files, tmp_path)


@pytest.fixture(scope="module")
def everything() -> Targets:
    return load(FIXTURES / "everything.toml", ENV)


HOUR = timedelta(hours=1)

DEFAULTS: list[tuple[str, Any]] = [
    ("office.timezone", "Asia/Shanghai"),
    ("office.language", "zh-CN"),
    ("office.hours", ("08:30-12:00", "14:30-17:30")),
    ("basis.title", "关于全面推进政务公开工作的实施意见"),
    ("basis.number", ""),
    ("basis.clause", "十六"),
    ("basis.issued", None),
    ("basis.valid_to", None),
    ("server.listen", "127.0.0.1:8080"),
    ("server.public_url", "http://127.0.0.1:8080"),
    ("server.metrics", "127.0.0.1:9464"),
    ("server.series", "column"),
    ("fetch.concurrency", 200),
    ("fetch.per_host", 2),
    ("fetch.timeout", timedelta(seconds=20)),
    ("fetch.max_body", 8 * 1024 * 1024),
    ("fetch.proxy", Secret("")),
    ("fetch.contact", ""),
    ("fetch.browser", "auto"),
    ("fetch.robots", "obey"),
    ("fetch.allow_networks", ()),
    ("calendar.working_day", "end_of_day"),
    ("calendar.rest_day_start", "exclude"),
    ("calendar.holidays", ()),
    ("calendar.workdays", ()),
    ("calendar.regions", ()),
    ("rules.repost.target", Term(clock=HOUR)),
    ("rules.repost.limit", Term(working_days=1)),
    ("rules.repost.remind_target", (timedelta(minutes=30),)),
    ("rules.repost.remind_limit", (2 * HOUR,)),
    ("rules.repost.group", timedelta(minutes=10)),
    ("rules.repost.skew", 2 * HOUR),
    ("rules.repost.absent_polls", 2),
    ("rules.repost.absent_apart", timedelta(minutes=5)),
    ("rules.repost.grace", timedelta(minutes=30)),
    ("rules.rectification.limit", Term(working_days=10)),
    ("key.doc_numbers", ("国发", "国办发")),
    ("portals", ()),
    ("sites", ()),
    ("accounts", ()),
    ("tasks", ()),
    ("terms", ()),
    ("persons", ()),
    ("channels", ()),
    ("routes", ()),
    ("files", ()),
]


@pytest.mark.parametrize(("name", "expected"), DEFAULTS)
def test_a_default_is_the_contracts(name: str, expected: object, tmp_path: Path) -> None:
    value: Any = default_targets(tmp_path, {})
    for part in name.split("."):
        value = getattr(value, part)
    assert value == expected


def test_the_key_patterns_have_defaults(tmp_path: Path) -> None:
    key = default_targets(tmp_path, {}).key
    assert [pattern.pattern for pattern in key.include] == ["关于印发.*的通知"]
    assert [pattern.pattern for pattern in key.exclude] == ["任免", "解读"]


def test_an_empty_file_is_a_configuration(write: Write) -> None:
    targets = load(write(""), {})
    assert targets.office.name == "督办"
    assert targets.files == (targets.base / "targets.toml",)


def test_four_lines_are_a_site(write: Write) -> None:
    (site,) = load(write(OFFICE + SITE), {}).sites
    assert (site.type, site.region, site.status, site.columns) == ("portal", "340899", "open", ())
    assert (site.hosts, site.search, site.robots, site.grading) == ((), None, None, None)
    assert (site.contact.channel, site.registration.icp) == (None, None)


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        ("portal", set(Duty) - {Duty.WATCH}),
        ("department", set(Duty) - {Duty.WATCH, Duty.REPOST}),
        ("township", set(Duty) - {Duty.WATCH, Duty.REPOST}),
        ("other", set(Duty) - {Duty.WATCH, Duty.REPOST}),
    ],
)
def test_duties_go_by_type(write: Write, type_: str, expected: set[Duty]) -> None:
    (site,) = load(write(SITE + f'type = "{type_}"\n'), {}).sites
    assert site.duties == expected


def test_duties_can_be_chosen_and_can_be_none(write: Write) -> None:
    (site,) = load(write(SITE + 'duties = ["links", "repost"]\n'), {}).sites
    assert site.duties == {Duty.LINKS, Duty.REPOST}
    (site,) = load(write(SITE + "duties = []\n"), {}).sites
    assert site.duties == frozenset()


@pytest.mark.parametrize(
    ("level", "region"), [("national", "000000"), ("provincial", "340000"), ("municipal", "340800")]
)
def test_a_portal_without_a_region_is_the_offices_upper_one(write: Write, level: str, region: str) -> None:
    (portal,) = load(write(OFFICE + PORTAL.format(id="up", level=level)), {}).portals
    assert portal.region == region


def test_columns_differ_in_their_defaults(write: Write) -> None:
    column = '[[{}.column]]\nname = "文件"\nurl = "https://www.example.gov.cn/wj/"\n'
    text = PORTAL.format(id="up", level="national") + column.format("portal") + SITE + column.format("site")
    targets = load(write(text), {})
    (of_portal,), (of_site,) = targets.portals[0].columns, targets.sites[0].columns
    assert (of_portal.every, of_portal.key) == (timedelta(minutes=2), "all")
    assert (of_site.every, of_site.about) == (timedelta(minutes=5), "policy")
    for listed in (of_portal, of_site):
        assert (listed.format, listed.items, listed.encoding) == (None, None, None)
        assert (listed.render, listed.pages) == ("auto", 1)


def test_a_short_target_does_without_the_usual_reminder(write: Write) -> None:
    """Nobody who sets a target of seconds has to know that there is a reminder of half an hour."""
    assert load(write('[rules.repost]\ntarget = "30m"\n'), {}).rules.repost.remind_target == ()
    assert load(write('[rules.repost]\ntarget = "31m"\n'), {}).rules.repost.remind_target == (
        timedelta(minutes=30),
    )


def test_an_early_warning_goes_down_with_its_threshold(write: Write) -> None:
    rules = load(write('[rules.freshness]\nhome = "7d"\nstale_columns = 2\n'), {}).rules.freshness
    assert (rules.warn_home, rules.warn_stale_columns) == (timedelta(days=7), 2)
    assert (rules.warn_news, rules.warn_blank_columns) == (timedelta(days=10), 2)


def test_a_route_without_a_word_tells_the_office_of_what_asks_for_something(write: Write) -> None:
    (route,) = load(write('[[channel]]\nurl = "json://127.0.0.1/"\n[[route]]\n'), {}).routes
    assert route.to == ("office",)
    assert route.on == ("warning", "violation", "urgent", "resolved", "correction", "blind")
    assert (route.rule, route.site, route.region, route.escalate_to) == ((), (), (), ())
    assert (route.quiet, route.repeat, route.escalate_after) == (None, None, None)


def test_every_key_can_be_set(everything: Targets) -> None:
    """The file sets every key there is, so that none is forgotten here or in the reference."""
    used = set(_keys_in(tomllib.loads((FIXTURES / "everything.toml").read_text(encoding="utf-8"))))
    used |= set(_keys_in(tomllib.loads((FIXTURES / "everything.d/telling.toml").read_text(encoding="utf-8"))))
    there_are = {
        (f"{entry.table}." if entry.table else "") + entry.key
        for section in sections()
        for entry in section.entries
    }
    assert used == there_are
    assert everything.include == ("everything.d/*.toml",)


def _keys_in(node: Any, name: str = "") -> Iterator[str]:
    for key, value in node.items():
        path = f"{name}.{key}" if name else key
        parts = value if isinstance(value, list) else [value]
        inner = [part for part in parts if isinstance(part, dict)]
        for part in inner:
            yield from _keys_in(part, path)
        if not inner:
            yield path


def test_values_come_as_the_program_needs_them(everything: Targets) -> None:
    assert everything.office.zone.key == "Asia/Urumqi"
    assert everything.fetch.max_body == 500 * 1024
    assert everything.fetch.allow_networks == (ip_network("127.0.0.0/8"), ip_network("fd00::/8"))
    assert everything.calendar.holidays == (date(2027, 2, 9), date(2027, 2, 10))
    assert everything.rules.repost.limit == Term(working_days=2)
    assert everything.rules.lifecycle.warn_days == (90, 30)
    assert everything.key.include[0].search("关于推进政务公开的意见")
    assert everything.portals[0].columns[0].every == timedelta(minutes=3)
    assert everything.portals[0].binds == ("shilixian", "340899")
    site = everything.sites[0]
    assert site.all_hosts == {"www.shilixian.example", "zwgk.shilixian.example", "127.0.0.1:8090"}
    assert site.registration.approval is not None
    assert site.registration.approval.date == date(2016, 1, 1)
    assert everything.tasks[0].from_ == date(2026, 5, 1)
    assert everything.routes[0].escalate_after == Term(clock=4 * HOUR)
    assert everything.site_of["shilixian"] is site
    assert everything.portal_of["anhui"] is everything.portals[0]


def test_a_configuration_cannot_be_changed(everything: Targets) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        everything.sites[0].name = "另一个县"  # type: ignore[misc]


def test_tables_are_spread_over_files(write: Write) -> None:
    path = write(
        'include = ["targets.d/*.toml", "targets.d/b.toml"]\n[rules.repost]\ntarget = "2h"\n',
        {
            "targets.d/a.toml": SITE + '[rules.freshness]\nhome = "20d"\n',
            "targets.d/b.toml": SITE.replace("example", "second"),
            "targets.d/notes.txt": "not a configuration",
        },
    )
    targets = load(path, {})
    assert [site.id for site in targets.sites] == ["example", "second"]
    assert targets.rules.repost.target == Term(clock=2 * HOUR)
    assert targets.rules.freshness.home == timedelta(days=20)
    assert [file.name for file in targets.files] == ["targets.toml", "a.toml", "b.toml"]


def test_an_include_can_be_absolute(write: Write, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    path = write(f'include = ["{elsewhere}/*.toml"]\n', {"elsewhere/a.toml": SITE})
    assert [site.id for site in load(path, {}).sites] == ["example"]


def test_what_the_store_is_told_besides_is_kept(write: Write) -> None:
    store = load(write('[store]\nevidence_kept = "30d"\nevidence_most = "1GiB"\n'), {}).store
    assert (store.evidence_kept, store.evidence_most) == (timedelta(days=30), 2**30)


def test_relative_paths_start_at_the_folder_of_the_file(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the daemon was started in another folder, and where an included file names the path."""
    path = write(
        'include = ["targets.d/a.toml"]\n',
        {"targets.d/a.toml": '[store]\nevidence = "kept"\n', "other/x": ""},
    )
    monkeypatch.chdir(tmp_path / "other")
    targets = load(Path(os.path.relpath(path)), {})
    assert Path(os.path.normpath(targets.base)) == tmp_path
    assert Path(os.path.normpath(targets.store.evidence)) == tmp_path / "kept"
    url = targets.store.url.reveal()
    assert url.startswith("sqlite:////")
    assert Path(os.path.normpath(url.removeprefix("sqlite:///"))) == tmp_path / "var/duban.db"


@pytest.mark.parametrize(
    "url", ["sqlite:////srv/duban.db", "sqlite:///:memory:", "postgresql://duban@127.0.0.1/duban"]
)
def test_other_store_urls_stay_as_they_are(write: Write, url: str) -> None:
    assert load(write(f'[store]\nurl = "{url}"\n'), {}).store.url.reveal() == url


def test_a_byte_order_mark_does_no_harm(write: Write) -> None:
    """Editors on Windows write one."""
    mark = "\ufeff"
    targets = load(write(mark + OFFICE, {"calendar/2028.json": mark + NATIONAL_DAY}), {})
    assert targets.office.region == "340899"
    assert targets.years[2028].is_announced


def test_the_environment_says_where_to_listen(write: Write) -> None:
    path = write('[server]\nlisten = "127.0.0.1:8081"\n')
    assert load(path, {"DUBAN_LISTEN": "0.0.0.0:80"}).server.listen == "0.0.0.0:80"
    assert load(path, {"DUBAN_LISTEN": ""}).server.listen == "127.0.0.1:8081"
    assert default_targets(path.parent, {"DUBAN_LISTEN": "[::]:80"}).server.listen == "[::]:80"
    assert load(path, {"DUBAN_METRICS": "0.0.0.0:81"}).server.metrics == "0.0.0.0:81"
    wrong = 'the environment DUBAN_LISTEN: must be "host:port", such as "127.0.0.1:8080" ("80")'
    assert faults(path, {"DUBAN_LISTEN": "80"}) == [wrong]
    with pytest.raises(TargetsError, match=re.escape(wrong)):
        default_targets(path.parent, {"DUBAN_LISTEN": "80"})


NATIONAL_DAY = '{"year": 2028, "days": [{"name": "国庆节", "date": "2028-10-09", "isOffDay": true}]}'


def test_files_of_the_calendar_count(write: Write) -> None:
    targets = load(write(OFFICE, {"calendar/2028.json": NATIONAL_DAY, "calendar/notes.json": "{"}), {})
    calendar = counting(targets).calendar
    assert targets.years[2028].is_announced
    assert calendar.is_known(2028)
    assert not calendar.is_working_day(date(2028, 10, 9))
    assert [file.name for file in targets.files] == ["targets.toml", "2028.json"]


def test_the_office_counts_as_it_says(everything: Targets) -> None:
    counted = counting(everything)
    assert counted.zone.key == "Asia/Urumqi"
    assert counted.hours.spans == ((time(9), time(13)), (time(15), time(19)))
    assert counted.day_end is DayEnd.CLOSE_OF_BUSINESS
    assert counted.rest_day_start is RestDayStart.ROLL
    assert not counted.calendar.is_working_day(date(2027, 2, 10))
    assert counted.calendar.is_working_day(date(2027, 2, 13))


def test_the_defaults_count_to_the_end_of_the_next_working_day(tmp_path: Path) -> None:
    """Friday 2026-05-08 is followed by a Saturday that is worked in exchange."""
    start = datetime(2026, 5, 8, 2, 0, tzinfo=UTC)
    end = deadline(start, Term(working_days=1), counting(default_targets(tmp_path, {})))
    assert end.at.isoformat() == "2026-05-10T00:00:00+08:00"


def test_a_region_has_days_of_its_own(write: Write) -> None:
    path = write(
        OFFICE
        + "[calendar]\nholidays = [2026-11-25]\nworkdays = [2026-11-28]\n"
        + '[[calendar.region]]\nregion = "34"\nworkdays = [2026-11-25]\n'
        + '[[calendar.region]]\nregion = "3408"\nholidays = [2026-11-25, 2026-11-28]\n'
        + '[[calendar.region]]\nregion = "450100"\nholidays = [2026-11-26]\n'
    )
    targets = load(path, {})
    worked = {
        region: [day for day in (25, 26, 28) if _is_worked(targets, region, date(2026, 11, day))]
        for region in (None, "340100", "340899", "450100", "450200")
    }
    assert worked == {
        None: [26],  # the office lies in 340899
        "340899": [26],  # the longer code goes before the shorter, and both before [calendar]
        "340100": [25, 26, 28],
        "450100": [28],
        "450200": [26, 28],
    }


def _is_worked(targets: Targets, region: str | None, day: date) -> bool:
    return counting(targets, region).calendar.is_working_day(day)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("targets.toml", 'include = ["targets.d/*.toml"]\n' + OFFICE),
        ("targets.d/a.toml", SITE + 'status = "closing"\n'),
        ("targets.d/b.toml", SITE),
        ("calendar/2028.json", NATIONAL_DAY),
        ("secret.txt", "another word"),
    ],
)
def test_a_changed_file_is_noticed(write: Write, name: str, content: str) -> None:
    """Changed or new: the file itself, included ones, the calendar, and files of secrets."""
    channel = '[[channel]]\nurl = "json://127.0.0.1/{file:secret.txt}"\n'
    files = {"targets.d/a.toml": SITE, "secret.txt": "word"}
    path = write('include = ["targets.d/*.toml"]\n' + channel, files)
    targets = load(path, {})
    before = stamp(targets)
    assert stamp(targets) == before
    (path.parent / name).parent.mkdir(exist_ok=True)
    (path.parent / name).write_text(content, encoding="utf-8")
    assert stamp(targets) != before


def test_a_file_that_went_is_noticed(write: Write) -> None:
    path = write('include = ["a.toml"]\n', {"a.toml": SITE})
    targets = load(path, {})
    before = stamp(targets)
    (path.parent / "a.toml").unlink()
    assert stamp(targets) != before


def test_the_digest_is_of_what_the_files_say(write: Write) -> None:
    text = '[[channel]]\nurl = "json://127.0.0.1/{env:WORD}"\n'
    one = load(write(text), {"WORD": "one"}).digest
    assert load(write(text), {"WORD": "two"}).digest == one
    assert load(write(text + "# more\n"), {"WORD": "one"}).digest != one
    assert re.fullmatch(r"[0-9a-f]{64}", one)
