"""Pages that answer 200 and are none: each with its reason, and none of the pages that are one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.reading.quality import is_soft_404, is_stub, is_template
from tests.made_lists import FRAMES, STRUCTURES, made_rows

TEXT = "<p>现将有关事项通知如下，请各乡镇、各部门结合实际，认真贯彻执行。</p>" * 6
ARTICLE = f"<html><title>关于印发办法的通知</title><body><h1>关于印发办法的通知</h1>{TEXT}</body></html>"
LIST = FRAMES["full"].replace("{list}", STRUCTURES["li, date after"](made_rows(10)))
COVER = "<html><title>规划</title><body><a href='/P1.pdf'>规划.pdf</a></body></html>"

GOOD = {"article": ARTICLE, "list": LIST, "attachment only": COVER}


@pytest.mark.parametrize("judge", [is_stub, is_soft_404, is_template])
@pytest.mark.parametrize("name", GOOD)
def test_a_page_is_a_page(name: str, judge: object) -> None:
    assert callable(judge)
    assert judge(GOOD[name]) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("\ufeff \n", "empty"),
        ("<html><body></body></html>", "hardly any text"),
        ("<html><body><p>OK</p></body></html>", "hardly any text"),
        ("<html><script>var _0x1=['a'];eval(_0x1);</script><body></body></html>", "only a script"),
        (
            "<meta http-equiv='refresh' content='0;url=/index.html'>",
            "only a redirect to http://localhost/index.html",
        ),
        ("<script>window.location='https://www.example.gov.cn/new/'</script>", "only a redirect to"),
        ("<body><iframe src='/list.html'></iframe></body>", "only a frame"),
        (
            "<?xml version='1.0'?><datastore><recordset></recordset></datastore>",
            "no entries",
        ),  # past the last page
        ("{}", "no data"),
        ("[]", "no data"),
    ],
)
def test_a_stub_is_told_with_its_reason(text: str, reason: str) -> None:
    assert reason in (is_stub(text) or "")


@pytest.mark.parametrize(
    "text",
    [
        '[{"title":"甲","url":"/1"}]',
        "<rss><channel><item><title>甲</title></item></channel></rss>",
        "<?xml version='1.0'?><datastore><recordset><record>甲</record></recordset></datastore>",
        "<html><body>" + "<a href='/1'>甲</a><a href='/2'>乙</a><a href='/3'>丙</a></body></html>",
    ],
)
def test_data_and_short_lists_are_no_stubs(text: str) -> None:
    assert is_stub(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "<title>404</title><body>出错了</body>",
        "<title>404 Not Found</title>",
        "<title>页面不存在 - 示例县人民政府</title>",
        "<title>示例县人民政府</title><h1>您访问的页面不存在或已删除</h1>",
        "<body><div>抱歉，您查找的文章已被删除</div><a href='/'>返回首页</a></body>",
        "<body>文章已被删除</body>",
        "<body><p>该信息已下线，请浏览其他内容。</p></body>",
        "<body><p>抱歉，该文章已下架。</p></body>",
        "<title>内容已被屏蔽</title><body><a href='/'>首页</a></body>",
        "<body><p>404错误，找不到页面</p></body>",
        "<body><p>无法显示此网页</p></body>",
        "<html><title>Error</title><body>The requested resource was not found</body></html>",
    ],
)
def test_a_page_that_says_it_is_none(text: str) -> None:
    assert is_soft_404(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "<title>国道404线改扩建工程公告</title><body><p>国道404线改扩建工程已经批准，现予公告。</p></body>",
        f"<title>检查情况通报</title><body>{TEXT}<p>部分网站页面不存在，文章已被删除。</p>{TEXT * 3}</body>",
        f"<title>关于政务邮箱栏目已关闭的公告</title><body>{TEXT * 4}</body>",
        "<title>市场监管部门通报：违规信息已下架</title><body><p>涉事商家已被处罚，商品信息已下架。</p></body>",
        "<title>通知</title><body><p>如附件无法显示文件内容，请更换浏览器。</p></body>",
        "<title>示例县2026年404件建议办结</title><body><p>全部办结并答复代表。</p></body>",
    ],
)
def test_a_page_that_speaks_of_such_pages_is_one(text: str) -> None:
    assert is_soft_404(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "<title>{{title}}</title><body><p>正文</p></body>",
        "<title>列表</title><ul>"
        + "<li><a href='/{{x.id}}'>{{x.title}}</a><span>{{x.date}}</span></li>" * 3
        + "</ul>",
        "<title>列表</title><c:forEach items='${d}'><li><a href='/${d.id}'>${d.title}</a></li></c:forEach>",
        "<%@ page pageEncoding='UTF-8' %><title>公开</title><div><%= name %></div>",
    ],
)
def test_a_template_never_filled_in(text: str) -> None:
    assert is_template(text) is not None


def test_a_page_with_a_template_in_a_corner_is_one() -> None:
    corner = "<div id='weather'>{{today.weather}}</div><script>var x = '{{not shown}}';</script>"
    assert is_template(ARTICLE.replace("</body>", f"{corner}</body>")) is None


@settings(max_examples=150, deadline=None)
@given(
    st.text()
    | st.lists(
        st.sampled_from(["<title>", "404", "{{", "<%", "<script>", "<p>", "[", "{", "<?xml", "页面不存在"])
    ).map("".join)
)
def test_no_text_breaks_the_judging(text: str) -> None:
    for reason in (is_stub(text), is_soft_404(text), is_template(text)):
        assert reason is None or reason
