"""Make the pictures of the documents from the demonstration itself: the matrix, and a message on a telephone.

Needs Chromium and fonts with Chinese (`apt-get install chromium fonts-noto-cjk`). Takes about a minute:

    .venv/bin/python scripts/make_pictures.py
"""

from __future__ import annotations

import asyncio
import html
import json
import re
import signal
import sys
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

IMAGES = Path(__file__).parents[1] / "docs/images"
CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
STORY = 120.0

TELEPHONE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><style>
body {{ margin: 0; background: #ededed; font: 15px/1.5 "Noto Sans CJK SC", sans-serif; color: #1a1a1a; }}
header {{ background: #f7f7f7; border-bottom: 1px solid #dcdcdc; padding: 12px; text-align: center; }}
header, .seal {{ font-weight: 600; font-size: 16px; }}
time {{ display: block; text-align: center; color: #999; font-size: 12px; margin: 14px 0 6px; }}
.line {{ display: flex; gap: 10px; padding: 0 12px 18px; align-items: flex-start; }}
.seal {{ flex: none; width: 40px; line-height: 40px; border-radius: 6px; background: #b3261e; color: #fff; }}
.seal {{ font-size: 22px; text-align: center; }}
.bubble {{ background: #fff; border-radius: 8px; padding: 10px 12px; white-space: pre-line; }}
.bubble {{ overflow-wrap: anywhere; }}
.bubble a {{ color: #3b68a8; text-decoration: none; }}
.who {{ color: #888; font-size: 12px; margin-bottom: 2px; }}
</style><header>政务公开值班群</header><time>{time}</time>
<div class="line"><span class="seal">督</span><div><div class="who">督办机器人</div>
<div class="bubble">{text}</div></div></div></html>"""


async def main() -> None:
    """Play the demonstration, keep it up, take the pictures, and end it."""
    # Started in the background, we ignore Ctrl-C, and so would the demonstration that we mean to end with it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    demo = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "monitor.cli", "demo", "--keep", stdout=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(STORY):
            console = await address_of(demo)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
            await picture_matrix(browser, console)
            await picture_message(browser, console)
            await browser.close()
    finally:
        demo.send_signal(signal.SIGINT)
        await demo.wait()


async def address_of(demo: asyncio.subprocess.Process) -> str:
    """Wait for the end of the story, where the demonstration says where its console is."""
    assert demo.stdout is not None  # it was asked for
    async for line in demo.stdout:
        if found := re.search(r"console stays up at (http://\S+)", line.decode()):
            return found[1]
    raise SystemExit("the demonstration ended before its console was up")


async def picture_matrix(browser: Browser, console: str) -> None:
    """Picture the console's first page down to the end of the matrix."""
    page = await opened(browser, 1160)
    await page.goto(console)
    bottom = await page.evaluate("document.querySelector('.legend').getBoundingClientRect().bottom")
    await save(page, "matrix.png", bottom + 16)


async def picture_message(browser: Browser, console: str) -> None:
    """Picture the first accusation of one site as it stands in a group chat."""
    page = await opened(browser, 390)
    answer = await page.request.get(f"{console}/api/v1/alerts?kind=violation&limit=100")
    message = chosen(json.loads(await answer.text()))
    text = html.escape(f"{message['title']}\n{message['body']}")
    text = re.sub(r"(https?://[^\s<]+)", r'<a href="\1">\1</a>', text)
    await page.set_content(TELEPHONE.format(text=text, time=message["created_at"][11:16]))
    bottom = await page.evaluate("document.querySelector('.line').getBoundingClientRect().bottom")
    await save(page, "message.png", bottom)


def chosen(messages: list[dict[str, Any]]) -> dict[str, Any]:
    """The accusation that names one site alone and so fits on a telephone's screen."""
    accusing = [message for message in messages if "超过规定" in message["title"]]
    return min(accusing, key=lambda message: len(message["body"]))


async def opened(browser: Browser, width: int) -> Page:
    """A page of a width, twice as sharp as a plain screen, light."""
    context = await browser.new_context(
        viewport={"width": width, "height": 900}, device_scale_factor=2 if width < 600 else 1.5,
        color_scheme="light",
    )  # fmt: skip
    return await context.new_page()


async def save(page: Page, name: str, height: float) -> None:
    """Save the page down to a height."""
    size = page.viewport_size
    assert size is not None  # the context was made with one
    await page.set_viewport_size({"width": size["width"], "height": round(height)})
    await page.screenshot(path=IMAGES / name)
    print(f"{IMAGES / name}: {(IMAGES / name).stat().st_size // 1024} KiB")


if __name__ == "__main__":
    asyncio.run(main())
