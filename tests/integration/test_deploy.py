"""What is deployed beside the daemon fits it: rules and board name only metrics and labels that exist."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from monitor.metrics import Metrics

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "deploy/prometheus"
RULES = PROMETHEUS / "duban.rules.yml"
BOARD = ROOT / "deploy/grafana/duban.json"

# What /metrics promises, by name, with its labels. A histogram stands here without _bucket, _sum and _count.
GAUGES_AND_COUNTERS = {
    "duban_obligations": {"duty", "state", "level", "region"},
    "duban_obligations_settled_total": {"duty", "state", "level", "region"},
    "duban_fetches_total": {"outcome"},
    "duban_column_last_read_timestamp_seconds": {"owner", "column"},
    "duban_blind_columns": {"owner"},
    "duban_site_up": {"site"},
    "duban_links": {"site", "state"},
    "duban_problems": {"rule", "severity", "region"},
    "duban_tls_not_after_timestamp_seconds": {"site"},
    "duban_assessment_due_timestamp_seconds": {"site"},
    "duban_alerts_pending": set[str](),
    "duban_alert_oldest_pending_timestamp_seconds": set[str](),
    "duban_alerts_dead": set[str](),
    "duban_alert_deliveries_total": {"channel", "result"},
    "duban_calendar_known_until_timestamp_seconds": set[str](),
    "duban_config_last_reload_successful": set[str](),
    "duban_config_last_reload_success_timestamp_seconds": set[str](),
    "duban_site_info": {"site", "name", "region", "type"},
    "duban_evidence_bytes": set[str](),
    "duban_evidence_lost": set[str](),
    "duban_clock_offset_seconds": set[str](),
    "duban_build_info": {"version"},
}
HISTOGRAMS = {
    "duban_repost_delay_seconds": {"level", "region"},
    "duban_verdict_lag_seconds": set[str](),
    "duban_deadline_reading_lag_seconds": set[str](),
    "duban_fetch_duration_seconds": set[str](),
}
LABELS = GAUGES_AND_COUNTERS | {
    f"{name}_{part}": labels | ({"le"} if part == "bucket" else set())
    for name, labels in HISTOGRAMS.items()
    for part in ("bucket", "sum", "count")
}
SCRAPED = {"job", "instance"}  # what Prometheus itself adds


def rules() -> list[dict[str, object]]:
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def board() -> dict[str, object]:
    return dict(json.loads(BOARD.read_text(encoding="utf-8")))


def board_expressions() -> Iterator[tuple[str, str]]:
    """Yield the title of each panel with each of its expressions, Grafana's variables filled in."""
    for panel in board()["panels"]:  # type: ignore[attr-defined]
        for target in panel.get("targets", ()):
            filled = target["expr"].replace("$region", ".*").replace("$__range", "7d")
            yield panel["title"], filled.replace("$__rate_interval", "2m")


EXPRESSIONS = [(str(rule["alert"]), str(rule["expr"])) for rule in rules()] + list(board_expressions())


def labels_asked(expression: str) -> Iterator[tuple[str, set[str]]]:
    """Yield each metric of ours with the labels that its own selector names."""
    for metric, _, matchers in re.findall(r"(duban_\w+)(\{([^}]*)\})?", expression):
        yield metric, set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", matchers))


@pytest.mark.parametrize(("place", "expression"), EXPRESSIONS)
def test_only_metrics_and_labels_that_exist_are_asked_for(place: str, expression: str) -> None:
    asked = list(labels_asked(expression))
    assert asked or "up{" in expression, f"{place} asks for nothing of ours"
    for metric, labels in asked:
        assert metric in LABELS, f"{place}: there is no {metric}"
        assert labels <= LABELS[metric] | SCRAPED, f"{place}: {metric} has no {labels - LABELS[metric]}"


@pytest.mark.parametrize(("place", "expression"), EXPRESSIONS)
def test_grouping_keeps_only_labels_of_the_metrics_grouped(place: str, expression: str) -> None:
    grouped = {label for by in re.findall(r"\bby \(([^)]*)\)", expression) for label in by.split(", ")}
    known = SCRAPED.union(*(LABELS[metric] for metric, _ in labels_asked(expression) if metric in LABELS))
    assert grouped <= known, place


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_an_alert_says_what_is_wrong_and_what_to_do(rule: dict[str, dict[str, str]]) -> None:
    assert rule["labels"]["severity"] in {"page", "warning", "notice"}
    assert rule["annotations"]["summary"]
    assert len(rule["annotations"]["description"]) > 60
    named = set(re.findall(r"\$labels\.(\w+)", " ".join(rule["annotations"].values())))
    metrics = [metric for metric, _ in labels_asked(str(rule["expr"]))]
    assert named <= SCRAPED.union(*(LABELS[metric] for metric in metrics))


def test_every_alert_is_tested_ringing_and_silent() -> None:
    suites = yaml.safe_load((PROMETHEUS / "tests.yml").read_text(encoding="utf-8"))["tests"]
    cases = [case for suite in suites for case in suite["alert_rule_test"]]
    alerts = {str(rule["alert"]) for rule in rules()}
    assert {case["alertname"] for case in cases if case.get("exp_alerts")} == alerts
    assert {case["alertname"] for case in cases if not case.get("exp_alerts")} == alerts


@pytest.mark.needs_prometheus
@pytest.mark.parametrize(
    "command",
    [
        ("check", "config", "prometheus.yml"),
        ("check", "rules", "duban.rules.yml"),
        ("test", "rules", "tests.yml"),
    ],
    ids=" ".join,
)
def test_promtool(command: tuple[str, ...]) -> None:
    done = subprocess.run(["promtool", *command], cwd=PROMETHEUS, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.needs_prometheus
def test_prometheus_understands_every_expression_of_the_board(tmp_path: Path) -> None:
    recorded = [{"record": f"board:{n}", "expr": expr} for n, (_, expr) in enumerate(board_expressions())]
    path = tmp_path / "board.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "board", "rules": recorded}]}), encoding="utf-8")
    done = subprocess.run(["promtool", "check", "rules", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_daemon_exports_what_is_promised_and_nothing_else() -> None:
    text = Metrics("0").render((), ()).decode()
    kinds = dict(re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE))
    assert kinds.keys() == GAUGES_AND_COUNTERS.keys() | HISTOGRAMS.keys()
    assert {name for name, kind in kinds.items() if kind == "histogram"} == HISTOGRAMS.keys()


def test_the_board_shows_every_metric() -> None:
    shown = {metric for _, expression in EXPRESSIONS for metric, _ in labels_asked(expression)}
    assert {name for name in LABELS if not name.endswith(("_sum", "_count"))} <= shown


def test_the_panels_of_the_board_lie_beside_each_other() -> None:
    taken: dict[tuple[int, int], str] = {}
    for panel in board()["panels"]:  # type: ignore[attr-defined]
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24, panel["title"]
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert taken.setdefault((x, y), panel["title"]) == panel["title"]
    ids = [panel["id"] for panel in board()["panels"]]  # type: ignore[attr-defined]
    assert len(set(ids)) == len(ids)


def test_the_reference_lists_exactly_these_metrics() -> None:
    text = (ROOT / "docs/reference/metrics.md").read_text(encoding="utf-8")
    listed = {
        name: set(filter(None, labels.split(",")))
        for name, labels in re.findall(r"^\| `(duban_\w+?)(?:\{([\w,]+)\})?` \|", text, re.MULTILINE)
    }
    assert listed == GAUGES_AND_COUNTERS | HISTOGRAMS
