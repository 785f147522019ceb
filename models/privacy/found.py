"""A piece of personal data in a text."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    """Personal data at ``text[start:end]``; `kind` is the word of its placeholder."""

    start: int
    end: int
    kind: str
