"""All that is kept, ordered once for many questions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from monitor.evidence.keeper import Evidence
from monitor.evidence.records import Record
from monitor.evidence.segments import Entry


class Catalog:
    """The lines of the indexes as they stood when it was made, by subject, address, id and number."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.entries = tuple(evidence.entries())
        self._by_subject: dict[str, list[Entry]] = defaultdict(list)
        self._by_id: dict[str, Entry] = {}
        self._by_sequence: dict[int, Entry] = {}
        for entry in self.entries:
            self._by_id[entry.id] = self._by_sequence[entry.sequence] = entry
            for subject in {*entry.about, entry.url}:
                self._by_subject[subject].append(entry)

    def about(self, subject: str) -> list[Entry]:
        """The records that are about a subject ("obligation:7") or an address, in their order."""
        return self._by_subject.get(subject, [])

    def of(self, ids: Collection[str]) -> list[Entry]:
        """The records of these ids, those that are kept."""
        return [entry for id_ in ids if (entry := self._by_id.get(id_)) is not None]

    def link(self, sequence: int) -> str | None:
        """The link of a record by its number."""
        entry = self._by_sequence.get(sequence)
        return entry.link if entry is not None else None

    def read(self, entry: Entry) -> Record:
        """A record; RecordError where its bytes were changed, FileNotFoundError where they are gone."""
        return self.evidence.read(entry)

    def payload(self, record: Record) -> bytes:
        """What a record holds, or what the record holds that it refers to."""
        if record.refers_to is None:
            return record.payload
        for entry in self.of([record.refers_to]):
            return self.read(entry).payload
        raise FileNotFoundError(f"the record to which {record.sequence} refers is not kept")
