"""Find lists unaided on made pages of real row structures: python -m bench.structures PORTALS.json [--seeds 5].

The entries of the table that give the structure of a row (`item_selector` and others, or `json_paths`) are
built into whole list pages, one a seed, with all that stands around a list on real pages. Each is read without
any configuration. A row is right when its address and its whole title are right; a row of a side list or of
the navigation is false. Pages whose rows come as data are counted apart. Exits 1 when F1 of the pages is below
--min, 2 when the table cannot be read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random

from selectolax.lexbor import LexborHTMLParser

from bench.list_pages.entries import Entry, Kind, NotAListError, has_structure, read_entry
from bench.list_pages.judging import Judged, Miss, judge
from bench.list_pages.pages import Page, describe, make_page
from monitor.reading.listing import read_listing

WORST = 25
EXAMPLES = 3


def build_pages(entries: list[Entry], seeds: Iterable[int]) -> Iterator[Page]:
    """A page of every entry and seed; entries that are no lists of links are left out."""
    for seed in seeds:
        for number, entry in enumerate(entries):
            chance = Random(f"{seed}:{number}")
            if not has_structure(entry):
                continue
            try:
                structure = read_entry(entry, number, chance)
            except NotAListError:
                continue
            page = make_page(structure, seed, chance)
            check_structure(page)
            yield page


def check_structure(page: Page) -> None:
    """See with a browser's engine that the entry's own selector finds every row that was made."""
    if page.structure.kind is not Kind.PAGE:
        return
    found: set[str | None] = set()
    for node in LexborHTMLParser(page.text).css(page.structure.items):
        found |= {link.attributes.get("href") for link in node.css("a")}
        found.add(node.attributes.get("href"))
    hrefs = {href for href in found if href}
    for row in page.rows:
        tail = row.url.rpartition("/")[2]
        if not any(href.rpartition("/")[2] == tail for href in hrefs):
            raise AssertionError(f"{page.name}: {page.structure.items} does not find {row.url}")


def measure(pages: Iterable[Page]) -> list[Judged]:
    return [judge(page, read_listing(page.text, page.url, today=page.today)) for page in pages]


# --- figures --------------------------------------------------------------------------------------------------


def score(results: list[Judged]) -> tuple[float, float, float]:
    """Precision, recall and F1 of rows."""
    right, found, due = (sum(getattr(r, key) for r in results) for key in ("right", "found", "due"))
    precision, recall = right / found if found else 1.0, right / due if due else 1.0
    return precision, recall, 2 * right / (found + due) if found + due else 1.0


def line(name: str, results: list[Judged]) -> str:
    precision, recall, f1 = score(results)
    right = sum(r.right for r in results)
    dates = sum(r.dates_right for r in results) / right if right else 1.0
    whole = sum(r.f1 == 1 for r in results)
    return (
        f"{name:26} {len(results):5} {sum(r.due for r in results):6}  {precision:.4f}  {recall:.4f}  "
        f"{f1:.4f}  {dates:.4f}  {whole / len(results):.3f}"
    )


def report_kinds(results: list[Judged]) -> None:
    print(f"{'':26} pages   rows  precis.  recall  F1      dates   pages without a miss")
    for kind in Kind:
        members = [r for r in results if r.page.structure.kind is kind]
        if members:
            print(line(f"rows as {kind}" if kind is not Kind.PAGE else "PAGES", members))


def report_marks(results: list[Judged]) -> None:
    """Print what rides along with the rows: pinned marks and the next page."""
    due, told = sum(r.pinned_due for r in results), sum(r.pinned_told for r in results)
    false = sum(r.pinned_false for r in results)
    following = sum(r.next_right for r in results)
    print(f"\npinned rows told as such {told} of {due}, others told so {false}", end="; ")
    print(f"next page right on {following} of {len(results)} pages")


def report_variations(results: list[Judged]) -> None:
    groups: dict[str, list[Judged]] = defaultdict(list)
    for result in results:
        for name in result.page.variations:
            groups[name].append(result)
    print(f"\n{'by variation':26} pages   rows  precis.  recall  F1      dates   pages without a miss")
    for name, members in sorted(groups.items(), key=lambda pair: score(pair[1])[2]):
        print(line(name, members))


def report_structures(results: list[Judged]) -> None:
    """Print the structures that were read worst, each with its pages."""
    groups: dict[int, list[Judged]] = defaultdict(list)
    for result in results:
        groups[result.page.structure.number].append(result)
    faulty = [members for members in groups.values() if score(members)[2] < 1]
    print(f"\n{len(faulty)} of {len(groups)} structures with a miss; the worst:")
    for members in sorted(faulty, key=lambda members: score(members)[2])[:WORST]:
        structure = members[0].page.structure
        pages = sorted((r for r in members if r.f1 < 1), key=lambda r: r.f1)
        told = ", ".join(f"{r.page.name} {r.f1:.2f}" for r in pages)
        print(f"  {score(members)[2]:.3f} {structure.name} | {structure.items} | {told}")


# --- misses ---------------------------------------------------------------------------------------------------


def report_reasons(title: str, results: list[Judged], choose: Callable[[Judged], tuple[Miss, ...]]) -> None:
    """Print every reason for a miss with how often, on how many pages, and examples."""
    reasons: dict[str, list[tuple[Judged, Miss]]] = defaultdict(list)
    for result in results:
        for miss in choose(result):
            reasons[miss.reason].append((result, miss))
    print(f"\n{title}")
    for reason, cases in sorted(reasons.items(), key=lambda pair: -len(pair[1])):
        names = list(dict.fromkeys(result.page.name for result, _ in cases))
        print(f"  {len(cases):5} on {len(names):3} pages  {reason}  ({', '.join(names[:EXAMPLES])})")


def report_misses(results: list[Judged], most: int | None) -> None:
    """Print every miss, those of one page and reason in one line with their number."""
    lines = []
    for result in results:
        grouped: dict[str, list[Miss]] = defaultdict(list)
        for miss in (*result.misses, *result.date_misses):
            grouped[miss.reason].append(miss)
        for reason, members in grouped.items():
            lines.append(
                f"  {result.page.name} {result.method:6} {len(members):3} x {reason}: {members[0].example}"
            )
    print(f"\nevery miss by page and reason ({len(lines)})")
    for text in lines[:most]:
        print(text)


def dump(pages: Iterable[Page], folder: Path) -> Iterator[Page]:
    """Write pages and, beside each, what a reader should find, on their way through."""
    folder.mkdir(parents=True, exist_ok=True)
    for page in pages:
        ending = "json" if page.structure.kind in {Kind.JSON, Kind.MARKUP_IN_JSON} else "html"
        (folder / f"{page.name}.{ending}").write_text(page.text, encoding="utf-8")
        (folder / f"{page.name}.rows.json").write_text(describe(page), encoding="utf-8")
        yield page


def report_left_out(entries: list[Entry]) -> None:
    built = 0
    for number, entry in enumerate(entries):
        try:
            if has_structure(entry):
                read_entry(entry, number, Random(0))
                built += 1
        except NotAListError as reason:
            print(f"left out: {number:03} {entry['portal']} {entry.get('column') or ''}: {reason}")
    print(f"{built} structures\n")


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("portals", type=Path)
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds, one page of a structure each")
    parser.add_argument("--show", type=int, metavar="MISSES", help="list no more misses than this one by one")
    parser.add_argument("--min", type=float, default=0.0, help="least F1 of the pages' rows")
    parser.add_argument("--dump", type=Path, metavar="DIR", help="write the pages and their rows here")
    return parser.parse_args()


def main() -> int:
    options = parse_options()
    try:
        entries: list[Entry] = json.loads(options.portals.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        print(f"structures: {options.portals}: {fault}", file=sys.stderr)
        return 2
    report_left_out(entries)
    pages = build_pages(entries, range(options.seed, options.seed + options.seeds))
    results = measure(dump(pages, options.dump) if options.dump else pages)
    plain = [r for r in results if r.page.structure.kind is Kind.PAGE]
    report_kinds(results)
    report_marks(plain)
    report_variations(plain)
    report_structures(results)
    report_reasons("misses by reason", results, lambda r: r.misses)
    report_reasons("dates amiss by reason, in rows that are right", results, lambda r: r.date_misses)
    report_misses(results, options.show)
    return 0 if score(plain)[2] >= options.min else 1


if __name__ == "__main__":
    sys.exit(main())
