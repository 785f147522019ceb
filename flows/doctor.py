"""What is missing or wrong with an installation or a study, in words, and what to do."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from annotation import process
from annotation.client import TOKEN, URL, connect, in_words, token_kind
from annotation.server import LocalServer, studio_program
from flows.notify import TO, is_address
from flows.study import encoder_of, read_study
from models.config import Study, default_settings, load_study
from models.errors import RechkiError
from models.store.vectors import check_encoder

_PYTHON = (3, 11)
_TRIED = {
    "prefect": "3.8.8",
    "fastapi": "0.150.0",
    "sqlalchemy": "2.0.58",
    "label-studio-sdk": "2.1.2",
    "numpy": "2.2.6",
}
_BREAKS = {
    "fastapi": ((0, 151), "breaks Prefect 3.8.8 at run time"),
    "sqlalchemy": ((2, 1), "breaks the scheduler of Prefect 3.8.8: no scheduled run is ever made"),
}  # from these versions on


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    good: bool
    words: str
    do: str = ""


def examine(folder: Path | None) -> Iterator[Finding]:
    """Look at the installation and, when a folder is given, at the study in it."""
    yield _python()
    yield from _packages()
    yield _found("Label Studio's program", lambda: str(studio_program()))
    settings = Study.model_validate(
        {**default_settings(), "study_id": "00000000-0000-0000-0000-000000000000", "title": "doctor"}
    )
    if folder is not None:
        study = _found("study", lambda: f"{load_study(folder).title} ({folder})")
        yield study
        if not study.good:
            return
        settings = load_study(folder)
        yield _found("database", lambda: _database(folder))
    yield _found("encoder", lambda: _encoder(settings, folder))
    yield from _studio(settings)
    yield _prefect()
    yield from _messages()


def _python() -> Finding:
    words = ".".join(str(part) for part in sys.version_info[:3])
    return Finding(
        "Python", sys.version_info >= _PYTHON, words, "" if sys.version_info >= _PYTHON else "Use 3.11 or newer."
    )


def _packages() -> Iterator[Finding]:
    """Packages whose other versions are known to fail together without pip noticing."""
    for name, tried in _TRIED.items():
        try:
            found = version(name)
        except PackageNotFoundError:
            yield Finding(name, False, "not installed", "Run: pip install -c constraints.txt -e .")
            continue
        since, words = _BREAKS.get(name, ((), ""))
        if since and tuple(int(part) for part in found.split(".")[:2]) >= since:
            below = ".".join(str(part) for part in since)
            yield Finding(name, False, f"{found} {words}", f"Run: pip install '{name}<{below}'")
        else:
            yield Finding(name, True, found if found == tried else f"{found} (tried: {tried})")


def _database(folder: Path) -> str:
    with read_study(folder) as opened:
        return opened.store.place


def _encoder(settings: Study, folder: Path | None) -> str:
    encoder = encoder_of(settings, (folder or Path()).resolve())
    encoder.encode(["проверка"])
    if folder is not None:
        with read_study(folder) as opened:
            check_encoder(opened.store, encoder)
    return f"{settings.encoder}, {sum(encoder.blocks)} numbers a phrase, fingerprint {encoder.fingerprint}"


def _studio(settings: Study) -> Iterator[Finding]:
    token = os.environ.get(TOKEN, "")
    if os.environ.get(URL) or settings.review.label_studio_url:
        kind = token_kind(token)
        yield Finding("token", bool(token), kind or f"{TOKEN} is not set", "" if token else f"Set {TOKEN}.")
    elif not LocalServer().healthy():
        yield Finding("Label Studio", False, "the local one is not running", "Run: rechki studio start")
        return
    yield _found("Label Studio", lambda: _signed_in(settings))


def _signed_in(settings: Study) -> str:
    studio = connect(settings)
    with in_words(studio.url):
        user = studio.api.users.whoami()
        projects = sum(1 for _ in studio.api.projects.list())
        release = studio.api.versions.get()
    found = getattr(release, "release", None) or "of unknown version"
    return f"{studio.url}, Label Studio {found}, signed in as {user.email}, {projects} projects visible"


def _prefect() -> Finding:
    url = os.environ.get("PREFECT_API_URL")
    if not url:
        words = "no server is set: each run starts a temporary one (10-15 s)"
        return Finding("Prefect", True, words, "To skip that wait: 'rechki up STUDY', or set PREFECT_API_URL.")
    good = process.answers(f"{url}/health")
    return Finding("Prefect", good, f"{url} {'answers' if good else 'does not answer'}", "" if good else "Start it.")


def _messages() -> Iterator[Finding]:
    """Addresses that people are told at; they hold secrets, so only their numbers are said."""
    for number, address in enumerate(os.environ.get(TO, "").split(), start=1):
        good = is_address(address)
        do = "" if good else f"Correct it in {TO}: Apprise says how each service is written."
        yield Finding("messages", good, f"address {number} of {TO} is {'one' if good else 'none'} of Apprise's", do)


def _found(name: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, look())
    except RechkiError as error:
        place = f"{error.where}: " if error.where else ""
        return Finding(name, False, f"{place}{error.what}", error.do)
