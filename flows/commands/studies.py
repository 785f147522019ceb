"""Commands that carry a study from cards to the report."""

import json
from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import AsJson, InFrame, Share, StudyFolder
from flows.environment import require_prefect

app = typer.Typer()


@app.command()
def init(
    folder: StudyFolder,
    cards: Annotated[
        Path | None, typer.Option(help="The first file of cards; its header proposes the columns.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="What the study is called in reports.")] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write study.yaml anew; the data stays, and a copy of the old file.")
    ] = False,
) -> None:
    """Make a study folder.

    Example: [bold]rechki init studies/clinic --cards answers.csv --title "Клиника"[/bold]
    """
    from flows.setup import init_study

    made = init_study(folder, cards, title, force)
    columns = made.columns
    typer.echo(f"Made {folder}/study.yaml" + (f"; the file is of the form {made.preset}" if made.preset else ""))
    if made.before:
        typer.echo(f"  the study.yaml of before is {made.before.name}: take over what you had set")
    for at, row in enumerate(columns.rows, start=1):
        typer.echo(f"  purpose row {at}: purpose = {row.purpose}, score = {row.score or '-'}, why = {row.why or '-'}")
    for name in ("id", "respondent", "date", "wave"):
        typer.echo(f"  {name} = {getattr(columns, name) or '-'}")
    if columns.attributes:
        typer.echo(f"  attributes: {', '.join(columns.attributes)}")
    if columns.ignore:
        typer.echo(f"  left unread: {', '.join(columns.ignore)}")
    typer.echo(f"Next: correct the columns there if need be, then: rechki up {folder}")


@app.command()
def check(
    path: Annotated[Path, typer.Argument(help="A file of cards, or a study folder.", show_default=False)],
    as_json: AsJson = False,
    pii: Annotated[bool, typer.Option("--pii", help="List the personal data that would be masked.")] = False,
) -> None:
    """Say what a file or a study's files hold, and what is wrong with them.

    Nothing is stored; rows that need a hand are written to a file beside it (or the study's refused folder). Exit code
    1 when a file cannot be used.

    Example: [bold]rechki check answers.csv --pii[/bold]
    """
    from flows.checking import as_json as in_json
    from flows.checking import check_path, print_checks, write_mendable

    checks = check_path(path)
    written = write_mendable(path, checks)
    if as_json:
        typer.echo(json.dumps(in_json(checks, written, pii), ensure_ascii=False, indent=1))
    else:
        print_checks(checks, written, pii)
    if not all(found.usable for found in checks):
        raise typer.Exit(1)


@app.command()
def propose(
    study: StudyFolder,
    new_projects: Annotated[
        bool, typer.Option("--new-projects", help="Send the open tasks of deleted projects into new ones.")
    ] = False,
) -> None:
    """Read new files, propose groups, and send them to Label Studio.

    Example: [bold]rechki propose studies/clinic[/bold]
    """
    require_prefect()
    from flows.propose import propose as flow

    flow(str(study), new_projects)


@app.command()
def collect(study: StudyFolder) -> None:
    """Take what people decided in Label Studio, and send what is due next.

    Example: [bold]rechki collect studies/clinic[/bold]
    """
    require_prefect()
    from flows.collect import collect as flow

    flow(str(study))


@app.command()
def status(
    study: StudyFolder,
    as_json: AsJson = False,
) -> None:
    """Say what is confirmed, open and in dispute, who did how much, and about how many actions are left.

    As of the last collect; Label Studio is not asked.

    Example: [bold]rechki status studies/clinic[/bold]
    """
    from flows.status import as_json as in_json
    from flows.status import print_status, status_of

    found = status_of(study)
    if as_json:
        typer.echo(in_json(found))
    else:
        print_status(found)


@app.command()
def report(
    study: StudyFolder,
    out: Annotated[Path | None, typer.Option(help="Where to; the study's reports (shared) folder by default.")] = None,
    share: Share = False,
) -> None:
    """Compute the served balance of what is confirmed, and write the report.

    With --share into the study's folder shared: one for people outside the team, without groups of few respondents.

    Example: [bold]rechki report studies/clinic --out meeting[/bold]
    """
    require_prefect()
    from flows.report import report as flow
    from flows.show import show_balance

    page = flow(str(study), str(out) if out else None, share)
    show_balance(page.parent)


@app.command()
def trace(
    study: StudyFolder,
    code: Annotated[str, typer.Argument(metavar="CODE", help="A code's name or its id.", show_default=False)],
    frame: InFrame = "purpose",
    as_json: AsJson = False,
) -> None:
    """List what stands behind a code's numbers: annotations, cards, rows, phrases, who and when; and the report's hash.

    Where private.db is, also the ids that the cards had in their files, and the words.

    Example: [bold]rechki trace studies/clinic "Деньги"[/bold]
    """
    from flows.tracing import as_json as in_json
    from flows.tracing import print_trace, trace_code

    found = trace_code(study, code, frame)
    if as_json:
        typer.echo(in_json(found))
    else:
        print_trace(found)


@app.command()
def advance(study: StudyFolder) -> None:
    """Propose, collect and report, as far as the people's work allows; run it again whenever somebody has reviewed.

    Example: [bold]rechki advance studies/clinic[/bold]
    """
    require_prefect()
    from flows.advance import advance as flow
    from flows.show import show_balance

    page = flow(str(study))
    show_balance(page.parent)
