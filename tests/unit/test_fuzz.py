"""The fuzzer's own promises: what it holds of every target, that it sees a broken promise, and its mutations."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path
from random import Random

import pytest

from bench.fuzz.findings import Diary, kind_of, shrink
from bench.fuzz.mutation import MUTATIONS, cross, mutate
from bench.fuzz.promises import BrokenError, addresses, hold, twice
from bench.fuzz.seeds import seeds
from bench.fuzz.targets import TARGETS, pumped

CHEAP = [name for name in TARGETS if not name.startswith("cost-")]


@pytest.mark.parametrize("name", CHEAP)
def test_made_pages_and_their_mutations_keep_every_promise(name: str) -> None:
    target = TARGETS[name]
    for seed in list(seeds(target.made_of))[:12]:
        target.run(seed)
        for number in range(6):
            target.run(mutate(seed.decode("latin-1"), number, 6000).encode("latin-1", "replace"))


@pytest.mark.parametrize("name", [name for name in TARGETS if name.startswith("cost-")])
def test_the_cost_of_a_made_page_grows_with_it(name: str) -> None:
    target = TARGETS[name]
    target.run(next(iter(seeds(target.made_of))))


def test_a_saved_page_is_a_seed(tmp_path: Path) -> None:
    (tmp_path / "saved.html").write_text("<p>保存的网页</p>", encoding="utf-8")
    assert "<p>保存的网页</p>".encode() in list(seeds("article", tmp_path))


class TestPromises:
    def test_what_differs_the_second_time_is_seen(self) -> None:
        numbers = count()
        with pytest.raises(BrokenError, match="the same twice"):
            twice(lambda: next(numbers), 1)

    def test_what_outgrows_its_input_is_seen(self) -> None:
        with pytest.raises(BrokenError, match="no larger"):
            twice(lambda: ["x" * 100_000], 10)

    def test_half_a_character_is_seen(self) -> None:
        with pytest.raises(BrokenError, match="surrogates"):
            twice(lambda: {"title": "\ud800"}, 10)

    @pytest.mark.parametrize("url", ["/x", "ftp://h/x", "http:///x", "http://h/a b", "http://h/\x13", None])
    def test_an_address_that_cannot_be_asked_for_is_seen(self, url: str | None) -> None:
        with pytest.raises(BrokenError, match="addresses"):
            addresses([url])

    def test_what_grows_with_the_square_is_seen(self) -> None:
        def read(page: str) -> int:
            return sum(range(len(page) ** 2 // 1000))

        with pytest.raises(BrokenError, match=r"time grows|cheap"):
            pumped(read, slow=0.0002)(b"\x1ex\x1e")


class TestMutation:
    @pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
    def test_each_changes_something_and_breaks_on_nothing(self, mutation: Callable[..., None]) -> None:
        changed = 0
        for number in range(40):
            for text in (["<a href='x'>", "关于", "</a>", "<b class=y>", "2026"], ["x"], [""]):
                pieces = list(text)
                mutation(Random(number), pieces)
                changed += pieces != text
        assert changed

    def test_the_same_seed_gives_the_same(self) -> None:
        page = "<ul><li><a href=x>关于印发办法的通知</a>2026-11-20</ul>"
        assert [mutate(page, n, 500) for n in range(9)] == [mutate(page, n, 500) for n in range(9)]
        assert len({mutate(page, n, 500) for n in range(30)}) > 20

    def test_no_input_grows_without_end(self) -> None:
        assert all(len(mutate("<p>x</p>" * 50, number, 500)) <= 500 for number in range(200))
        assert all(len(cross("<p>x" * 50, "<b>y" * 50, number, 100)) <= 100 for number in range(50))


class TestFindings:
    def test_each_kind_is_kept_once_with_its_smallest_input(self, tmp_path: Path) -> None:
        def fail(data: bytes) -> None:
            hold("short", len(data) < 3, data)

        diary = Diary("x", tmp_path)
        for data in (b"abcdef", b"ab", b"abc", b"abcd"):
            diary.watch(fail, data)
        assert (diary.runs, diary.kinds) == (4, {"short": 3})
        kept = [path.read_bytes() for path in tmp_path.glob("x-*.input") if "costliest" not in path.name]
        assert kept == [b"abc"]

    def test_an_exception_is_named_by_its_place(self) -> None:
        with pytest.raises(ZeroDivisionError) as caught:
            _divide()
        assert kind_of(caught.value) == "ZeroDivisionError in tests/unit/test_fuzz.py:_divide"

    def test_a_finding_is_made_smaller(self) -> None:
        def fail(data: bytes) -> None:
            hold("no bomb", b"bomb" not in data, data)

        assert shrink(fail, b"x" * 300 + b"bomb" + b"y" * 300, seconds=5) == b"bomb"


def _divide() -> float:
    return 1 / 0
