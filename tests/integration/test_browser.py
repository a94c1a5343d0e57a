"""Pages that plain HTTP cannot read, shown: lists that scripts build, challenges, and how it can end."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from monitor.net.browser import Browser, Rendered
from monitor.net.browsing.rendered import MOST_FRAMES
from monitor.net.outcomes import Fault, Outcome
from monitor.net.page import Page
from monitor.rounds.pages import trouble_with
from tests.integration.certificates import Authority
from tests.integration.screens import SETTINGS, browsing, page, rows
from tests.integration.sites import Answer, Heard, always, listening, pages, reply, serving

pytestmark = [pytest.mark.needs_chromium, pytest.mark.asyncio(loop_scope="module")]

LIST = f"<ul>{rows()}</ul>"
SHELL = "<ul id=list></ul>"
TITLE = "关于做好第3批农村公路养护工程有关工作安排的通知"
DATA = json.dumps([{"title": TITLE, "url": f"/{n}.html"} for n in range(8)], ensure_ascii=False)
BUILD = "d.forEach(x => list.innerHTML += `<li><a href=${x.url}>${x.title}</a></li>`)"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with browsing(fetching=replace(SETTINGS, max_body=2_000_000)) as opened:
        yield opened


async def shown(browser: Browser, answer: Answer, target: str = "/", **asked: object) -> Rendered:
    async with serving(answer) as site:
        return await browser.render(site.url(target, "county.test"), robots="ignore", **asked)  # type: ignore[arg-type]


# --- lists ---------------------------------------------------------------------------------------------

LISTS = {
    "written at once": f"{SHELL}<script>d = {DATA}; {BUILD}</script>",
    "written after a while": f"{SHELL}<script>d = {DATA}; setTimeout(() => {{ {BUILD} }}, 1500)</script>",
    "written row by row": f"{SHELL}<script>for (const x of {DATA}) "
    f"setTimeout(() => {{ const d = [x]; {BUILD} }}, 300 * parseInt(x.url.slice(1)))</script>",
    "fetched": f"{SHELL}<script>fetch('/data').then(r => r.json()).then(d => {BUILD})</script>",
    "fetched by XMLHttpRequest": f"{SHELL}<script>x = new XMLHttpRequest(); x.open('GET', '/data');"
    f"x.onload = () => {{ const d = JSON.parse(x.responseText); {BUILD} }}; x.send()</script>",
    "fetched in two steps": f"{SHELL}<script>fetch('/step').then(() => setTimeout(() => fetch('/data')"
    f".then(r => r.json()).then(d => {BUILD}), 200))</script>",
    "by a script of its own": f"{SHELL}<script src=/list.js></script>",
    "on a page that goes on asking": f"{SHELL}<script>fetch('/data').then(r => r.json()).then(d => {BUILD});"
    "setInterval(() => fetch('/step'), 200)</script>",
}
ROUTES = {
    "/data": reply(DATA, content_type="application/json"),
    "/step": reply("{}", content_type="application/json"),
    "/list.js": reply(
        f"fetch('/data').then(r => r.json()).then(d => {BUILD})", content_type="text/javascript"
    ),
}


@pytest.mark.parametrize("how", LISTS)
async def test_a_list_that_scripts_build_is_there(browser: Browser, how: str) -> None:
    rendered = await shown(browser, pages({"/": reply(page(LISTS[how])), **ROUTES}))
    assert rendered.ok, rendered.reason
    assert rendered.text.count(f">{TITLE}</a>") == 8
    assert rendered.body.decode("utf-8") == rendered.text


async def test_rows_that_are_late_are_waited_for_by_name(browser: Browser) -> None:
    """A page full of links looks done; whoever knows what its rows look like is more patient."""
    write = "setTimeout(() => document.querySelector('ol').innerHTML = '<li>late', 1700)"
    late = f"{LIST}<ol></ol><script>{write}</script>"
    answer = pages({"/": reply(page(late))})
    assert "<li>late" in (await shown(browser, answer, wait_for_rows="ol > li")).text
    assert (await shown(browser, answer, wait_for_rows="no [css")).ok, "a selector the browser cannot read"


async def test_what_the_page_fetched_is_kept(browser: Browser) -> None:
    fetches = "for (const u of ['/data', '/text', '/no.html', '/large', '/fails', '/list.js']) fetch(u)"
    html = page(f"{LIST}<script>{fetches}</script>")
    rendered = await shown(
        browser,
        pages(
            {
                "/": reply(html),
                "/text": reply('\ufeff {"as": "text"}'.encode()[3:], content_type="text/html"),
                "/no.html": reply("<p>no data</p>"),
                "/large": reply(json.dumps("x" * 1_100_000), content_type="application/json"),
                "/fails": reply('{"error": 1}', 500, content_type="application/json"),
                **ROUTES,
            }
        ),
    )
    kept = {answer.url.rpartition("/")[2]: answer for answer in rendered.answers}
    assert set(kept) == {"data", "text", "fails"}
    assert json.loads(kept["data"].body)[0]["title"] == TITLE
    assert (kept["data"].status, kept["data"].content_type) == (200, "application/json")
    assert kept["fails"].status == 500


async def test_what_is_kept_is_bounded(browser: Browser) -> None:
    html = page(f"{LIST}<script>for (let i = 0; i < 100; i++) fetch('/data?' + i)</script>")
    half = reply(json.dumps(["x" * 500_000]), content_type="application/json")

    async def give(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(reply(html) if heard.target == "/" else half)

    rendered = await shown(browser, give)
    assert rendered.ok
    assert 0 < sum(len(answer.body) for answer in rendered.answers) <= 4 * 1024 * 1024


async def test_a_list_in_a_frame_is_seen(browser: Browser) -> None:
    html = page("<iframe src=/inner.html></iframe><iframe src=https://nowhere.test/></iframe>")
    rendered = await shown(browser, pages({"/": reply(html), "/inner.html": reply(page(LIST))}))
    (frame,) = [frame for frame in rendered.frames if frame.url.endswith("/inner.html")]
    assert TITLE in frame.text


@pytest.mark.parametrize("sent", ["utf-8", "gb18030"])
@pytest.mark.parametrize("declared", ["utf-8", "gb2312", "iso-8859-1", ""])
@pytest.mark.parametrize("where", ["header", "meta"])
async def test_a_page_is_read_by_its_bytes_not_by_what_it_declares(
    browser: Browser, sent: str, declared: str, where: str
) -> None:
    """Chromium alone would believe the declaration, and take a page without one for Western European."""
    meta = f"<meta charset={declared}>" if declared and where == "meta" else ""
    kind = f"text/html; charset={declared}" if declared and where == "header" else "text/html"
    html = f"<html><head>{meta}</head><body>{LIST}<iframe src=/frame></iframe></body></html>"
    answer = reply(html.encode(sent), content_type=kind)
    rendered = await shown(browser, pages({"/": answer, "/frame": answer.replace(b"iframe", b"object")}))
    assert TITLE in rendered.text
    assert TITLE in rendered.frames[0].text
    assert rendered.encoding == "utf-8", "of the body as it is given here"


async def test_an_encoding_that_is_configured_is_heard_first(browser: Browser) -> None:
    answer = always(reply(f"<html><body><ul>{rows()}</ul></body></html>".encode("big5hkscs", "ignore")))
    async with serving(answer) as site:
        url = site.url(host="county.test")
        asked = await browser.render(url, robots="ignore", encoding="gb18030")
        assert asked.text != (await browser.render(url, robots="ignore", encoding="big5")).text


async def test_data_without_a_declared_encoding_is_kept_as_it_came(browser: Browser) -> None:
    html = page(f"{LIST}<script>for (const u of ['/a', '/b', '/c']) fetch(u)</script>")
    kinds = {"/a": "text/plain", "/b": "text/html", "/c": "application/octet-stream"}
    data = {target: reply(DATA, content_type=kind) for target, kind in kinds.items()}
    rendered = await shown(browser, pages({"/": reply(html), **data}))
    assert [answer.body.decode("utf-8") for answer in rendered.answers] == [DATA] * 3


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", DATA),
        ("text/plain; charset=gbk", TITLE),
        ("application/rss+xml", f"<rss><channel><item><title>{TITLE}</title></item></channel></rss>"),
    ],
)
async def test_what_is_no_html_is_given_as_it_came(browser: Browser, kind: str, body: str) -> None:
    raw = body.encode("gbk" if "gbk" in kind else "utf-8")
    rendered = await shown(browser, always(reply(raw, content_type=kind)))
    assert (rendered.outcome, rendered.text) == (Outcome.OK, body)


# --- fresh and aged ------------------------------------------------------------------------------------


async def test_every_request_goes_past_the_caches(browser: Browser) -> None:
    async with serving(pages({"/": reply(page(LISTS["fetched"])), **ROUTES})) as site:
        url = site.url(host="county.test")
        fresh = await browser.render(url, fresh=True, robots="ignore")
        plain = await browser.render(url, robots="ignore")
        asked = [heard for heard in site.heard if heard.target in ("/", "/data")]
    assert len(asked) == 4, "and nothing is kept from one page to the next"
    for heard in asked:
        assert heard.headers["cache-control"] == "no-cache"
        assert "if-none-match" not in heard.headers
    assert (fresh.fresh, plain.fresh) == (True, False)


async def test_a_page_is_as_old_as_the_oldest_copy_it_is_made_of(browser: Browser) -> None:
    """An hour-old copy of the data under a new page shows what was an hour ago."""
    for old, routes in {
        "the page": {"/": reply(page(LISTS["fetched"]), age="600")},
        "the data": {"/data": reply(DATA, content_type="application/json", age="600")},
    }.items():
        everything = {"/": reply(page(LISTS["fetched"])), **ROUTES, **routes}
        rendered = await shown(browser, pages(everything))
        assert rendered.age == timedelta(seconds=600), old
        assert rendered.seen_at == rendered.requested_at - timedelta(seconds=600)


@pytest.mark.parametrize(
    ("source", "outcome"),
    [
        ("/down", Outcome.SERVER_ERROR),
        ("/gone", Outcome.NOT_FOUND),
        ("/guarded", Outcome.BLOCKED),
        ("/drop", Outcome.RESET),
        ("http://169.254.169.254/", Outcome.ADDRESS_REFUSED),
        ("/not-framed", Outcome.NOT_FOUND),
    ],
)
async def test_a_frame_that_did_not_come_says_why(browser: Browser, source: str, outcome: Outcome) -> None:
    answers = {
        "/": reply(page(f"{LIST}<iframe src={source}></iframe><iframe src=/inner></iframe>")),
        "/down": reply("down", 503),
        "/gone": reply("gone", 404),
        "/guarded": reply("no", 403),
        "/drop": b"",
        "/not-framed": reply(page(LIST), x_frame_options="DENY"),
        "/inner": reply(page(LIST)),
    }
    rendered = await shown(browser, pages(answers))
    assert rendered.ok
    came = {frame.url.rpartition(":")[2].lstrip("0123456789"): frame.fault for frame in rendered.frames}
    assert came["/inner"] is None
    (fault,) = [fault for url, fault in came.items() if url != "/inner"]
    assert fault is not None
    assert fault.outcome is outcome


async def test_a_frame_far_down_is_part_of_the_page(browser: Browser) -> None:
    html = page(f"{LIST}<div style='height: 9000px'></div><iframe loading=lazy src=/inner></iframe>")
    rendered = await shown(browser, pages({"/": reply(html), "/inner": reply(page(LIST))}))
    assert [TITLE in frame.text for frame in rendered.frames] == [True]


async def test_what_a_script_writes_into_a_frame_that_failed_is_read(browser: Browser) -> None:
    script = f"setTimeout(() => box.srcdoc = {json.dumps(LIST)}, 200)"
    html = page(f"{LIST}<iframe id=box src=/drop></iframe><script>{script}</script>")
    async with serving(pages({"/": reply(html), "/drop": b""})) as site:
        rendered = await browser.render(site.url(host="county.test"), robots="ignore")
    (frame,) = rendered.frames
    assert frame.fault is None
    assert TITLE in frame.text
    assert frame.url == rendered.final_url


@pytest.mark.parametrize(("inner", "is_stub"), [(True, False), (False, True)])
async def test_an_empty_page_is_none_to_read_unless_a_frame_of_it_came(
    browser: Browser, inner: bool, is_stub: bool
) -> None:
    html = "<html><body><script></script><iframe src=/inner></iframe></body></html>"
    came = reply(page(LIST)) if inner else reply("gone", 404)
    rendered = await shown(browser, pages({"/": reply(html), "/inner": came}))
    assert rendered.ok
    assert (trouble_with(rendered) is not None) is is_stub


async def test_frames_beyond_those_that_are_read_are_told(browser: Browser) -> None:
    html = page(LIST + "".join(f"<iframe src=/{n}></iframe>" for n in range(MOST_FRAMES + 2)))
    answers = {"/": reply(html), **{f"/{n}": reply(page(LIST)) for n in range(MOST_FRAMES + 2)}}
    rendered = await shown(browser, pages(answers))
    assert [frame.may_come for frame in rendered.frames] == [False] * MOST_FRAMES + [True] * 2


async def test_a_frame_is_as_old_as_its_own_copy(browser: Browser) -> None:
    html, inner = page(f"{LIST}<iframe src=/inner.html></iframe>"), reply(page(LIST), age="600")
    rendered = await shown(browser, pages({"/": reply(html), "/inner.html": inner}))
    assert (rendered.age, rendered.frames[0].age) == (timedelta(0), timedelta(seconds=600))


async def test_it_says_who_it_is(browser: Browser) -> None:
    async with serving(always(reply(page(LIST)))) as site:
        await browser.render(site.url(host="county.test"), robots="ignore")
        agent = site.heard[0].headers["user-agent"]
    assert agent.endswith(SETTINGS.user_agent)
    assert "Headless" not in agent
    assert site.heard[0].headers["accept-language"].startswith("zh-CN")


# --- challenges ----------------------------------------------------------------------------------------

CHALLENGES: dict[str, tuple[int, str]] = {
    "521, a cookie and a reload": (521, "document.cookie = 'passed=1'; location.reload()"),
    "412, later": (412, "setTimeout(() => { document.cookie = 'passed=1'; location.reload() }, 1500)"),
    "202, another address": (202, "document.cookie = 'passed=1'; location.href = '/?again'"),
    "200, a cookie and a reload": (200, "document.cookie = 'passed=1'; location.reload()"),
    "403, by fetch": (403, "fetch('/pass').then(() => location.reload())"),
    "521, twice": (521, "n = document.cookie.includes('half') ? 'passed' : 'half';"
                        "document.cookie = n + '=1'; location.reload()"),
}  # fmt: skip


def challenging(status: int, script: str) -> Answer:
    challenge = reply(f"<html><body><script>{script}</script></body></html>", status)

    async def give(heard: Heard, writer: asyncio.StreamWriter) -> None:
        if heard.target == "/pass":
            writer.write(reply("", set_cookie="passed=1"))
        elif "passed=1" in heard.headers.get("cookie", ""):
            writer.write(reply(page(LIST)))
        else:
            writer.write(challenge)

    return give


@pytest.mark.parametrize("kind", CHALLENGES)
async def test_a_challenge_that_a_browser_passes_is_passed(browser: Browser, kind: str) -> None:
    rendered = await shown(browser, challenging(*CHALLENGES[kind]))
    assert (rendered.outcome, rendered.status) == (Outcome.OK, 200)
    assert TITLE in rendered.text
    assert rendered.hops, "it was sent on"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (reply("<script>document.cookie='a=1'</script>", 412), "status 412"),
        (reply("<html><body>请完成安全验证</body></html>"), "words of a shield"),
        (reply("<script>document.cookie='a=1'; location.reload()</script>", 521), "again and again"),
        (reply("<h1>403</h1>", 403), "status 403"),
    ],
    ids=["no way on", "for people", "without end", "plainly no"],
)
async def test_one_that_it_does_not_pass_is_blocked(browser: Browser, answer: bytes, reason: str) -> None:
    rendered = await shown(browser, always(answer))
    assert rendered.outcome is Outcome.BLOCKED
    assert reason in rendered.reason


# --- how it can end ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "outcome", "status"),
    [
        (reply(page(LIST)), Outcome.OK, 200),
        (reply("", 204), Outcome.OK, 204),
        (reply("gone astray", 404), Outcome.NOT_FOUND, 404),
        (reply("", 404), Outcome.NOT_FOUND, 404),
        (reply("taken down", 410), Outcome.GONE, 410),
        (reply("what?", 400), Outcome.CLIENT_ERROR, 400),
        (reply("broken", 500), Outcome.SERVER_ERROR, 500),
        (reply("busy", 503), Outcome.SERVER_ERROR, 503),
        (reply("slowly", 429), Outcome.BLOCKED, 429),
        (reply("", 302), Outcome.BAD_REDIRECT, None),
        (reply("", 302, location="/"), Outcome.REDIRECT_LOOP, None),
        (reply("", 302, location="ftp://example.test/"), Outcome.RENDER_FAILED, None),  # it tells no more
        (reply("", 302, location="file:///etc/passwd"), Outcome.SCHEME_REFUSED, None),
        (reply("", 302, location="http://nowhere.test/"), Outcome.NO_HOST, None),
        (reply("", 302, location="https://nowhere.test/"), Outcome.NO_HOST, None),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Outcome.PROTOCOL_ERROR, None),
        (b"", Outcome.RESET, None),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nno gzip at all", Outcome.BAD_ENCODING, None),
        (reply(b"%PDF-1.7", content_type="application/pdf"), Outcome.RENDER_FAILED, 200),
        (reply(b"PK\3\4", content_type="application/zip"), Outcome.RENDER_FAILED, 200),
        (reply(page(LIST), content_disposition="attachment; filename=a.html"), Outcome.RENDER_FAILED, 200),
        (reply(page("x" * 3_000_000)), Outcome.TOO_LARGE, 200),
    ],
)
async def test_an_answer_has_its_outcome(
    browser: Browser, answer: bytes, outcome: Outcome, status: int | None
) -> None:
    rendered = await shown(browser, always(answer))
    assert (rendered.outcome, rendered.status) == (outcome, status)
    assert bool(rendered.reason) == (outcome is not Outcome.OK), "every failure says why"


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_nobody_listens(browser: Browser, scheme: str) -> None:
    with socket.socket() as bound:  # bound but not listening: the port is ours, and refuses
        bound.bind(("127.0.0.1", 0))
        rendered = await browser.render(f"{scheme}://county.test:{bound.getsockname()[1]}/", robots="ignore")
    assert rendered.outcome is Outcome.CONNECTION_REFUSED


async def test_there_is_no_such_host(browser: Browser) -> None:
    assert (await browser.render("https://nowhere.test/")).outcome is Outcome.NO_HOST


async def test_it_speaks_no_tls(browser: Browser) -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")

    async with listening(greet) as port:
        rendered = await browser.render(f"https://county.test:{port}/", robots="ignore")
    assert rendered.outcome is Outcome.TLS_FAILED


async def test_redirects_are_followed_and_told(browser: Browser) -> None:
    routes = {
        "/": reply("", 302, location="/b"),
        "/b": reply("<script>location.href = '/c'</script>"),
        "/c": reply("<meta http-equiv=refresh content='0;url=/d#end'>"),
        "/d": reply(page(LIST)),
    }
    async with serving(pages(routes)) as site:
        rendered = await browser.render(site.url("/#start", "county.test"), robots="ignore")
        assert rendered.hops == tuple(site.url(target, "county.test") for target in ("/b", "/c", "/d"))
    assert rendered.ok
    assert rendered.final_url == rendered.hops[-1]


async def test_only_so_many_redirects_are_followed(browser: Browser) -> None:
    async def on_and_on(heard: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(reply("", 302, location=f"/{len(heard.target)}{heard.target[1:]}"))

    rendered = await shown(browser, on_and_on)
    assert rendered.outcome is Outcome.TOO_MANY_REDIRECTS


async def test_a_faulty_certificate_is_told_and_the_page_is_read(tmp_path: Path) -> None:
    authority = Authority.make(tmp_path)
    async with browsing(trust=authority.trusting()) as browser:
        for host, days, said in (
            ("county.test", 90, None),
            ("county.test", -3, "expired"),
            ("other.test", 90, "another host"),
        ):
            async with serving(always(reply(page(LIST))), tls=authority.server(host, days=days)) as site:
                rendered = await browser.render(site.url(host="county.test"), robots="ignore")
            assert rendered.ok
            assert TITLE in rendered.text
            assert (rendered.certificate_error is None) == (said is None)
            assert (said or "") in (rendered.certificate_error or "")


async def test_robots_are_obeyed(browser: Browser) -> None:
    routes = {"/robots.txt": reply("User-agent: *\nDisallow: /no", content_type="text/plain")}
    async with serving(pages({**routes, "/no": reply(page(LIST)), "/yes": reply(page(LIST))})) as site:
        no = await browser.render(site.url("/no", "county.test"))
        assert "/no" not in site.targets()
        yes = await browser.render(site.url("/yes", "county.test"))
        anyway = await browser.render(site.url("/no", "county.test"), robots="ignore")
    assert (no.outcome, yes.outcome, anyway.outcome) == (Outcome.ROBOTS_REFUSED, Outcome.OK, Outcome.OK)


async def test_a_page_counts_as_any_other_request() -> None:
    """The client's observers hear of it, and a host that fails is left alone for a while."""
    told: list[Page] = []
    async with browsing(observers=[told.append]) as browser, serving(always(reply("", 503))) as site:
        rendered = await browser.render(site.url(host="county.test"), robots="ignore")
        assert told == [rendered]
        assert browser.client.hosts.not_before(f"county.test:{site.port}") is not None


# --- what a page may not do ------------------------------------------------------------------------------


async def test_dialogs_are_dismissed(browser: Browser) -> None:
    asks = "alert(1); document.title = `${confirm(2)} ${prompt(3)}`; onbeforeunload = () => 'stay'"
    rendered = await shown(browser, always(reply(page(f"{LIST}<script>{asks}</script>"))))
    assert rendered.ok
    assert "<title>false null</title>" in rendered.text


async def test_no_permission_is_given(browser: Browser) -> None:
    asks = """<p id=p></p><script>
        const say = text => p.textContent += text + ';';
        navigator.geolocation.getCurrentPosition(() => say('place yes'), () => say('place no'));
        'Notification' in window && Notification.requestPermission().then(x => say('notify ' + x));
        navigator.mediaDevices?.getUserMedia({audio: true}).then(() => say('ears yes'), () => say('ears no'));
    </script>"""
    async with serving(always(reply(page(asks + LIST)))) as site:
        rendered = await browser.render(site.url(), robots="ignore")  # by its address, it may at least ask
    said = rendered.text.partition("</p>")[0].partition("<p id")[2]
    assert "place no" in said
    assert "yes" not in said
    assert "granted" not in said


async def test_a_download_beside_the_page_is_refused(browser: Browser) -> None:
    html = page(
        f"{LIST}<iframe src=/file></iframe><a id=a download href=/file>x</a><script>a.click()</script>"
    )
    file = reply("x" * 1000, content_type="application/zip", content_disposition="attachment; filename=a.zip")
    rendered = await shown(browser, pages({"/": reply(html), "/file": file}))
    assert rendered.ok
    assert TITLE in rendered.text


async def test_popups_do_not_take_the_pages_place(browser: Browser) -> None:
    html = page(f"{LIST}<script>for (let i = 0; i < 20; i++) open('/popup')</script>")
    async with serving(pages({"/": reply(html), "/popup": reply("popup")})) as site:
        rendered = await browser.render(site.url(host="county.test"), robots="ignore")
        assert "/popup" not in site.targets()
    assert rendered.ok


async def test_pictures_and_fonts_are_not_loaded(browser: Browser) -> None:
    style = "<style>body { background: url(/b.png) }</style>"
    html = page(f"{LIST}{style}<img src=/a.png><video src=/a.mp4 autoplay></video>")
    async with serving(pages({"/": reply(html)})) as site:
        assert (await browser.render(site.url(host="county.test"), robots="ignore")).ok
        assert set(site.targets()) <= {"/", "/favicon.ico"}


async def test_one_page_leaves_nothing_for_the_next(browser: Browser) -> None:
    keeps = "<script>localStorage.x = document.cookie = 'x=1'</script>"
    tells = "<script>document.title = `${document.cookie}|${localStorage.x}`</script>"
    async with serving(
        pages({"/": reply(page(LIST + keeps), set_cookie="y=2"), "/b": reply(page(LIST + tells))})
    ) as site:
        await browser.render(site.url(host="county.test"), robots="ignore")
        rendered = await browser.render(site.url("/b", "county.test"), robots="ignore")
    assert "<title>|undefined</title>" in rendered.text


# --- pictures ------------------------------------------------------------------------------------------


def png(width: int, height: int) -> bytes:
    """Write a red picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    lines = (b"\0" + b"\xff\0\0" * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(lines))
        + chunk(b"IEND", b"")
    )


def size(picture: bytes) -> tuple[int, int]:
    assert picture.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


async def test_a_picture_shows_the_page_with_its_pictures(browser: Browser) -> None:
    routes = {
        "/": reply(page(f"{LIST}<img src=/a.png>")),
        "/a.png": reply(png(300, 2000), content_type="image/png"),
    }
    async with serving(pages(routes)) as site:
        picture = await browser.screenshot(site.url(host="county.test"), robots="ignore")
        assert "/a.png" in site.targets()
    width, height = size(picture)
    assert width >= 1000
    assert height >= 2000, "the whole page, not the first screen"


async def test_a_picture_has_a_largest(browser: Browser) -> None:
    html = page(f"{LIST}<div style='width: 90000px; height: 900000px'></div>")
    async with serving(pages({"/": reply(html)})) as site:
        width, height = size(await browser.screenshot(site.url(host="county.test"), robots="ignore"))
    assert width <= 2000
    assert height <= 12_000


async def test_a_picture_of_an_error_page_is_evidence_too(browser: Browser) -> None:
    async with serving(always(reply("<h1>gone</h1>", 404))) as site:
        assert size(await browser.screenshot(site.url(host="county.test"), robots="ignore"))


async def test_of_nothing_there_is_no_picture(browser: Browser) -> None:
    with pytest.raises(Fault) as fault:
        await browser.screenshot("http://nowhere.test/", robots="ignore")
    assert fault.value.outcome is Outcome.NO_HOST
