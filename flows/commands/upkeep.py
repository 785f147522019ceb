"""Commands that change what a study stands on: its encoder and its database."""

from typing import Annotated

import typer

from flows.commands.options import StudyFolder

app = typer.Typer()


@app.command()
def reencode(
    study: StudyFolder,
    encoder: Annotated[
        str | None, typer.Option(help="bundled, bundled-plain, a folder, or a model's name; else study.yaml's.")
    ] = None,
) -> None:
    """Move a study to another encoder, or to a new version of its own: all phrases are encoded anew.

    Proposals, decisions and codes stay as they are; what is suggested from now on comes from the new vectors.
    With --encoder, also with the name of the study's encoder, an adapter of its own (rechki adapt) is used no more.

    Example: [bold]rechki reencode studies/clinic --encoder bundled[/bold]
    """
    from flows.encoding import reencode as run

    run(study, encoder)


@app.command()
def adapt(
    study: StudyFolder,
    measure_only: Annotated[bool, typer.Option("--measure", help="Only say whether it would help.")] = False,
    frame: Annotated[str, typer.Option("--frame", help="The code frame it learns from: purpose alone.")] = "purpose",
) -> None:
    """Train the encoder on the purposes that the study's people confirmed, and move the study to it when that helps.

    A few minutes. It is judged on phrases it has not seen; when the gain is not beyond noise, nothing changes. Reasons
    are encoded by it too, and nothing is learned from them.

    Example: [bold]rechki adapt studies/clinic[/bold]
    """
    from flows.adapting import adapt as run

    run(study, measure_only, frame)


@app.command()
def move(study: StudyFolder) -> None:
    """Move a study from study.db into the PostgreSQL that RECHKI_DATABASE_URL names; study.db is put aside.

    Example: [bold]rechki move studies/clinic[/bold]
    """
    from flows.moving import move as run

    run(study)
