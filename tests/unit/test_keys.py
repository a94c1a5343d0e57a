from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.keys import KeyDecision, KeyRules, decide

RULES = KeyRules(
    include=(re.compile("关于印发.*的通知"), re.compile("^国务院关于.*的意见$")),
    exclude=(re.compile("任免"), re.compile("解读")),
    doc_numbers=("国发", "国办发"),
)


@pytest.mark.parametrize(
    ("title", "doc_number", "key", "why", "reason"),
    [
        ("关于印发政务公开工作要点的通知", None, True, "关于印发", "an included title"),
        ("关于印发\n  政务公开工作\u3000要点的通知", None, True, "关于印发", "a title broken over lines"),
        ("国务院关于加强数字政府建设的意见", None, True, "国务院关于", "any of the patterns"),
        ("关于开展某项检查的通知", None, False, "neither", "nothing speaks for it"),
        ("国务院任免国家工作人员", "国发〔2026〕3号", False, "任免", "excluded wins over the number"),
        ("《关于印发某方案的通知》解读", None, False, "解读", "excluded wins over included"),
        ("某项规定", "国办发〔2026〕5号", True, "国办发", "the number makes it key"),
        ("某项规定", " 国办发 〔2026〕5号", True, "国办发", "a number written with spaces"),
        ("某项规定", "皖政〔2026〕5号", False, "neither", "a number of someone else"),
        ("某项规定", "皖国发〔2026〕5号", False, "neither", "a key number does not only occur, it begins"),
        ("某项规定（国办发〔2026〕5号）", None, True, "国办发", "a list shows the number in the title"),
        ("某项规定(国发(2026)5号)", None, True, "国发", "with whatever brackets"),
        ("某项规定（国发[2026]第 5 号 ）", None, True, "国发", "and spaces"),
        ("关于废止（国发〔2010〕2号）的决定", None, False, "neither", "the number of another document"),
        ("贯彻落实国发〔2010〕2号文件情况", None, False, "neither", "a number merely spoken of"),
        ("国务院关于同意某地规划的批复", "国发〔2026〕6号", False, "reply", "it answers one place"),
        (
            "国务院关于《关于印发某规划的通知》的批复（国函〔2026〕6号）",
            None,
            False,
            "reply",
            "with its number",
        ),
        ("干部任职资格管理规定", "国发〔2026〕7号", True, "国发", "a rule, not an appointment"),
        ("关于李某同志任职的通知", "国发〔2026〕7号", False, "appoints", "a person takes an office"),
        ("关于免去王某职务的决定", "国发〔2026〕8号", False, "appoints", "a person leaves one"),
        ("关于印发事业单位人员任命办法的通知", None, True, "关于印发", "a rule on appointments is none"),
        ("关于做好《任命办法》施行工作的通知", "国发〔2026〕9号", True, "国发", "nor a title that is quoted"),
        ("关于规范批复工作的意见", "国发〔2026〕9号", True, "国发", "nor a paper about replies"),
    ],
)
def test_what_the_rules_say(title: str, doc_number: str | None, key: bool, why: str, reason: str) -> None:
    decision = decide("auto", title, doc_number, RULES)
    assert decision.key is key, reason
    assert why in decision.why
    assert not decision.is_proposal


def test_a_pattern_may_name_replies_and_appointments() -> None:
    rules = KeyRules(include=(re.compile("规划的批复"), re.compile("任命.*局长")), doc_numbers=("国函",))
    for title in ("国务院关于某地规划的批复", "关于任命李某为局长的决定"):
        assert decide("auto", title, None, rules).key
    assert not decide("auto", "国务院关于同意某会议的批复", "国函〔2026〕6号", rules).key


def test_ask_proposes_what_auto_decides() -> None:
    auto, ask = (decide(mode, "关于印发某方案的通知", None, RULES) for mode in ("auto", "ask"))
    assert ask == KeyDecision(auto.key, auto.why, is_proposal=True)


@pytest.mark.parametrize(("mode", "key"), [("all", True), ("none", False)])
def test_a_column_may_decide_for_all_its_items(mode: str, key: bool) -> None:
    decision = decide(mode, "国务院任免国家工作人员" if key else "关于印发某方案的通知", None, RULES)
    assert decision == KeyDecision(key, f"the column says {mode} of its items are key")


@pytest.mark.parametrize("mode", ["all", "none", "auto", "ask"])
@pytest.mark.parametrize(("by_hand", "word"), [(True, "said key"), (False, "said not key")])
def test_an_officer_has_the_last_word(mode: str, by_hand: bool, word: str) -> None:
    decision = decide(mode, "国务院任免国家工作人员", "国发〔2026〕3号", RULES, by_hand=by_hand)
    assert decision.key is by_hand
    assert word in decision.why
    assert not decision.is_proposal


def test_without_rules_nothing_is_key_by_itself() -> None:
    assert not decide("auto", "关于印发某方案的通知", "国发〔2026〕3号", KeyRules()).key


def test_a_pattern_that_matches_anything_matches() -> None:
    """An empty match is a match."""
    assert decide("auto", "某项规定", None, KeyRules(include=(re.compile(""),))).key
    everything_but = KeyRules(include=(re.compile("规定"),), exclude=(re.compile("x*"),))
    assert not decide("auto", "某项规定", None, everything_but).key


def test_an_unknown_mode_is_a_fault() -> None:
    with pytest.raises(ValueError, match="'some' is none of all, none, auto, ask"):
        decide("some", "某项规定", None, RULES)


@given(st.text(), st.none() | st.text(), st.sampled_from(["auto", "ask"]))
def test_excluding_more_never_makes_more_key(title: str, doc_number: str | None, mode: str) -> None:
    stricter = KeyRules(RULES.include, (*RULES.exclude, re.compile(".")), RULES.doc_numbers)
    assert decide(mode, title, doc_number, stricter).key <= decide(mode, title, doc_number, RULES).key
