"""codes: the codebook from the command line. Every change is an event in its log, shown before it is made."""

import getpass
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.codebook import Target
from models.errors import RechkiError

if TYPE_CHECKING:  # the command line starts quickly: what a command needs is imported by it
    from models.codebook import Code
    from models.recoding import Change, Log

app = typer.Typer(no_args_is_help=True, help="The codebook: its codes, and what happened to them.")

StudyFolder = Annotated[Path, typer.Argument(help="The study folder.", show_default=False)]
CodeName = Annotated[str, typer.Argument(metavar="CODE", help="A code's name or its id.", show_default=False)]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Why = Annotated[str, typer.Option("--why", help="The reason, for the history.")]
At = Annotated[str, typer.Option("--at", help="As it was at the end of a day, or at a moment (UTC): 2026-11-01.")]


@app.command("list")
def list_codes(
    study: StudyFolder, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False, at: At = ""
) -> None:
    """List the codes and how many phrases carry each, now or as it was on a day.

    Example: [bold]rechki codes list studies/clinic --at 2026-11-01[/bold]
    """
    from models.recoding import codes_by_use

    log = _log(study, at)
    codes = codes_by_use([code for code in log.codebook.active() if not code.fixed], log.states)
    if as_json:
        typer.echo(json.dumps([_as_json(code, count) for code, count in codes], ensure_ascii=False, indent=1))
        return
    for code, count in codes:
        net = f"net: {code.net}; " if code.net else ""
        waiting = log.waiting_of(code.code_id)
        split = f"being split: {waiting} wait; " if waiting else ""
        typer.echo(f"{count:>5}  {code.name}  (target: {code.target}; {net}{split}{code.code_id})")
        for line in code.definition.splitlines():
            typer.echo(f"         {line}")
    if not codes:
        typer.echo("There was no code then." if at else "There is no code yet: they are made in the review.")


def _as_json(code: "Code", phrases: int) -> dict[str, object]:
    return {
        "code_id": code.code_id,
        "name": code.name,
        "definition": code.definition,
        "target": str(code.target),
        "net": code.net,
        "note": code.note,
        "phrases": phrases,
    }


@app.command()
def show(
    study: StudyFolder,
    code: CodeName,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show a code: what it means, its phrases, and what happened to it.

    Example: [bold]rechki codes show studies/clinic "Деньги"[/bold]
    """
    from flows.study import FRAME, read_study
    from models.recoding import find_code
    from models.store import cards

    log = _log(study)
    found = find_code(log.codebook, code)
    with read_study(study) as opened, opened.store.transaction() as tx:
        phrases = cards.phrases(tx, FRAME)
    texts = [phrases[phrase].text for phrase, state in sorted(log.states.items()) if found.code_id in state.codes]
    if as_json:
        typer.echo(json.dumps({**_as_json(found, len(texts)), "texts": texts}, ensure_ascii=False, indent=1))
        return
    typer.echo(f"{found.name}  (target: {found.target}; {found.code_id}; {len(texts)} phrases)")
    for key in ("definition", "net", "note"):
        if said := getattr(found, key):
            typer.echo(f"  {key}: {said}")
    for text in texts:
        typer.echo(f"  {text}")
    _tell_history(study, found.code_id)


@app.command()
def rename(
    study: StudyFolder,
    code: CodeName,
    name: Annotated[str, typer.Argument(help="The new name.", show_default=False)],
    why: Why = "",
    yes: Yes = False,
) -> None:
    """Give a code another name.

    Example: [bold]rechki codes rename studies/clinic "Деньги" "Деньги, доход"[/bold]
    """
    from models import recoding

    _make(study, lambda log: recoding.rename(log, code, name), why, yes)


@app.command()
def target(study: StudyFolder, code: CodeName, target: Target, why: Why = "", yes: Yes = False) -> None:
    """Say whether a code is a target: yes, no, undecided.

    Example: [bold]rechki codes target studies/clinic "Деньги" no[/bold]
    """
    from models import recoding

    _make(study, lambda log: recoding.retarget(log, code, target), why, yes)


@app.command()
def define(
    study: StudyFolder,
    code: CodeName,
    definition: Annotated[str, typer.Argument(help="What belongs to the code; empty takes it out.")],
    note: Annotated[str | None, typer.Option(help="A note beside it, for the team; empty takes it out.")] = None,
    why: Why = "",
    yes: Yes = False,
) -> None:
    """Say what belongs to a code. The suggestions learn from it as from an example.

    Example: [bold]rechki codes define studies/clinic "Деньги" "вырасти в доходе, расплатиться с долгами"[/bold]
    """
    from models import recoding

    _make(study, lambda log: recoding.define(log, code, definition, note), why, yes)


@app.command()
def net(
    study: StudyFolder,
    code: CodeName,
    net: Annotated[str, typer.Argument(help="The net's name; empty takes the code out of its net.")],
    why: Why = "",
    yes: Yes = False,
) -> None:
    """Put a code in a net: a wider stream that several codes make up.

    Example: [bold]rechki codes net studies/clinic "Деньги" "Достижения"[/bold]
    """
    from models import recoding

    _make(study, lambda log: recoding.put_in_net(log, code, net), why, yes)


@app.command()
def merge(
    study: StudyFolder,
    code: CodeName,
    into: Annotated[str, typer.Argument(help="The code that stays: its name or id.", show_default=False)],
    why: Why = "",
    yes: Yes = False,
) -> None:
    """Merge a code into another; every annotation stays, and undo takes it back.

    Example: [bold]rechki codes merge studies/clinic "Доход" "Деньги"[/bold]
    """
    from models import recoding

    _make(study, lambda log: recoding.merge(log, code, into), why, yes)


@app.command()
def split(study: StudyFolder, code: CodeName, why: Why = "", yes: Yes = False) -> None:
    """Say that a code is several: its phrases come again in finer groups. They keep the code until somebody answers.

    Collect first: what was answered and is not collected yet would count as an answer to the split.

    Example: [bold]rechki codes split studies/clinic "Деньги"[/bold]
    """
    from flows.study import FRAME, read_study
    from models.splitting import split as split_code
    from models.store import cards, review

    with read_study(study) as opened, opened.store.transaction() as tx:
        phrases = cards.phrases(tx, FRAME)
        newest = max((made.decided_at for made in review.live_decisions(tx, FRAME)), default=datetime.min)
    _make(study, lambda log: split_code(log, code, phrases, newest), why, yes)


@app.command()
def retire(study: StudyFolder, code: CodeName, why: Why = "", yes: Yes = False) -> None:
    """Take a code that no phrase carries out of the choices.

    Example: [bold]rechki codes retire studies/clinic "Пробный"[/bold]
    """
    from models import recoding

    _make(study, lambda log: recoding.retire(log, code), why, yes)


@app.command()
def undo(
    study: StudyFolder,
    event: Annotated[str, typer.Option(help="The change, by the beginning of its id in the history.")] = "",
    why: Why = "",
    yes: Yes = False,
) -> None:
    """Undo a change: the newest that was made by command, or the one named.

    Example: [bold]rechki codes undo studies/clinic[/bold]
    """
    from models import recoding

    _make(study, lambda log: recoding.undo(log, event), why, yes)


@app.command()
def history(study: StudyFolder, at: At = "") -> None:
    """Tell what happened to the codes: when, who, what, why.

    Example: [bold]rechki codes history studies/clinic[/bold]
    """
    _tell_history(study, None, at)


@app.command("export")
def export_codes(
    study: StudyFolder,
    file: Annotated[Path, typer.Argument(help="A .qdc (REFI-QDA), .xlsx or .yaml file.", show_default=False)],
    at: At = "",
) -> None:
    """Write the codes to a file: for a spreadsheet, for version control, or for NVivo, MAXQDA, ATLAS.ti (.qdc).

    Example: [bold]rechki codes export studies/clinic codes.qdc[/bold]
    """
    from models.codeframe.files import frame_bytes
    from models.codeframe.lines import lines_of
    from reports.files import replace_files

    lines = lines_of(_log(study, at).codebook.codes.values())
    replace_files({file: frame_bytes(file, lines)})
    typer.echo(f"{len(lines)} codes in {file}")


@app.command("import")
def import_codes(
    study: StudyFolder,
    file: Annotated[Path, typer.Argument(help="A .qdc, .yaml, .xlsx or .csv file.", show_default=False)],
    why: Why = "",
    yes: Yes = False,
) -> None:
    """Take a code frame from a file: new codes are made, known ones changed; all of it or, with a problem, nothing.

    Columns of a table: code, definition, target, net, note, code_id; only code must be there.

    Example: [bold]rechki codes import studies/clinic frame.xlsx[/bold]
    """
    from flows.study import read_study
    from models.codeframe.files import read_frame
    from models.codeframe.importing import imported

    with read_study(study) as opened:
        study_id = opened.store.study_id
    found = read_frame(file)
    for note in found.notes:
        typer.echo(note)
    if not imported(study_id, _log(study), found):
        typer.echo(f"Nothing to do: the codes are as {file} has them.")
        return
    _make_all(study, lambda log: imported(study_id, log, found), why, yes)


def _log(study: Path, at: str = "") -> "Log":
    from flows.study import FRAME, read_study
    from models.recoding import Log
    from models.store import review
    from models.store.database import now

    until = _moment(at) if at else None
    with read_study(study) as opened, opened.store.transaction() as tx:
        events = [event for event in review.codebook_events(tx, FRAME) if until is None or event.at <= until]
        _, states = review.coding(tx, FRAME, until)
    return Log(FRAME, events, states, getpass.getuser(), now())


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


def _make(study: Path, change: Callable[["Log"], "Change"], why: str, yes: bool) -> None:
    _make_all(study, lambda log: [change(log)], why, yes)


def _make_all(study: Path, changes: Callable[["Log"], Sequence["Change"]], why: str, yes: bool) -> None:
    """Say what changes do, ask, and write them all; worked out again under the study's lock."""
    from flows.study import open_study
    from models.recoding import with_reason
    from models.store import review

    shown = [change.words for change in changes(_log(study))]
    typer.echo("\n".join(shown))
    if not yes:
        typer.confirm("Do it?", abort=True)
    with open_study(study) as opened:
        made = [with_reason(change, why) for change in changes(_log(study))]
        if [change.words for change in made] != shown:
            raise RechkiError("the codebook has changed meanwhile", str(study), "Run the command again.")
        with opened.store.transaction() as tx:
            review.add_events(tx, [change.event for change in made])
    ids = made[0].event.event_id[:8] if len(made) == 1 else f"{len(made)} changes"
    typer.echo(f"Done ({ids}). Label Studio shows it after: rechki collect {study}")


def _tell_history(study: Path, code_id: str | None, at: str = "") -> None:
    from models.codebook import undone_events
    from models.recoding import in_words

    log = _log(study, at)
    undone = undone_events(log.events)
    for event in log.events:
        if code_id is None or code_id in (event.code_id, event.payload.get("into")):
            why = f"; {event.payload['why']}" if event.payload.get("why") else ""
            taken_back = "  [undone]" if event.event_id in undone else ""
            typer.echo(
                f"{event.at:%Y-%m-%d %H:%M}  {event.event_id[:8]}  {event.who}: {in_words(event, log.codebook)}{why}"
                f"{taken_back}"
            )
