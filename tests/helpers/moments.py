"""A moment of a study that holds nothing."""

from datetime import datetime

from models.snapshot import Snapshot

EMPTY = Snapshot(
    made_at=datetime(2026, 11, 1),
    evidence="",
    files=0,
    cards=0,
    problems=0,
    refusals=(),
    groups=0,
    decisions=0,
    confirmed=0,
    awaiting=0,
    codes={},
    states={},
)
