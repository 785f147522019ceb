"""A study folder, opened: its settings, its store, and the lock that lets one run work on it at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from rich.console import Console

from models.config import Study, load_study
from models.encoder.load import Encoder, load_encoder
from models.errors import Busy, RechkiError
from models.phrases import FRAMES, PURPOSE_FRAME
from models.store.database import Store
from models.store.private import Private

FRAME = PURPOSE_FRAME
CARDS, REPORTS, SHARED, REFUSED = "cards", "reports", "shared", "refused"
_LOCK = ".rechki.lock"
errors = Console(stderr=True, highlight=False)  # what is printed as JSON stays JSON


@dataclass(frozen=True)
class OpenStudy:
    """A study folder at work."""

    folder: Path
    settings: Study
    store: Store
    private: Private

    @property
    def frames(self) -> tuple[str, ...]:
        """The code frames the study works with, that of purposes first."""
        return self.settings.frames

    def require_frame(self, frame: str) -> str:
        """Return a frame of the study.

        Raises
        ------
        RechkiError
            When the study does not work with it.
        """
        if frame not in self.frames:
            known = ", ".join(self.frames)
            do = f"Its frames: {known}."
            if frame in FRAMES:
                do = f"Switch it on in study.yaml: frames: [{', '.join(FRAMES)}]"
            raise RechkiError(f"the study has no code frame {frame!r}", str(self.folder), do)
        return frame

    def encoder(self) -> Encoder:
        """Load the study's encoder; the second time in a process it is there already."""
        return encoder_of(self.settings, self.folder)

    def adapter(self) -> Path | None:
        """Return the folder of the study's own adapter, None when it has none."""
        return self.folder / self.settings.encoder_adapter if self.settings.encoder_adapter else None


def encoder_of(settings: Study, folder: Path) -> Encoder:
    """Load the encoder that a study names, with its own adapter if it has one."""
    adapter = folder / settings.encoder_adapter if settings.encoder_adapter else None
    return load_encoder(settings.encoder, settings.encoder_prompt, adapter)


@contextmanager
def read_study(folder: str | Path) -> Iterator[OpenStudy]:
    """Open a study only to read it: another run may be at work on it."""
    path = Path(folder).resolve()
    settings = load_study(path)
    store = Store.open(path, settings)
    tell_upgrade(store)
    try:
        yield OpenStudy(path, settings, store, Private(path))
    finally:
        store.close()


@contextmanager
def open_study(folder: str | Path) -> Iterator[OpenStudy]:
    """Open a study for one run.

    The lock in its folder is held by the operating system, and on PostgreSQL another by the server, against runs on
    other machines: a killed run frees both.

    Raises
    ------
    Busy
        When another run works on the study.
    RechkiError
        When the folder is no study.
    """
    path = Path(folder).resolve()
    load_study(path)  # a folder that is no study gets no lock file
    with locked(path), read_study(path) as opened, opened.store.claimed():
        yield opened


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock in a study's folder; a process may hold it several times.

    Raises
    ------
    Busy
        When another process holds it.
    """
    lock = FileLock(path / _LOCK, timeout=0, is_singleton=True, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise Busy("another run works on this study", str(path), "Wait until it ends, then run again.") from error
    try:
        yield
    finally:
        lock.release()


def tell_upgrade(store: Store) -> None:
    """Say that a store was brought up to date, and where its copy is."""
    found = store.upgraded
    if found:
        words = f"{store.place}: brought from schema {found.before} to {found.after}"
        words += f"; as it was before: {found.backup}" if found.backup else ""
        errors.print(words, style="yellow", markup=False, soft_wrap=True)
