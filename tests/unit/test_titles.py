"""Titles: what is undone before they are compared, and what they are made of."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from checks.headings import Wrapper, fits, is_formal, level, read_heading, same_issuer
from checks.mojibake import LOST, repair
from checks.titles import LONGEST, clean, normalise, shares_signs

TITLE = "青溪省人民政府办公厅关于进一步做好乡村“夜校”建设工作的通知"


def misread(text: str, meant: str, shown: str) -> str:
    """Decode a text as a page in the wrong encoding is decoded."""
    return text.encode(meant).decode(shown, "replace")


# --- one title, many spellings -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spelling", "reason"),
    [
        (f"【转发】{TITLE}", "a mark of reposting"),
        (f"[转载]{TITLE}", "another"),
        (f"（转载）{TITLE}", "in round brackets"),
        (f"转载：{TITLE}", "with a colon"),
        (f"转载{TITLE}", "without any sign"),
        (f"转发 {TITLE}", "with a space"),
        (f"【省政府文件】{TITLE}", "a column's label"),
        (f"[置顶] {TITLE}", "pinned"),
        (f"置顶 {TITLE}", "pinned without brackets"),
        (f"· {TITLE}", "a bullet"),
        (f"3、{TITLE}", "counted"),
        (f"2024-03-05 {TITLE}", "a date in front"),
        (f"[2024-03-05]{TITLE}", "a date in front, in brackets"),
        (f"政策文件 | {TITLE}", "a column in front"),
        (f"首页 > 政策文件 > {TITLE}", "a path in front"),
        (f"白鹭县人民政府网_{TITLE}", "the site in front"),
        (f"{TITLE}_白鹭县人民政府", "the site behind"),
        (f"{TITLE} - 白鹭县人民政府门户网站", "with a hyphen"),
        (f"{TITLE}-白鹭县人民政府网", "without spaces"),
        (f"{TITLE}_政策文件_白鹭县人民政府网", "column and site"),
        (f"{TITLE}丨白鹭发布", "its account"),
        (f"{TITLE}（青政办发〔2024〕5号）", "the number behind"),
        (f"{TITLE}【青政办发〔2024〕5号】", "in other brackets"),
        (f"{TITLE} 青政办发〔2024〕5号", "without brackets"),
        (f"青政办发〔2024〕5号 {TITLE}", "the number in front"),
        (f"（青政办发〔2024〕5号）{TITLE}", "in brackets in front"),
        (f"青政办发〔2024〕5号：{TITLE}", "with a colon"),
        (f"{TITLE}(2024-03-05)", "a date behind"),
        (f"{TITLE}（2024年3月5日）", "written out"),
        (f"{TITLE} 2024/03/05 09:30", "with a time"),
        (f"{TITLE} 03-05", "without the year"),
        (f"{TITLE}[03-05]", "in brackets"),
        (f"{TITLE}（全文）", "a remark"),
        (f"{TITLE}（附件）[详细]", "two remarks"),
        (f"{TITLE} NEW", "a badge"),
        (f"{TITLE}.pdf", "the file's name"),
        (f"{TITLE}。", "a full stop"),
        (f"《{TITLE}》", "book marks around it"),
        (f"标题：{TITLE}", "a label of the page"),
        (TITLE.replace("“", '"').replace("”", '"'), "straight quotes"),
        (TITLE.replace("“", "").replace("”", ""), "no quotes"),
        (TITLE.replace("关于", "\n\t 关于"), "a line break within"),
        (" ".join(TITLE), "letter by letter"),
        ("\u200b".join(TITLE), "signs without width"),
        ("\u00ad".join(TITLE), "soft hyphens"),
        (TITLE.replace("做好", "做\xa0好"), "a space that does not break"),
        (TITLE.replace("做好", "做@@好"), "signs against copying"),
        (TITLE.replace("乡村", "※乡村※"), "other such signs"),
        (TITLE.replace("乡村", "<em>乡村</em>"), "the search's highlight"),
        (TITLE.replace("乡村", "乡<br/>\u3000\u3000村"), "a break as markup"),
        (f'<font color="red">{TITLE}</font>', "a colour"),
        (f'<span title="{TITLE}">{TITLE}</span>', "a title within the markup"),
        (TITLE.replace("“", "&ldquo;").replace("”", "&rdquo;"), "entities"),
        (TITLE.replace("“", "&amp;amp;ldquo;").replace("”", "&amp;rdquo;"), "escaped more than once"),
        ("青溪省人民政府辦公廳關於進一步做好鄉村“夜校”建設工作的通知", "traditional characters"),
        (TITLE.replace("关", "關(guān)").replace("乡", "鄉(xiāng)"), "with their sound beside them"),
        (misread(TITLE, "gb18030", "latin-1"), "GBK taken for Latin-1"),
        (misread(TITLE, "utf-8", "latin-1"), "UTF-8 taken for Latin-1"),
    ],
)
def test_spellings_of_one_title(spelling: str, reason: str) -> None:
    assert normalise(spelling) == normalise(TITLE), reason


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("青溪省茶园管理办法", "青溪省茶园管理办法（试行）", "a trial is another paper"),
        ("青溪省茶园管理办法", "青溪省茶园管理办法（2024年修订）", "so is a revision"),
        ("2018-2020年茶园规划", "2018-2021年茶园规划", "years count"),
        ("全省茶园评比结果（2023）", "全省茶园评比结果（2022）", "in brackets too"),
        ("青溪省茶园管理办法——图解", "青溪省茶园管理办法", "a subtitle is no site's name"),
        ("青溪省茶园规划2024-2028", "青溪省茶园规划", "figures behind a hyphen are no site's name"),
        ("关于废止青政发〔2001〕3号", "关于废止", "a number that is the matter itself stays"),
    ],
)
def test_titles_that_are_not_one(one: str, other: str, reason: str) -> None:
    assert normalise(one) != normalise(other), reason


@pytest.mark.parametrize(
    "span", ["2018-2020年", "2018年－2020年", "2018—2020年", "2018至2020年", "2018 ～ 2020年"]
)
def test_spans_of_years_are_one(span: str) -> None:
    assert normalise(f"茶园规划（{span}）") == "茶园规划2018至2020年"


def test_affixes_stay_where_nothing_else_would_be_left() -> None:
    assert normalise("【转发】通知") == "转发通知"
    assert normalise("2024-03-05") == "2024至03至05"
    assert normalise("…《》 ！") == ""


def test_lowercase_pinyin_goes_and_other_brackets_stay() -> None:
    assert clean("專(zhuān)項(PPP)規(guī)劃(app)") == "专项(PPP)规划(app)"


def test_a_title_has_an_end() -> None:
    assert len(normalise("茶" * 10_000)) == LONGEST


# --- mojibake ------------------------------------------------------------------------------------------


def test_lost_bytes_come_back_as_one_sign_each_run() -> None:
    shown = misread("国务院办公厅关于预案的函", "utf-8", "gbk")
    assert LOST in shown
    assert repair(shown) == f"国务院办{LOST}厅关于{LOST}的{LOST}"


def test_mojibake_that_western_tables_lost_bytes_of() -> None:
    shown = misread(TITLE, "utf-8", "cp1252")
    assert LOST in shown
    assert fits(read_heading(shown), read_heading(TITLE))


@pytest.mark.parametrize(
    "honest",
    [
        "国务院",
        "联通",
        "关于茶园的通知",
        "Café de l'été à Paris",
        "A±B",
        "茶 ¥5 · ±3℃",
        "\ue000茶园",
        "",
        "   ",
    ],
)
def test_honest_text_is_left_alone(honest: str) -> None:
    assert repair(honest) == honest


@given(st.text(alphabet="国务院办公厅关于印发茶园夜校工作通知意见方案省市县", min_size=4, max_size=40))
def test_gbk_taken_for_latin_is_undone(text: str) -> None:
    assert repair(misread(text, "gb18030", "latin-1")) == text


# --- what a title is made of ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "issuer", "core", "wrapper"),
    [
        (
            "青溪省人民政府关于印发《青溪省茶园管理办法》的通知",
            "青溪省政府",
            "青溪省茶园管理办法",
            Wrapper.NOTICE,
        ),
        ("青溪省教育厅印发关于茶园夜校实施意见的通知", "青溪省教育厅", "茶园夜校实施意见", Wrapper.NOTICE),
        ("农业部 财政部等八部门关于公布茶园名单的通知", "农业部财政部", "茶园名单", Wrapper.NOTICE),
        ("关于联合印发《茶园规划（2024—2028年）》的函", "", "茶园规划2024至2028年", Wrapper.NOTICE),
        ("《关于茶园夜校的若干措施》的通知", "", "茶园夜校若干措施", Wrapper.NOTICE),
        ("国家茶叶委员会《茶园纲要》", "国家茶叶委", "茶园纲要", Wrapper.NOTICE),
        ("国务院办公厅印发《关于茶园夜校的意见》", "国务院办", "茶园夜校意见", Wrapper.ANNOUNCEMENT),
        ("《茶园指引》正式发布", "", "茶园指引", Wrapper.ANNOUNCEMENT),
        ("青溪省人民政府关于印发《茶园办法》", "青溪省政府", "茶园办法", Wrapper.NOTICE),
        ("关于转发《农业部关于茶园夜校的意见》的通知", "", "茶园夜校意见", Wrapper.FORWARD),
        (
            "白鹭县教育局转发青溪省教育厅关于茶园夜校意见的通知",
            "白鹭县教育局",
            "茶园夜校意见",
            Wrapper.FORWARD,
        ),
        ("白鹭县政府办公室转发《茶园办法》", "白鹭县政府办", "茶园办法", Wrapper.FORWARD),
        ("青溪省教育厅关于做好茶园夜校工作的通知", "青溪省教育厅", "做好茶园夜校工作通知", Wrapper.NONE),
        ("关于规范性文件发布程序的通知", "", "规范性文件发布程序通知", Wrapper.NONE),  # 发布 is its matter
        ("青溪省茶园管理办法", "", "青溪省茶园管理办法", Wrapper.NONE),
        ("大家来看《茶园办法》", "", "大家来看茶园办法", Wrapper.NONE),  # nobody's paper
        ("科学技术部等十部门关于印发《茶园办法〈试行〉》的通知", "科技部", "茶园办法试行", Wrapper.NOTICE),
    ],
)
def test_issuer_name_and_wrapper(title: str, issuer: str, core: str, wrapper: Wrapper) -> None:
    heading = read_heading(title)
    assert (heading.issuer, heading.core, heading.wrapper) == (issuer, core, wrapper)


@pytest.mark.parametrize(
    ("title", "figures"),
    [
        ("关于2024年第二十四届茶园节的通知", ("2024", "24")),
        ("关于第24届茶园节的通知", ("24",)),
        ("第十批、第三批和第十二期茶园", ("10", "3", "12")),
        ("“十四五”规划茶园篇", ("四五",)),
        ("农业部等6部门关于茶园的通知", ()),  # how many issued it belongs to the issuer
        ("关于第一百批茶园的通知", ()),
    ],
)
def test_figures_of_a_title(title: str, figures: tuple[str, ...]) -> None:
    assert read_heading(title).figures == figures


def test_numbers_beside_and_inside_a_title() -> None:
    beside = read_heading("青溪省茶园管理办法（青溪省人民政府令第3号）")
    assert (beside.numbers, beside.cited) == (("青溪省人民政府令第3号",), ())
    inside = read_heading("关于转发青政发〔2024〕2号文件的通知")
    assert (inside.numbers, inside.cited) == ((), ("青政发〔2024〕2号",))


@pytest.mark.parametrize(
    ("shown", "whole", "expected", "reason"),
    [
        ("青溪省人民政府办公厅关于进一步做好乡村...", TITLE, True, "three dots"),
        ("青溪省人民政府办公厅关于进一步做好乡村…_白鹭县人民政府", TITLE, True, "an ellipsis and the site"),
        ("关于进一步做好乡村“夜校”...", TITLE, True, "without its issuer"),
        ("青溪省人民政府办公厅关于进一步做好…工作的通知", TITLE, True, "cut in the middle"),
        ("青溪省人民政府办公厅关于进一步做好乡村“夜校”建设工", TITLE, True, "cut without a sign"),
        ("青溪省人民政府办公厅关于...", TITLE, False, "an office's notices all begin so"),
        ("青溪省人民政府办公厅...", TITLE, False, "the office alone"),
        ("青溪省人民政府关于印发《...", "青溪省人民政府关于印发《茶园办法》的通知", False, "and so"),
        ("青溪省人民政府办公厅关于进一步做好城市...", TITLE, False, "another one"),
        ("青溪省人民政府办公厅关于进一步做好…工作的意见", TITLE, False, "another end"),
        ("关于进一步做好乡村", TITLE, False, "too short for a cut nobody marks"),
        (TITLE, f"{TITLE}任务分工方案", False, "a whole title is no beginning"),
        ("青溪省教育厅关于做好乡村夜校...", "青溪省教育厅关于做好乡村夜校建设...", True, "both cut"),
        ("青溪省教育厅关于做好城市夜校...", "青溪省教育厅关于做好乡村夜校建设...", False, "both cut, unlike"),
        ("青溪省人民政府办公厅关于进一步做好乡村...", "...", False, "nothing to see"),
        (f"青溪省人民政府办公厅关于{LOST}一步做好乡村夜校建设工作的{LOST}", TITLE, True, "lost signs"),
        (f"青溪省人民政府办公厅关于进一步做好乡村{LOST}", TITLE, False, "more is missing than lost"),
        ("青溪省茶园管理办法（青茶管规〔2024...", "青溪省茶园管理办法", False, "only its number was cut"),
        ("", TITLE, False, "nothing shown"),
    ],
)  # fmt: skip
def test_cut_titles(shown: str, whole: str, expected: bool, reason: str) -> None:
    assert fits(read_heading(shown), read_heading(whole)) is expected, reason


def test_a_cut_number_leaves_the_title_whole() -> None:
    heading = read_heading("青溪省茶园管理办法（青茶管规〔2024...")
    assert (heading.key, heading.cut) == ("青溪省茶园管理办法", False)


@pytest.mark.parametrize(
    ("ours", "theirs", "expected", "reason"),
    [
        ("青溪省教育厅关于甲的通知", "青溪省教育厅关于乙的通知", True, "one office"),
        ("人力资源和社会保障部关于甲的通知", "人力资源社会保障部关于甲的通知", True, "one office, two names"),
        ("教育部、财政部关于甲的通知", "财政部 教育部关于甲的通知", True, "in another order"),
        ("教育部等八部门关于甲的通知", "教育部 财政部关于甲的通知", True, "the first of several"),
        ("国家税务总局关于甲的通知", "税务总局 财政部关于甲的通知", True, "国家 is left out as often as not"),
        ("省人民政府关于甲的通知", "青溪省人民政府关于甲的通知", True, "as it calls itself at home"),
        ("国务院关于甲的通知", "国务院办公厅关于甲的通知", False, "an office's own office is another issuer"),
        ("青溪省教育厅关于甲的通知", "白鹭市教育局关于甲的通知", False, "another place"),
        ("关于甲的通知", "青溪省教育厅关于甲的通知", None, "one names none"),
        ("关于甲的通知", "关于乙的通知", True, "neither names one"),
        (f"青溪{LOST}教育厅关于甲乙丙的通知", "青溪省教育厅关于甲乙丙的通知", None, "half of it is lost"),
    ],
)
def test_same_issuer(ours: str, theirs: str, expected: bool | None, reason: str) -> None:
    assert same_issuer(read_heading(ours), read_heading(theirs)) is expected, reason
    assert same_issuer(read_heading(theirs), read_heading(ours)) is expected, reason


@pytest.mark.parametrize(
    ("title", "rank"),
    [
        ("国务院关于甲的通知", 0),
        ("市场监管总局关于甲的通知", 0),  # 市场 is no city
        ("青溪省教育厅关于甲的通知", 1),
        ("白鹭市教育局关于甲的通知", 2),
        ("青石县教育局关于甲的通知", 3),
        ("教育局关于甲的通知", None),
        ("关于甲的通知", None),
    ],
)
def test_level_of_the_issuer(title: str, rank: int | None) -> None:
    assert level(read_heading(title)) == rank


def test_formal_titles() -> None:
    assert is_formal(read_heading("青溪省茶园管理办法（试行）"))
    assert not is_formal(read_heading("重磅！茶园新政来了"))


def test_a_cheap_first_look() -> None:
    assert shares_signs(TITLE, "青溪省人民政府辦公廳關於進一步做好鄉村夜校...")
    assert shares_signs(TITLE, "青政办发〔2024〕5号")  # a number may be all a row shows
    assert shares_signs(TITLE, misread(TITLE, "utf-8", "gbk"))
    assert shares_signs(TITLE, misread(TITLE, "gb18030", "latin-1"))
    assert not shares_signs(TITLE, "白鹭县举行龙舟赛")


# --- properties ----------------------------------------------------------------------------------------

TITLES = st.one_of(
    st.text(),
    st.text(
        alphabet="国务院办公厅关于印发《茶园》〈〉【】[]()（）〔〕24-年第五号令通知_—|丨.…转载：, 網關\ufffd"
    ),
    st.text(alphabet="鍥藉姟闄㈠姙å›½¹úÎñ" + LOST),
)


@given(TITLES)
@example("转载转载：【转发】茶园夜校")
@example("“转载”茶园夜校")
def test_normalise_is_idempotent_and_never_raises(title: str) -> None:
    once = normalise(title)
    assert normalise(once) == once
    assert not any(sign.isspace() for sign in once)


@given(TITLES, TITLES)
def test_headings_of_anything(one: str, other: str) -> None:
    ours, theirs = read_heading(one), read_heading(other)
    assert ours.key == normalise(ours.key)
    assert same_issuer(ours, theirs) in (True, False, None)
    assert fits(ours, theirs) in (True, False)
    assert shares_signs(one, one) or not normalise(one)
