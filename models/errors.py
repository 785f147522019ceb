"""The one kind of error that reaches a user: what was found, where, and what to do."""

from pathlib import Path


class RechkiError(Exception):
    """A problem a user can mend.

    Parameters
    ----------
    what : str
        What was found, in one sentence.
    where : str
        File, row, column, address or study it was found in.
    do : str
        What to do about it.
    """

    def __init__(self, what: str, where: str = "", do: str = "") -> None:
        self.what, self.where, self.do = what, where, do
        super().__init__(what, where, do)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.what}" + (f"\n{self.do}" if self.do else "")


class Unavailable(RechkiError):
    """A service did not answer; the same call may succeed later, so it may be retried."""


class Busy(RechkiError):
    """Another run works on the study; its locks are freed when it ends, killed or not."""


def require_file(path: Path) -> None:
    """Check that there is a file to read.

    Raises
    ------
    RechkiError
        When there is none, or a folder instead.
    """
    if path.is_dir():
        raise RechkiError("this is a folder", str(path), "Name a file in it.")
    if not path.is_file():
        raise RechkiError("there is no such file", str(path), "Check the path.")
