"""Which links of a page may be columns of a site, and what strangers may write into one."""

from __future__ import annotations

import pytest

from monitor.reading.rows import Row
from monitor.starting.columns import Candidate, candidates

HOME = "https://www.qingshi.gov.cn/"


def found(*links: tuple[str, str]) -> list[Candidate]:
    return list(candidates([Row(name, url) for name, url in links], HOME))


def test_columns_of_the_site_and_of_hosts_beside_it() -> None:
    made = found(
        ("上级文件", f"{HOME}zwgk/sjwj/"),
        ("政策文件", "https://zwgk.qingshi.gov.cn/column/61"),
        ("国务院文件", "https://www.gov.cn/zhengce/"),
        ("通知公告", "https://www.lindu.gov.cn/tzgg/"),
    )
    assert [(c.name, c.about) for c in made] == [("上级文件", "policy"), ("政策文件", "policy")]


def test_a_page_that_gathers_columns_is_none() -> None:
    assert found(("政务公开", f"{HOME}zwgk/")) == []


@pytest.mark.parametrize("link", ["/gkmlpt/index", "/gkmlpt/mulu#123"])
def test_guangdongs_catalogue_is_read_by_its_own_list(link: str) -> None:
    (made,) = found(("政府信息公开", f"https://www.qingshi.gov.cn{link}"))
    assert made.url == "https://www.qingshi.gov.cn/gkmlpt/api/all/0?page=1"
    assert (made.format, made.about) == ("json", "policy")


def test_a_catalogue_below_a_folder_keeps_it() -> None:
    (made,) = found(("公开", "https://www.qingshi.gov.cn/jtysj/gkmlpt/index"))
    assert made.url == "https://www.qingshi.gov.cn/jtysj/gkmlpt/api/all/0?page=1"


@pytest.mark.parametrize(
    "url",
    [
        "https://www.qingshi.gov.cn:99999/",
        "https://[broken/",
        "https:///",
        "javascript:void(0)",
        f"{HOME}{'x' * 2000}",
    ],
)
def test_what_is_no_address_is_no_column(url: str) -> None:
    assert found(("上级文件", url)) == []
