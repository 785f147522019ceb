"""A run of a study: it is named after it and works alone; a scheduled one that finds the study busy is skipped."""

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar, cast

from dotenv import load_dotenv
from prefect.runtime import deployment, flow_run
from prefect.states import Completed

from flows.notify import at_work, tell_failure, tell_news
from flows.study import open_study, read_study
from models.config import load_study
from models.errors import Busy, RechkiError
from models.store import cards
from models.store.database import DATABASE_FILE, DATABASE_URL
from models.waves import wave_order

SKIPPED = "Skipped"
P = ParamSpec("P")
R = TypeVar("R")


def alone(work: Callable[Concatenate[str, P], R]) -> Callable[Concatenate[str, P], R]:
    """Hold the study while a flow works on it, and tell people what came of it.

    Raises
    ------
    Busy
        When another run holds it. In a run that a deployment started this is no error: it ends in a completed state
        with the name ``Skipped``, and the next tick comes anyway.
    """

    @wraps(work)
    def run(study: str, /, *args: P.args, **kwargs: P.kwargs) -> R:
        load_dotenv(Path.cwd() / ".env")  # a worker starts no command of ours that would
        try:
            with open_study(study), at_work(study):
                found = work(study, *args, **kwargs)
                tell_news(study)
                return found
        except Busy as busy:
            if deployment.id is None:
                raise
            return cast(R, Completed(name=SKIPPED, message=busy.what))  # Prefect takes a state for the result
        except Exception as error:
            tell_failure(study, error)
            raise

    return run


def run_name() -> str:
    """Name a run: its flow, the study, and the newest wave where cards have one."""
    study = str((flow_run.parameters or {}).get("study", ""))
    return f"{flow_run.flow_name} {_about(Path(study))}"


def _about(folder: Path) -> str:
    try:
        title, waves = load_study(folder).title, set[str]()
        if (folder / DATABASE_FILE).exists() or os.environ.get(DATABASE_URL):
            with read_study(folder) as opened, opened.store.transaction() as tx:
                waves = cards.waves(tx, opened.settings.cards.wave_by)
    except RechkiError:
        return folder.name  # the run itself says what is wrong
    return f"{title}, wave {max(waves, key=wave_order)}" if waves else title
