"""Whether a file that somebody copies just now is there as a whole."""

import time
from dataclasses import dataclass
from pathlib import Path

QUIET = 1.0  # seconds a file must not have changed
QUIET_IN_A_LINE = 10.0  # … one that ends within a line, as a half-copied one does: its last cells may be cut
_CONTAINERS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # workbooks; half of one cannot be opened


@dataclass(frozen=True)
class Moment:
    """What a file's size and time were when it was looked at."""

    size: int
    changed: int

    @classmethod
    def of(cls, path: Path) -> "Moment":
        """Look at a file now."""
        found = path.stat()
        return cls(found.st_size, found.st_mtime_ns)

    @property
    def age(self) -> float:
        """Seconds since the file was changed; never less than none, whatever the clocks say."""
        return max(0.0, time.time() - self.changed / 1e9)


def is_settled(path: Path, seen: Moment) -> bool:
    """Tell whether a file is as it was seen and stays so for a moment; waits for up to `QUIET_IN_A_LINE` seconds."""
    quiet = QUIET_IN_A_LINE if ends_within_a_line(path) else QUIET
    time.sleep(max(0.0, quiet - seen.age))
    return Moment.of(path) == seen


def ends_within_a_line(path: Path) -> bool:
    """Tell whether a text does not end with a line break, in any encoding."""
    with path.open("rb") as file:
        if file.read(4) in _CONTAINERS:
            return False
        file.seek(max(0, path.stat().st_size - 4))
        return not set(file.read()) & set(b"\r\n")
