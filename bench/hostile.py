"""Play the hostile internet: python -m bench.hostile [NAME …] [--seeds 10] [--browser] [--brief] [--quick].

Every behaviour of tests/hostile against the real rounds, ten seeds each, every one in another case (reposted
before the target, before the limit, after it, never). Printed are behaviour, cases, ends and what they may be.
Exits 1 where one ends otherwise, accuses falsely or praises falsely. With --browser Chromium is there, and
only those behaviours are played whose end it changes, unless they are named.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from collections import Counter
from collections.abc import Sequence

import structlog

from tests import loopback
from tests.hostile.catalogue import PLAYS, table
from tests.hostile.plays import Play
from tests.hostile.stage import Ending, differences, ends_of, false_accusations, false_praise, perform
from tests.hostile.story import CASES, Case, Story

AT_ONCE = 3
"""Stories side by side: most of what they do is wait for each other's threads."""


def main(arguments: Sequence[str] | None = None) -> int:
    options = parsed(arguments)
    if options.table:
        print("\n".join(table()))
        return 0
    loopback.stay()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    chosen = [PLAYS[name] for name in options.names or PLAYS]
    if options.browser and not options.names:
        chosen = [play for play in chosen if play.in_browser is not None]
    if options.quick:
        chosen = [play for play in chosen if not play.is_slow]
    if options.after:
        chosen = chosen[[play.name for play in chosen].index(options.after) + 1 :]
    counts = asyncio.run(play_all(chosen, options))
    print(f"\n{len(chosen)} behaviours, {counts['played']} stories: {counts['otherwise']} ended otherwise,")
    print(f"{counts['accused']} false accusations, {counts['praised']} false praises")
    return 1 if counts["otherwise"] or counts["accused"] or counts["praised"] else 0


async def play_all(chosen: Sequence[Play], options: argparse.Namespace) -> Counter[str]:
    """Play every behaviour on every seed; print each when its last story is over."""
    seats = asyncio.Semaphore(1 if options.browser else AT_ONCE)

    async def one(play: Play, seed: int) -> tuple[int, Story, Ending]:
        async with seats:
            case = CASES[seed % len(CASES)]
            played = await perform(play.name, seed, case, browser=options.browser, brief=options.brief)
            return seed, *played

    seeds = range(options.first, options.first + options.seeds)
    played = [(play, asyncio.gather(*(one(play, seed) for seed in seeds))) for play in chosen]
    counts: Counter[str] = Counter()
    for play, stories in played:
        counts += tell(play, await stories, options)
    return counts


def tell(
    play: Play, stories: Sequence[tuple[int, Story, Ending]], options: argparse.Namespace
) -> Counter[str]:
    """Print a line for a behaviour, and one for each end that is wrong."""
    ends = ends_of(play, browser=options.browser)
    counts: Counter[str] = Counter()
    got: dict[Case, Counter[str]] = {}
    wrong = []
    for seed, story, ending in stories:
        otherwise = differences(ends, story, ending)
        accused, praised = false_accusations(story, ending), false_praise(story, ending)
        counts.update(played=1, otherwise=bool(otherwise), accused=bool(accused), praised=bool(praised))
        got.setdefault(story.case, Counter()).update([" ".join(ending.states) or "none"])
        if otherwise or accused or praised or options.verbose:
            verdict = (
                f"{otherwise} accused {accused} praised {praised}" if otherwise or accused or praised else ""
            )
            wrong.append(f"    seed {seed} {story.case}: {verdict} {ending}")
    reached = "; ".join(
        f"{case}: {' '.join(f'{n} {state}' for state, n in sorted(states.items()))} of {'|'.join(sorted(ends.states[case]))}"
        for case, states in sorted(got.items())
    )
    raised = Counter(rule for _, _, ending in stories for rule in ending.rules)
    rules = " ".join(f"{rule} {n}" for rule, n in sorted(raised.items()))
    print(f"{play.name:22} {max(ending.seconds for *_, ending in stories):5.1f} s  {reached}  {rules}")
    print("\n".join(wrong) + "\n" if wrong else "", end="", flush=True)
    return counts


def parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--after", metavar="NAME", help="begin with the one after this")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--browser", action="store_true", help="with Chromium")
    parser.add_argument("--brief", action="store_true", help="with a limit of some hours, not a working day")
    parser.add_argument("--table", action="store_true", help="play nothing, write what is stated as Markdown")
    parser.add_argument("--quick", action="store_true", help="without those that wait for time-outs")
    parser.add_argument("--verbose", action="store_true", help="a line for every story")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
