"""Shared by all tests: markers, small files of cards, and a browser where one is installed."""

import os
import shutil
from pathlib import Path

import pytest
from support import EXAMPLE

os.environ.update(
    PREFECT_SERVER_ANALYTICS_ENABLED="false",
    DO_NOT_TRACK="1",
    PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL="CRITICAL",
    TOKENIZERS_PARALLELISM="false",
)


@pytest.fixture(scope="session")
def chromium() -> str:
    found = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
    )
    if found is None and os.environ.get("CI"):
        pytest.fail("CI must have Chromium: .ci/run installs it")
    if found is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    return found


@pytest.fixture(scope="session")
def example() -> Path:
    return EXAMPLE
