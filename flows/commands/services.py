"""Commands that start, watch and stop what runs beside a study."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from flows.commands.options import StudyFolder, errors
from flows.environment import require_prefect

app = typer.Typer()


@app.command()
def schedule(
    study: StudyFolder,
    cron: Annotated[
        str | None, typer.Option(help="When, as a cron line in the study's time zone; else study.yaml's: hourly.")
    ] = None,
    pool: Annotated[
        str | None, typer.Option(help="A Prefect work pool: its workers run the study then, and this command ends.")
    ] = None,
) -> None:
    """Stay, and run advance on a schedule (Prefect's serve). Ends with Ctrl+C.

    Without a Prefect server the one of `rechki up` is started.

    Example: [bold]rechki schedule studies/clinic --cron "0 * * * *"[/bold]
    """
    require_prefect()
    from flows.servers import use_own_prefect

    use_own_prefect(study)
    from flows.scheduling import deploy, keep_advancing  # only now, so that they talk to that server

    if pool:
        deploy(study, cron, pool)
    else:
        keep_advancing(study, cron)


@app.command()
def relay(
    study: StudyFolder,
    port: Annotated[int, typer.Option(help="Where to listen.", min=1, max=65535)] = 8095,
    host: Annotated[
        str, typer.Option(help="On which address to listen; others than loopback are reached by others.")
    ] = "127.0.0.1",
    every: Annotated[int, typer.Option(help="Seconds; what arrives within them wakes one run.", min=10)] = 60,
    url: Annotated[str | None, typer.Option(help="The address as Label Studio reaches it, if another.")] = None,
    deployment: Annotated[
        str | None, typer.Option(help="What to wake, FLOW/NAME, if no deployment has the study as its own parameter.")
    ] = None,
) -> None:
    """Stay, and let Label Studio's webhooks wake a scheduled study as soon as somebody has answered.

    It needs `rechki schedule` or a deployment of prefect.yaml, which ask by themselves too: a lost webhook costs time.

    Example: [bold]rechki relay studies/clinic[/bold]
    """
    require_prefect()
    from flows.relay import keep_relaying

    keep_relaying(study, host, port, every, url, deployment)


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
