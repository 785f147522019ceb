"""runs.json: what runs of a study remember of earlier ones. It holds no data: without it news are told once more."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock
from pydantic import BaseModel, ValidationError

from models.reading import Refusal
from models.snapshot import Snapshot

MEMORY_FILE = "runs.json"


class Memory(BaseModel):
    """What runs remember.

    Attributes
    ----------
    last : Snapshot, optional
        Of the last report.
    refusals : list of Refusal
        Files that the last run could not use.
    at_work : bool
        A run is at work, or was killed.
    told : mapping of the key of a piece of news to what became of it, by a receiver's hash
        ``sent``; ``failed`` and after how many tries; ``sending`` when a run was killed just then.
    """

    last: Snapshot | None = None
    refusals: list[Refusal] = []
    at_work: bool = False
    told: dict[str, dict[str, str]] = {}


def recall(folder: Path) -> Memory:
    """Read what runs of a study remember; a file that is not there, or damaged, is an empty memory."""
    try:
        return Memory.model_validate_json((folder / MEMORY_FILE).read_bytes())
    except (FileNotFoundError, ValidationError):
        return Memory()


@contextmanager
def remembering(folder: Path) -> Iterator[Memory]:
    """Change what is remembered; written whole or not at all, one writer at a time."""
    with FileLock(folder / f".{MEMORY_FILE}.lock"):
        memory = recall(folder)
        yield memory
        partial = folder / f".{MEMORY_FILE}.part"
        partial.touch(mode=0o600)
        partial.write_text(memory.model_dump_json(indent=1), "utf-8")
        partial.replace(folder / MEMORY_FILE)
