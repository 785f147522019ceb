"""codes: the codebook from the command line. Every change is an event in its log, shown before it is made."""

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.commands.changes import log_of, make, make_all, tell_history
from flows.commands.options import AsJson, InFrame, StudyFolder
from models.codebook import Target
from models.errors import RechkiError
from models.plural import counted

if TYPE_CHECKING:
    from models.codebook import Code

app = typer.Typer(no_args_is_help=True, help="The codebook: its codes, and what happened to them.")

CodeName = Annotated[str, typer.Argument(metavar="CODE", help="A code's name or its id.", show_default=False)]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Why = Annotated[str, typer.Option("--why", help="The reason, for the history.")]
At = Annotated[str, typer.Option("--at", help="As it was at the end of a day, or at a moment (UTC): 2026-11-01.")]


@app.command("list")
def list_codes(
    study: StudyFolder,
    as_json: AsJson = False,
    at: At = "",
    frame: InFrame = "purpose",
) -> None:
    """List the codes and how many phrases carry each, now or as it was on a day.

    Example: [bold]rechki codes list studies/clinic --at 2026-11-01[/bold]
    """
    from models.recoding import codes_by_use

    log = log_of(study, frame, at)
    codes = codes_by_use([code for code in log.codebook.active() if not code.fixed], log.states)
    if as_json:
        typer.echo(json.dumps([_as_json(code, count) for code, count in codes], ensure_ascii=False, indent=1))
        return
    for code, count in codes:
        net = f"net: {code.net}; " if code.net else ""
        waiting = log.waiting_of(code.code_id)
        split = f"being split: {waiting} wait; " if waiting else ""
        chosen = f"strategy: {code.strategy}; " if code.strategy else ""
        typer.echo(f"{count:>5}  {code.name}  (target: {code.target}; {net}{chosen}{split}{code.code_id})")
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
        "strategy": str(code.strategy or ""),
        "strategy_reason": code.strategy_reason,
        "phrases": phrases,
    }


@app.command()
def show(
    study: StudyFolder,
    code: CodeName,
    as_json: AsJson = False,
    frame: InFrame = "purpose",
) -> None:
    """Show a code: what it means, its phrases, and what happened to it.

    Example: [bold]rechki codes show studies/clinic "Деньги"[/bold]
    """
    from flows.study import read_study
    from models.recoding import find_code
    from models.store import cards

    log = log_of(study, frame)
    found = find_code(log.codebook, code)
    with read_study(study) as opened, opened.store.transaction() as tx:
        phrases = cards.phrases(tx, frame)
    texts = [phrases[phrase].text for phrase, state in sorted(log.states.items()) if found.code_id in state.codes]
    if as_json:
        typer.echo(json.dumps({**_as_json(found, len(texts)), "texts": texts}, ensure_ascii=False, indent=1))
        return
    typer.echo(f"{found.name}  (target: {found.target}; {found.code_id}; {counted(len(texts), 'phrase')})")
    for key in ("definition", "net", "note", "strategy", "strategy_reason"):
        if said := getattr(found, key):
            typer.echo(f"  {key}: {said}")
    for text in texts:
        typer.echo(f"  {text}")
    tell_history(study, frame, found.code_id)


@app.command()
def rename(
    study: StudyFolder,
    code: CodeName,
    name: Annotated[str, typer.Argument(help="The new name.", show_default=False)],
    why: Why = "",
    yes: Yes = False,
    frame: InFrame = "purpose",
) -> None:
    """Give a code another name.

    Example: [bold]rechki codes rename studies/clinic "Деньги" "Деньги, доход"[/bold]
    """
    from models import recoding

    make(study, frame, lambda log: recoding.rename(log, code, name), why, yes)


@app.command()
def target(
    study: StudyFolder, code: CodeName, target: Target, why: Why = "", yes: Yes = False, frame: InFrame = "purpose"
) -> None:
    """Say whether a code is a target: yes, no, undecided.

    Example: [bold]rechki codes target studies/clinic "Деньги" no[/bold]
    """
    from models import recoding

    make(study, frame, lambda log: recoding.retarget(log, code, target), why, yes)


@app.command()
def define(
    study: StudyFolder,
    code: CodeName,
    definition: Annotated[str, typer.Argument(help="What belongs to the code; empty takes it out.")],
    note: Annotated[str | None, typer.Option(help="A note beside it, for the team; empty takes it out.")] = None,
    why: Why = "",
    yes: Yes = False,
    frame: InFrame = "purpose",
) -> None:
    """Say what belongs to a code. The suggestions learn from it as from an example.

    Example: [bold]rechki codes define studies/clinic "Деньги" "вырасти в доходе, расплатиться с долгами"[/bold]
    """
    from models import recoding

    make(study, frame, lambda log: recoding.define(log, code, definition, note), why, yes)


@app.command()
def net(
    study: StudyFolder,
    code: CodeName,
    net: Annotated[str, typer.Argument(help="The net's name; empty takes the code out of its net.")],
    why: Why = "",
    yes: Yes = False,
    frame: InFrame = "purpose",
) -> None:
    """Put a code in a net: a wider stream that several codes make up.

    Example: [bold]rechki codes net studies/clinic "Деньги" "Достижения"[/bold]
    """
    from models import recoding

    make(study, frame, lambda log: recoding.put_in_net(log, code, net), why, yes)


@app.command()
def strategy(
    study: StudyFolder,
    code: CodeName,
    chosen: Annotated[
        str | None,
        typer.Option("--set", help="protect_and_grow, improve, modify, switch_off, or the name in Russian."),
    ] = None,
    reason: Annotated[str, typer.Option(help="Why; the report shows it.")] = "",
    clear: Annotated[bool, typer.Option("--clear", help="Go back to the computed strategy.")] = False,
    yes: Yes = False,
) -> None:
    """Choose a strategy for a code in place of the computed one, with a reason; the report shows both.

    Example: [bold]rechki codes strategy studies/clinic "Волшебство" --set improve --reason "сама хочу"[/bold]
    """
    from models import recoding
    from models.strategy import strategy_named

    if clear == (chosen is not None):
        raise RechkiError("either --set or --clear must be given", "", "Write --set improve --reason, or --clear.")
    wanted = strategy_named(chosen, "--set") if chosen is not None else None
    make(study, "purpose", lambda log: recoding.choose_strategy(log, code, wanted, reason), "", yes)


@app.command()
def merge(
    study: StudyFolder,
    code: CodeName,
    into: Annotated[str, typer.Argument(help="The code that stays: its name or id.", show_default=False)],
    why: Why = "",
    yes: Yes = False,
    frame: InFrame = "purpose",
) -> None:
    """Merge a code into another; every annotation stays, and undo takes it back.

    Example: [bold]rechki codes merge studies/clinic "Доход" "Деньги"[/bold]
    """
    from models import recoding

    make(study, frame, lambda log: recoding.merge(log, code, into), why, yes)


@app.command()
def split(study: StudyFolder, code: CodeName, why: Why = "", yes: Yes = False, frame: InFrame = "purpose") -> None:
    """Say that a code is several: its phrases come again in finer groups. They keep the code until somebody answers.

    Collect first: what was answered and is not collected yet would count as an answer to the split.

    Example: [bold]rechki codes split studies/clinic "Деньги"[/bold]
    """
    from flows.study import read_study
    from models.splitting import split as split_code
    from models.store import cards, review

    with read_study(study) as opened, opened.store.transaction() as tx:
        phrases = cards.phrases(tx, opened.require_frame(frame))
        newest = max((made.decided_at for made in review.live_decisions(tx, frame)), default=datetime.min)
    make(study, frame, lambda log: split_code(log, code, phrases, newest), why, yes)


@app.command()
def retire(study: StudyFolder, code: CodeName, why: Why = "", yes: Yes = False, frame: InFrame = "purpose") -> None:
    """Take a code that no phrase carries out of the choices.

    Example: [bold]rechki codes retire studies/clinic "Пробный"[/bold]
    """
    from models import recoding

    make(study, frame, lambda log: recoding.retire(log, code), why, yes)


@app.command()
def undo(
    study: StudyFolder,
    event: Annotated[str, typer.Option(help="The change, by the beginning of its id in the history.")] = "",
    why: Why = "",
    yes: Yes = False,
    frame: InFrame = "purpose",
) -> None:
    """Undo a change: the newest that was made by command, or the one named.

    Example: [bold]rechki codes undo studies/clinic[/bold]
    """
    from models import recoding

    make(study, frame, lambda log: recoding.undo(log, event), why, yes)


@app.command()
def history(study: StudyFolder, at: At = "", frame: InFrame = "purpose") -> None:
    """Tell what happened to the codes: when, who, what, why.

    Example: [bold]rechki codes history studies/clinic[/bold]
    """
    tell_history(study, frame, None, at)


@app.command("export")
def export_codes(
    study: StudyFolder,
    file: Annotated[Path, typer.Argument(help="A .qdc (REFI-QDA), .xlsx, .csv or .yaml file.", show_default=False)],
    at: At = "",
    frame: InFrame = "purpose",
) -> None:
    """Write the codes to a file: for a spreadsheet, for version control, or for NVivo, MAXQDA, ATLAS.ti (.qdc).

    Example: [bold]rechki codes export studies/clinic codes.qdc[/bold]
    """
    from models.codeframe.files import frame_bytes
    from models.codeframe.lines import lines_of
    from reports.files import replace_files

    lines = lines_of(log_of(study, frame, at).codebook.codes.values())
    replace_files({file: frame_bytes(file, lines)})
    typer.echo(f"{counted(len(lines), 'code')} in {file}")


@app.command("import")
def import_codes(
    study: StudyFolder,
    file: Annotated[Path, typer.Argument(help="A .qdc, .yaml, .xlsx or .csv file.", show_default=False)],
    why: Why = "",
    yes: Yes = False,
    frame: InFrame = "purpose",
) -> None:
    """Take a code frame from a file: new codes are made, known ones changed; all of it or, with a problem, nothing.

    Columns of a table: code, definition, target, net, note, strategy, strategy_reason, code_id; only code is needed.

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
    if not imported(study_id, log_of(study, frame), found):
        typer.echo(f"Nothing to do: the codes are as {file} has them.")
        return
    make_all(study, frame, lambda log: imported(study_id, log, found), why, yes)
