"""The reasons that the record keeps in English, as an office reads them in Chinese.

The judge, the reader and the client each give a reason in one English sentence, which is what logs and the
store hold. What is not known here is given back as it came: a reason in English is better than none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_SENTENCES: Mapping[str, str] = {
    "the clock started": "开始计时",
    "an officer let it go": "经办人员决定免于转载",
    "not seen yet": "尚未看到转载",
    "not seen, and the target has passed": "尚未看到转载，力争时限已过",
    "done by the target": "在力争时限内转载",
    "no reading shows it missing at the target": (
        "在规定时限内转载；没有读取能证明力争时限届满时尚未转载，按力争时限内认定"
    ),
    "a reading at or after the target lacked it; it was done by the limit": (
        "力争时限届满后的读取仍未见转载，在规定时限内转载"
    ),
    "readings at or after the limit lacked it; it was done later": (
        "规定时限届满后的多次读取均未见转载，其后才转载"
    ),
    "first seen after the limit, and too few readings show it missing there": (
        "规定时限之后才看到转载，但时限届满后的读取次数不足以证明当时尚未转载"
    ),
    "readings at or after the limit, and a last look at every place known, lacked it": (
        "规定时限届满后的多次读取均未见转载，能够读取的其他各处也已逐一查找"
    ),
    "the limit leans on a year whose working days are not announced": (
        "规定时限涉及的年度尚未公布放假安排，待公布后再认定"
    ),
    "it could not be observed whether it was done by the limit": "未能观测到规定时限届满时是否已经转载",
    "the site left the configuration": "该网站已不在监测名单内",
    "the policy was withdrawn at its source": "来源页面已撤下该文件",
    "no portal that carries the policy binds the site": "登载该文件的门户均不要求该网站转载",
    "the accusation was overturned on review": "经人工复核，撤销原认定",
    "not key after all (the rules of [key] were changed)": "重点范围已调整，该文件不再属于重点政策信息",
    "an officer said key": "经办人员认定为重点",
    "an officer said not key": "经办人员认定不是重点",
    "it is a reply to one place": "对个别地方或单位的批复，不属于重点",
    "it appoints or removes people": "人事任免，不属于重点",
    "an officer decided on this policy on another portal: key": "其他门户登载的同一文件已人工认定为重点",
    "an officer decided on this policy on another portal: not key": (
        "其他门户登载的同一文件已人工认定不是重点"
    ),
    "the portal carried this title before": "该门户此前已登载过同名文件",
    "neither its title nor its document number is among the key ones": "标题和文号均不属于重点范围",
    "the row links to the source itself": "条目直接链接到原文",
    "the link leads to the source's own page": "链接直接指向原文页面",
    "the row's only link leads to the source's own page": "条目的唯一链接指向原文页面",
    "the page bears the source's title and links to the source": "页面标题与原文一致，并链接到原文",
    "the page's text names the source and links to it": "页面正文写明原文标题，并链接到原文",
    "a notice forwards the source and carries its text": "转发通知，附有原文全文",
    "a notice forwards the source and carries it under its number": "转发通知，附有原文及其文号",
    "the titles are equal": "标题完全一致",
    "one title is what is left of the other": "标题一致（其中一个被截短）",
    "both titles name the same document, with or without issuer and wrapper": (
        "两个标题指同一文件（是否带发文机关、“关于印发”等字样不同）"
    ),
    "the titles are nearly equal and the page holds the source's text": "标题几乎一致，页面载有原文正文",
    "the titles differ only in words without meaning of their own": "标题只差“的、和、与”一类虚字",
    "the page holds the source's text under another headline": "标题不同，但页面载有原文正文",
    "the server says unchanged, but nothing is held": "服务器称内容未变，但本机没有留存",
    "no rows found": "没有读到任何条目",
    "none of the rows held before is there any more": "原有条目一条也不见了",
    "the page is empty": "页面是空的",
    "the answer holds no data": "应答中没有数据",
    "the answer holds no entries": "应答中没有条目",
    "only a frame": "页面只有一个框架",
    "only a script": "页面只有脚本",
    "no browser is installed here": "本机没有安装浏览器",
    "our own line is cut off: none of the portals above answers either": "本机网络不通，上级门户也都打不开",
}

_OUTCOMES: Mapping[str, str] = {
    "not_found": "页面不存在（404）",
    "gone": "页面已撤下（410）",
    "client_error": "服务器不接受请求",
    "server_error": "服务器出错",
    "blocked": "被防护系统拦截",
    "timeout": "在规定时间内未能打开",
    "no_host": "域名无法解析",
    "dns_failed": "域名解析服务没有应答",
    "connection_refused": "服务器拒绝连接",
    "unreachable": "网络不通",
    "reset": "连接被中断",
    "tls_failed": "无法建立加密连接",
    "too_large": "页面过大",
    "redirect_loop": "循环跳转",
    "too_many_redirects": "跳转次数过多",
    "bad_redirect": "跳转地址有误",
    "address_refused": "地址不在允许读取的网络内",
    "scheme_refused": "只读取http和https地址",
    "robots_refused": "网站的robots.txt不允许读取",
    "bad_encoding": "无法识别文字编码",
    "protocol_error": "服务器应答有误",
    "proxy_failed": "出口代理不通",
    "render_failed": "浏览器未能呈现页面",
}

_STATUSES: Mapping[str, str] = {
    "building": "建设中",
    "open": "已开通",
    "suspended": "暂停",
    "closing": "拟关停",
    "closed": "已关停",
}

_PATTERNS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (
        re.compile(r"(.+), in a browser as well", re.S),
        lambda found: f"{in_chinese(found[1])}，用浏览器打开也是如此",
    ),
    (
        re.compile(r"(.+?); in a browser: (.+)", re.S),
        lambda found: f"{in_chinese(found[1])}；用浏览器打开：{in_chinese(found[2])}",
    ),
    (
        re.compile(r"it has to be shown in a browser: (.+)", re.S),
        lambda found: f"需要用浏览器打开：{in_chinese(found[1])}",
    ),
    (
        re.compile(r"not key after all \((.*)\)", re.S),
        lambda found: f"经认定不属于重要政策信息（{who_said(found[1])}）",
    ),
    (
        re.compile(r"the site is (\w+), or reposting is not among its duties"),
        lambda found: f"该网站{_STATUSES.get(found[1], found[1])}，或者不承担转载任务",
    ),
    (re.compile(r"the list could be followed back to (\S+) only"), r"栏目只能翻到\1"),
    (re.compile(r"its document number begins with (.+)"), r"文号以“\1”开头"),
    (re.compile(r"the title matches '(.+)', which is excluded"), r"标题符合排除规则“\1”"),
    (re.compile(r"the title matches '(.+)', which is included"), r"标题符合重点规则“\1”"),
    (re.compile(r"the column says all of its items are key"), "该栏目的条目全部属于重点"),
    (re.compile(r"the column says none of its items are key"), "该栏目的条目均不属于重点"),
    (re.compile(r"false alarm \((.*)\)", re.S), lambda found: f"经人工核实为误报（{who_said(found[1])}）"),
    (re.compile(r"by hand: (.+)", re.S), lambda found: f"人工认定：{who_said(found[1])}"),
    (re.compile(r"declared (\S+), long before it was first seen: an old paper"), r"标注日期\1，属于旧文重列"),
    (re.compile(r"no rows found where (\d+) were held"), r"原有\1条，现在一条也没有读到"),
    (re.compile(r"suddenly (\d+) rows where (\d+) were held"), r"原有\2条，突然只剩\1条"),
    (
        re.compile(r"(\d+) of (\d+) rows are new at once: a relaunch, until a person confirms"),
        r"\2条中有\1条同时更新，疑似改版，待人工确认",
    ),
    (
        re.compile(r"the first (\d+) pages do not reach back to the start of the clock"),
        r"前\1页仍未翻到计时起点",
    ),
    (re.compile(r"both bear the document number (.+)"), r"文号相同：\1"),
    (re.compile(r"shown by hand; (.+)", re.S), lambda found: f"人工登记；{in_chinese(found[1])}"),
    (
        re.compile(r"(.+); the page behind the row could not be read \((.+)\)", re.S),
        lambda found: f"{in_chinese(found[1])}；条目所指页面未能读取（{in_chinese(found[2])}），按条目认定",
    ),
    (re.compile(r"a frame of it: (.+)", re.S), lambda found: f"页内框架：{in_chinese(found[1])}"),
    (re.compile(r"page (\d+): (.+)", re.S), lambda found: f"第{found[1]}页：{in_chinese(found[2])}"),
    (re.compile(r"it says (“.+”)", re.S), r"页面显示\1"),
    (re.compile(r"only a redirect to (.+)", re.S), r"页面只跳转到\1"),
    (re.compile(r"hardly any text \((\d+) characters\)"), r"页面几乎没有文字（\1字）"),
    (re.compile(r"its title is the template (.+)", re.S), r"标题是未替换的模板“\1”"),
    (re.compile(r"it holds templates not filled in, such as (.+)", re.S), r"页面含有未替换的模板，如“\1”"),
    (re.compile(rf"({'|'.join(_OUTCOMES)})(?:: .*)?", re.S), lambda found: _OUTCOMES[found[1]]),
    # What is wrong with a link, as reports for people have it.
    (
        re.compile("|".join(name.replace("_", " ") for name in _OUTCOMES)),
        lambda found: _OUTCOMES[found[0].replace(" ", "_")],
    ),
    (re.compile(r"there is no host (\S+): .*", re.S), r"域名\1不存在"),
    (
        re.compile(r"redirects to (\S+): (.+)", re.S),
        lambda found: f"跳转到{found[1]}：{in_chinese(found[2])}",
    ),
    (re.compile(r"redirects go in circles"), "循环跳转"),
    (re.compile(r"more than (\d+) redirects"), r"跳转超过\1次"),
    (re.compile(r"it looks like gambling: (.+)", re.S), r"页面疑似博彩内容：\1"),
    (re.compile(r"it looks like pornography: (.+)", re.S), r"页面疑似色情内容：\1"),
    (re.compile(r"its domain looks parked or for sale: (.+)", re.S), r"域名疑似停放或待售：\1"),
)


def who_said(text: str) -> str:
    """Give "name: reason", as the record keeps a decision, with a Chinese colon."""
    return re.sub(r"^([^:：]{1,40}): ", r"\1：", text)


def in_chinese(reason: str) -> str:
    """Give a reason of the record in Chinese; one that is not known comes back as it is."""
    if known := _SENTENCES.get(reason):
        return known
    for pattern, chinese in _PATTERNS:
        if found := pattern.fullmatch(reason):
            return chinese(found) if callable(chinese) else found.expand(chinese)
    bare = reason[:1].lower() + reason[1:].removesuffix(".")  # a match gives its reason as a sentence
    if bare == reason:
        return reason
    return chinese if (chinese := in_chinese(bare)) != bare else reason
