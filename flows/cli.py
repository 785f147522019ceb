"""The command line: the commands of flows.commands as one program."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer
from rich.markup import escape

from flows.commands import codes, services, studies, studio, tables, upkeep
from flows.commands.options import errors
from flows.environment import prepare
from models.errors import RechkiError

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="Rechki: open answers to confirmed purpose clusters to the served balance.",
)
for commands in (studies, tables, upkeep, services):
    app.add_typer(commands.app)
app.add_typer(studio.app, name="studio")
app.add_typer(codes.app, name="codes")


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"rechki {version('rechki')}")
        raise typer.Exit


@app.callback()
def _options(
    _: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_tell_version, is_eager=True)
    ] = False,
) -> None:
    pass


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
