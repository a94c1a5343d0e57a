"""Document numbers: found, written one way, and told apart from citations."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.numbers import contradict, doc_numbers, normalise_doc_number, own_numbers, year_of


@pytest.mark.parametrize(
    ("written", "normal", "reason"),
    [
        ("青政办发〔2024〕5号", "青政办发〔2024〕5号", "as it should be"),
        ("青政办发[2024]5号", "青政办发〔2024〕5号", "square brackets"),
        ("青政办发（２０２４）５号", "青政办发〔2024〕5号", "full-width figures, round brackets"),
        ("青政办发﹝2024﹞5号", "青政办发〔2024〕5号", "small brackets"),
        ("青政办发【2024】第005号", "青政办发〔2024〕5号", "leading zeros and 第"),
        ("青政办发 〔 2024 〕 5 号", "青政办发〔2024〕5号", "spaces"),
        ("的通知青政办发〔2024〕5号", "青政办发〔2024〕5号", "run together with the title before it"),
        ("发文字号：青政办发〔2024〕5号", "青政办发〔2024〕5号", "with its label"),
        ("青府办发明电〔2004〕20号", "青府办发明电〔2004〕20号", "a telegram"),
        ("青溪省人民政府令〔2024〕第1号", "青溪省人民政府令〔2024〕1号", "an order with a year"),
        ("中华人民共和国国务院令第706号", "国务院令第706号", "an order of the state"),
        ("国令第706号", "国务院令第706号", "the same in short"),
        ("国务院第706号令", "国务院令第706号", "the same the other way round"),
        ("青溪省税务局公告2024年第12号", "青溪省税务局公告2024年第12号", "an announcement"),
        ("青溪省税务局公告（2024年第12号）", "青溪省税务局公告2024年第12号", "with brackets"),
        ("无文号", "无文号", "no number at all comes back as it stood"),
        ("一 二", "一二", "bare of spaces"),
        ("〔2024〕5号", "〔2024〕5号", "a number whose issuer is missing is none"),
    ],
)
def test_ways_of_writing_a_number(written: str, normal: str, reason: str) -> None:
    assert normalise_doc_number(written) == normal, reason


def test_every_number_once_and_in_order() -> None:
    text = "青政发〔2024〕2号 根据白府令第3号、青政发〔2024〕2号以及青政办〔2023〕9号"
    assert doc_numbers(text) == ("青政发〔2024〕2号", "白府令第3号", "青政办〔2023〕9号")
    assert doc_numbers("（青政发〔2024...") == ()


@pytest.mark.parametrize(
    ("stated", "text", "own", "reason"),
    [
        ("青政发〔2024〕2号", "", {"青政发〔2024〕2号"}, "stated, and nothing speaks against it"),
        (None, "青政发〔2024〕2号 各市人民政府：", {"青政发〔2024〕2号"}, "at the head of the text"),
        (
            None,
            "《关于X的通知》（青政发〔2024〕2号）各市人民政府：",
            {"青政发〔2024〕2号"},
            "before the addressees",
        ),
        (
            "青政发〔2024〕2号",
            "为落实《关于X的通知》（青政发〔2024〕2号）精神，",
            set(),
            "stated, but only cited",
        ),
        ("青政发〔2024〕2号", "根据青政发〔2024〕2号要求，", set(), "cited without the title"),
        (None, "按照省里文件精神（青政发〔2024〕2号），", set(), "in brackets behind running text"),
        (None, "按《X》（青政发〔2024〕2号）各项要求", set(), "各项 are no addressees"),
        (None, "甲" * 500 + " 青政发〔2024〕2号", set(), "too far down to be its own"),
        (
            "白政发〔2024〕7号",
            "白政发〔2024〕7号 根据《X》（青政发〔2024〕2号），",
            {"白政发〔2024〕7号"},
            "its own beside a cited one",
        ),
    ],
)
def test_own_numbers_of_a_text(stated: str | None, text: str, own: set[str], reason: str) -> None:
    assert own_numbers(stated, (), (), text) == own, reason


def test_a_number_beside_the_title_is_its_own_and_one_inside_is_cited() -> None:
    number = "青政发〔2024〕2号"
    assert own_numbers(None, (number,), (), "") == {number}
    assert own_numbers(number, (), (number,), f"{number} 各县：") == set()


@pytest.mark.parametrize(
    ("ours", "theirs", "expected", "reason"),
    [
        ({"青政发〔2024〕2号"}, {"青政发〔2023〕2号"}, True, "two numbers of one form"),
        ({"青政发〔2024〕2号"}, {"青政发〔2024〕2号", "白政〔2024〕1号"}, False, "one is shared"),
        ({"青政发〔2024〕2号"}, {"国务院令第2号"}, False, "an order beside a code says nothing"),
        ({"国家某某委员会令第36号"}, {"某某委令第36号"}, False, "one order, its issuer in short"),
        ({"国务院令第36号"}, {"国务院令第37号"}, True, "two orders"),
        (set(), {"国务院令第37号"}, False, "nothing to compare"),
    ],
)
def test_contradicting_numbers(ours: set[str], theirs: set[str], expected: bool, reason: str) -> None:
    assert contradict(frozenset(ours), frozenset(theirs)) is expected, reason
    assert contradict(frozenset(theirs), frozenset(ours)) is expected, reason


def test_year_of_a_number() -> None:
    assert year_of("青政发〔2024〕2号") == 2024
    assert year_of("青溪省税务局公告2023年第12号") == 2023
    assert year_of("国务院令第706号") is None


ISSUERS = st.text(alphabet="青白国办政发函字财教科", min_size=1, max_size=8)
BRACKETS = st.sampled_from(["〔〕", "[]", "()", "（）", "【】", "﹝﹞"])


@given(ISSUERS, st.integers(1949, 2049), st.integers(1, 99_999), BRACKETS)
def test_a_number_survives_its_spellings(issuer: str, year: int, serial: int, brackets: str) -> None:
    normal = f"{issuer}〔{year}〕{serial}号"
    assert normalise_doc_number(f"{issuer}{brackets[0]}{year}{brackets[1]}{serial:05d}号") == normal
    assert doc_numbers(f"《X》 {normal}，{normal}") == (normal,)


@given(st.text() | st.text(alphabet="青政发〔[(2024)]〕第令公告年号 0123"))
def test_numbers_round_trip_and_never_raise(text: str) -> None:
    for number in doc_numbers(text):
        assert doc_numbers(number) == (number,)
        assert normalise_doc_number(number) == number
    assert normalise_doc_number(normalise_doc_number(text)) == normalise_doc_number(text)
    assert own_numbers(text, (), (), text) <= set(doc_numbers(text))
