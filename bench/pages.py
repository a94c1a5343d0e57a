"""Measure the reading of saved pages: python bench/pages.py FOLDER [--index INDEX.json] [--min 0.90].

INDEX.json lists {"file", "what", "article_title", "pub_date", "address"} of the pages in the folder. Of
articles, title and time are compared with what their tags said, once as saved and once with every meta tag
taken out, so that only what the page shows is left; a time is right when it is the same as far as both are
precise. Of lists the rows found are counted and the remembered structure is tried on the same page. Every
miss is printed with its reason. Exits 1 when a share is below --min.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from monitor.reading.article import Article, read_article
from monitor.reading.dates import Moment, read_field
from monitor.reading.home import read_home
from monitor.reading.listing import read_listing
from monitor.reading.quality import is_soft_404, is_stub, is_template

_META = re.compile(r"<meta[^<>]*>", re.IGNORECASE)
_MARKUP = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class Tried:
    """One thing looked for on one page: whether it came out right, and why not."""

    file: str
    what: str
    right: bool
    why: str = ""


def main() -> int:
    arguments = _arguments()
    entries = json.loads((arguments.index or arguments.folder / "INDEX.json").read_text(encoding="utf-8"))
    pages = [(entry, _text(arguments.folder / entry["file"])) for entry in entries]
    articles = [(entry, text) for entry, text in pages if entry["what"].startswith("article")]
    started = perf_counter()
    tried = [outcome for entry, text in articles for outcome in _article(entry, text)]
    seconds = (perf_counter() - started) / (2 * len(articles) or 1)
    for entry, text in pages:
        if not entry["what"].startswith("article"):
            _show_list(entry, text)
    shares = list(_shares(tried))
    print(f"\n{len(articles)} articles, {seconds * 1000:.1f} ms each")
    return int(any(share < arguments.min for share in shares))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--index", type=Path)
    parser.add_argument("--min", type=float, default=0.0)
    return parser.parse_args()


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def _address(entry: dict[str, Any]) -> str:
    address = entry.get("address") or ""
    return address if address.startswith("http") else "http://www.example.gov.cn/list/index.html"


def _article(entry: dict[str, Any], text: str) -> Iterator[Tried]:
    for how, page in (("with tags", text), ("without tags", _META.sub("", text))):
        article = read_article(page, _address(entry))
        yield _title(entry, article, how)
        if entry.get("pub_date"):
            yield _time(entry, article, how)
        if entry.get("doc_number"):
            right = article.doc_number == entry["doc_number"]
            yield Tried(
                entry["file"], f"number {how}", right, f"{article.doc_number} for {entry['doc_number']}"
            )


def _title(entry: dict[str, Any], article: Article, how: str) -> Tried:
    wanted = re.sub(r"\s", "", _MARKUP.sub("", entry["article_title"] or ""))
    found = re.sub(r"\s", "", article.title or "")
    cut = wanted.rstrip(".…")
    right = found == wanted or (cut != wanted and found.startswith(cut))
    return Tried(entry["file"], f"title {how}", right, f"{article.title} for {wanted}")


def _time(entry: dict[str, Any], article: Article, how: str) -> Tried:
    wanted = read_field(entry["pub_date"])
    if wanted is None:
        return Tried(entry["file"], f"time {how}", right=False, why=f"{entry['pub_date']} is no date")
    if article.published_at is None:
        return Tried(
            entry["file"], f"time {how}", right=False, why=f"the page shows none ({wanted.value:%F %T})"
        )
    right = _alike(wanted, article)
    why = f"{article.published_at:%F %T} is shown, the tag said {wanted.value:%F %T}"
    return Tried(entry["file"], f"time {how}", right, why)


def _alike(wanted: Moment, article: Article) -> bool:
    """Tell whether two times are the same as far as both are precise."""
    found = article.published_at
    if not isinstance(found, datetime) or not isinstance(wanted.value, datetime):
        return wanted.day == (found.date() if isinstance(found, datetime) else found)
    step = "%F %T" if "minute" not in (wanted.precision, article.precision) else "%F %R"
    return format(found, step) == format(wanted.value, step)


def _show_list(entry: dict[str, Any], text: str) -> None:
    listing = read_listing(text, _address(entry))
    again = read_listing(text, _address(entry), structure=listing.structure)
    home = read_home(text, _address(entry))
    dated = sum(row.date is not None for row in listing.rows)
    doubts = [reason for judge in (is_stub, is_soft_404, is_template) if (reason := judge(text))]
    print(
        f"{entry['file']} ({entry['what']}): {len(listing.rows)} rows, {dated} dated, {listing.method}; "
        f"remembered {'the same' if again == listing else 'DIFFERENT'}; next {listing.next_url}; "
        f"as a home page {len(home.rows)} links, {len(home.columns)} columns{'; ' if doubts else ''}{'; '.join(doubts)}"
    )


def _shares(tried: Sequence[Tried]) -> Iterator[float]:
    for what in dict.fromkeys(outcome.what for outcome in tried):
        these = [outcome for outcome in tried if outcome.what == what]
        right = sum(outcome.right for outcome in these)
        print(f"\n{what}: {right} of {len(these)} ({right / len(these):.1%})")
        for outcome in these:
            if not outcome.right:
                print(f"  {outcome.file}: {outcome.why}")
        yield right / len(these)


if __name__ == "__main__":
    sys.exit(main())
