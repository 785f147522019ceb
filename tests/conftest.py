"""Shared by all tests: markers, small files of cards, and a browser where one is installed."""

import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from postgres import Cluster, install, programs
from support import EXAMPLE

os.environ.update(
    PREFECT_SERVER_ANALYTICS_ENABLED="false",
    DO_NOT_TRACK="1",
    PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL="CRITICAL",
    TOKENIZERS_PARALLELISM="false",
)
settings.register_profile(
    "rechki",
    max_examples=80,
    deadline=None,  # the first example may load a dictionary
    derandomize="CI" in os.environ,  # there a failure must come from the change; elsewhere examples are new each time
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("rechki")


@pytest.hookimpl(trylast=True)  # when what is not asked for is gone and the real tests are marked
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order the files so that no slow one starts last.

    Those come first of which a test may take longest, then the real ones, then those with many tests.
    """
    usual, count = float(config.getini("timeout")), Counter(item.path for item in items)
    longest: dict[Path, float] = defaultdict(float)
    for item in items:
        marked = item.get_closest_marker("timeout")
        longest[item.path] = max(longest[item.path], float(marked.args[0]) if marked else usual)

    def place(item: pytest.Item) -> tuple[float, bool, int, Path]:
        return -longest[item.path], item.get_closest_marker("real") is None, -count[item.path], item.path

    items.sort(key=place)


def installed(names: tuple[str, ...], package: str) -> str:
    """The path of a program; without it the test is skipped with a word, and fails in CI, which installs it."""
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None and os.environ.get("CI"):
        pytest.fail(f"CI must have {names[0]}: .ci/run installs it")
    if found is None:
        pytest.skip(f"{names[0]} is not installed (Debian: apt-get install {package})")
    return found


@pytest.fixture(scope="session")
def chromium() -> str:
    return installed(("chromium", "chromium-browser", "google-chrome"), "chromium")


@pytest.fixture(scope="session")
def soffice() -> str:
    return installed(("soffice", "libreoffice"), "libreoffice-calc-nogui")


@pytest.fixture(scope="session")
def pspp() -> str:
    return installed(("pspp",), "pspp")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    found = programs() or install()
    if found is None and os.environ.get("CI"):
        pytest.fail("CI must have PostgreSQL: .ci/run installs it")
    if found is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    cluster = Cluster(found)
    yield cluster
    cluster.remove()


@pytest.fixture(scope="session")
def example() -> Path:
    return EXAMPLE
