"""Bytes to text: which declaration is believed, and that nothing makes it fail."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from monitor.net.decode import Decoded, decode

TITLE = "示例县人民政府办公室关于印发镕、喆、堃等同志任职的通知"  # 镕, 喆 and 堃 are not in GB2312
TRADITIONAL = "示例縣人民政府辦公室關於印發實施方案的通知"
RARE = "㙍㐂𠮷乡"  # only GB18030 and Unicode have these


def page(text: str, meta: str = "") -> str:
    declared = f'<meta charset="{meta}">' if meta else ""
    return f"<html><head>{declared}<title>{text}</title></head><body><p>{text}</p></body></html>"


@pytest.mark.parametrize(
    ("body", "content_type", "encoding", "how"),
    [
        # The order: mark, header, meta, detector.
        (b"\xef\xbb\xbf" + page(TITLE, "gbk").encode(), "text/html; charset=gbk", "utf-8", "bom"),
        (page(TITLE).encode("utf-16"), "text/html; charset=utf-8", "utf-16-le", "bom"),
        (page(TITLE, "big5").encode(), "text/html; charset=UTF-8", "utf-8", "header"),
        (page(TITLE, "gbk").encode("gb18030"), "text/html", "gb18030", "meta"),
        (page(TITLE).encode(), "", "utf-8", "detector"),
        (page(TITLE).encode("gb18030"), "", "gb18030", "detector"),
        (page(TRADITIONAL).encode("big5"), "", "big5", "detector"),
        (page("plain").encode(), "", "utf-8", "detector"),
        (b"", "", "utf-8", "detector"),
        # GB2312 and GBK are read as what contains both.
        (page(TITLE).encode("gbk"), "text/html; charset=gb2312", "gb18030", "header"),
        (page(RARE).encode("gb18030"), "text/html; charset=GBK", "gb18030", "header"),
        (page(TITLE, "gb_2312-80").encode("gbk"), "", "gb18030", "meta"),
        # A declaration that does not decode is overruled by the next.
        (page(TITLE).encode("gb18030"), "text/html; charset=utf-8", "gb18030", "detector"),
        (page(TITLE, "gbk").encode("gb18030"), "text/html; charset=utf-8", "gb18030", "meta"),
        (page(TITLE, "utf-8").encode("gb18030"), "text/html; charset=utf-8", "gb18030", "detector"),
        (page(TRADITIONAL, "big5").encode("big5"), "text/html; charset=utf-8", "big5", "meta"),
        # One of GBK is overruled by bytes that are UTF-8 throughout, though they decode as GBK too.
        ("<title>中国</title>".encode(), "text/html; charset=gb2312", "utf-8", "detector"),
        (page(TITLE, "gb2312").encode(), "text/html", "utf-8", "detector"),
        (page(TITLE, "gb2312").encode(), "text/html; charset=utf-8", "utf-8", "header"),
        # Tomcat's default says nothing.
        (page(TITLE, "gbk").encode("gbk"), "text/html;charset=ISO-8859-1", "gb18030", "meta"),
        (page(TITLE).encode(), "text/html;charset=ISO-8859-1", "utf-8", "detector"),
        # Labels that are no charsets of pages are not heard.
        (page(TITLE).encode(), "text/html; charset=unicode_escape", "utf-8", "detector"),
        (page("+ADw-script+AD4-").encode(), "text/html; charset=utf-7", "utf-8", "detector"),
        (page(TITLE).encode(), "text/html; charset=none-such", "utf-8", "detector"),
        (page(TITLE, "utf-16").encode(), "", "utf-8", "meta"),  # said in ASCII: it is not
        # Ways to write it.
        (page(TITLE).encode("gbk"), 'text/html; Charset = "GBK"', "gb18030", "header"),
        (f"<?xml version='1.0' encoding='GBK'?><rss>{TITLE}</rss>".encode("gbk"), "", "gb18030", "meta"),
        (
            f'<meta http-equiv="Content-Type" content="text/html; charset=gbk" />{TITLE}'.encode("gbk"),
            "text/html",
            "gb18030",
            "meta",
        ),
        # A declaration in a comment is none.
        (f"<!-- <meta charset=big5> --><meta charset=gbk>{TITLE}".encode("gbk"), "", "gb18030", "meta"),
        (f"<!-- <meta charset=big5> {TITLE}".encode(), "", "utf-8", "detector"),
        # Far down, behind scripts: browsers stop at 1 KB, pages of this web do not keep to it.
        (f"<script>{'x' * 8000}</script><meta charset=gbk>县".encode("gbk"), "", "gb18030", "meta"),
        # Foreign pages are not Chinese ones.
        ("これは日本語の文章です。政府のお知らせ".encode("shift_jis"), "", "shift_jis", "detector"),
        ("Правительство области".encode("cp1251"), "text/html; charset=windows-1251", "cp1251", "header"),
    ],
)
def test_which_declaration_is_believed(body: bytes, content_type: str, encoding: str, how: str) -> None:
    read = decode(body, content_type)
    assert (read.encoding, read.how) == (encoding, how)
    assert "\ufffd" not in read.text
    assert not read.text.startswith("\ufeff")


@pytest.mark.parametrize("text", [TITLE, "县政府", "公告", "示例县人民政府"])
def test_a_short_chinese_page_is_not_taken_for_korean(text: str) -> None:
    assert decode(page(text).encode("gb18030")).text == page(text)


def test_the_configuration_is_believed_before_all() -> None:
    body = page(TITLE, "big5").encode("gbk")
    assert decode(body, "text/html; charset=big5", asked="GBK") == Decoded(
        page(TITLE, "big5"), "gb18030", "asked"
    )


def test_and_overruled_like_all() -> None:
    assert decode(page(TITLE).encode("gbk"), asked="utf-8").text == page(TITLE)


@pytest.mark.parametrize("content_type", ["", "text/html; charset=gb2312", "text/html; charset=utf-8"])
def test_a_page_with_one_damaged_place_is_read_but_for_that(content_type: str) -> None:
    """Programs that cut a title at so many bytes cut it in the middle of a character."""
    cut = TITLE.encode("gbk")[:21]
    body = b"<a title='" + cut + f"'>{TITLE}</a>".encode("gbk") + page(TITLE * 20).encode("gbk")
    read = decode(body, content_type)
    assert (read.encoding, read.how) == ("gb18030", "repair")
    assert read.text.count(TITLE) == 41
    assert read.text.count("\ufffd") <= 2


def test_utf8_with_a_damaged_place_stays_utf8() -> None:
    body = page(TITLE * 20).encode() + TITLE.encode()[:-1]
    read = decode(body, "text/html; charset=utf-8")
    assert (read.encoding, read.how, read.text.count("\ufffd")) == ("utf-8", "repair", 1)


COMMON = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)


@given(st.text(COMMON | st.sampled_from("，。（）〔〕《》0123456789 <p></p>\n"), max_size=80))
def test_text_declared_as_gbk_comes_back(text: str) -> None:
    body = text.encode("gb18030")
    assume(decode(body).encoding != "utf-8")  # the few characters that are UTF-8 by chance
    assert decode(body, "text/html; charset=gb2312").text == text


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff"), max_size=80))
def test_text_declared_as_utf8_comes_back(text: str) -> None:
    assert decode(text.encode(), "text/html; charset=utf-8").text == text


@given(st.text(COMMON, min_size=2, max_size=60), st.sampled_from(["gb2312", "GB18030", "big5", "utf-8", ""]))
def test_utf8_is_never_read_as_something_else(text: str, declared: str) -> None:
    """Whatever is declared: short runs of UTF-8 decode as GBK or Big5 too, into other characters."""
    assert decode(page(text, declared).encode(), f"text/html; charset={declared}").text == page(
        text, declared
    )


@given(
    st.binary(max_size=400) | st.binary(max_size=60).map(lambda raw: b"<meta charset=" + raw + b">" + raw),
    st.text(max_size=60)
    | st.sampled_from(["text/html; charset=gbk", "text/html; charset=utf-16", "charset=hex"]),
    st.none() | st.text(max_size=20) | st.sampled_from(["gbk", "utf-8", "idna", "zlib"]),
)
def test_nothing_makes_it_fail(body: bytes, content_type: str, asked: str | None) -> None:
    read = decode(body, content_type, asked)
    read.text.encode("utf-8")  # storable: no half characters
    assert read.encoding


@pytest.mark.parametrize("filler", [b"<meta ", b"<!--", b"<meta charset=", b"\xc4", b"\x00"])
def test_a_large_hostile_page_is_decoded_to_its_end(filler: bytes) -> None:
    decode(filler * (2_000_000 // len(filler)))
