"""Measure how well reposts are recognised on labelled pairs: python bench/pairs.py PAIRS.jsonl [--min 0.92].

Each line holds {"id", "label", "hard_negative_kind", "derived", "source": {…}, "candidate": {…}}. `repost`
and `link` are to be recognised, `forward_notice` is left out, everything else is to be refused. Exits 1 when
precision or recall, overall or of the real or derived rows alone, is below --min.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from time import perf_counter

from checks.reposts import Match, could_repost, document_from_json, match

DONE = ("repost", "link")
LEFT_OUT = ("forward_notice",)
Z = 1.959964  # of a two-sided 95 % interval


@dataclass(frozen=True, slots=True)
class Judged:
    """One pair with its label and what was said of it."""

    id: str
    label: str
    group: str
    derived: bool
    titles: tuple[str, str]
    answer: Match

    @property
    def done(self) -> bool:
        return self.label in DONE

    @property
    def right(self) -> bool:
        return self.answer.same == self.done


def judge(lines: Iterable[str]) -> Iterator[Judged]:
    """Judge every pair that is not left out."""
    for line in lines:
        row = json.loads(line)
        if row["label"] in LEFT_OUT:
            continue
        source, candidate = row["source"], row["candidate"]
        yield Judged(
            id=row["id"],
            label=row["label"],
            group=f"{row['label']}/{row['hard_negative_kind'] or row['transform'] or '-'}",
            derived=row["derived"],
            titles=(source.get("title") or "", candidate.get("title") or ""),
            answer=match(document_from_json(source), document_from_json(candidate)),
        )


def wilson(hits: int, of: int) -> str:
    """A share with its 95 % interval after Wilson."""
    if not of:
        return "-"
    share = hits / of
    middle, spread = share + Z * Z / (2 * of), Z * sqrt(share * (1 - share) / of + Z * Z / (4 * of * of))
    low, high = ((middle + sign * spread) / (1 + Z * Z / of) for sign in (-1, 1))
    return f"{share:.3f} [{low:.3f}, {high:.3f}] ({hits}/{of})"


def report(name: str, rows: list[Judged]) -> float:
    """Print precision, recall and F1 of some rows; return the lower of the first two."""
    found = sum(row.answer.same and row.done for row in rows)
    claimed, due = sum(row.answer.same for row in rows), sum(row.done for row in rows)
    precision, recall = found / claimed if claimed else 1.0, found / due if due else 1.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    print(f"{name:8} {len(rows):4} pairs  F1 {f1:.3f}")
    print(f"         precision {wilson(found, claimed)}   recall {wilson(found, due)}")
    return min(precision, recall)


def report_groups(rows: list[Judged]) -> None:
    """Print, by label and what makes a pair hard, how many were judged rightly."""
    groups: dict[str, list[Judged]] = defaultdict(list)
    for row in rows:
        groups[row.group].append(row)
    for name, members in sorted(groups.items()):
        print(f"  {name:58} {sum(row.right for row in members):4} of {len(members)}")


def report_misses(rows: list[Judged]) -> None:
    for row in rows:
        if not row.right:
            print(f"\n{row.id} is {row.group}, judged {'same' if row.answer.same else 'not the same'}")
            print(f"  source    {row.titles[0]}\n  candidate {row.titles[1]}\n  why       {row.answer.why}")


def report_cost(lines: list[str], wanted: int = 10_000) -> None:
    """Time one source against many list titles, as a round asks them."""
    records = [json.loads(line) for line in lines]
    titles = [record["candidate"]["title"] for record in records]
    rows = [f"{titles[n % len(titles)]}{n // len(titles) or ''}" for n in range(wanted)]
    source = document_from_json(records[0]["source"])
    start = perf_counter()
    opened = sum(could_repost(source, row) for row in rows)
    spent = perf_counter() - start
    print(f"\none source against {wanted} titles: {spent * 1000:.0f} ms, {opened} worth opening")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--min", type=float, default=0.0, help="least precision and recall")
    options = parser.parse_args()
    lines = options.pairs.read_text(encoding="utf-8").splitlines()
    rows = list(judge(lines))
    real, derived = [r for r in rows if not r.derived], [r for r in rows if r.derived]
    worst = min(report("all", rows), report("real", real), report("derived", derived))
    report_groups(rows)
    report_misses(rows)
    report_cost(lines)
    return 0 if worst >= options.min else 1


if __name__ == "__main__":
    sys.exit(main())
