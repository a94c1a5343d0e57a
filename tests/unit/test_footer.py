"""What a page's bottom shows: filings, site code and sponsor, in the many ways they are written."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.reading.footer import Footer, read_footer

URL = "https://www.example.gov.cn/"


def footer(inner: str) -> Footer:
    text = "<p>本县召开会议，部署下一阶段各项工作，要求抓好落实。</p>" * 5
    return read_footer(f"<html><body><div>{text}</div><div class='footer'>{inner}</div></body></html>", URL)


@pytest.mark.parametrize(
    ("inner", "icp", "url"),
    [
        ("<a href='https://beian.miit.gov.cn/'>皖ICP备12345678号-1</a>", "皖ICP备12345678号-1", "https://beian.miit.gov.cn/"),
        ("<a href='//beian.miit.gov.cn/'>ICP备案号：皖ICP备2022071870号</a>", "皖ICP备2022071870号", "https://beian.miit.gov.cn/"),
        ("皖 ICP备 12345678号 - 1", "皖ICP备12345678号-1", None),  # no link
        ("皖icp备12345678号", "皖icp备12345678号", None),  # as shown: whether that will do is for the check
        ("<a href='https://beian.miit.gov.cn'>皖ICP<span>备</span><span>12345678</span>号<b>-1</b></a>",
         "皖ICP备12345678号-1", "https://beian.miit.gov.cn"),
        ("<a>皖ICP备12345678号</a>", "皖ICP备12345678号", None),
        ("<p>增值电信业务许可证 B2-20200001</p>", None, None),
        ("皖ICP备1234号", None, None),  # no such number
        ("", None, None),
    ],
)  # fmt: skip
def test_icp(inner: str, icp: str | None, url: str | None) -> None:
    shown = footer(inner)
    assert (shown.icp, shown.icp_url) == (icp, url)


@pytest.mark.parametrize(
    ("inner", "police", "url"),
    [
        ("<a href='http://www.beian.gov.cn/portal/registerSystemInfo?recordcode=34089900000001'><img>"
         "皖公网安备 34089900000001号</a>",
         "皖公网安备34089900000001号", "http://www.beian.gov.cn/portal/registerSystemInfo?recordcode=34089900000001"),
        ("皖公网安备 <a href='https://beian.mps.gov.cn/#/query/webSearch?code=34089900000001'>34089900000001</a>号",
         "皖公网安备34089900000001号", "https://beian.mps.gov.cn/#/query/webSearch?code=34089900000001"),
        ("皖公网安备<span>34089900000001</span>号", "皖公网安备34089900000001号", None),
        ("皖公网安备：34089900000001", "皖公网安备34089900000001", None),
        ("公安机关备案号：34089900000001", "公安机关备案号34089900000001", None),
        ("皖公网安备34号", None, None),
        ("", None, None),
    ],
)  # fmt: skip
def test_police(inner: str, police: str | None, url: str | None) -> None:
    shown = footer(inner)
    assert (shown.police, shown.police_url) == (police, url)


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        ("网站标识码：3408990001", "3408990001"),
        ("政府网站标识码 <span>3408990001</span>", "3408990001"),
        ("网站标识码:bm01000001", "bm01000001"),
        ("网站标识码：BM01000001", "bm01000001"),
        ("网站标识码3408990001", "3408990001"),
        ("网站标识码：34089900011", None),  # eleven figures
        ("联系电话：0556-1234567 邮编：246000", None),
    ],
)
def test_site_code(inner: str, code: str | None) -> None:
    assert footer(inner).site_id == code


@pytest.mark.parametrize(
    ("inner", "sponsor"),
    [
        ("主办单位：示例县人民政府办公室　承办：示例县数据局", "示例县人民政府办公室"),
        ("主办：示例县人民政府 承办单位：示例县人民政府办公室", "示例县人民政府"),
        ("<p>主办单位：示例县人民政府办公室</p><p>地址：人民路1号</p>", "示例县人民政府办公室"),
        (
            "主办：示例县人民政府办公室 示例县数据资源管理局 承办：示例县信息中心",
            "示例县人民政府办公室 示例县数据资源管理局",
        ),
        ("主 办：示例县人民政府 技术支持：某公司", "示例县人民政府"),
        ("主办单位: 示例县人民政府办公室 皖ICP备12345678号", "示例县人民政府办公室"),
        ("主办单位：示例县教育局地址：人民路1号", "示例县教育局"),
        ("承办单位：示例县数据局", None),
        ("版权所有：示例县人民政府", None),
    ],
)
def test_sponsor(inner: str, sponsor: str | None) -> None:
    assert footer(inner).sponsor == sponsor


def test_the_bottom_counts_not_what_the_text_mentions() -> None:
    text = "<p>经查，某网站主办单位：示例县供销社，皖ICP备11111111号，网站标识码：3408990009。</p>"
    bottom = (
        "<div class='footer'>主办单位：示例县人民政府办公室 皖ICP备12345678号 网站标识码：3408990001</div>"
    )
    shown = read_footer(f"<body>{text}{bottom}</body>", URL)
    assert (shown.icp, shown.site_id, shown.sponsor) == (
        "皖ICP备12345678号",
        "3408990001",
        "示例县人民政府办公室",
    )


def test_the_tag_stands_beside_what_is_shown() -> None:
    shown = read_footer(
        "<meta name='siteidcode' content='3408990001'><div class='foot'>网站标识码：3408990002</div>", URL
    )
    assert (shown.meta_site_id, shown.site_id) == ("3408990001", "3408990002")


def test_the_text_of_the_bottom_is_kept() -> None:
    assert footer("主办单位：示例县人民政府办公室").text == "主办单位：示例县人民政府办公室"


WORDS = [
    "主办：",
    "皖ICP备",
    "12345678",
    "号",
    "-1",
    "公网安备",
    "网站标识码：",
    "<a href=x>",
    "</a>",
    " ",
    "\n",
    "bm",
    "：",
    "<div class=foot>",
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=40).map("".join) | st.text())
def test_no_page_breaks_the_reading(text: str) -> None:
    shown = read_footer(text, URL)
    assert shown.icp is None or " " not in shown.icp
