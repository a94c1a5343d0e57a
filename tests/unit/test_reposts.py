"""Reposts: what proves one, what refuses one, and what stays open."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bench.forwards import forwards
from checks.headings import Wrapper, read_heading
from checks.reposts import Document, could_repost, document_from_json, match, same_policy

TITLE = "青溪省人民政府办公厅关于印发《青溪省乡村夜校建设实施方案》的通知"
BODY = (
    "青政办发〔2024〕5号 各市、县人民政府，省政府各部门：《青溪省乡村夜校建设实施方案》已经省政府同意，"
    "现印发给你们，请结合实际抓好组织工作。青溪省人民政府办公厅 2024年3月1日 青溪省乡村夜校建设实施方案 "
    "为让农民在农闲时节学有所教，按照因地制宜、自愿参加、就近方便的要求，制定本方案。一、到2026年底，每个乡镇至少开办一所夜校，每年开课不少于四十次，"
    "教师由县级教育部门从退休教师和乡土人才中聘请。二、教室利用村委会、祠堂和闲置校舍，桌椅、灯具由县级财政购置。"
    "三、课程包括识字、算账、果树修剪、茶叶炒制和手机使用，教材由省教育厅编写，免费发放。四、学员学满两年并经考试合格，"
    "发给结业证书，可以抵作职业技能培训学时。五、各地每年十二月底前将开班情况报省教育厅。"
)
OTHER_BODY = (
    "各村委会：今年春茶采摘期间，请各村安排好采茶工的食宿，备好防雨防寒物资，检查炒茶机具的线路，防止火灾。"
    "采茶车辆一律不得超员，山路弯急坡陡处要立警示牌。茶叶收购点要明码标价，不得压级压价，发现掺假的一律移送处理。"
    "各村每周五下午三点前报送进度，联系人见附件，遇到大雨请及时停止采摘并组织人员下山。"
)
SOURCE = Document(
    url="https://www.qingxi.example.cn/zcwj/202403/t1024.html",
    title=TITLE,
    doc_number="青政办发〔2024〕5号",
    published_at=datetime(2024, 3, 5, 9, 30, tzinfo=UTC),
    text=BODY,
)
ROW = Document(url="https://www.bailu.example.cn/a/7.html", published_at=date(2024, 3, 6))


def row(title: str, **known: object) -> Document:
    return replace(ROW, title=title, **known)  # type: ignore[arg-type]


# --- what proves a repost ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("candidate", "how", "reason"),
    [
        (
            Document(url="http://qingxi.example.cn/zcwj/202403/t1024.html"),
            "link",
            "the row leads to the source",
        ),
        (
            Document(
                url="/go.jsp?url=https%3A%2F%2Fwww.qingxi.example.cn%2Fzcwj%2F202403%2Ft1024.html",
                title="详情",
            ),
            "link",
            "through a redirect page",
        ),
        (Document(title="夜校政策", links=(str(SOURCE.url),)), "link", "a row whose only link it is"),
        (
            row(
                "青溪省乡村夜校建设实施方案（省里）",
                text="请点击",
                links=(str(SOURCE.url), "https://x.cn/1.html"),
            ),
            "link",
            "a page with its name and a link",
        ),
        (
            row("上级文件", text=f"原文见 {TITLE}", links=("https://x.cn/1.html", str(SOURCE.url))),
            "link",
            "a page whose text names it and links to it",
        ),
        (row("乡村夜校建设方案", text=BODY), "doc_number", "its number at the head of the text"),
        (row(TITLE, doc_number="青政办发[2024]5号"), "doc_number", "the stated number, spelled otherwise"),
        (row(TITLE), "title", "the title alone: a row whose page could not be read"),
        (row(f"【转发】{TITLE}_白鹭县人民政府网"), "title", "the title in a site's wrapping"),
        (row("青溪省人民政府办公厅关于印发《青溪省乡村夜校建..."), "title", "the title cut"),
        (row("青溪省乡村夜校建设实施方案"), "title", "without the notice around it"),
        (row("关于印发《青溪省乡村夜校建设实施方案》的通知"), "title", "without its issuer"),
        (
            row(
                "《青溪省乡村夜校建设实施方案》发布",
                text="为让农民学有所教，" + "省教育厅编制了本方案，现予公开，供各地使用。" * 4,
            ),
            "title",
            "announced on a page that brings it",
        ),
        (row(TITLE.replace("办公厅关于", "办公厅")), "title", "a notice that leaves out 关于"),
    ],
)
def test_proofs(candidate: Document, how: str, reason: str) -> None:
    found = match(SOURCE, candidate)
    assert (found.same, found.how) == (True, how), f"{reason}: {found.why}"
    assert 0.5 < found.score <= 1
    assert found.why[0].isupper()
    assert found.why.endswith(".")


LONG = "青溪省人民政府办公厅关于加强和改进城乡茶园灌溉设施管护工作的意见"


@pytest.mark.parametrize(
    ("title", "known", "same", "reason"),
    [
        (LONG.replace("和改进", "与改进"), {}, True, "和 and 与 mean the same"),
        (LONG.replace("设施管护", "设备管护"), {}, False, "a word of its own may mean another paper"),
        (LONG.replace("设施管护", "设备管护"), {"text": BODY}, True, "unless the page holds the text"),
        (LONG.replace("和改进", "与改进"), {"published_at": date(2021, 3, 6)}, False, "another edition"),
        (
            LONG.replace("青溪省人民政府办公厅", "").replace("和改进", "与改进"),
            {},
            False,
            "nobody says whose it is",
        ),
        (LONG.replace("城乡", "两年100处城乡"), {}, False, "a figure more"),
    ],
)
def test_near_titles(title: str, known: dict[str, object], same: bool, reason: str) -> None:
    source = replace(SOURCE, title=LONG, doc_number=None, text=BODY.replace("青政办发〔2024〕5号", ""))
    candidate = row(title, **{**known, **({"text": str(source.text)} if "text" in known else {})})
    found = match(source, candidate)
    assert found.same is same, f"{reason}: {found.why}"
    assert not same or found.how == "near_title"


@pytest.mark.parametrize(
    ("title", "text", "same", "reason"),
    [
        ("重磅！农闲上学，这件事定了", BODY, True, "a headline over the whole text"),
        ("", BODY, True, "no title at all"),
        ("重磅！农闲上学，这件事定了", BODY[:200], False, "an excerpt is no repost"),
        (
            "重磅！农闲上学，这件事定了",
            BODY.replace("2026年", "2027年"),
            False,
            "last year's text with another year",
        ),
        ("白鹭县茶园管理办法", BODY, False, "two titles over one text are a site's mix-up"),
        ("重磅！农闲上学，这件事定了", OTHER_BODY * 2, False, "another text"),
    ],
)
def test_same_text(title: str, text: str, same: bool, reason: str) -> None:
    bare = BODY.replace("青政办发〔2024〕5号", "")
    source = replace(SOURCE, doc_number=None, text=bare)
    found = match(source, row(title, text=text.replace("青政办发〔2024〕5号", "")))
    assert found.same is same, f"{reason}: {found.why}"
    assert not same or found.how == "body"


def test_a_text_that_names_fewer_years_is_the_same_text() -> None:
    source = replace(SOURCE, doc_number=None, text=BODY[15:])
    assert (
        match(source, row("农闲上学，这件事定了", text=BODY[15:].replace("2024年3月1日", ""))).how == "body"
    )


# --- what refuses one ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("《青溪省乡村夜校建设实施方案》政策解读", "an interpretation"),
        ("《青溪省鄉村夜校建設實施方案》政策解讀", "in traditional characters"),
        ("一图读懂青溪省乡村夜校建设实施方案", "a picture of it"),
        ("省教育厅有关负责人就《青溪省乡村夜校建设实施方案》答记者问", "an interview on it"),
        ("乡村夜校建设实施方案热点12问", "questions and answers"),
        ("关于《青溪省乡村夜校建设实施方案》的起草说明", "why it was drafted"),
        ("关于公开征求《青溪省乡村夜校建设实施方案》意见的公告", "a consultation"),
        ("青溪省乡村夜校建设实施方案（征求意见稿）", "its draft"),
        ("青溪省人民政府办公厅关于修改《青溪省乡村夜校建设实施方案》的通知", "an amendment"),
        ("青溪省人民政府办公厅关于废止《青溪省乡村夜校建设实施方案》的通知", "its repeal"),
        ("青溪省教育厅关于贯彻《青溪省乡村夜校建设实施方案》的通知", "what carries it out"),
        ("青溪省乡村夜校建设实施方案任务分解表", "its tasks"),
        ("关于《青溪省乡村夜校建设实施方案》的补充通知", "a supplement"),
        ("白鹭县人民政府办公室关于印发《青溪省乡村夜校建设实施方案》的通知", "another office's own notice"),
    ],
)
def test_titles_of_other_papers(title: str, reason: str) -> None:
    for known in ({}, {"text": BODY}, {"doc_number": SOURCE.doc_number}, {"links": ("/1.html", SOURCE.url)}):
        found = match(SOURCE, row(title, **known))
        assert (found.same, found.how) == (False, None), f"{reason}: {found.why}"
    assert not could_repost(SOURCE, title)


def test_a_cut_source_hides_its_kind_but_not_that_others_interpret_it() -> None:
    source = replace(
        SOURCE, title="青溪省人民政府办公厅关于印发《青溪省乡村夜...", doc_number=None, text=None
    )
    assert match(source, row(TITLE)).same
    assert not match(source, row(f"{TITLE}政策解读")).same
    assert not match(source, row(f"{TITLE}（征求意见稿）")).same


def test_a_column_s_name_is_no_word_of_the_title() -> None:
    assert match(SOURCE, row(f"{TITLE}_公示公告_白鹭县人民政府网")).same
    assert match(SOURCE, row(f"【贯彻落实】{TITLE}")).same
    assert not match(SOURCE, row(f"【政策解读】{TITLE}")).same  # this one says what the page is


def test_a_word_that_both_bear_refuses_nothing() -> None:
    title = "青溪省人民政府办公厅关于进一步做好政策解读工作的通知"
    assert match(replace(SOURCE, title=title), row(title)).same
    assert not match(replace(SOURCE, title=title), row(f"《{title}》解读")).same


@pytest.mark.parametrize(
    ("ours", "theirs", "reason"),
    [
        ("关于做好2024年夜校开课工作的通知", "关于做好2023年夜校开课工作的通知", "another year"),
        ("关于公布第三批夜校名单的通知", "关于公布第四批夜校名单的通知", "another batch"),
        ("关于开展全国夜校评比的通知", "关于开展全省夜校评比的通知", "another level"),
        ("青溪省教育厅关于夜校开课的通知", "白鹭省教育厅关于夜校开课的通知", "another place"),
        ("国务院关于夜校开课的意见", "国务院办公厅关于夜校开课的意见", "another office"),
        ("青溪省夜校管理办法", "青溪省夜校管理办法实施细则", "its rules"),
        ("青溪省夜校管理条例", "青溪省夜校管理条例修正案", "its amendment"),
        ("关于修改《青溪省夜校管理条例》的决定", "青溪省夜校管理条例", "the amended one"),
    ],
)
def test_series_and_siblings(ours: str, theirs: str, reason: str) -> None:
    for known in ({}, {"text": BODY}):
        found = match(replace(SOURCE, title=ours, doc_number=None), row(theirs, **known))
        assert not found.same, f"{reason}: {found.why}"


@pytest.mark.parametrize(
    ("source", "candidate", "same", "reason"),
    [
        ({}, {"doc_number": "青政办发〔2022〕9号"}, False, "equal titles, other numbers"),
        (
            {},
            {"text": "青政办发〔2022〕9号 各市人民政府：" + OTHER_BODY},
            False,
            "another number in the text",
        ),
        ({"doc_number": None}, {"published_at": date(2022, 3, 1)}, False, "two years apart: another edition"),
        (
            {"doc_number": None},
            {"published_at": date(2022, 3, 1), "text": BODY},
            True,
            "but the text is the same",
        ),
        (
            {"doc_number": None},
            {"published_at": date(2024, 7, 1)},
            True,
            "four months late is late, not another",
        ),
        ({"published_at": None}, {"published_at": date(2022, 3, 1)}, False, "older than the source's number"),
        (
            {"doc_number": None, "text": None, "published_at": date(2022, 3, 1)},
            {"doc_number": "青政办发〔2024〕5号", "published_at": None},
            False,
            "its number is younger than the source",
        ),
        (
            {"doc_number": None, "text": None},
            {"doc_number": "青溪省人民政府令第3号"},
            True,
            "orders bear no year",
        ),
    ],
)
def test_equal_titles_of_two_editions(
    source: dict[str, object], candidate: dict[str, object], same: bool, reason: str
) -> None:
    found = match(replace(SOURCE, **source), row(TITLE, **candidate))  # type: ignore[arg-type]
    assert found.same is same, f"{reason}: {found.why}"


def test_a_text_that_rests_on_the_source_is_another_document() -> None:
    national = Document(title="农业部关于开展乡村夜校建设行动的通知", doc_number="农发〔2024〕2号")
    own = row("关于开展乡村夜校建设行动的通知")
    assert match(national, own).same  # a row may leave out the issuer
    for text in (
        "为贯彻落实《农业部关于开展乡村夜校建设行动的通知》（农发〔2024〕2号）精神，现就有关事项通知如下：",
        "各单位：根据农业部《关于开展乡村夜校建设行动的通知》要求，结合实际，提出如下意见：",
        "按照省里部署，执行〈农业部关于开展乡村夜校建设行动的通知〉，提出如下意见：",
    ):
        assert not match(national, replace(own, text=text)).same


@pytest.mark.parametrize(
    "text",
    [
        "各县：农业部《关于开展乡村夜校建设行动的通知》已经部长办公会同意，现印发。",
        "为落实粮食安全责任，农业部制定了《关于开展乡村夜校建设行动的通知》，现印发给你们。",
        "为落实粮食安全责任制定的《关于开展乡村夜校建设行动的通知》印发给你们。",
        "根据《农业法》，制定本通知。",
    ],
)
def test_a_document_may_name_itself_and_rest_on_others(text: str) -> None:
    national = Document(title="农业部关于开展乡村夜校建设行动的通知")
    assert match(national, row("关于开展乡村夜校建设行动的通知", text=text)).same


@pytest.mark.parametrize(
    ("issuer", "text", "same", "reason"),
    [
        ("农业部", "我省山多田少，现结合实际提出如下意见。", False, "a province speaks, not the nation"),
        ("青溪省农业厅", "我省山多田少，现结合实际提出如下意见。", True, "the province itself speaks"),
        ("青溪省农业厅", "我市山多田少，我省各地均可参照。", False, "a city speaks"),
        ("农业局", "我市山多田少，现结合实际提出如下意见。", True, "whose office it is, is not told"),
    ],
)
def test_texts_of_lower_governments(issuer: str, text: str, same: bool, reason: str) -> None:
    source = Document(title=f"{issuer}关于开展乡村夜校建设行动的通知")
    found = match(source, row("关于开展乡村夜校建设行动的通知", text=text))
    assert found.same is same, f"{reason}: {found.why}"


def test_a_source_that_itself_says_our_city_refuses_nothing() -> None:
    source = Document(title="青溪省农业厅关于开展乡村夜校建设行动的通知", text="我市先行先试。")
    assert match(source, row("关于开展乡村夜校建设行动的通知", text="我市先行先试，各县跟进。")).same


@pytest.mark.parametrize(
    ("title", "text", "same", "reason"),
    [
        ("国务院办公厅印发《关于乡村夜校建设的意见》", None, False, "a headline, and the page is not known"),
        (
            "国务院办公厅印发《关于乡村夜校建设的意见》",
            "新华社北京3月7日电 日前，国务院办公厅印发《关于乡村夜校建设的意见》。"
            + "意见提出，要因地制宜开办夜校。" * 5,
            False,
            "news about it",
        ),
        (
            "关于乡村夜校建设的意见",
            "近日，国务院办公厅印发意见，对乡村夜校作出部署，要求各地因地制宜。",
            False,
            "news under its name",
        ),
        (
            "国务院办公厅印发《关于乡村夜校建设的意见》",
            "新华社北京3月7日电 近日，国务院办公厅印发了《关于乡村夜校建设的意见》，全文如下："
            + "一、要因地制宜开办夜校。" * 6,
            True,
            "news that gives it whole",
        ),
    ],
)
def test_news_about_the_source(title: str, text: str | None, same: bool, reason: str) -> None:
    source = Document(title="国务院办公厅关于印发《关于乡村夜校建设的意见》的通知")
    assert match(source, row(title, text=text)).same is same, reason


def test_news_reposted_as_news() -> None:
    title = "中共中央办公厅 国务院办公厅印发《关于乡村夜校建设的意见》"
    text = "新华社北京3月7日电 近日，中共中央办公厅、国务院办公厅印发《关于乡村夜校建设的意见》。"
    assert match(Document(title=title), row(title, text=text)).same
    assert match(Document(title=title), row("关于乡村夜校建设的意见", text=text)).same


@pytest.mark.parametrize(
    ("text", "how", "reason"),
    [
        (None, None, "whether it carries the document is not known"),
        ("白教〔2024〕3号 各中学：现将文件转发给你们。", None, "it does not"),
        (f"各中学：现将文件转发给你们。附件：{BODY}", "body", "it does"),
        ("各中学：现转发给你们。 青政办发〔2024〕5号 各市、县人民政府：", "doc_number", "under its number"),
    ],
)
def test_notices_that_forward(text: str | None, how: str | None, reason: str) -> None:
    for title in ("白鹭县教育局关于转发《青溪省乡村夜校建设实施方案》的通知", f"关于转发{TITLE}的通知"):
        found = match(SOURCE, row(title, text=text))
        assert (found.same, found.how) == (how is not None, how), f"{reason}: {found.why}"


def test_notices_of_every_making_are_told_apart_by_whether_they_carry_the_text() -> None:
    wrong = {
        (made.way, made.notice.title, found.why)
        for made in forwards()
        if (found := match(made.source, made.notice)).same is not made.carries
    }
    assert wrong == set()


@pytest.mark.parametrize(
    ("title", "core", "wrapper"),
    [
        ("示例县政府转发国务院办公厅关于加强古树保护的意见", "加强古树保护意见", Wrapper.FORWARD),
        ("示例县政府转发国务院办公厅关于印发古树保护方案的通知", "古树保护方案", Wrapper.FORWARD),
        ("国务院办公厅转发住建部关于加强古树保护意见的通知", "加强古树保护意见", Wrapper.FORWARD),
        ("国务院办公厅关于加强转发分享管理的意见", "加强转发分享管理意见", Wrapper.NONE),
    ],
)
def test_what_a_notice_sends_on(title: str, core: str, wrapper: Wrapper) -> None:
    heading = read_heading(title)
    assert (heading.core, heading.wrapper) == (core, wrapper)


def test_a_number_is_proof_only_where_the_page_bears_it() -> None:
    cited = row("白鹭县夜校开课安排", doc_number=SOURCE.doc_number)
    assert not match(replace(SOURCE, text=None), cited).same  # stated, shown nowhere, under another title
    forwarding = row("关于转发青政办发〔2024〕5号文件的通知")
    assert not match(replace(SOURCE, text=None), forwarding).same


@pytest.mark.parametrize(
    ("candidate", "reason"),
    [
        (row("网站导航", text="首页 政策 " * 40, links=(str(SOURCE.url), "/b.html")), "a link among many"),
        (
            Document(
                title="青溪省人民政府办公厅关于印发《青溪省乡村夜校建...",
                url="https://qingxi.example.cn/zcwj/9.html",
            ),
            "a cut title leading to another page of the source's site",
        ),
        (row("白鹭县举行龙舟赛"), "another matter"),
        (Document(), "nothing known"),
        (row("《……》"), "no letter in the title"),
    ],
)
def test_no_proof(candidate: Document, reason: str) -> None:
    for source in (replace(SOURCE, doc_number=None, text=None), replace(SOURCE, title="《》", text=None)):
        assert not match(source, candidate).same, reason


def test_a_front_door_proves_nothing() -> None:
    door = Document(url="https://www.qingxi.example.cn/", title="青溪省人民政府")
    assert not match(door, Document(url="http://qingxi.example.cn/index.html", title="政策")).same
    assert not match(door, row("政策", links=(str(door.url),))).same


def test_a_site_s_furniture_is_no_text() -> None:
    furniture = "版权所有 青溪省人民政府 主办单位：青溪省人民政府办公厅 网站标识码 3400000001 " * 10
    source = Document(title="青溪省夜校清单", text=f"见附件 {furniture}")
    assert not match(source, row("欢迎来到青溪", text=f"请查收 {furniture}")).same


# --- which rows are worth opening ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "worth", "reason"),
    [
        (TITLE, True, "the title"),
        ("青溪省乡村夜校建设实施方案", True, "its name"),
        (f"重要：{TITLE}（请各单位查收）", True, "the title within another"),
        ("青溪省人民政府办公厅关于印发...", True, "a cut that hides the name: only the page can tell"),
        ("青溪省人民政府办公厅关于印发《青溪省乡村夜校建设方案》的通知", True, "nearly the name"),
        ("青政办发〔2024〕5号", True, "its number"),
        ("白鹭县教育局转发《青溪省乡村夜校建设实施方案》的通知", True, "it may carry the text"),
        ("白鹭县教育局关于印发《青溪省乡村夜校建设实施方案》的通知", False, "another office's own"),
        ("青溪省人民政府办公厅关于印发《青溪省茶园灌溉实施方案》的通知", False, "a sister"),
        ("白鹭县举行龙舟赛", False, "another matter"),
        ("", False, "nothing"),
        ("<b></b>", False, "markup only"),
    ],
)
def test_rows_worth_opening(title: str, worth: bool, reason: str) -> None:
    assert could_repost(SOURCE, title) is worth, reason


def test_a_source_without_title_has_no_rows() -> None:
    assert not could_repost(Document(url=SOURCE.url), TITLE)


# --- one policy or two ---------------------------------------------------------------------------------


UNNUMBERED = {"doc_number": None, "text": None}
COPY = {"url": "https://www.bailu.example.cn/a/7.html"}
CUT = {"title": "青溪省人民政府办公厅关于印发《青溪省乡..."}


@pytest.mark.parametrize(
    ("a", "b", "same", "reason"),
    [
        (
            {},
            {"url": "http://m.qingxi.example.cn/zcwj/202403/t1024.html", "title": "夜校"},
            True,
            "an address",
        ),
        ({}, COPY | {"title": "青溪省乡村夜校建设实施方案"}, True, "one number"),
        ({}, COPY | UNNUMBERED | {"doc_number": "青政办发〔2022〕9号"}, False, "two numbers"),
        (UNNUMBERED, COPY, True, "equal title, the number's year is that of publication"),
        (UNNUMBERED, COPY | UNNUMBERED | {"published_at": date(2023, 12, 30)}, False, "another year"),
        (
            UNNUMBERED | {"published_at": None},
            COPY | UNNUMBERED | {"published_at": None},
            False,
            "no year is known",
        ),
        (
            UNNUMBERED,
            COPY | {"doc_number": None, "text": BODY[15:], "title": TITLE.replace("建设", "开办")},
            False,
            "never by likeness",
        ),
        ({}, COPY | {"title": f"《{TITLE}》解读"}, False, "an interpretation that bears the number"),
        (UNNUMBERED | {"title": None}, COPY | UNNUMBERED | {"title": ""}, False, "no title"),
        (UNNUMBERED | CUT, COPY | UNNUMBERED | CUT, False, "cut titles are not equal"),
    ],
)
def test_same_policy(a: dict[str, object], b: dict[str, object], same: bool, reason: str) -> None:
    one, other = replace(SOURCE, **a), replace(SOURCE, **b)  # type: ignore[arg-type]
    assert same_policy(one, other) is same, reason
    assert same_policy(other, one) is same, reason


# --- documents from JSON -------------------------------------------------------------------------------


def test_document_from_json_takes_aliases_and_ignores_the_rest() -> None:
    record = {
        "url": "https://a.cn/1",
        "title": "甲",
        "published": "2024-03-05",
        "body_excerpt": "正文",
        "outlinks": ["https://a.cn/2", None, 3],
        "doc_number": "",
        "source": "青溪日报",
        "site": "ignored",
    }
    assert document_from_json(record) == Document(
        url="https://a.cn/1",
        title="甲",
        published_at=date(2024, 3, 5),
        text="正文",
        links=("https://a.cn/2",),
        source="青溪日报",
    )
    assert document_from_json({"url": 5, "links": "no list", "published_at": 20240305}) == Document()


@pytest.mark.parametrize(
    ("stated", "read", "reason"),
    [
        ("2024-03-05T09:30:00+08:00", datetime.fromisoformat("2024-03-05T09:30:00+08:00"), "a moment"),
        ("2024-03-05T01:30:00Z", datetime(2024, 3, 5, 1, 30, tzinfo=UTC), "in UTC"),
        ("2024-03-05 09:30", date(2024, 3, 5), "no offset: only the day is known"),
        ("2024年3月5日", date(2024, 3, 5), "in words"),
        ("2024.3.5", date(2024, 3, 5), "with dots"),
        ("2024-02-30", None, "no such day"),
        ("昨天", None, "no date"),
    ],
)
def test_times_in_json(stated: str, read: object, reason: str) -> None:
    assert document_from_json({"published_at": stated}).published_at == read, reason


# --- properties ----------------------------------------------------------------------------------------

ANY = st.text() | st.text(
    alphabet="国务院关于印发《茶园》夜校的通知意见〔2024〕5号.…解读修改全省我市" + "\ufffd"
)
NAMES = st.text(alphabet="茶园夜校乡村建设灌溉管护采摘炒制祠堂桌椅灯具果树修剪", min_size=8, max_size=24)
DOCUMENTS = st.builds(
    Document,
    url=st.none() | ANY | st.just("https://a.cn/x"),
    title=st.none() | ANY,
    doc_number=st.none() | ANY,
    published_at=st.none() | st.dates() | st.datetimes(timezones=st.just(UTC)),
    text=st.none() | ANY,
    links=st.lists(ANY, max_size=3).map(tuple),
    source=st.none() | ANY,
)
VETOES = st.sampled_from(
    ["解读", "一图读懂", "征求意见稿", "的补充通知", "贯彻落实意见", "修正案", "答记者问"]
)


@given(DOCUMENTS, DOCUMENTS)
def test_never_an_exception_and_always_a_reason(one: Document, other: Document) -> None:
    found = match(one, other)
    assert found.same is (found.how is not None)
    assert 0 <= found.score <= 1
    assert found.why.endswith(".")
    assert could_repost(one, other.title or "") or found.how not in ("title", "near_title")
    assert same_policy(one, other) is same_policy(other, one)


@given(NAMES, st.sampled_from(["办法", "意见", "通知", "方案"]), st.booleans())
def test_a_full_document_is_its_own_repost(name: str, kind: str, linked: bool) -> None:
    document = replace(SOURCE, title=f"青溪省教育厅关于{name}的{kind}", url=SOURCE.url if linked else None)
    assert match(document, document).same
    assert same_policy(document, document)
    assert could_repost(document, str(document.title))


@given(NAMES, VETOES, st.booleans(), st.booleans())
def test_a_veto_word_never_makes_a_repost(name: str, veto: str, with_text: bool, both: bool) -> None:
    title = f"青溪省教育厅关于{name}的通知"
    source = replace(SOURCE, title=title + veto if both else title)
    candidate = row(title + veto, text=BODY if with_text else None)
    assert match(source, candidate).same is both


@given(NAMES, st.integers(2000, 2030), st.integers(2000, 2030))
def test_another_year_is_another_paper(name: str, ours: int, theirs: int) -> None:
    assume(ours != theirs)
    source = replace(SOURCE, title=f"青溪省教育厅关于{ours}年{name}的通知")
    assert not match(source, row(f"青溪省教育厅关于{theirs}年{name}的通知", text=BODY)).same


@given(NAMES, st.integers(0, 4000))
def test_equal_titles_hold_within_half_a_year(name: str, days: int) -> None:
    source = Document(title=f"关于{name}的通知", published_at=date(2012, 1, 1))
    assert match(source, row(f"关于{name}的通知", published_at=date(2012, 1, 1) + timedelta(days))).same is (
        days <= 180
    )
