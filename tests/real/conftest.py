"""Real servers, one of each a session: Label Studio on a migrated template, and a Prefect server."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prefect.events.worker import EventsWorker
from prefect.logging.handlers import APILogWorker
from prefect.settings import PREFECT_API_URL, PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from support import Work, write_cards

from annotation.server import HOME, LocalServer
from flows.servers import PrefectServer
from flows.setup import init_study

HERE = Path(__file__).parent
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in a background job: Prefect's worker would never end
    signal.signal(signal.SIGINT, signal.default_int_handler)
SOON = {"PREFECT_RUNNER_POLL_FREQUENCY": "2", "PREFECT_WORKER_QUERY_SECONDS": "2"}  # by default 10 seconds each


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.real)


@pytest.fixture(scope="session", autouse=True)
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home folder in which both servers run."""
    home = tmp_path_factory.mktemp("home")
    os.environ.update(SOON)
    os.environ[HOME] = str(home)
    for name in ("RECHKI_LABEL_STUDIO_URL", "RECHKI_LABEL_STUDIO_TOKEN", "RECHKI_DATABASE_URL"):
        os.environ.pop(name, None)
    studio, prefect = LocalServer(home), PrefectServer(home)
    try:
        studio.start()
        url = prefect.start()
        os.environ["PREFECT_API_URL"] = url
        # without heartbeats: at the end of every flow their thread sleeps its second out
        with temporary_settings({PREFECT_API_URL: url, PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
            yield home
            APILogWorker.instance().drain()
            EventsWorker.drain_all(timeout=5)
    finally:
        studio.stop()
        prefect.stop()


@pytest.fixture
def make_work(tmp_path: Path) -> Callable[..., Work]:
    def make(name: str = "study", first: int = 0, last: int = 45) -> Work:
        folder = tmp_path / name
        init_study(folder, write_cards(tmp_path / f"{name}.csv", first, last), f"Проба {name}", force=False)
        return Work(folder)

    return make


@pytest.fixture
def work(make_work: Callable[..., Work]) -> Work:
    return make_work()
