"""What a run leaves with Prefect for people to look at: balance, review, and what changed since the last run."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
)

from flows.status import Status, in_words
from models.inert import printable
from models.plural import counted
from models.privacy.masking import masked
from models.snapshot import Change, Snapshot
from models.store import cards, review
from models.store.database import Transaction, now
from reports.data import Report

_SHOWN = ["code", "n", "b", "state", "certain", "box", "size", "target", "strategy", "side"]


def snapshot(tx: Transaction, found: Report) -> Snapshot:
    """Note what a study holds while its report is written."""
    files, frames = cards.read_files(tx), found.settings.frames
    codes = [*found.codes, *(found.reasons.codes if found.reasons else ())]
    confirmed, awaiting = _reviewed(found)
    return Snapshot(
        made_at=now(),
        evidence=found.evidence,
        files=len(files),
        cards=found.cards,
        problems=sum(len(file.notes) for file in files),
        refusals=tuple(masked(refusal.name) for refusal in found.not_read),
        groups=sum(len(review.proposed_groups(tx, frame)) for frame in frames),
        decisions=sum(len(review.live_decisions(tx, frame)) for frame in frames),
        confirmed=confirmed,
        awaiting=awaiting,
        codes={code.code_id: code.name for code in codes if not (code.fixed or code.retired or code.merged_into)},
        states=dict(zip(found.balance["code_id"], found.balance["state"], strict=True)),
    )


def leave_report(found: Report, page: Path) -> None:
    """Leave the balance as a table, and a link to the report."""
    name = f"{'shared-' if found.shared else ''}{str(found.settings.study_id)[:8]}"
    create_table_artifact(
        table=_plain(found.balance[_SHOWN]),
        key=f"balance-{name}",
        description=f"{found.title}: evidence {found.evidence[:12]}, "
        f"{counted(found.awaiting, 'phrase')} {'awaits' if found.awaiting == 1 else 'await'} a decision",
    )
    create_link_artifact(link=page.as_uri(), link_text=found.title, key=f"report-{name}")


def leave_standing(found: Report, standing: Status, changed: Sequence[Change], since: str) -> None:
    """Leave the review's progress, where it stands, and what changed."""
    name = str(found.settings.study_id)[:8]
    confirmed, awaiting = _reviewed(found)
    create_progress_artifact(
        progress=100 * confirmed / max(confirmed + awaiting, 1),
        key=f"review-{name}",
        description=f"{found.title}: {confirmed} of {confirmed + awaiting} phrases confirmed",
    )
    create_markdown_artifact(
        markdown=_standing(standing), key=f"standing-{name}", description=f"Where the review stands: {found.title}"
    )
    create_markdown_artifact(
        markdown=_changes(changed, since), key=f"changes-{name}", description=f"What changed: {found.title}"
    )


def _reviewed(found: Report) -> tuple[int, int]:
    """Phrases of all code frames with a confirmed code, and without one."""
    of_reasons = (found.reasons.confirmed, found.reasons.awaiting) if found.reasons else (0, 0)
    return found.confirmed + of_reasons[0], found.awaiting + of_reasons[1]


def _standing(found: Status) -> str:
    return "\n".join(f"- {_cell(line.strip())}" for line in in_words(found, masked))


def _changes(changed: Sequence[Change], since: str) -> str:
    if not changed:
        return f"Nothing changed {since}."
    lines = [f"| {_cell(one.what)} | {_cell(one.before)} | {_cell(one.now)} |" for one in changed]
    return "\n".join([f"What changed {since}:", "", "| what | before | now |", "|---|---|---|", *lines])


def _cell(text: str) -> str:
    """Words of people as Markdown shows them as they are."""
    shown = printable(" ".join(text.split()))
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>|" else letter for letter in shown)


def _plain(table: pd.DataFrame) -> list[dict[str, object]]:
    """Rows that JSON can hold."""
    return [{str(k): (None if pd.isna(v) else v) for k, v in row.items()} for row in table.to_dict("records")]
