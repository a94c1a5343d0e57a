"""Addresses as they are compared: the many spellings of one page's address folded into one.

A county links to the same page as http or https, on the mobile host, through its own redirect page, with
what a chat program appended, or through the gateway for traditional characters. `canonical` is for
comparing only: what it returns is not meant to be fetched.
"""

from __future__ import annotations

import re
from urllib.parse import (
    SplitResult,
    parse_qsl,
    quote,
    quote_from_bytes,
    unquote_to_bytes,
    urlencode,
    urlsplit,
)

_HOST_LABELS = ("www.", "m.", "wap.", "3g.", "mobile.", "big5.", "ipv6.")
"""First labels of a host that lead to the same pages: the desktop's, the telephone's, the gateways'."""

_GATE = re.compile(r"/gate/(?:big5|gb)/(?P<host>[^/?#]+\.[^/?#]+)(?P<path>/.*)?", re.DOTALL)
_IPV6_GATE = re.compile(r"(?P<host>.+)\.ipv6\..+")
_GLUED = re.compile(r"https?://[^/?#]*?(?P<address>https?://.+)", re.DOTALL | re.IGNORECASE)
_ABSOLUTE = re.compile(r"(?:https?:)?//[^/]", re.IGNORECASE)
_INDEX = re.compile(r"(?:^|/)(?:index|default)\.(?:s?html?|jsp|php|aspx?)$", re.IGNORECASE)
_PATH_PARAMETER = re.compile(r";jsessionid=[^/]*", re.IGNORECASE)

_ROUTE = re.compile(r"(?!:~:).*[/!=]", re.DOTALL)
"""A fragment by which a page's script chooses what to show; anchors and text fragments choose nothing."""

_TARGETS = frozenset(
    {"url", "u", "target", "targeturl", "to", "goto", "link", "href", "redirect", "redirecturl"}
)
"""Names under which a redirect page carries the address it leads to."""

_TRACKING = frozenset(
    {"from", "isappinstalled", "scene", "nsukey", "spm", "share", "sharefrom", "share_token", "clicktime"}
    | {"enterid", "wxshare", "bd_vid", "gclid", "fbclid", "sessionid", "jsessionid", "_t", "timestamp"}
)
"""What chat programs, counters and sessions append; it chooses no page."""

_LONGEST = 4000
"""Signs of an address that is compared: wrapped in one another, longer ones cost more than they can tell."""

_SCHEMES = ("http", "https", "")
_USUAL_PORTS = (None, 80, 443)
_PATH_SAFE = "/:@!$&'()*+,;=~"
_QUERY_SAFE = "%/:@!$&'()*+,;=~?[]"


def canonical(url: str) -> str:
    """Fold the spellings of an address, so that equal results mean the same page.

    Scheme, default port, host label of the desktop or telephone, order of the query, tracking, session,
    `index.html` and anchors do not count; a route kept in the fragment (`#/…`, `#!…`, `#id=…`) does. Redirect
    pages carrying their target, big5 and IPv6 gateways are looked through. Never raises: what is no web
    address, or longer than any, comes back as it stood, without surrounding space.
    """
    text = url.strip()
    while len(text) <= _LONGEST:
        try:
            parts = urlsplit(text)
            inner = _behind(text, parts)
            if inner is None:
                return _folded(text, parts)
        except ValueError:  # a broken port or IPv6 literal
            return text
        text = inner
    return text


def names_page(address: str) -> bool:
    """Whether a canonical address leads to one page rather than to a site's front door."""
    parts = urlsplit(address) if address.startswith("https://") else None
    return parts is not None and bool(parts.path or parts.query or parts.fragment)


def host(address: str) -> str:
    """Return the host of a canonical address; "" for one that has none."""
    return address.removeprefix("https://").split("/")[0].split("?")[0] if "://" in address else ""


def _behind(text: str, parts: SplitResult) -> str | None:
    """The address a wrapper or gateway leads to, strictly shorter than `text`; None where there is none."""
    if glued := _GLUED.match(text):  # "https://a.gov.cnhttps://b.gov.cn/x": two hrefs joined by a faulty page
        return glued["address"]
    if gate := _GATE.fullmatch(parts.path):
        return f"//{gate['host']}{gate['path'] or ''}" + (f"?{parts.query}" if parts.query else "")
    for name, value in _query(parts.query):
        if name.lower() in _TARGETS and _ABSOLUTE.match(value):
            return value.encode("latin-1").decode("utf-8", "replace").strip()
    return None


def _folded(text: str, parts: SplitResult) -> str:
    """The folded address; what is none, or would only look like one once it is folded, stays as it stood."""
    if parts.scheme not in _SCHEMES:
        return text
    folded = _fold(parts)
    return folded if parts.hostname or not urlsplit(folded).scheme else text


def _fold(parts: SplitResult) -> str:
    name, path = _host(parts), _path(parts.path)
    query = urlencode(sorted(_kept(parts.query)), encoding="latin-1")
    fragment = parts.fragment if _ROUTE.match(parts.fragment) else ""
    return (
        (f"https://{name}" if name else "")
        + path
        + (f"?{query}" if query else "")
        + (f"#{quote(fragment, safe=_QUERY_SAFE)}" if fragment else "")
    )


def _host(parts: SplitResult) -> str:
    name = (parts.hostname or "").rstrip(".")
    if through := _IPV6_GATE.fullmatch(name):
        name = through["host"] if "." in through["host"] else through["host"].replace("-", ".")
    while (label := name.split(".")[0] + ".") in _HOST_LABELS and "." in name.removeprefix(label):
        name = name.removeprefix(label)
    if ":" in name:
        name = f"[{name}]"
    return name if not name or parts.port in _USUAL_PORTS else f"{name}:{parts.port}"


def _path(path: str) -> str:
    """Resolve dots and doubled slashes, drop session and index page; percent signs spelled one way."""
    spelled = quote_from_bytes(unquote_to_bytes(_PATH_PARAMETER.sub("", path)), safe=_PATH_SAFE)
    kept: list[str] = []
    for segment in spelled.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    plain = "/" * path.startswith("/") + "/".join(kept)
    while (shorter := _INDEX.sub("", plain)) != plain:
        plain = shorter
    return plain.rstrip("/")


def _query(query: str) -> list[tuple[str, str]]:
    """Take a query apart byte by byte (latin-1): a site may have written it in gbk."""
    return parse_qsl(quote(query, safe=_QUERY_SAFE), keep_blank_values=True, encoding="latin-1")


def _kept(query: str) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, value in _query(query)
        if name.lower() not in _TRACKING and not name.lower().startswith("utm_")
    ]
