"""The chain of evidence: given back whole, and every change of it named."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from monitor.evidence import Catalog, Draft, Evidence, Exchange, File, Statement, digest_of
from monitor.evidence.ageing import Limits
from monitor.evidence.chain import KEY, LOCK, TORN
from monitor.evidence.held import Held
from monitor.evidence.masking import Mask
from monitor.evidence.segments import index_of, lines_of, numbers, records_of
from monitor.evidence.verifying import Verified, verify
from monitor.net.browsing.rendered import Frame, Seen
from monitor.net.outcomes import Fault, Outcome
from monitor.rounds.keeping import exchanges_of

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
PAGE = "<h1>关于印发方案的通知</h1>" * 40
ABOUT = ("obligation:7", "site:example")


def page(
    body: str | bytes = PAGE, at: datetime = NOW, url: str = "http://a.example/x.html?n=1", **more: object
) -> Draft:
    raw = body.encode() if isinstance(body, str) else body
    exchange = Exchange(
        "http://a.example/",
        url,
        at,
        200,
        raw,
        "utf-8",
        {"user-agent": "duban", "proxy-authorization": "secret"},
        {"content-type": "text/html", "content-encoding": "gzip"},
        **more,  # type: ignore[arg-type]
    )
    return Draft(exchange, ABOUT)


def said(kind: str = "absence", **content: object) -> Draft:
    return Draft(Statement(kind, NOW, content), ABOUT)


def kept(folder: Path, *batches: Sequence[Draft], segment_bytes: int = 2**20) -> Evidence:
    evidence = Evidence(folder, lambda: NOW, segment_bytes)
    for batch in batches:
        evidence.keep_now(batch)
    return evidence


def test_what_is_kept_is_given_back_with_its_heads_and_times(tmp_path: Path) -> None:
    evidence = kept(tmp_path, [page(age=timedelta(seconds=30)), said(rows=3)])
    request, answer, statement = Catalog(evidence).about("obligation:7")
    read = evidence.read(answer)
    assert (read.type, read.status, read.payload.decode()) == ("response", 200, PAGE)
    assert (read.url, read.head["Duban-Asked"]) == ("http://a.example/x.html?n=1", "http://a.example/")
    assert (read.at, read.head["Duban-Age"]) == (NOW, "30")
    assert read.http == {"content-type": "text/html", "x-archive-orig-content-encoding": "gzip"}
    assert evidence.read(request).http == {"host": "a.example", "user-agent": "duban"}, (
        "no password of a proxy"
    )
    assert evidence.read(statement).content == {"rows": 3}
    assert evidence.load(answer.digest).decode() == PAGE
    assert evidence.size() > 0


def test_other_tools_read_it(tmp_path: Path) -> None:
    kept(tmp_path, [page(), said(), Draft(File("http://a.example/", NOW, b"\x89PNG", "image/png"), ABOUT)])
    with records_of(tmp_path, 1).open("rb") as file:
        found = [
            (r.rec_type, r.content_stream().read(), r.digest_checker.passed)
            for r in ArchiveIterator(file, check_digests=True)
        ]
    assert [type_ for type_, _, _ in found] == ["warcinfo", "request", "response", "metadata", "resource"]
    assert all(passed for _, _, passed in found[2:])


def test_a_page_that_stays_as_it_was_is_referred_to(tmp_path: Path) -> None:
    evidence = kept(tmp_path, [page()], [page(at=NOW + timedelta(minutes=5))])
    pages = [entry for entry in evidence.entries() if entry.kind == "page"]
    assert [entry.type for entry in pages] == ["response", "revisit"]
    assert pages[1].refers_to == pages[0].id
    assert pages[1].digest == pages[0].digest


def test_several_writers_make_one_chain(tmp_path: Path) -> None:
    one, other = kept(tmp_path), kept(tmp_path)
    for number in range(3):
        one.keep_now([said(by="daemon", n=number)])
        other.keep_now([said(by="command", n=number)])
    assert verify(tmp_path).ok
    assert other.head() == kept(tmp_path).head() == verify(tmp_path).head
    assert one.head() != other.head(), "as it last saw it"


async def test_what_waits_is_written_together(tmp_path: Path) -> None:
    evidence = kept(tmp_path)
    done = await asyncio.gather(*(evidence.keep([said(n=number)]) for number in range(40)))
    assert sorted(entry.sequence for one in done for entry in one.entries) == list(range(2, 42))
    assert verify(tmp_path).ok


def test_numbers_of_persons_are_not_kept(tmp_path: Path) -> None:
    told = "联系人电话：13800138000，身份证号11010519491231002X，座机0551-62601234"
    evidence = kept(tmp_path, [page(told), page(told.encode("gb18030"))], [said(note="13800138000")])
    bodies = [evidence.read(entry).payload for entry in evidence.entries()]
    assert not any(number in body for body in bodies for number in (b"13800138000", b"002X", b"62601234"))
    mark = evidence.mark_of("TEL", "138-0013-8000").encode()
    assert sum(mark in body for body in bodies) == 3, "who holds the key recognises the number"
    assert (tmp_path / KEY).stat().st_mode & 0o777 == 0o600


# --- changes ---------------------------------------------------------------------------------------------


def test_every_byte_of_every_file_counts(tmp_path: Path) -> None:
    kept(tmp_path, [said(n=1)])
    assert verify(tmp_path).ok
    for path in (records_of(tmp_path, 1), index_of(tmp_path, 1)):
        data = path.read_bytes()
        for place in range(len(data)):
            path.write_bytes(data[:place] + bytes([data[place] ^ 0x01]) + data[place + 1 :])
            assert "000001" in named(verify(tmp_path)), f"byte {place} of {path.name}"
        path.write_bytes(data)


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four segments of several records each."""
    folder = tmp_path_factory.mktemp("chain")
    kept(folder, *([page(PAGE + str(n)), said(n=n)] for n in range(8)), segment_bytes=2500)
    assert verify(folder).ok
    return folder


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_changed_file_is_named(
    chain: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("changed") / "evidence"
    shutil.copytree(chain, folder)
    path = data.draw(st.sampled_from(sorted(folder.glob("0*"))))
    body = path.read_bytes()
    place = data.draw(st.integers(0, len(body) - 1))
    change = data.draw(st.sampled_from(["flip", "drop", "double"]))
    if change == "flip":
        new = bytes([body[place] ^ data.draw(st.integers(1, 255))])
    else:
        new = b"" if change == "drop" else body[place : place + 1] * 2
    path.write_bytes(body[:place] + new + body[place + 1 :])
    found = verify(folder)
    # A chain whose very end is torn off looks as a crash leaves it, and is told as one: what was lost there
    # is known by the head that went out with the messages.
    torn = [unfinished.file[:6] for unfinished in found.unfinished]
    assert path.name[:6] in named(found) or path.name[:6] in torn


def swap_lines(folder: Path) -> None:
    lines, _ = lines_of(index_of(folder, 2))
    index_of(folder, 2).write_bytes(b"".join([lines[1], lines[0], *lines[2:]]))


def drop_line(folder: Path) -> None:
    lines, _ = lines_of(index_of(folder, 2))
    index_of(folder, 2).write_bytes(b"".join([lines[0], *lines[2:]]))


def double_line(folder: Path) -> None:
    lines, _ = lines_of(index_of(folder, 2))
    index_of(folder, 2).write_bytes(b"".join([lines[0], *lines]))


def swap_files(folder: Path) -> None:
    for place in (records_of, index_of):
        second, third = place(folder, 2), place(folder, 3)
        held = second.read_bytes()
        second.write_bytes(third.read_bytes())
        third.write_bytes(held)


HELD_AT = datetime(2026, 11, 24, 2, tzinfo=UTC)


def test_a_frame_that_did_not_come_is_kept_as_one_that_nothing_answered(tmp_path: Path) -> None:
    seen = Seen("http://a.example/", NOW, "http://a.example/", status=200, text=PAGE)
    down = Fault(Outcome.SERVER_ERROR, "the server answered 503")
    frames = (Frame("http://a.example/in", PAGE), Frame("http://a.example/box", "", fault=down))
    shown = replace(seen.page(fresh=True), frames=frames)
    evidence = kept(tmp_path, [Draft(each, ABOUT) for each in exchanges_of(shown)])
    records = [evidence.read(entry) for entry in evidence.entries() if entry.url.endswith(("in", "box"))]
    assert [record.kind for record in records] == ["shown", "request", "no answer"]
    assert records[2].head["Duban-Reason"] == "the server answered 503"


def reading(body: bytes) -> list[Draft]:
    """A reading of one page, and what is said of it."""
    page = Exchange(
        "http://a/", "http://a/", HELD_AT, 200, body, "gb18030", {"x": "1"}, {}, timedelta(seconds=9)
    )
    return [
        Draft(page, ("site:a",)),
        Draft(Statement("absence", HELD_AT, {"places": ["上级文件"]}, "http://a/")),
    ]


async def test_a_held_reading_survives_a_restart_masked_and_is_given_out_once(tmp_path: Path) -> None:
    body = "电话13812345678，无此文件".encode("gb18030")
    await Evidence(tmp_path).hold("a", HELD_AT, reading(body))
    again = Evidence(tmp_path)
    assert await again.take("a", HELD_AT + timedelta(seconds=1)) == (), "another reading's"
    page, said = await again.take("a", HELD_AT)
    assert isinstance(page.what, Exchange)
    assert (page.what.hidden, b"13812345678" in page.what.body, page.about) == (1, False, ("site:a",))
    assert (page.what.age, page.what.request, page.what.at) == (timedelta(seconds=9), {"x": "1"}, HELD_AT)
    assert said.what == replace(reading(body)[1].what, id=said.what.id)
    assert await again.take("a", HELD_AT) == ()
    again.keep_now([page, said])
    kept = next(entry for entry in again.entries() if entry.kind == "page")
    assert again.read(kept).head["Duban-Masked"] == "1", "though it was masked before it was chained"


def test_what_is_held_is_bounded_and_what_is_torn_is_none(tmp_path: Path) -> None:
    mask = Mask(bytes(32))
    held = Held(tmp_path, lambda: mask, most=3000)
    for number in range(9):
        held.put(str(number), HELD_AT, reading(random.Random(number).randbytes(1000)))
    assert held.bytes <= 3000
    assert held.take("0", HELD_AT) == (), "the longest held went first"
    assert held.take("8", HELD_AT)
    again = Held(tmp_path, lambda: mask, most=3000)
    assert again.bytes == held.bytes, "as they lie on the disk"
    again.keep_only(["7", "1"])
    assert len(list((tmp_path / "held").iterdir())) == 1, "of the sites that are left"
    for path in (tmp_path / "held").iterdir():
        path.write_bytes(path.read_bytes()[:50])
    assert again.take("7", HELD_AT) == ()


def test_what_the_disk_does_not_give_or_let_go_is_none_and_stops_nobody(tmp_path: Path) -> None:
    held = Held(tmp_path, lambda: Mask(bytes(32)))
    held.put("a", HELD_AT, reading(b"x"))
    (path,) = (tmp_path / "held").iterdir()
    path.unlink()
    path.mkdir()  # neither read nor removed as a file, whoever asks
    assert held.take("a", HELD_AT) == ()
    held.drop("a")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda folder: records_of(folder, 2).unlink(), "000002.warc.gz: the file is missing"),
        (lambda folder: index_of(folder, 2).unlink(), "000002.index: the file is missing"),
        (lambda folder: [p(folder, 2).unlink() for p in (records_of, index_of)], "are missing before it"),
        (lambda folder: [p(folder, 1).unlink() for p in (records_of, index_of)], "the records 1 to"),
        (
            lambda folder: records_of(folder, 2).write_bytes(records_of(folder, 2).read_bytes()[:-5]),
            "cut short",
        ),
        (swap_lines, "out of order"),
        (drop_line, "are missing before it"),
        (double_line, "out of order"),
        (swap_files, "000003"),
    ],
)
def test_what_is_missing_cut_or_moved_is_named(
    chain: Path, tmp_path: Path, change: Callable[[Path], object], expected: str
) -> None:
    folder = tmp_path / "evidence"
    shutil.copytree(chain, folder)
    change(folder)
    assert expected in named(verify(folder))


def named(found: Verified) -> str:
    """What was found, as a person reads it; empty where all is as it was."""
    return "\n".join(f"{m.file}: {m.what} ({m.offset}, {m.sequence})" for m in found.mismatches)


# --- what a crash leaves ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("of_records", "of_index", "torn"),
    [
        (1, 0, True),  # a record that was begun
        (-1, 0, True),  # all but its last byte
        (None, 0, False),  # whole, and the index does not know of it
        (None, 1, True),  # its line was begun
        (None, -1, True),
    ],
)
def test_a_crash_at_any_point_verifies_and_is_put_right_loudly(
    tmp_path: Path, of_records: int | None, of_index: int, torn: bool
) -> None:
    evidence = kept(tmp_path, [said(n=1)])
    records, index = records_of(tmp_path, 1), index_of(tmp_path, 1)
    before = records.stat().st_size, index.stat().st_size
    evidence.keep_now([said(n=2)])
    whole = records.read_bytes(), index.read_bytes()
    for path, data, start, cut in zip((records, index), whole, before, (of_records, of_index), strict=True):
        path.write_bytes(data[: start + cut] if cut is not None and cut >= 0 else data[:cut])
    found = verify(tmp_path)
    assert found.ok
    assert found.unfinished
    kept(tmp_path, [said(n=3)])
    found = verify(tmp_path)
    assert (found.ok, found.unfinished) == (True, [])
    assert any(entry.kind == "torn" for entry in evidence.entries()) == torn, "the chain itself says so"
    assert (tmp_path / TORN).exists() == torn, "and nothing was thrown away"


def test_a_copy_that_nobody_can_write_to_verifies(chain: Path, tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    shutil.copytree(chain, folder)
    (folder / LOCK).unlink()
    (folder / LOCK).mkdir()
    assert verify(folder).head == verify(chain).head


def test_a_damaged_segment_is_left_as_it_is(tmp_path: Path) -> None:
    kept(tmp_path, [said(n=1)])
    index = index_of(tmp_path, 1)
    index.write_bytes(b"x" + index.read_bytes()[1:])
    damaged = index.read_bytes()
    kept(tmp_path, [said(n=2)])
    assert index.read_bytes() == damaged
    assert "000001.index" in named(verify(tmp_path))


@pytest.mark.parametrize(
    ("digest", "reason"),
    [
        ("sha256:../../etc/passwd", "no way out of the folder"),
        (digest_of(b"never kept"), "not kept"),
    ],
)
def test_what_is_not_kept_is_not_given(tmp_path: Path, digest: str, reason: str) -> None:
    with pytest.raises(FileNotFoundError, match="no record"):
        kept(tmp_path, [page()]).load(digest)


def test_a_payload_that_was_changed_is_not_given(tmp_path: Path) -> None:
    evidence = kept(tmp_path, [page()])
    entry = next(entry for entry in evidence.entries() if entry.kind == "page")
    data = bytearray(records_of(tmp_path, 1).read_bytes())
    data[entry.offset + entry.length // 2] ^= 1
    records_of(tmp_path, 1).write_bytes(data)
    with pytest.raises(ValueError, match="was changed"):
        evidence.load(entry.digest)


# --- what is removed -------------------------------------------------------------------------------------

YEAR = timedelta(days=365)


@pytest.mark.parametrize(
    ("limits", "needed", "removed", "reason"),
    [
        (Limits(YEAR, 2**40), (), [], "young, and there is room"),
        (
            Limits(timedelta(hours=1), 2**40),
            (),
            [(1, 4)],
            "the second is not old yet, the last is written to",
        ),
        (Limits(YEAR, 1), (), [(1, 4), (5, 8)], "no room: the oldest first, and all but the last"),
        (Limits(timedelta(hours=1), 1), {"obligation:0"}, [(5, 8)], "an open verdict needs it"),
        (Limits(timedelta(hours=1), 1), {"http://a.example/文件.html?n=1"}, [], "and so does its source"),
    ],
)
async def test_what_is_old_or_too_much_is_removed_and_the_chain_says_so(
    tmp_path: Path, limits: Limits, needed: set[str], removed: list[tuple[int, int]], reason: str
) -> None:
    now = NOW
    evidence = Evidence(tmp_path, lambda: now, segment_bytes=1)
    for number in range(3):
        draft = page(PAGE + str(number), now, "http://a.example/文件.html?n=1")
        evidence.keep_now([Draft(draft.what, (f"obligation:{number}",)), said(n=number)])
        now += timedelta(minutes=25)
    assert await evidence.forget(limits, needed) == len(removed), reason
    found = verify(tmp_path)
    assert found.mismatches == [], reason
    assert [(piece.first, piece.last) for piece in found.removed] == removed
    evidence.keep_now([said(n=9)])
    assert verify(tmp_path).mismatches == []


async def test_what_is_removed_without_a_word_is_named(tmp_path: Path) -> None:
    evidence = kept(tmp_path, *([page(PAGE + str(n))] for n in range(4)), segment_bytes=1)
    await evidence.forget(Limits(YEAR, 1), {"obligation:9"})
    assert verify(tmp_path).mismatches == []
    kept(tmp_path, [said(n=1)])
    middle = numbers(tmp_path)[-2]
    for path in (records_of(tmp_path, middle), index_of(tmp_path, middle)):
        path.unlink()
    assert "are missing before it" in named(verify(tmp_path))
