"""How deep a page's tags may nest before it is parsed, and what the parser really makes of them."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from monitor.reading.listing import read_listing
from monitor.reading.markup import walk
from monitor.reading.taming import DEEPEST, HEADROOM, LONGEST_TAG, tame
from tests.made_lists import FRAMES, PAGE, STRUCTURES, made_rows


def depth(page: str) -> int:
    """Return how deep the parser's tree is."""
    tree = LexborHTMLParser(page)
    reached = deepest = 0
    for entering, _ in walk(tree.root) if tree.root is not None else ():
        reached += 1 if entering else -1
        deepest = max(deepest, reached)
    return deepest


HIDDEN = [
    ("<div>", "plainly left open"),
    ("<div><!--</div>-->", "an end tag in a comment is none"),
    ("<div><!--></div><!-- -->", "a comment that ends at once"),
    ("<div a='</div>'>", "an end tag in an attribute is none"),
    ("<div a=x'><div a=x'>", "a quote within a value opens nothing"),
    ('<div ="><div ="></div>', "an attribute may begin with an equals sign"),
    ("<div></ </div>", "what begins like an end tag and is none runs to its >"),
    ("<div><?x </div>", "nor is one in an instruction"),
    ("<div><script></div></script>", "nor in a script"),
    ("<div><script><!--<script></script></div>--></script>", "nor in a script within a script's comment"),
    ("<div><textarea></div></textarea>", "nor in an input"),
    ("<div><title></div></title>", "nor in a title, wherever it stands"),
    ("<div><svg><![CDATA[></div>]]></svg>", "nor in the data of a drawing"),
    ("<div><svg><title><!--</title></div>--></title></svg>", "nor in a drawing's title, which is no title"),
    ("<span><div></span>", "a span is not ended from within a block"),
    ("<x><x><x><x><div></x></x></x></x>", "nor is any other name"),
    ("<form><div></form>", "a form's end ends no box in it"),
    ("<li><dd>", "items of different lists nest in one another"),
    ("<p><ol>", "a list ends the paragraph before it"),
    ("<table><caption><x></th>", "a cell's end ends none where the caption stands open"),
    ("<h3></h1><x-y><h1>", "any heading's end ends any heading"),
    ("<button><x></button><y>", "a button ends the one before it"),
    ("<a><marquee>", "a link within a box of its own stands within the one around"),
    ("<object><object></div>", "an end tag does not reach out of an object"),
    ("<x<<div></x<<div>", "a name may hold anything but blanks"),
]


@pytest.mark.parametrize(("unit", "why"), HIDDEN, ids=[why for _, why in HIDDEN])
def test_no_page_is_deeper_than_it_may_be(unit: str, why: str) -> None:
    limit = 20
    assert depth(tame(unit * 400, limit)) <= 3 * (limit + HEADROOM), why


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("structure", STRUCTURES)
def test_a_page_within_the_limits_stays_as_it_is(frame: str, structure: str) -> None:
    page = FRAMES[frame].replace("{list}", STRUCTURES[structure](made_rows(600)))
    assert tame(page) == page


def test_items_left_open_are_not_deep() -> None:
    page = "<ul>" + "<li><a href=x>关于印发办法的通知<p>2026-11-20" * 2 * DEEPEST
    assert tame(page) == page


def test_a_list_is_read_though_it_stands_too_deep() -> None:
    rows = made_rows(20)
    page = "<div>" * 2 * DEEPEST + STRUCTURES["li, date after"](rows)
    assert {row.url for row in read_listing(page, PAGE).rows} == {row.url for row in rows}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a<svg><title>x</title><path d=1></svg>b", "a<!---->b"),
        ("a<SVG/>b", "a<!---->b"),
        ("a<select><option>x</select >b", "a<!---->b"),
        ("a<select><option>x", "a<!----><option>x"),
        ("<svgx>a</svgx>", "<svgx>a</svgx>"),
        ("<script>'<select>'</script>", "<script>'<select>'</script>"),
        ("<<svg></svg>div>", "<<!---->div>"),
    ],
)
def test_drawings_and_choices_are_left_out(text: str, left: str) -> None:
    assert tame(text) == left


def test_overlong_attributes_are_left_out_and_the_others_kept() -> None:
    tag = f"<a href=1.html class='{'>x ' * LONGEST_TAG}' title='关于印发办法的通知' >"
    assert tame(f"<p>{tag}关于</a>") == "<p><a href=1.html title='关于印发办法的通知' >关于</a>"


def test_what_looks_like_a_long_tag_in_a_script_is_none() -> None:
    page = f"<script>if (a<b) {{ x = '{'y' * LONGEST_TAG}' }} var list = [1>2]</script>"
    assert tame(page) == page


@pytest.mark.parametrize(
    "page",
    [
        "<div><!--</div>-->" * 30_000,
        "<a " + " ".join(f"a{n}=1" for n in range(50_000)) + ">",
        f"<div class='{'a' * 250_000}'>" + "<p><a href=x>关于印发办法的通知</a></p>" * 7_000,
        "<x>" * 500 + "</zz>" * 80_000,
        "<a " * 170_000,
        "<svg>" * 100_000,
        "<p><font>x" * 50_000,
        "<x a='" * 80_000,
        "<script><!--<script>" * 25_000,
    ],
    ids=["hidden", "attributes", "class", "ends", "cut", "drawings", "fonts", "quotes", "scripts"],
)
def test_half_a_hostile_mebibyte_is_tamed_and_parsed(page: str) -> None:
    LexborHTMLParser(tame(page))
