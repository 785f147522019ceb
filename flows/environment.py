"""What must be set before Prefect is imported: no telemetry, a quiet console, and our own server when it runs."""

import os
from pathlib import Path

from dotenv import load_dotenv

from annotation import process
from annotation.server import default_home
from models.errors import Unavailable

_QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",  # the log goes to Prefect; the console shows our stages
    "PREFECT_CLI_COLORS": "false",
    "HF_HUB_DISABLE_TELEMETRY": "1",
}


def prefect_file(home: Path | None = None) -> Path:
    """Return the file that says where our Prefect server answers."""
    return (home or default_home()) / "prefect.json"


def prepare() -> None:
    """Set what is not set yet. A PREFECT_API_URL of the user wins; else the server of ``rechki up`` when it answers."""
    load_dotenv(Path.cwd() / ".env")
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    state = process.read_state(prefect_file())
    if "PREFECT_API_URL" not in os.environ and state and process.answers(f"{state['url']}/health"):
        os.environ["PREFECT_API_URL"] = state["url"]


def require_prefect() -> None:
    """Make sure that a Prefect server that is set does answer; without one a run starts its own.

    Raises
    ------
    Unavailable
        When nothing answers at PREFECT_API_URL.
    """
    url = os.environ.get("PREFECT_API_URL")
    if url and not process.reachable(url):
        raise Unavailable(
            "the Prefect server does not answer",
            f"PREFECT_API_URL={url}",
            "Start it ('rechki up STUDY'), or unset the variable: then every run starts a temporary one.",
        )
