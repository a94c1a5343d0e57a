"""Pages kept as proof: given back whole or not at all."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from monitor.evidence import Evidence, digest_of

PAGE = "<h1>关于印发方案的通知</h1>".encode()


def test_what_is_kept_is_given_back_by_its_digest(tmp_path: Path) -> None:
    kept = Evidence(tmp_path).keep(PAGE)
    assert kept == digest_of(PAGE)
    assert Evidence(tmp_path).load(kept) == PAGE
    assert not list(tmp_path.rglob("*.part"))


def test_a_record_that_was_changed_is_not_given_back(tmp_path: Path) -> None:
    evidence = Evidence(tmp_path)
    digest = evidence.keep(PAGE)
    evidence.path_of(digest).write_bytes(gzip.compress(PAGE + b" and more"))
    with pytest.raises(ValueError, match="was changed"):
        evidence.load(digest)


@pytest.mark.parametrize(
    ("digest", "reason"),
    [
        ("sha256:../../etc/passwd", "no way out of the folder"),
        ("sha256:" + "a" * 63, "too short"),
        ("md5:" + "a" * 64, "another algorithm"),
    ],
)
def test_what_is_no_digest_of_ours_leads_nowhere(tmp_path: Path, digest: str, reason: str) -> None:
    with pytest.raises(ValueError, match="not a digest"):
        Evidence(tmp_path).load(digest)


def test_its_size_follows_what_is_kept_and_is_counted_anew_by_the_next_process(tmp_path: Path) -> None:
    evidence = Evidence(tmp_path / "not there yet")
    assert evidence.size() == 0
    for body in (PAGE, PAGE, PAGE * 2):
        evidence.keep(body)
    on_disk = sum(path.stat().st_size for path in evidence.folder.rglob("*.gz"))
    assert evidence.size() == on_disk > 0
    assert Evidence(evidence.folder).size() == on_disk
