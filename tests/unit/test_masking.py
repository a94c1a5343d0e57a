"""Personal data is masked, and nothing else is."""

from __future__ import annotations

import pytest

from monitor.evidence.masking import Mask, load_key

MASK = Mask(b"k" * 32)


@pytest.mark.parametrize(
    ("text", "hidden", "reason"),
    [
        ("联系电话：13800138000。", 1, "a mobile number"),
        ("<a href='tel:13800138000'>拨打</a>", 1, "one that a link dials"),
        ("手机 138-0013-8000 或 138 0013 8000", 2, "written apart"),
        ("电话：0551-62601234", 1, "a landline with its code"),
        ("身份证号：11010519491231002X", 1, "its check sign holds"),
        ("身份证号：11010519491231002x", 1, "in small letters too"),
        ("编号：110105194912310021", 0, "the check sign does not hold: some other number"),
        ("编号：110105194913310022", 0, "no such month"),
        ("http://a.example/art/13800138000.html", 0, "a page's number: links must go on leading there"),
        ("<a href='/show?id=13800138000'>", 0, "and so in a query"),
        ("a13800138000b", 0, "a part of a longer word"),
        ("138001380001", 0, "twelve digits"),
        ("2026-11-24T09:30:00.138001", 0, "a moment"),
        ("国办发〔2026〕31号", 0, "a document's number"),
        ("12345", 0, "the citizens' line"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_what_is_masked(text: str, hidden: int, reason: str, encoding: str) -> None:
    masked, count = MASK.body(text.encode(encoding), encoding)
    assert count == hidden, reason
    assert (masked == text.encode(encoding)) == (hidden == 0), "what holds none stays byte by byte"
    assert masked.decode(encoding).count("[") == hidden


def test_a_page_that_is_not_what_it_says_is_masked_all_the_same() -> None:
    masked, count = MASK.body("电话".encode("gb18030") + b"13800138000 \xff", "utf-8")
    assert (count, b"13800138000" in masked) == (1, False)
    assert MASK.body(b"13800138000", None) == (b"13800138000", 0), "what is no text is left as it is"


def test_a_mark_is_recognised_only_with_the_key() -> None:
    mark = MASK.mark_of("TEL", "138-0013-8000")
    assert mark == MASK.mark_of("TEL", "13800138000") != Mask(b"x" * 32).mark_of("TEL", "13800138000")


def test_the_key_is_made_once(tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "evidence" / "mask.key"
    assert load_key(path) == load_key(path)
    assert [found.name for found in path.parent.iterdir()] == ["mask.key"]
