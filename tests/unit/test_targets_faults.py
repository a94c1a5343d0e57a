"""What is refused in targets.toml, and in which words: place, fault, remedy, and all of it at once."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from monitor.targets import (
    TargetsError,
    load,
)
from tests.configs import FIXTURES, OFFICE, SITE, Write, faults, write_files

BAD = sorted(FIXTURES.glob("invalid-*.toml"))


@pytest.fixture
def write(tmp_path: Path) -> Write:
    return partial(write_files, tmp_path)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_one_fault_is_one_line_with_place_and_remedy(path: Path) -> None:
    """Each of these files has one fault; its first line is what is said of it."""
    expected = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("#! ")
    assert faults(path) == [expected]


def test_what_is_said_of_a_fault_never_holds_a_secret() -> None:
    said = [line for path in BAD for line in faults(path)]
    assert len(said) > 60
    assert [line for line in said if "hunter2" in line or "693axxx6" in line] == []


def test_all_faults_are_listed_at_once(write: Write) -> None:
    """Faults of syntax aside, nothing hides behind another fault: keys, values, relations, names, secrets."""
    path = write(
        OFFICE
        + 'timezon = "Asia/Shanghai"\n'
        + '[rules.repost]\ntarget = "2d"\nlimit = "1d"\nabsent_polls = 0\n'
        + SITE
        + 'status = "opened"\n[site.contact]\nchannel = "ofice"\n'
        + SITE
        + '[[channel]]\nid = "office"\nurl = "{env:MISSING}"\n'
        + '[[channel]]\nid = "leader"\nurl = "dingtalk://token"\n'
        + '[[route]]\nto = ["leadre"]\non = ["violation", "urgency"]\n'
    )
    assert faults(path) == [
        'targets.toml:4 [office] timezon: unknown key; did you mean "timezone"?',
        'targets.toml:7 [rules.repost] limit: must not be shorter than target, 2d ("1d")',
        "targets.toml:8 [rules.repost] absent_polls: must be at least 1 (0)",
        'targets.toml:13 [[site]] "example" status: must be "building", "open", "suspended", "closing" or '
        '"closed" ("opened"); did you mean "open"?',
        'targets.toml:15 [[site]] "example" [site.contact] channel: is the id of no channel ("ofice"); '
        'did you mean "office"?',
        'targets.toml:17 [[site]] "example" id: is taken already, by [[site]] in targets.toml:9 ("example")',
        'targets.toml:22 [[channel]] "office" url: the environment variable MISSING is not set',
        'targets.toml:25 [[channel]] "leader" url: must not be written out: a dingtalk:// url carries its '
        'key in its address; name it by "{env:NAME}" or "{file:/run/secrets/x}"',
        'targets.toml:27 [[route]] no. 1 to: is the id of no channel ("leadre"); did you mean "leader"?',
        'targets.toml:28 [[route]] no. 1 on: must be "duty", "reminder", "warning", "violation", "urgent", '
        '"resolved", "correction", "blind" or "digest" ("urgency"); did you mean "urgent"?',
    ]


def test_a_problem_says_its_parts(write: Write) -> None:
    path = write('include = ["sites.toml"]\n', {"sites.toml": SITE + 'type = "portl"\n'})
    with pytest.raises(TargetsError) as caught:
        load(path, {})
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == ("sites.toml", 5)
    assert (problem.table, problem.key) == ('[[site]] "example"', "type")
    assert (problem.value, problem.nearest) == ('"portl"', "portal")


ACROSS = [
    pytest.param(
        'include = ["targets.d/*.toml"]\n' + OFFICE,
        {"targets.d/a.toml": OFFICE},
        ["targets.d/a.toml:1 [office]: stands in targets.toml:2 too; it may stand in one file only"],
        id="a table that there is once, in two files",
    ),
    pytest.param(
        'include = ["a.toml", "b.toml"]\n',
        {"a.toml": '[rules.repost]\ntarget = "2h"\n', "b.toml": '\n[rules.repost]\nlimit = "1d"\n'},
        ["b.toml:2 [rules.repost]: stands in a.toml:1 too; it may stand in one file only"],
        id="a part of the rules in two files",
    ),
    pytest.param(
        'include = ["a.toml"]\n' + SITE,
        {"a.toml": "\n" + SITE},
        ['a.toml:3 [[site]] "example" id: is taken already, by [[site]] in targets.toml:2 ("example")'],
        id="an id in two files",
    ),
    pytest.param(
        'include = ["a.toml"]\n',
        {"a.toml": 'include = ["b.toml"]\n', "b.toml": '# back\ninclude = ["a.toml"]\n'},
        ['b.toml:2 include: goes in a circle: a.toml → b.toml → a.toml ("a.toml")'],
        id="a circle of files",
    ),
    pytest.param(
        'include = ["*.toml"]\n',
        {},
        ['targets.toml:1 include: goes in a circle: targets.toml → targets.toml ("*.toml")'],
        id="a file that takes in itself",
    ),
    pytest.param(
        'include = ["a.toml"]\n[office]\nregoin = 1\n',
        {"a.toml": "[[site]\n"},
        [
            "targets.toml:2 [office] name: is required",
            "targets.toml:2 [office] region: is required",
            'targets.toml:3 [office] regoin: unknown key; did you mean "region"?',
            "a.toml:1: is not TOML at column 7: Expected ']]' at the end of an array declaration",
        ],
        id="a file that is not TOML hides no faults of the others",
    ),
    pytest.param(
        'include = ["a.toml"]\n[[route]]\nto = ["leader"]\n',
        {"a.toml": "[[channel]]\nid ="},
        ["a.toml:2: is not TOML at the end of the file: Invalid value"],
        id="what an unreadable file may hold is not called missing",
    ),
    pytest.param(
        OFFICE,
        {"calendar/2027.json": '{"year": 2026, "days": []}'},
        ["calendar/2027.json: is about 2026, not about the year of its name"],
        id="a calendar of another year",
    ),
    pytest.param(
        OFFICE,
        {"calendar/2027.json": '{"year": 2027, "days": ['},
        ["calendar/2027.json: Expecting value: line 1 column 25 (char 24)"],
        id="a calendar that is not JSON",
    ),
    pytest.param(
        OFFICE,
        {"calendar/2027.json": '{"year": 2027, "days": [{"date": "2027-02-30", "isOffDay": true}]}'},
        ["calendar/2027.json: days[0]: '2027-02-30' is not a date like 2027-10-01"],
        id="a calendar with a day that does not exist",
    ),
]


@pytest.mark.parametrize(("text", "files", "expected"), ACROSS)
def test_faults_across_files_name_the_files(
    write: Write, text: str, files: dict[str, str], expected: list[str]
) -> None:
    assert faults(write(text, files)) == expected


VALUES = [
    pytest.param(
        '[office]\nname = "a\\nb"\nregion = "340899"\n', "name: must be one line", id="two lines in a name"
    ),
    pytest.param(f'[fetch]\ncontact = "{"x" * 2001}"\n', "is longer than 2000 characters", id="a book"),
    pytest.param("[fetch]\ncontact = 3\n", "must be a string, in quotes (3)", id="a number for a text"),
    pytest.param("[fetch]\nmax_body = 0\n", "must be at least 1B (0)", id="nothing to read"),
    pytest.param("[fetch]\nmax_body = true\n", "must be a size", id="true is no size"),
    pytest.param(
        '[fetch]\nallow_networks = ["loopback"]\n',
        'must be a network, such as "10.0.0.0/8" ("loopback")',
        id="a network by name",
    ),
    pytest.param(
        '[server]\npublic_url = "https://[::1/"\n', "is not an address", id="a bracket that is not closed"
    ),
    pytest.param(
        '[server]\npublic_url = "https://duban.example:99999/"\n', "is not an address", id="a port beyond all"
    ),
    pytest.param(
        SITE + 'hosts = ["zwgk.example.gov.cn/x"]\n', "must be a host name", id="a path after a host"
    ),
    pytest.param(SITE + 'hosts = ["a b"]\n', "must be a host name", id="a space in a host"),
    pytest.param(
        "[calendar]\nholidays = [2027-02-08T00:00:00]\n",
        "must be a date that exists",
        id="a moment for a day",
    ),
    pytest.param("rules = 3\n", "targets.toml:1 rules: must be a table", id="a number for the rules"),
    pytest.param(
        "site = 3\n", "targets.toml:1 site: is a list of tables: write [[site]]", id="a number for the sites"
    ),
    pytest.param("[[site]]\nid = {}\n", "must be a string, in quotes (a table)", id="a table for an id"),
    pytest.param(
        '[rules.availability]\nfailed_share = "5 %"\n', 'must be a number ("5 %")', id="a share in words"
    ),
    pytest.param(
        '[office]\nregion = "340899"\nname = "a"\ntimezone = "../etc/passwd"\n',
        "is not a time zone",
        id="a path for a zone",
    ),
]


@pytest.mark.parametrize(("text", "expected"), VALUES)
def test_a_value_that_does_not_fit_is_refused(write: Write, text: str, expected: str) -> None:
    assert any(expected in line for line in faults(write(text)))


def test_one_site_and_a_list_of_sites_do_not_mix(write: Write) -> None:
    path = write('include = ["a.toml"]\n[site]\nid = "one"\n', {"a.toml": SITE})
    assert faults(path) == ["targets.toml:2 site: is a list of tables: write [[site]]"]


def test_a_fault_that_the_environment_makes_is_told_of_the_file(write: Write) -> None:
    expected = "targets.toml [server] metrics: must be another address than listen"
    assert faults(write(""), {"DUBAN_LISTEN": "127.0.0.1:9464"}) == [expected]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert faults(tmp_path / "targets.toml") == ["targets.toml: cannot be read: No such file or directory"]


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "targets.toml").write_bytes(b'name = "\xca\xbe\xc0\xfd"')
    assert faults(tmp_path / "targets.toml") == ["targets.toml: is not text in UTF-8, at byte 10"]


def test_names_of_the_program_are_no_keys(write: Write) -> None:
    """In the program it is `columns` and `base`; in the file only what the contract names is a key."""
    path = write(SITE + 'columns = []\n\n[[portals]]\nid = "a"\n[base]\n')
    assert faults(path) == [
        'targets.toml:5 [[site]] "example" columns: unknown key; did you mean "column"?',
        'targets.toml:7 portals: unknown table; did you mean "portal"?',
        'targets.toml:9 base: unknown table; did you mean "basis"?',
    ]
