"""What every reading promises, whatever the page: held against each result, broken promises are findings."""

from __future__ import annotations

import dataclasses
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

PAGE = "https://www.example.gov.cn/zwgk/zcwj/index.html"
GROWTH, ALLOWANCE = 20, 4000  # signs in a result for each sign of the input, and beside
PATIENCE, PER_KIB = 0.5, 0.04  # seconds of CPU for any input, and for each KiB; instrumented code is slow

Result = TypeVar("Result")


class BrokenError(AssertionError):
    """A promise that did not hold; `promise` names it, so that findings of one kind are told as one."""

    def __init__(self, promise: str, detail: str) -> None:
        super().__init__(f"{promise}: {detail}")
        self.promise = promise


def hold(promise: str, kept: bool, detail: object = "") -> None:
    """Raise BrokenError unless a promise was kept."""
    if not kept:
        raise BrokenError(promise, ascii(detail)[:500])


def strings(value: Any) -> Iterable[str]:
    """Yield every text within a result."""
    if isinstance(value, str):
        yield value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from strings(getattr(value, field.name))
    elif isinstance(value, Mapping):
        yield from strings(list(value.items()))
    elif isinstance(value, (list, tuple, set, frozenset)):
        for inner in value:
            yield from strings(inner)


def twice(read: Callable[[], Result], given: int) -> Result:
    """Read twice; the results are equal, in time, no larger than the input allows, and can be written down."""
    started = time.process_time()
    first = read()
    seconds = time.process_time() - started
    hold("in time", seconds <= PATIENCE + PER_KIB * given / 1024, f"{seconds:.2f} s for {given} signs")
    hold("the same twice", read() == first, first)
    texts = list(strings(first))
    size = sum(map(len, texts))
    hold("no larger than its input allows", size <= GROWTH * given + ALLOWANCE, f"{size} of {given}")
    hold("no lone surrogates", all(_can_be_written(text) for text in texts), texts)
    return first


def addresses(urls: Iterable[str | None]) -> None:
    """Hold that addresses are absolute, of the web, and can be asked for."""
    for url in urls:
        parts = urlsplit(url or "")
        hold("http addresses", parts.scheme in ("http", "https") and bool(parts.hostname), url)
        hold("addresses without blanks", not any(sign <= " " or sign == "\x7f" for sign in url or ""), url)


def _can_be_written(text: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in text)


def forbid_the_web() -> None:
    """Let any attempt to reach another machine be a finding."""

    def refuse(_: socket.socket, address: object) -> None:
        raise BrokenError("nothing is fetched", str(address))

    socket.socket.connect = refuse  # type: ignore[assignment,method-assign]
    socket.getaddrinfo = lambda host, *_, **__: refuse(socket.socket(), host)  # type: ignore[assignment]
