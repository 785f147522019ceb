"""A study folder, opened: its settings, its store, and the lock that lets one run work on it at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from models.config import Study, load_study
from models.encoder.load import Encoder, load_encoder
from models.errors import RechkiError
from models.phrases import PURPOSE_FRAME
from models.store.database import Store
from models.store.private import Private

FRAME = PURPOSE_FRAME
CARDS, REPORTS, REFUSED = "cards", "reports", "refused"
_LOCK = ".rechki.lock"


@dataclass(frozen=True)
class OpenStudy:
    """A study folder at work."""

    folder: Path
    settings: Study
    store: Store
    private: Private

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
    try:
        yield OpenStudy(path, settings, store, Private(path))
    finally:
        store.close()


@contextmanager
def open_study(folder: str | Path) -> Iterator[OpenStudy]:
    """Open a study for one run.

    The lock is held by the operating system, so that a killed run frees it.

    Raises
    ------
    RechkiError
        When the folder is no study, or another run works on it.
    """
    path = Path(folder).resolve()
    load_study(path)  # a folder that is no study gets no lock file
    lock = FileLock(path / _LOCK, timeout=0, is_singleton=True, thread_local=False)
    try:
        with lock, read_study(path) as opened:
            yield opened
    except Timeout as error:
        raise RechkiError(
            "another run works on this study", str(path), "Wait until it ends, then run again."
        ) from error
