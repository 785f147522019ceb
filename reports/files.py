"""Writing files so that a reader never meets half of one."""

import os
from collections.abc import Mapping
from pathlib import Path


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
