"""Which facts the shipped apps meet already: they earn nothing, so grading must know them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clinic.grading.results import write_atomically
from clinic.verdict import Outcome, Verdict


@dataclass(slots=True)
class Baseline:
    """The facts that each rule's shipped app meets, kept in ``baseline.json``.

    ``digests`` is what each entry depends on (:mod:`.digests`); an entry of other digests does not
    count. Without ``path`` nothing is kept on disk.
    """

    digests: Mapping[str, str]
    path: Path | None = None
    unknown: set[str] = field(default_factory=set)
    _kept: dict[str, dict[str, Any]] = field(init=False)

    def __post_init__(self) -> None:
        """Read what an earlier run kept."""
        self._kept = _read(self.path) if self.path is not None else {}

    def at_start(self, rule: str) -> frozenset[str] | None:
        """Return the core facts that the shipped app meets; None while nobody knows."""
        entry = self._kept.get(rule)
        if entry is None or entry.get("digest") != self.digests[rule]:
            return None
        return frozenset(map(str, entry["met"]))

    def settled(self, rule: str) -> bool:
        """Tell whether nothing more will be known in this run."""
        return rule in self.unknown or self.at_start(rule) is not None

    def give_up(self, rule: str) -> None:
        """Note that the shipped app of a rule could not be told in this run."""
        self.unknown.add(rule)

    def add(self, verdict: Verdict) -> None:
        """Keep what the check found out about a shipped app.

        Raises MachineError when the file cannot be written.
        """
        if verdict.outcome is Outcome.COULD_NOT_TELL:
            raise ValueError("this verdict tells nothing")
        met = [fact.text for fact in verdict.core if fact.met]
        self._kept[verdict.rule] = {"digest": self.digests[verdict.rule], "met": met}
        if self.path is not None:
            text = json.dumps(self._kept, indent=1, sort_keys=True, ensure_ascii=False)
            write_atomically(self.path, text + "\n")


def _read(path: Path) -> dict[str, dict[str, Any]]:
    """Return the entries of the file; what makes no sense is as good as none."""
    try:
        rows = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(rows, dict):
        return {}
    return {
        rule: row
        for rule, row in rows.items()
        if isinstance(row, dict) and isinstance(row.get("met"), list)
    }
