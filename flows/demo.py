"""The demo: the whole way of the data on the example, with real parts and a scripted analyst."""

import csv
import os
import time
from importlib.util import find_spec
from pathlib import Path

from annotation.client import TOKEN, URL, connect
from annotation.scripted import ScriptedAnalyst, Truth
from annotation.server import HOME, LocalServer
from flows.notify import TO
from flows.setup import init_study
from flows.show import show_balance
from flows.stages import console, stage
from flows.study import FRAME, open_study
from models.config import load_study, save_study
from models.encoder.load import Progress
from models.errors import RechkiError
from models.plural import counted
from models.store.database import DATABASE_URL
from reports.write import require_folder

_ROUNDS = 20


def run_demo(out: Path) -> None:
    """Carry examples/gsr from cards to a report: real Label Studio, real Prefect, a scripted analyst.

    The folder holds the study, the data of its Label Studio, and the report. Run again, it finds all decided and
    computes the same report.
    """
    from flows.advance import advance  # Prefect takes a second to import

    begun = time.monotonic()
    out = out.resolve()
    study, report = out / "study", out / "report"
    require_folder(report)
    example = example_folder()
    console.print(
        "[bold]Rechki demo[/bold]: invented customers of a session practice, "
        "reviewed by a [bold]scripted analyst[/bold]\n"
        "(a script that knows the right codes and works through Label Studio's own API).\n",
        soft_wrap=True,
    )
    _make_study(study, example)
    _set_apart(out)
    server = LocalServer()
    try:
        with stage("Starting Label Studio") as at:
            at.words = server.start().url
        advance(str(study), str(report))
        for _ in range(_ROUNDS):
            with stage("Scripted analyst reviews") as at:
                answered = _review(study, example, at.progress)
                at.words = f"{counted(answered, 'task')} answered"
            if not answered:
                break
            advance(str(study), str(report))
    finally:
        with stage("Stopping Label Studio") as at:
            at.words = "stopped" if server.stop() else "was not running"
    with (example / "gsr_codes.csv").open(encoding="utf-8-sig", newline="") as lines:
        expected = {line["code"]: line["expected_state"] for line in csv.DictReader(lines)}
    console.print()
    show_balance(report, expected)
    console.print(
        f"\n  The whole demo took {time.monotonic() - begun:.0f} s. A script reviewed: "
        "the numbers show the program, not real customers.",
        soft_wrap=True,
    )


def _set_apart(out: Path) -> None:
    """Make the demo a world of its own: no server, database or receiver that somebody works with."""
    os.environ[HOME] = str(out / "servers")
    for name in (URL, TOKEN, DATABASE_URL, TO):
        os.environ[name] = ""  # where it was missing, every run would fill it in from .env


def example_folder() -> Path:
    """Return examples/gsr of this checkout."""
    spec = find_spec("flows")
    folder = Path(str(spec.origin)).parents[1] / "examples" / "gsr" if spec else Path()
    if not folder.is_dir():
        raise RechkiError("the example is not there", str(folder), "Run the demo from a clone: pip install -e .")
    return folder


def _make_study(study: Path, example: Path) -> None:
    if (study / "study.yaml").exists():
        return
    init_study(study, example / "gsr_cards.csv", None, force=False)
    made = load_study(study)
    columns = made.cards.columns.model_dump(exclude_defaults=True, mode="json")
    settings = {"study_id": str(made.study_id), "title": "Пример: цели обращения", "review": {"scripted": True}}
    save_study(study, {**settings, "cards": {"columns": columns}, "notify": {"events": []}})


def _review(study: Path, example: Path, progress: Progress) -> int:
    truth = Truth.read(example / "gsr_truth.csv", example / "gsr_codes.csv")
    with open_study(study) as opened:
        analyst = ScriptedAnalyst(opened.store, opened.private, connect(opened.settings), FRAME, truth)
        return analyst.review(progress=progress)
