"""Greetings in national cryptography, and the first record that comes back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.net import tlcp

# First records of GmSSL 3.1.1's tlcp_server, tls12_server and tls13_server, answering these greetings.
OF_TLCP = (
    "160101002a0200002601016b05499ad844318f62a4136592ca6920ee25e9c6885a793bc6ef46fbc477cdb600e01300",
    0xE013,
)
OF_TLS12 = (
    "160303002c0200002803036b05499e48da2a7d05df74c50fd2b4880392cf5d0b1db66e62996d12142ac9c300e011000000",
    0xE011,
)
OF_TLS13 = (
    "160303007b0200007703033792d4201e7a6c94cf66e176d7b58af49bfe243b709e35b9e7ac4e179c2c852c0000c600004f",
    0x00C6,
)


@pytest.mark.parametrize(("record", "suite"), [OF_TLCP, OF_TLS12, OF_TLS13])
def test_the_suite_a_server_chose_is_read(record: str, suite: int) -> None:
    assert tlcp.chosen(bytes.fromhex(record)) == suite


@pytest.mark.parametrize(
    "record",
    [
        b"",
        bytes.fromhex("15010100020246"),  # an alert
        bytes.fromhex("1601010004") + b"\x0b\0\0\0",  # a certificate
        bytes.fromhex(OF_TLCP[0])[:40],  # cut off
        bytes.fromhex(OF_TLCP[0])[:43] + b"\xff",  # a session's number longer than the record
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
    ],
)
def test_what_is_no_answer_of_a_server_is_none(record: bytes) -> None:
    assert tlcp.chosen(record) is None


@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda tail: b"\x16\1\1\0\x2a\2" + tail))
def test_no_bytes_break_the_reading(record: bytes) -> None:
    suite = tlcp.chosen(record)
    assert suite is None or 0 <= suite <= 0xFFFF


@pytest.mark.parametrize(
    ("greeting", "outer", "inner"),
    [(tlcp.hello(), "0101", "0101"), (tlcp.hello_of_tls("www.example.gov.cn"), "0301", "0303")],
    ids=["national", "TLS"],
)
def test_a_greeting_is_one_record_of_the_right_length(greeting: bytes, outer: str, inner: str) -> None:
    assert greeting[:1] == b"\x16"
    assert greeting[1:3].hex() == outer
    assert int.from_bytes(greeting[3:5]) == len(greeting) - 5
    assert greeting[5] == 1, "a ClientHello"
    assert int.from_bytes(greeting[6:9]) == len(greeting) - 9
    assert greeting[9:11].hex() == inner


def test_no_two_greetings_are_alike() -> None:
    assert tlcp.hello() != tlcp.hello()
