"""Measure how well reposts are recognised on labelled pairs: python -m bench.pairs PAIRS.jsonl [--min 0.98].

Each line holds {"id", "label", "hard_negative_kind", "derived", "source": {…}, "candidate": {…}}. `repost`
and `link` are to be recognised, everything else is to be refused. A `forward_notice` is labelled by one rule:
it does the duty where its page carries the source's text, and is measured apart, with made-up ones beside it
whose texts are known. Exits 1 when precision or recall, overall, of the real or derived rows alone, or of the
made notices, is below --min, or when the sieve loses a row. --write FILE writes the tables.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from time import perf_counter

from bench.forwards import IN_A_FILE, POLICIES, forwards
from checks.documents import Document
from checks.reposts import Match, could_repost, document_from_json, match
from checks.sieve import Sieve
from checks.texts import likeness, read_text
from checks.titles import doc_numbers, normalise

DONE = ("repost", "link")
FORWARDS = "forward_notice"
CARRIES = 0.6
"""Share of the shorter text that stands in the longer one, from which on a notice carries the source."""

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
    carries: bool | None
    texts: tuple[bool, bool]

    @property
    def done(self) -> bool:
        """Whether the candidate does the duty, by its label, or by the one rule for notices that forward."""
        return bool(self.carries) if self.label == FORWARDS else self.label in DONE

    @property
    def right(self) -> bool:
        return self.answer.same == self.done


def judge(lines: Iterable[str]) -> Iterator[Judged]:
    """Judge every pair."""
    for line in lines:
        row = json.loads(line)
        source, candidate = document_from_json(row["source"]), document_from_json(row["candidate"])
        carries = carries_text(source, candidate) if row["label"] == FORWARDS else None
        yield Judged(
            id=row["id"],
            label=row["label"],
            group=f"{row['label']}/{row['hard_negative_kind'] or row['transform'] or '-'}",
            derived=row["derived"],
            titles=(source.title or "", candidate.title or ""),
            answer=match(source, candidate),
            carries=carries,
            texts=has_texts(source, candidate),
        )


def judge_made() -> Iterator[Judged]:
    """Judge the made-up notices; whether they carry the text is known by how they were made."""
    for number, made in enumerate(forwards()):
        yield Judged(
            id=f"made-{number}",
            label=FORWARDS,
            group=f"{FORWARDS}/{made.way}",
            derived=True,
            titles=(made.source.title or "", made.notice.title or ""),
            answer=match(made.source, made.notice),
            carries=made.carries,
            texts=has_texts(made.source, made.notice),
        )


def carries_text(source: Document, candidate: Document) -> bool:
    """Whether a page is known to hold its source's text, whatever it is called."""
    ours, theirs = read_text(source.text), read_text(candidate.text)
    share = likeness(ours, theirs)
    return share is not None and share >= CARRIES and 2 * len(theirs.letters) >= len(ours.letters)


def has_texts(source: Document, candidate: Document) -> tuple[bool, bool]:
    """Of which of the two enough text is known to compare."""
    return read_text(source.text).tells, read_text(candidate.text).tells


def wilson(hits: int, of: int) -> str:
    """A share with its 95 % interval after Wilson."""
    if not of:
        return "-"
    share = hits / of
    middle, spread = share + Z * Z / (2 * of), Z * sqrt(share * (1 - share) / of + Z * Z / (4 * of * of))
    low, high = ((middle + sign * spread) / (1 + Z * Z / of) for sign in (-1, 1))
    return f"{share:.3f} [{low:.3f}, {high:.3f}] ({hits}/{of})"


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of some pairs."""

    pairs: int
    found: int
    claimed: int
    due: int

    @classmethod
    def of(cls, rows: Sequence[Judged]) -> Figures:
        return cls(
            pairs=len(rows),
            found=sum(row.answer.same and row.done for row in rows),
            claimed=sum(row.answer.same for row in rows),
            due=sum(row.done for row in rows),
        )

    @property
    def precision(self) -> float:
        return self.found / self.claimed if self.claimed else 1.0

    @property
    def recall(self) -> float:
        return self.found / self.due if self.due else 1.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def report(name: str, rows: Sequence[Judged]) -> float:
    """Print precision, recall and F1 of some rows; return the lower of the first two."""
    figures = Figures.of(rows)
    print(f"{name:8} {figures.pairs:4} pairs  F1 {figures.f1:.3f}")
    precision, recall = wilson(figures.found, figures.claimed), wilson(figures.found, figures.due)
    print(f"         precision {precision}   recall {recall}")
    return min(figures.precision, figures.recall)


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


def report_sieve(lines: list[str]) -> int:
    """Say how many of the rows that are worth opening the sieve passes; gives how many it loses."""
    worth = lost = 0
    for row in map(json.loads, lines):
        source, title = document_from_json(row["source"]), str(row["candidate"]["title"] or "")
        if not could_repost(source, title):
            continue
        sieve, worth = Sieve.of(source), worth + 1
        if normalise(title) not in sieve.sift(normalise(title)) and not {*doc_numbers(title)} & {
            *sieve.numbers
        }:
            lost += 1
            print(f"lost by the sieve: {row['id']} {title}")
    print(f"\nof {worth} rows worth opening the sieve passes {worth - lost}")
    return lost


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


PAGE = """# How well reposts are recognised

Made by one command from labelled pairs, which are not part of this repository:

```sh
make bench ARGS="pairs PAIRS.jsonl --write docs/accuracy.md"
```

Each pair is a policy and a page of a county's site. *Real* pairs are pages as they stood on the web; *derived* ones are
real pages changed as sites change them (cut titles, wrong encodings, other scripts). The two are never added up without
being shown apart. Intervals are those of Wilson, at 95 %. Precision: of what was called a repost, the part that is one.
Recall: of the reposts, the part that was found.

{overall}

## Notices that forward a policy

Somebody's own notice that forwards a policy (转发) does the duty where it carries the policy's text, and not where it only
announces it. Whether a page carries the text is decided by one rule that knows nothing of titles: at least {carries:.0%} of
the shorter text stands in the longer one, and the page holds at least half as many letters as the source. What is not
known to be carried is not; a file that bears the policy's number counts as its text. They are measured apart, and are in
none of the figures above.

Of {both} of the *real* ones the texts of both pages are known, of {one} that of one page only, of {neither} none: by the rule none
is known to carry the text, so they say that notices are refused, and nothing of those that would have to be recognised.
Therefore others are *made* (`bench/forwards.py`): {policies} made-up policies, each forwarded in {ways} ways, labelled by how the page was made.
Where the text is not in a file, the rule says the same as the label ({agreed}). They show that the rule is kept, not how
often real notices carry a text; and the recogniser was mended on them, so that they are no test of what it has not seen.

{forwards}

## By kind of pair

{groups}

Notices that were made:

{made}

{misses}"""


def page(rows: Sequence[Judged], real: Sequence[Judged], made: Sequence[Judged]) -> str:
    """The tables as a page of the documents."""
    return PAGE.format(
        overall=_table(_apart(rows)),
        forwards=_table((("real", real), ("made", made))),
        carries=CARRIES,
        both=sum(row.texts == (True, True) for row in real),
        one=sum(row.texts[0] != row.texts[1] for row in real),
        neither=sum(row.texts == (False, False) for row in real),
        policies=POLICIES,
        ways=len({row.group for row in made}),
        agreed=agreement(),
        groups=_by_group([*rows, *real], "derived"),
        made=_by_group(made, "made"),
        misses=_misses([*rows, *real, *made]),
    )


def agreement() -> str:
    """On how many of the made notices without a file the rule and the label agree."""
    shown = [made for made in forwards() if made.way != IN_A_FILE]
    return f"{sum(carries_text(made.source, made.notice) == made.carries for made in shown)} of {len(shown)}"


def _table(parts: Iterable[tuple[str, Sequence[Judged]]]) -> str:
    names = ("pairs", "number", "reposts", "precision", "recall", "F1", "judged rightly")
    lines = [f"| {' | '.join(names)} |", f"|{' --- |' * len(names)}"]
    for name, chosen in parts:
        found = Figures.of(chosen)
        right = wilson(sum(row.right for row in chosen), found.pairs)
        cells = (
            name,
            found.pairs,
            found.due,
            wilson(found.found, found.claimed),
            wilson(found.found, found.due),
            f"{found.f1:.3f}" if found.due else "-",
            right,
        )
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def _apart(rows: Sequence[Judged]) -> tuple[tuple[str, list[Judged]], ...]:
    real, derived = [row for row in rows if not row.derived], [row for row in rows if row.derived]
    return ("real", real), ("derived", derived), ("all", [*real, *derived])


def _by_group(rows: Sequence[Judged], derived: str) -> str:
    groups: dict[tuple[str, bool], list[Judged]] = defaultdict(list)
    for row in rows:
        groups[row.group, row.derived].append(row)
    lines = ["| kind | pairs | to be | judged rightly, 95 % |", "| --- | --- | --- | --- |"]
    for (name, is_derived), members in sorted(groups.items()):
        due = sum(row.done for row in members)
        to_be = "recognised" if due == len(members) else "refused" if not due else f"recognised {due}"
        right = wilson(sum(row.right for row in members), len(members))
        lines.append(
            f"| `{name}`, {derived if is_derived else 'real'} | {len(members)} | {to_be} | {right} |"
        )
    return "\n".join(lines)


def _misses(rows: Sequence[Judged]) -> str:
    wrong = [row for row in rows if not row.right]
    if not wrong:
        return "No pair was judged wrongly.\n"
    lines = ["Judged wrongly:", ""]
    for row in wrong:
        called = "called a repost" if row.answer.same else "not recognised"
        lines.append(f"- {row.id} (`{row.group}`), {called}: {row.answer.why}")
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--min", type=float, default=0.0, help="least precision and recall")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the tables as a page")
    options = parser.parse_args()
    lines = options.pairs.read_text(encoding="utf-8").splitlines()
    judged = list(judge(lines))
    rows = [row for row in judged if row.label != FORWARDS]
    notices, made = [row for row in judged if row.label == FORWARDS], list(judge_made())
    real, derived = [r for r in rows if not r.derived], [r for r in rows if r.derived]
    worst = min(report("all", rows), report("real", real), report("derived", derived))
    report("forwards", notices)
    worst = min(worst, report("made", made))
    report_groups([*judged, *made])
    report_misses([*judged, *made])
    lost = report_sieve(lines)
    report_cost(lines)
    if options.write is not None:
        options.write.write_text(page(rows, notices, made), encoding="utf-8")
    return 0 if worst >= options.min and not lost else 1


if __name__ == "__main__":
    sys.exit(main())
