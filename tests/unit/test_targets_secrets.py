"""Secrets of targets.toml: replaced when it is read, never written out, never shown."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.targets import (
    Secret,
    Targets,
    load,
)
from monitor.targets.secrets import (
    MASK,
    Veiled,
    find_literal_channel_secret,
    find_literal_password,
    mask_password,
)
from tests.configs import ENV, FIXTURES, OFFICE, SITE, Write, faults, write_files


@pytest.fixture
def write(tmp_path: Path) -> Write:
    return partial(write_files, tmp_path)


@pytest.fixture(scope="module")
def everything() -> Targets:
    return load(FIXTURES / "everything.toml", ENV)


def test_secrets_are_replaced(everything: Targets) -> None:
    office, editor = everything.channels
    assert office.url.reveal() == "wecombot://hunter2-of-the-environment"
    assert editor.url.reveal() == "mailto://editor:hunter2-of-the-file@mail.shilixian.example"
    assert everything.store.url.reveal() == "postgresql://duban:hunter2-of-the-environment@127.0.0.1/duban"
    assert everything.fetch.proxy.reveal() == "http://duban:hunter2-of-the-environment@10.0.0.5:3128"
    assert FIXTURES / "everything.d/secret.txt" in everything.files


def test_no_secret_is_shown(everything: Targets) -> None:
    shown = [
        repr(everything),
        str(everything),
        f"{everything.channels}",
        repr(everything.store),
        str(everything.store.url),
        f"{everything.fetch.proxy}",
        repr(everything.fetch),
        repr(everything.model_dump()),
        everything.model_dump_json(),
        everything.store.shown_url,
        everything.digest,
        json.dumps({"url": everything.channels[0].url}, default=str),
    ]
    assert [text for text in shown if "hunter2" in text] == []
    assert everything.store.shown_url == "postgresql://duban@127.0.0.1/duban"


def test_a_placeholder_may_stand_in_any_string_and_stays_hidden(write: Write) -> None:
    """A name out of the environment is used as it is, and masked wherever the configuration is shown."""
    path = write('[office]\nname = "{env:NAME}"\nregion = "340899"\n' + SITE + 'hosts = ["{env:HOST}"]\n')
    targets = load(path, {"NAME": "hunter2 县", "HOST": "hunter2.example"})
    assert targets.office.name == "hunter2 县"
    assert targets.sites[0].hosts == ("hunter2.example",)
    shown = [repr(targets), repr(targets.office), repr(targets.model_dump()), targets.model_dump_json()]
    assert [text for text in shown if "hunter2 县" in text] == []
    assert repr(targets.office.name) == f"'{MASK}'"


FAULTY_SECRETS = [
    ('[office]\nname = "a"\nregion = "{env:DUBAN_SECRET}"\n', "[office] region"),
    ('[office]\nname = "a"\nregion = "340899"\nhours = ["{env:DUBAN_SECRET}"]\n', "[office] hours"),
    ('[office]\nname = "a"\nregion = "340899"\ntimezone = "{env:DUBAN_SECRET}"\n', "[office] timezone"),
    ('[rules.repost]\nlimit = "{env:DUBAN_SECRET}"\n', "[rules.repost] limit"),
    ('[fetch]\nallow_networks = ["{env:DUBAN_SECRET}"]\n', "[fetch] allow_networks"),
    ('[fetch]\nproxy = "{env:DUBAN_SECRET}"\n', "[fetch] proxy"),
    ('[key]\ninclude = ["({env:DUBAN_SECRET}"]\n', "[key] include"),
    ('[[channel]]\nurl = "{env:DUBAN_SECRET}"\n', "[[channel]] no. 1 url"),
    ('[[route]]\nto = ["{env:DUBAN_SECRET}"]\n', "[[route]] no. 1 to"),
    ('[server]\nseries = "{env:DUBAN_SECRET}"\n', "[server] series"),
]


@pytest.mark.parametrize(("text", "place"), FAULTY_SECRETS)
def test_a_wrong_value_out_of_the_environment_is_not_repeated(write: Write, text: str, place: str) -> None:
    (line,) = faults(write(text))
    assert place in line
    assert "hunter2" not in line


IN_MESSAGES = [
    pytest.param(
        OFFICE + 'timezone = "{env:WORD}"\n',
        "Asia/Shangai",
        'targets.toml:4 [office] timezone: is not a time zone that is known ("{env:WORD}")',
        id="nor is its like",
    ),
    pytest.param(
        OFFICE + 'hours = ["{env:WORD}"]\n',
        "17:30-08:30",
        'targets.toml:4 [office] hours: must not run backwards, as *** does (["{env:WORD}"])',
        id="nor taken up in a sentence",
    ),
    pytest.param(
        SITE + 2 * '[[site.column]]\nname = "{env:WORD}"\nurl = "https://www.example.gov.cn/"\n',
        "hunter2",
        'targets.toml:5 [[site]] "example" column: must differ in name: "***" is there twice',
        id="nor in one about what stands around it",
    ),
    pytest.param(
        '[calendar]\nholidays = ["{env:WORD}"]\nworkdays = [2027-02-09]\n',
        "2027-02-09",
        "targets.toml:3 [calendar] workdays: must not hold a day that stands in holidays too: *** "
        "([2027-02-09])",
        id="nor in one about its neighbour",
    ),
]


@pytest.mark.parametrize(("text", "word", "expected"), IN_MESSAGES)
def test_nor_in_a_sentence(write: Write, text: str, word: str, expected: str) -> None:
    assert faults(write(text), {"WORD": word}) == [expected]


def test_what_a_placeholder_holds_is_not_offered_as_a_near_name(write: Write) -> None:
    path = write('[[channel]]\nid = "{env:ID}"\nurl = "json://127.0.0.1/"\n[[route]]\nto = ["hunter3"]\n')
    assert faults(path, {"ID": "hunter2"}) == [
        'targets.toml:5 [[route]] no. 1 to: is the id of no channel ("hunter3")'
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "the file key.txt is empty"),
        (b"\n", "the file key.txt is empty"),
        (b"\xff", "the file key.txt is not text in UTF-8"),
    ],
)
def test_a_file_without_a_secret_is_named(
    write: Write, tmp_path: Path, content: bytes, expected: str
) -> None:
    (tmp_path / "key.txt").write_bytes(content)
    path = write('[[channel]]\nurl = "{file:key.txt}"\n')
    assert faults(path) == [f"targets.toml:2 [[channel]] no. 1 url: {expected}"]


def test_a_placeholder_without_a_file_is_refused(write: Write) -> None:
    path = write('[[channel]]\nurl = "{file: }"\n')
    assert faults(path) == ["targets.toml:2 [[channel]] no. 1 url: {file:…} must name a file"]


LITERALS = [
    ("json://127.0.0.1:8090/hook", True, "a hook on this machine"),
    ("json://127.0.0.1:8090/a1b2c3d4e5f6g7h8i9", True, "whose path is nobody else's business"),
    ("json://[::1]:8090/a1b2c3d4e5f6g7h8i9", True, "the same by IPv6"),
    ("jsons://hooks.example.gov.cn/duban", True, "a hook elsewhere that asks for nothing"),
    ("xml://localhost/", True, "another form of it"),
    (
        "mailto://mail.example.gov.cn?from=a@example.gov.cn&to=b@example.gov.cn",
        True,
        "a relay that trusts us",
    ),
    ("mailtos://office@mail.example.gov.cn", True, "a name is no password"),
    ("syslog://", True, "the log of this machine"),
    ("wecombot://{env:KEY}", True, "named, not written"),
    ("mailto://office:{file:/run/secrets/mail}@mail.example.gov.cn", True, "named, not written"),
    ("wecombot://693a91f6", False, "the address is the key"),
    ("dingtalk://token", False, "the address is the key"),
    (
        "https://open.feishu.cn/open-apis/bot/v2/hook/abc",
        False,
        "the native address of a hook has the key in it",
    ),
    ("mailto://office:word@mail.example.gov.cn", False, "a password"),
    ("json://office@hooks.example.gov.cn", False, "a hook's user may be its token"),
    ("json://office:word@127.0.0.1", False, "a password, also on this machine"),
    ("json://hooks.example.gov.cn/?access_token=abc", False, "a token"),
    ("json://hooks.example.gov.cn/?+X-Auth=abc", False, "a header"),
    ("json://hooks.example.gov.cn/a1b2c3d4e5f6g7h8", False, "a path like a key"),
    ("json://hooks.example.gov.cn/government-notices", True, "a path of words"),
    ("json://[::1/", True, "no address at all: that is said elsewhere"),
]


@pytest.mark.parametrize(("url", "accepted", "reason"), LITERALS)
def test_a_channel_that_gives_access_is_not_written_out(url: str, accepted: bool, reason: str) -> None:
    assert (find_literal_channel_secret(url) is None) is accepted, reason


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("sqlite:////srv/duban.db", "sqlite:////srv/duban.db"),
        ("postgresql://duban:word@db:5432/duban?sslpassword=word", "postgresql://duban@db:5432/duban?***"),
        ("postgresql://duban@db:word/duban", "***"),
    ],
)
def test_a_store_is_shown_without_its_password(url: str, shown: str) -> None:
    assert mask_password(url) == shown


@pytest.mark.parametrize(
    ("url", "accepted"),
    [
        ("postgresql://duban@db/duban", True),
        ("postgresql://duban:{env:WORD}@db/duban", True),
        ("postgresql://db/duban?user=duban&password={file:word}", True),
        ("postgresql://db/duban?user=duban&password=word", False),
        ("postgresql://duban:word@{env:HOST}/duban", False),
        ("postgresql://[::1/", True),
    ],
)
def test_a_password_is_not_written_out(url: str, accepted: bool) -> None:
    assert (find_literal_password(url) is None) is accepted


@given(st.text(min_size=1))
def test_a_secret_does_not_show_itself(text: str) -> None:
    secret = Secret(text)
    assert {repr(secret), str(secret), f"{secret}", f"{secret!s:>3}"} == {MASK}
    assert repr(Veiled(text)) == f"'{MASK}'"
    assert secret.reveal() == text
    assert secret == Secret(text)
    assert secret != text
    assert bool(secret)
