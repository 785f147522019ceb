"""The command line. Every command opens a study or a server, calls one operation and says what happened."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from flows.codes import app as codes
from flows.environment import prepare, require_prefect
from models.errors import RechkiError

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="Rechki: open answers to confirmed purpose clusters to the served balance.",
)
studio = typer.Typer(no_args_is_help=True, help="The local Label Studio.")
app.add_typer(studio, name="studio")
app.add_typer(codes, name="codes")
errors = Console(stderr=True, highlight=False)

StudyFolder = Annotated[Path, typer.Argument(help="The study folder.", show_default=False)]


@app.command()
def init(
    folder: StudyFolder,
    cards: Annotated[
        Path | None, typer.Option(help="The first file of cards; its header proposes the columns.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="What the study is called in reports.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write study.yaml anew; the data stays.")] = False,
) -> None:
    """Make a study folder.

    Example: [bold]rechki init studies/clinic --cards answers.csv --title "Клиника"[/bold]
    """
    from flows.setup import init_study

    preset, columns = init_study(folder, cards, title, force)
    typer.echo(f"Made {folder}/study.yaml" + (f"; the file is of the form {preset}" if preset else ""))
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
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
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
def cluster(
    file: Annotated[Path, typer.Argument(help="Any table: CSV, Excel, JSON lines.", show_default=False)],
    text: Annotated[str, typer.Option(help="The column with the answers.")],
    identity: Annotated[
        str | None, typer.Option("--id", help="The column that names the rows; else their numbers.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where to write OUT.csv; the groups go to OUT.groups.csv.")] = None,
    map_file: Annotated[Path | None, typer.Option("--map", help="Where to write a map of the answers (HTML).")] = None,
) -> None:
    """Group the answers of one column of any table: no study, no server.

    Example: [bold]rechki cluster answers.csv --text "Почему вы выбрали нас?" --out groups.csv --map map.html[/bold]
    """
    from flows.clustering import cluster_file

    cluster_file(file, text, identity, out, map_file)


@app.command()
def suggest(
    coded: Annotated[Path, typer.Option(help="A coded table: the column of --text and the column of --code.")],
    new: Annotated[Path, typer.Option(help="The table to be coded, with the column of --text.")],
    text: Annotated[str, typer.Option(help="The column with the answers, in both tables.")],
    code: Annotated[str, typer.Option(help="The column with the codes; several are joined by |.")],
    out: Annotated[Path, typer.Option(help="Where to write the suggestions (CSV), a line for every row of --new.")],
    identity: Annotated[
        str | None, typer.Option("--id", help="The column of --new that names its rows; else their numbers.")
    ] = None,
) -> None:
    """Suggest codes for new answers, learned from coded ones, and mark new themes: no study, no server.

    Example: [bold]rechki suggest --coded wave1.csv --new wave2.csv --text answer --code code --out suggested.csv[/bold]
    """
    from flows.suggesting import suggest_file

    suggest_file(coded, new, text, code, out, identity)


@app.command()
def embed(
    file: Annotated[Path, typer.Argument(help="Any table: CSV, Excel, JSON lines.", show_default=False)],
    text: Annotated[str, typer.Option(help="The column with the answers.")],
    out: Annotated[Path, typer.Option(help="Where to write the vectors: a NumPy file, float32, one line a row.")],
    encoder: Annotated[
        str | None, typer.Option(help="bundled, bundled-plain, a folder, or a model's name; else bundled.")
    ] = None,
) -> None:
    """Write the vectors of one column of any table: unit length, centred, in the order of the rows.

    Example: [bold]rechki embed answers.csv --text "Почему вы выбрали нас?" --out vectors.npy[/bold]
    """
    from flows.embedding import embed_file

    embed_file(file, text, out, encoder)


@app.command()
def balance(
    file: Annotated[Path, typer.Argument(help="A table coded by hand: card_id, code, score; CSV, Excel, JSON lines.")],
    out: Annotated[
        Path | None, typer.Option(help="The folder for the report; without it the table is printed.")
    ] = None,
    settings: Annotated[
        Path | None, typer.Option(help="A YAML file with sections of study.yaml: balance, scale, cards.handed_out.")
    ] = None,
) -> None:
    """Compute the served balance of codings made outside Rechki: no study, no server.

    Besides card_id, code (several joined by |) and score the table may have row, respondent, wave, target, net, text
    and why; Russian headers are understood.

    Example: [bold]rechki balance coded.csv --out report[/bold]
    """
    from flows.balance import balance_file

    balance_file(file, out, settings)


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
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
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
def reencode(
    study: StudyFolder,
    encoder: Annotated[
        str | None, typer.Option(help="bundled, bundled-plain, a folder, or a model's name; else study.yaml's.")
    ] = None,
) -> None:
    """Move a study to another encoder, or to a new version of its own: all phrases are encoded anew.

    Proposals, decisions and codes stay as they are; what is suggested from now on comes from the new vectors.

    Example: [bold]rechki reencode studies/clinic --encoder bundled[/bold]
    """
    from flows.encoding import reencode as run

    run(study, encoder)


@app.command()
def adapt(
    study: StudyFolder,
    measure_only: Annotated[bool, typer.Option("--measure", help="Only say whether it would help.")] = False,
) -> None:
    """Train the encoder on what the study's people confirmed, and move the study to it when that helps.

    A few minutes. It is judged on phrases it has not seen; when the gain is not beyond noise, nothing changes.

    Example: [bold]rechki adapt studies/clinic[/bold]
    """
    from flows.adapting import adapt as run

    run(study, measure_only)


@app.command()
def report(
    study: StudyFolder,
    out: Annotated[Path | None, typer.Option(help="Where to; the study's reports folder by default.")] = None,
) -> None:
    """Compute the served balance of what is confirmed, and write the report.

    Example: [bold]rechki report studies/clinic --out meeting[/bold]
    """
    require_prefect()
    from flows.report import report as flow
    from flows.show import show_balance

    page = flow(str(study), str(out) if out else None)
    show_balance(page.parent)


@app.command()
def trace(
    study: StudyFolder,
    code: Annotated[str, typer.Argument(metavar="CODE", help="A code's name or its id.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List what stands behind a code's numbers: annotations, cards, rows, phrases, who and when; and the report's hash.

    Example: [bold]rechki trace studies/clinic "Деньги"[/bold]
    """
    from flows.tracing import as_json as in_json
    from flows.tracing import print_trace, trace_code

    found = trace_code(study, code)
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


@app.command()
def schedule(
    study: StudyFolder,
    cron: Annotated[str, typer.Option(help="When, as a cron line in UTC.")] = "*/15 * * * *",
) -> None:
    """Stay, and run advance on a schedule (Prefect's serve). Ends with Ctrl+C.

    Example: [bold]rechki schedule studies/clinic --cron "0 * * * *"[/bold]
    """
    require_prefect()
    from flows.advance import advance as flow

    flow.serve(name=study.resolve().name, cron=cron, parameters={"study": str(study.resolve())}, limit=1)


@app.command()
def up(study: StudyFolder) -> None:
    """Start Label Studio and a Prefect server, propose the study, and say where people work. They stay until `down`.

    Example: [bold]rechki up studies/clinic[/bold]
    """
    from flows.servers import start_all

    start_all(study)


@app.command()
def down() -> None:
    """Stop the servers that `up` started.

    Example: [bold]rechki down[/bold]
    """
    from flows.servers import stop_all

    typer.echo(f"Stopped: {', '.join(stop_all()) or 'nothing ran'}")


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="The folder it works in; run again, it goes on from there.")] = Path("demo"),
) -> None:
    """Carry the example from cards to a report, with a real Label Studio and a scripted analyst.

    Example: [bold]rechki demo --out demo[/bold]
    """
    from flows.demo import run_demo

    run_demo(out)


@app.command()
def doctor(
    study: Annotated[Path | None, typer.Argument(help="A study folder, to check its settings too.")] = None,
) -> None:
    """Say in words what is missing or wrong, and what to do. Exit code 1 if something is.

    Example: [bold]rechki doctor studies/clinic[/bold]
    """
    from flows.doctor import examine

    healthy = True
    for finding in examine(study):
        healthy &= finding.good
        mark = "[green]✓[/green]" if finding.good else "[red]✗[/red]"
        errors.print(f"{mark} {escape(finding.name)}: {escape(finding.words)}", soft_wrap=True)
        if finding.do:
            errors.print(f"    {escape(finding.do)}", soft_wrap=True)
    if not healthy:
        raise typer.Exit(1)


@studio.command("start")
def studio_start() -> None:
    """Start the local Label Studio and say how to sign in.

    Example: [bold]rechki studio start[/bold]
    """
    from annotation.server import LocalServer

    server = LocalServer()
    signed = server.start()
    typer.echo(
        f"Label Studio: {signed.url}\nUser: {signed.user}\nPassword and token: in {server.file} (only you can read it)"
    )


@studio.command("stop")
def studio_stop() -> None:
    """Stop the local Label Studio.

    Example: [bold]rechki studio stop[/bold]
    """
    from annotation.server import LocalServer

    typer.echo("Label Studio stopped." if LocalServer().stop() else "Label Studio was not running.")


@studio.command("status")
def studio_status() -> None:
    """Say whether the local Label Studio runs. Exit code 1 if not.

    Example: [bold]rechki studio status[/bold]
    """
    from annotation.server import LocalServer

    server = LocalServer()
    signed = server.signing()
    if signed is None or not server.healthy():
        typer.echo("Label Studio is not running. Start it with: rechki studio start")
        raise typer.Exit(1)
    typer.echo(f"Label Studio runs at {signed.url}; user {signed.user}; password and token in {server.file}")


def main() -> None:
    """Run the command line; a problem a user can mend is one message and exit code 1."""
    try:
        prepare()
        app()
    except RechkiError as error:
        errors.print(f"[red]✗[/red] {escape(str(error))}", soft_wrap=True)
        sys.exit(1)
    except OSError as error:  # a disk that is full, a folder that is a file, rights that are missing
        errors.print(f"[red]✗[/red] {escape(str(error))}\nCheck the path, its rights and the disk.", soft_wrap=True)
        sys.exit(1)
