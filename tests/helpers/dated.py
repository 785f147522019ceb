"""Card files that have lain there for long."""

import os
from pathlib import Path

DAY = 24 * 3600


def of_yesterday(path: Path) -> Path:
    """Set a file's time back by a day, so that no run waits to see whether it still grows; return its path."""
    found = path.stat()
    os.utime(path, (found.st_mtime - DAY,) * 2)
    return path
