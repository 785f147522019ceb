"""Arguments that several commands share, and where errors are printed."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

errors = Console(stderr=True, highlight=False)

StudyFolder = Annotated[Path, typer.Argument(help="The study folder.", show_default=False)]
Share = Annotated[bool, typer.Option("--share", help="For people outside the team: no small groups, masked texts.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
InFrame = Annotated[
    str, typer.Option("--frame", help="The code frame: purpose, or why (what people judge by and wish).")
]
