"""What a study held at one moment, and what changed since."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict


class Snapshot(BaseModel):
    """What a study held when its report was written, of all its code frames together.

    Attributes
    ----------
    problems : int
        Rows and cells of card files that were not taken as they stand.
    refusals : tuple of str
        Files of which nothing could be used.
    decisions : int
        Those that stand.
    codes, states : mapping of code id to name, and to the state of the balance
        Of codes that are in use; criteria have no state. It is empty where no row has a score.
    """

    model_config = ConfigDict(frozen=True)

    made_at: datetime
    evidence: str
    files: int
    cards: int
    problems: int
    refusals: tuple[str, ...]
    groups: int
    decisions: int
    confirmed: int
    awaiting: int
    codes: dict[str, str]
    states: dict[str, str]


_COUNTS: Mapping[str, str] = {
    "files": "card files read",
    "cards": "cards",
    "problems": "rows and cells not taken as they stand",
    "groups": "groups proposed",
    "decisions": "decisions that stand",
    "confirmed": "phrases confirmed",
    "awaiting": "phrases that await a decision",
}


@dataclass(frozen=True)
class Change:
    """One thing that is not what it was; before the first report everything was nothing."""

    what: str
    before: str
    now: str


def changes(before: Snapshot | None, now: Snapshot) -> list[Change]:
    """Say what changed from one moment to a later one; equal moments give nothing."""
    return [*_counts(before, now), *_refusals(before, now), *_codes(before, now), *_states(before, now)]


def _counts(before: Snapshot | None, now: Snapshot) -> Iterator[Change]:
    for name, words in _COUNTS.items():
        was, became = getattr(before, name, 0), getattr(now, name)
        if was != became:
            yield Change(words, str(was), f"{became} ({became - was:+d})")


def _refusals(before: Snapshot | None, now: Snapshot) -> Iterator[Change]:
    was = set(before.refusals) if before else set()
    for name in sorted(was ^ set(now.refusals)):
        yield Change(f"file {name}", *(("not read", "read or gone") if name in was else ("", "not read")))


def _codes(before: Snapshot | None, now: Snapshot) -> Iterator[Change]:
    was = before.codes if before else {}
    for code in sorted(was.keys() | now.codes.keys(), key=lambda code: now.codes.get(code, was.get(code, ""))):
        old, new = was.get(code), now.codes.get(code)
        if old is None:
            yield Change("code", "", f"{new} (new)")
        elif new is None:
            yield Change("code", old, "merged or retired")
        elif old != new:
            yield Change("code", old, f"{new} (renamed)")


def _states(before: Snapshot | None, now: Snapshot) -> Iterator[Change]:
    was = before.states if before else {}
    for code, state in now.states.items():
        if code in was and was[code] != state:
            yield Change(f"state of {now.codes.get(code, code)}", was[code] or "no scores", state or "no scores")
