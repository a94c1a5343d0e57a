"""What a repost changed is told; what a site does to every text is no change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.fidelity import Content, Difference, File, Kind, compare, links_to

TITLE = "国务院办公厅关于印发县域便民服务重点任务的通知"
LINES = (
    "国办发〔2026〕31号",
    "各省、自治区、直辖市人民政府，国务院各部委、各直属机构：",
    "为方便群众就近办事，经国务院同意，现就县域便民服务有关事项通知如下，请结合实际认真贯彻执行。",
    "一、完善网点布局。2026年12月1日前，每个乡镇至少设立一处便民服务中心，覆盖率达到98.5%以上。",
    "二、精简办事材料。能够通过数据共享核验的，不再要求群众提交；确需提交的，一次告知，不得反复退件。",
    "三、畅通评价渠道。群众的意见按月汇总，由张建国同志负责，评价结果与窗口单位年度考核挂钩。",
    "国务院办公厅",
    "2026年11月24日",
)
SOURCE = Content(TITLE, "\n".join(LINES))


def changed(old: str, new: str) -> Content:
    assert old in SOURCE.text
    return Content(TITLE, SOURCE.text.replace(old, new))


def without(index: int) -> Content:
    return Content(TITLE, "\n".join(line for n, line in enumerate(LINES) if n != index))


@pytest.mark.parametrize(
    ("repost", "why"),
    [
        (SOURCE, "the same"),
        (Content(TITLE, SOURCE.text.replace("\n", "\n\n　　")), "indented"),
        (Content(TITLE, SOURCE.text.replace("\n", "")), "all in one line"),
        (Content(TITLE, SOURCE.text.replace("，", "，\n")), "broken over lines"),
        (
            Content(TITLE, SOURCE.text.translate(str.maketrans("0123456789，", "０１２３４５６７８９,"))),
            "width",
        ),
        (Content(TITLE, SOURCE.text.replace("务", "務").replace("关", "關")), "traditional script"),
        (
            Content(f"转载：{TITLE}", f"{TITLE}\n来源：中国政府网\n{SOURCE.text}\n责任编辑：王某"),
            "lines of the site's",
        ),
        (
            Content(TITLE, f"发布日期：2026-11-25 浏览次数：31\n{SOURCE.text}\n扫一扫在手机打开"),
            "its header, its footer",
        ),
        (Content(TITLE, SOURCE.text.replace("如下，", "如下（编者注：附全文），")), "an editor's note"),
        (Content(TITLE, SOURCE.text.replace("三、", "— 2 —\n三、")), "a page number"),
        (changed("2026年12月", "二〇二六年12月"), "a year in the other figures"),
        (changed("群众的意见", "群众意见"), "的"),
        (changed("挂钩。", "挂钩。（完）"), "the mark of an end"),
        (without(6), "a signature"),
        (changed("办事材料", "办\ufffd材料"), "a sign that an encoding lost"),
        (changed("为方便群众就近办事，", "新华社电为方便群众就近地办事，"), "an agency's name in front"),
        (
            changed("群众提交；确需提交的，一次告知，", "群众提交确需提交地一次告知"),
            "sentences run together, and a slip in them",
        ),
        (changed("2026年11月24日", "请照办。\n2026年11月24日"), "a short line of the site's"),
        (
            Content(
                TITLE,
                SOURCE.text.replace("能够通过数据共享核验的，不再要求群众提交；", "").replace(
                    "畅通评价渠道。", "畅通评价渠道，能够通过数据共享核验的，不再要求群众提交。"
                ),
            ),
            "a clause in another sentence",
        ),
        (Content(TITLE, "\n".join((*LINES[:4], LINES[5], LINES[4], *LINES[6:]))), "another order"),
        (Content(TITLE, SOURCE.text.replace("核验", "核\ufffd")), "a sign lost to the encoding"),
    ],
)
def test_what_a_site_does_to_every_text_is_no_change(repost: Content, why: str) -> None:
    assert compare(SOURCE, repost) == (), why


@pytest.mark.parametrize(
    ("repost", "kind", "was", "now", "why"),
    [
        (changed("12月1日前", "12月10日前"), Kind.FIGURES, "12月1日", "12月10日", "a date"),
        (changed("98.5%", "9.85%"), Kind.FIGURES, "98点5", "9点85", "where the point stands"),
        (changed("一处便民", "三处便民"), Kind.FIGURES, "一处", "三处", "a number in characters"),
        (changed("张建国", "李建国"), Kind.WORDING, "张建国", "李建国", "a name"),
        (changed("不得反复退件", "可以反复退件"), Kind.WORDING, "不得", "可以", "the sense"),
        (
            changed("不再要求群众提交", "再要求群众提交"),
            Kind.WORDING,
            "不再要求",
            "再要求",
            "a word left out",
        ),
        (changed("年度考核挂钩", "年度考核不挂钩"), Kind.WORDING, "考核挂钩", "考核不挂钩", "a word put in"),
        (without(5), Kind.MISSING, "三、畅通评价渠道。", "", "a paragraph"),
    ],
)
def test_what_was_changed_is_told(repost: Content, kind: Kind, was: str, now: str, why: str) -> None:
    differences = compare(SOURCE, repost)
    assert differences, why
    assert {difference.kind for difference in differences} == {kind}, why
    told = differences if kind is not Kind.MISSING else ()
    assert all(was in difference.source and now in difference.repost for difference in told), differences


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "a picture, or a file"),
        ("原文链接：点击查看", "a mere link"),
        ("近日，国务院办公厅印发通知，部署县域便民服务。", "news of it"),
    ],
)
def test_a_page_that_does_not_bring_the_text_is_not_compared(text: str, why: str) -> None:
    assert compare(SOURCE, Content(TITLE, text)) is None, why


def test_a_text_that_goes_on_elsewhere_lacks_nothing() -> None:
    cut = Content(TITLE, "\n".join((*LINES[:5], "余下全文")))
    assert compare(SOURCE, cut) == ()


FORM = File("https://gov.example/files/1.docx", "县域便民服务事项清单.docx")
TABLE = File("https://gov.example/files/2.xlsx", "任务分工表.xlsx")


def offering(*files: File, links: tuple[str, ...] = ()) -> Content:
    return Content(TITLE, SOURCE.text, files, links)


@pytest.mark.parametrize(
    ("files", "links", "missing", "why"),
    [
        ((), (), ["县域便民服务事项清单.docx", "任务分工表.xlsx"], "neither"),
        (
            (File("/up/9.docx", "附件1：县域便民服务事项清单"),),
            (),
            ["任务分工表.xlsx"],
            "one, named otherwise",
        ),
        ((File("/up/9.docx", "清单"), File("/up/8.pdf", "表")), (), [], "as many, whatever they are called"),
        ((), (FORM.url, TABLE.url), [], "it leads to the source's own"),
    ],
)
def test_files_that_are_missing_are_named(
    files: tuple[File, ...], links: tuple[str, ...], missing: list[str], why: str
) -> None:
    found = compare(offering(FORM, TABLE), offering(*files, links=links))
    assert found == tuple(Difference(Kind.ATTACHMENT, name) for name in missing), why


@pytest.mark.parametrize("name", ["下载", f"{TITLE}.pdf", "附件.doc"])
def test_the_document_itself_as_a_file_is_not_missed(name: str) -> None:
    assert compare(offering(File("https://gov.example/a.pdf", name)), offering()) == ()


def test_whether_a_page_leads_to_its_source() -> None:
    page = Content(TITLE, "", links=("http://www.gov.example/a/1.html?from=timeline#top", "/home"))
    assert links_to(["https://gov.example/a/2.html", "https://www.gov.example/a/1.html"], page)
    assert not links_to(["https://www.gov.example/a/3.html"], page)


@given(st.text(max_size=400), st.text(max_size=40))
def test_any_text_equals_itself_and_nothing_is_raised(text: str, other: str) -> None:
    assert not compare(Content("", text), Content("", text))
    compare(Content(other, text), Content(text, other))
