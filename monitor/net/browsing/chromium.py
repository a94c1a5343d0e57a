"""Chromium: where it is found, and how it is started so that it does nothing but show one page."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chromium-headless-shell",
)
LIGHT = Path("/usr/lib/chromium/chromium-headless-shell")
"""Debian's Chromium without a window: a third of the processor time and of the memory of the whole one.

It is started itself and not through /usr/bin/chromium-headless-shell, a script that stays beside it: signals
would end the script alone.
"""
ON_MACOS = tuple(
    Path("/Applications", f"{name}.app", "Contents", "MacOS", name) for name in ("Chromium", "Google Chrome")
)
REMEDY = (
    "install one (Debian: apt-get install chromium-headless-shell; macOS: brew install --cask chromium; "
    'anywhere: playwright install chromium), or set [fetch] browser = "never"'
)

_NO_SANDBOX = re.compile(r"no usable sandbox|setuid sandbox|move to new namespace", re.IGNORECASE)

ALL_THROUGH_PROXY = "<-loopback>"
"""Chromium goes past its proxy to this machine's own addresses unless it is told not to, in these words."""

FLAGS = (
    # Nothing leaves but through the proxy: no QUIC, no WebRTC over UDP, and no names resolved by itself.
    f"--proxy-bypass-list={ALL_THROUGH_PROXY}",
    "--disable-quic",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--dns-prefetch-disable",
    # Nothing on its own account.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-pings",
    "--no-first-run",
    # Nothing but the page; the light one has no popup blocker, and this instead.
    "--block-new-web-contents",
    # Frames that wait to be scrolled to are part of the page all the same.
    "--blink-settings=lazyLoadEnabled=false",
    "--deny-permission-prompts",
    "--disable-notifications",
    "--disable-gpu",
    "--mute-audio",
    "--js-flags=--max-old-space-size=512",
)


class NoBrowserError(Exception):
    """There is no Chromium, or it does not start: why, and what helps."""


def found(playwrights_own: str) -> str:
    """Find a Chromium: the one that playwright installed, else the system's, the light one first.

    NoBrowserError where there is none.
    """
    for path in (playwrights_own, str(LIGHT)):
        if os.access(path, os.X_OK):
            return path
    on_path = filter(None, map(shutil.which, NAMES))
    on_macos = (str(path) for path in ON_MACOS if path.exists())
    for path in (*on_path, *on_macos):
        return path
    raise NoBrowserError(f"no Chromium on this machine ({', '.join(NAMES)}): {REMEDY}")


def explain(error: Exception, executable: str) -> NoBrowserError:
    """Say why Chromium did not start; of playwright's report, the lines that tell."""
    text = str(error)
    if _NO_SANDBOX.search(text):
        return NoBrowserError(
            f"{executable} finds no sandbox here: allow unprivileged user namespaces "
            "(in a container: a seccomp profile that permits clone and unshare)"
        )
    told = [line.strip() for line in text.splitlines() if line.strip()]
    return NoBrowserError(f"{executable} does not start: {' / '.join(told[:3])[:400]}")


def errors(*others: type[Exception]) -> tuple[type[Exception], ...]:
    """Give what playwright raises, and these. It is loaded here, late: most commands never show a page."""
    from playwright.async_api import Error  # noqa: PLC0415 - see above

    return (Error, *others)


def launch_options(executable: str, server: str, mark: str, home: Path, seconds: float) -> dict[str, Any]:
    """Give what playwright's `launch` wants.

    server: the tunnel; without a password, which only contexts have: what Chromium might send on its own
    account is turned away. mark: told among its arguments, so that its processes are found again. home: a
    folder of this launch alone, for what Chromium writes without being asked.
    """
    return {
        "executable_path": executable,
        "args": [*FLAGS, mark],
        # Its popup blocker stays on, which playwright would switch off.
        "ignore_default_args": ["--disable-popup-blocking"],
        "proxy": {"server": server, "bypass": ALL_THROUGH_PROXY},
        # As root Chromium knows no sandbox; everybody else has one, or no browser.
        "chromium_sandbox": os.geteuid() != 0,
        "env": environment(os.environ, home),
        "timeout": seconds * 1000,
        # A signal is the daemon's to answer: it drains, and closes the browser last.
        "handle_sigint": False,
        "handle_sigterm": False,
        "handle_sighup": False,
    }


def context_options(user_agent: str, server: str, name: str, password: str) -> dict[str, Any]:
    """Give what playwright's `new_context` wants: a visitor from China, for the first time."""
    return {
        "proxy": {"server": server, "bypass": ALL_THROUGH_PROXY, "username": name, "password": password},
        "user_agent": user_agent,
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "viewport": {"width": 1366, "height": 900},
        # A faulty certificate is told beside the page, which is read all the same.
        "ignore_https_errors": True,
        "service_workers": "block",
        "accept_downloads": False,
    }


def user_agent(version: str, ours: str) -> str:
    """Name the browser as every page expects it, and ourselves at the end."""
    major = version.partition(".")[0]
    return (
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
        f"Chrome/{major}.0.0.0 Safari/537.36 {ours}"
    )


def environment(ours: Mapping[str, str], home: Path) -> dict[str, str]:
    """Give the browser's environment: none of our secrets are in it."""
    kept = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "FONTCONFIG_PATH", "FONTCONFIG_FILE")
    return {name: ours[name] for name in kept if name in ours} | {"HOME": str(home)}
