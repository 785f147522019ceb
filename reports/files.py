"""Writing files so that a reader never meets half of one."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryFile

from models.errors import RechkiError


def require_csv(out: Path) -> None:
    """Refuse a name that says something else than CSV, which other programs would not open.

    Raises
    ------
    RechkiError
        When the name does not end in .csv.
    """
    if out.suffix.lower() != ".csv":
        name = out.with_suffix(".csv").name
        raise RechkiError("what is written is CSV, and the name does not say so", str(out), f"Call it {name}.")


def require_writable(paths: Iterable[Path]) -> None:
    """Check before long work that `replace_files` can write these files; nothing is left of the trial.

    Raises
    ------
    RechkiError
        When a folder takes no files, or a folder has the name of a file.
    """
    for path in paths:
        folder = next(above for above in path.resolve().parents if above.exists())
        if not folder.is_dir() or not _takes_files(folder):
            what = "no file can be written in it" if folder.is_dir() else "this is a file, not a folder"
            raise RechkiError(what, str(folder), f"Check its rights, or write {path.name} into another folder.")
        if path.is_dir():
            raise RechkiError("this is a folder", str(path), "Name a file in it.")


def _takes_files(folder: Path) -> bool:
    """Try it: rights do not tell of disks that only can be read, nor of /proc."""
    try:
        with TemporaryFile(dir=folder):
            return os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        return False


def replace_files(contents: Mapping[Path, bytes]) -> None:
    """Write files, replacing older ones.

    Every file is written under a temporary name first: a run that fails or is killed leaves each file either old or
    new, and whole.

    Raises
    ------
    OSError
        When a folder or a file cannot be written.
    """
    partial = {path: path.with_name(f".{path.name}.part") for path in contents}
    try:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            partial[path].write_bytes(content)
        for path, written in partial.items():
            os.replace(written, path)  # noqa: PTH105 - the atomic step, under the name people look for
    finally:
        for written in partial.values():
            written.unlink(missing_ok=True)
