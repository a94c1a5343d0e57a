"""Headers read leniently."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.net.headers import OLDEST, age, is_textual, merged, retry_after

NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("stated", "seconds"),
    [
        (None, 0),
        ("0", 0),
        ("3600", 3600),
        (" 60 ", 60),
        ("60, 3600", 3600),  # two caches: the older copy favours the accused
        ("-5", 0),
        ("soon", 0),
        ("1.5", 0),
        ("", 0),
        ("60s", 0),
        ("9999999999", OLDEST.total_seconds()),
        ("9" * 400, 0),
    ],
)
def test_age(stated: str | None, seconds: float) -> None:
    assert age({} if stated is None else {"age": stated}) == timedelta(seconds=seconds)


@given(st.text())
def test_no_age_is_negative_or_endless(stated: str) -> None:
    assert timedelta(0) <= age({"age": stated}) <= OLDEST


@pytest.mark.parametrize(
    ("stated", "seconds"),
    [
        (None, None),
        ("", None),
        ("120", 120),
        ("Tue, 24 Nov 2026 01:40:00 GMT", 600),
        ("Tue, 24 Nov 2026 09:40:00 +0800", 600),
        ("Tue, 24 Nov 2026 01:40:00", 600),
        ("Mon, 23 Nov 2026 01:30:00 GMT", 0),  # past
        ("-1", None),
        ("later", None),
        ("99 Foo 2026", None),
    ],
)
def test_retry_after(stated: str | None, seconds: int | None) -> None:
    read = retry_after({} if stated is None else {"retry-after": stated}, NOW)
    assert read == (None if seconds is None else timedelta(seconds=seconds))


@given(st.text())
def test_no_retry_after_fails(stated: str) -> None:
    read = retry_after({"retry-after": stated}, NOW)
    assert read is None or read >= timedelta(0)


@pytest.mark.parametrize(
    ("kind", "body", "is_text"),
    [
        ("text/html", b"", True),
        ("text/html; charset=gbk", b"\0", True),
        ("TEXT/XML", b"", True),
        ("application/xhtml+xml", b"", True),
        ("application/rss+xml", b"", True),
        ("application/json", b"", True),
        ("application/javascript", b"", True),
        ("application/pdf", b"%PDF", False),
        ("image/png", b"<", False),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK", False),
        ("", b"<html>", True),
        ("", b"PK\3\4\0\0", False),
        ("", "县".encode("utf-16"), True),
        ("application/octet-stream", b"<html>", True),
    ],
)
def test_what_is_text(kind: str, body: bytes, *, is_text: bool) -> None:
    assert is_textual({"content-type": kind} if kind else {}, body) == is_text


def test_headers_are_merged_and_storable() -> None:
    headers = merged([("Age", "1"), ("AGE", "2"), ("X-Title", "\udcb9\udcab县")])
    assert headers == {"age": "1, 2", "x-title": "\ufffd\ufffd县"}
