"""A test that lacks a part of the system is skipped and named at the end; with CI set it fails."""

from __future__ import annotations

import socket

import pytest

from tests import loopback
from tests.needs import PARTS

CONFTEST = """
from tests.needs import MissingParts, Part

UNICORN = Part("needs_unicorn", "Unicorn", lambda: {here}, debian="get unicorn", macos="get unicorn")

def pytest_configure(config):
    config.addinivalue_line("markers", "needs_unicorn: needs a unicorn")
    config.pluginmanager.register(MissingParts([UNICORN], strict={strict}))
"""

TESTS = """
import pytest

@pytest.mark.needs_unicorn
def test_riding():
    pass

def test_walking():
    pass
"""


def run(pytester: pytest.Pytester, *, here: bool, strict: bool) -> pytest.RunResult:
    pytester.makeconftest(CONFTEST.format(here=here, strict=strict))
    pytester.makepyfile(TESTS)
    return pytester.runpytest_inprocess("-p", "no:randomly", "-p", "no:asyncio")


def test_a_missing_part_skips_and_says_what_would_run_the_test(pytester: pytest.Pytester) -> None:
    result = run(pytester, here=False, strict=False)
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(
        [
            "*skipped for want of a part*",
            "Unicorn is not installed. To run these: get unicorn",
            "*::test_riding",
        ]
    )


def test_with_ci_a_missing_part_fails(pytester: pytest.Pytester) -> None:
    result = run(pytester, here=False, strict=True)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*Unicorn is not installed: get unicorn (with CI set*"])


@pytest.mark.parametrize("strict", [True, False])
def test_a_part_that_is_here_changes_nothing(pytester: pytest.Pytester, strict: bool) -> None:
    result = run(pytester, here=True, strict=strict)
    result.assert_outcomes(passed=2)
    result.stdout.no_fnmatch_line("*skipped for want of a part*")


def test_every_part_has_its_marker(pytestconfig: pytest.Config) -> None:
    declared = {line.split(":")[0] for line in pytestconfig.getini("markers")}
    assert {part.marker for part in PARTS} <= declared


@pytest.mark.parametrize(
    ("address", "here"),
    [
        (("127.0.0.1", 80), True),
        (("127.8.8.8", 80), True),  # the whole range
        (("::1", 80, 0, 0), True),
        (("::ffff:127.0.0.1", 80, 0, 0), True),  # IPv4 in IPv6's clothes
        (("localhost", 80), True),
        (("0.0.0.0", 80), True),
        ("/run/some.sock", True),
        (("10.0.0.1", 80), False),
        (("::ffff:10.0.0.1", 80, 0, 0), False),
        (("fe80::1%eth0", 80, 0, 2), False),
        (("www.example.com", 80), False),
    ],
)
def test_what_counts_as_this_machine(address: object, here: bool) -> None:
    assert loopback.is_here(address) is here


def test_a_connection_elsewhere_never_leaves() -> None:
    with socket.socket() as outward, pytest.raises(AssertionError, match="this machine only"):
        outward.connect(("192.0.2.1", 80))
