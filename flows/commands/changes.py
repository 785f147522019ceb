"""The log of a study's codebook: read as it was at a moment, told in words, and written to once somebody has agreed."""

import getpass
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from models.errors import RechkiError

if TYPE_CHECKING:
    from models.recoding import Change, Log


def log_of(study: Path, frame: str, at: str = "") -> "Log":
    """Read the log of a frame and what phrases carry, as they are now or were at a moment."""
    from flows.study import read_study
    from models.recoding import Log
    from models.store import review
    from models.store.database import now

    until = _moment(at) if at else None
    with read_study(study) as opened, opened.store.transaction() as tx:
        log = review.codebook_events(tx, opened.require_frame(frame))
        events = [event for event in log if until is None or event.at <= until]
        _, states = review.coding(tx, frame, until)
    return Log(frame, events, states, getpass.getuser(), now())


def _moment(words: str) -> datetime:
    """The end of a day, or a moment, as the store keeps it."""
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        raise RechkiError(
            f"{words!r} is no date", "--at", "Write it like 2026-11-01 or 2026-11-01T15:30 (UTC)."
        ) from None
    if len(words) <= len("2026-11-01"):
        return moment + timedelta(days=1) - timedelta(microseconds=1)
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def make(study: Path, frame: str, change: Callable[["Log"], "Change"], why: str, yes: bool) -> None:
    """Make one change; see `make_all`."""
    make_all(study, frame, lambda log: [change(log)], why, yes)


def make_all(study: Path, frame: str, changes: Callable[["Log"], Sequence["Change"]], why: str, yes: bool) -> None:
    """Say what changes do, ask, and write them all; worked out again under the study's lock."""
    from flows.study import open_study
    from models.recoding import with_reason
    from models.store import review

    shown = [change.words for change in changes(log_of(study, frame))]
    typer.echo("\n".join(shown))
    if not yes:
        typer.confirm("Do it?", abort=True)
    with open_study(study) as opened:
        made = [with_reason(change, why) for change in changes(log_of(study, frame))]
        if [change.words for change in made] != shown:
            raise RechkiError("the codebook has changed meanwhile", str(study), "Run the command again.")
        with opened.store.transaction() as tx:
            review.add_events(tx, [change.event for change in made])
    ids = made[0].event.event_id[:8] if len(made) == 1 else f"{len(made)} changes"
    typer.echo(f"Done ({ids}). Label Studio shows it after: rechki collect {study}")


def tell_history(study: Path, frame: str, code_id: str | None, at: str = "") -> None:
    """Print what happened to a code, or to all of them."""
    from models.codebook import undone_events
    from models.recoding import in_words

    log = log_of(study, frame, at)
    undone = undone_events(log.events)
    for event in log.events:
        if code_id is None or code_id in (event.code_id, event.payload.get("into")):
            why = f"; {event.payload['why']}" if event.payload.get("why") else ""
            taken_back = "  [undone]" if event.event_id in undone else ""
            typer.echo(
                f"{event.at:%Y-%m-%d %H:%M}  {event.event_id[:8]}  {event.who}: {in_words(event, log.codebook)}{why}"
                f"{taken_back}"
            )
