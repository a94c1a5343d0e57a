"""What reaches a terminal: titles of tables in one piece, and errors without what their frames held."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import structlog

from monitor.cli.common import print_table
from monitor.cli.daemon import set_up_logs
from monitor.demo import show
from monitor.demo.inbox import Received


def test_a_title_wider_than_its_table_stays_in_one_piece(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("requests an hour while nothing is new", ("host",), [("a",)])
    assert capsys.readouterr().out.splitlines()[0] == "requests an hour while nothing is new"


def test_the_demo_leaves_a_message_s_lines_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    line = "· " + "松陂县人民政府；最近一次读取未见转载" * 20
    told = {"title": "【疑似超过规定转载时限】", "message": line}
    show._show_message(show._console(), [Received(datetime.now(UTC), True, told)])
    assert line in capsys.readouterr().out.splitlines()


def test_a_logged_error_names_no_value_of_its_frames(capsys: pytest.CaptureFixture[str]) -> None:
    def fail(key: str) -> None:
        raise ValueError(f"{len(key)} characters")

    held = "a key from the environment"
    set_up_logs()
    try:
        fail(held)
    except ValueError:
        structlog.get_logger().exception("a step failed")
    finally:
        structlog.reset_defaults()
    logged = capsys.readouterr().err
    assert ("26 characters" in logged, held in logged) == (True, False)
