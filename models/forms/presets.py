"""Presets: how each form tool lays out its export, from configs/forms/."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import Field
from ruamel.yaml import YAML

from models.config import Strict
from models.text import text_key

PLAIN_WIDE, PLAIN_LONG = "plain_wide", "plain_long"
_WORDS, _CODED_WORDS, _MEASURE_WORDS = "words.yaml", "coded.yaml", "measures.yaml"
_TITLE = 1_000  # letters of a header cell that are looked at; a cell of a whole file would take hours


class PresetColumns(Strict):
    """Exact headers with a meaning of their own in this form, normalised."""

    id: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


class Preset(Strict):
    """One file of configs/forms/.

    Attributes
    ----------
    marks : tuple of tuples of str
        Header cells that tell the form: one of each tuple must be there.
    first : bool
        The first mark is the first column.
    header_rows : int
        Lines that make the header; the second says more about the column.
    spread_titles : bool
        A blank title continues the one before it.
    generic : tuple of str
        Second-row words that say nothing about the column.
    skip_rows_with : str
        A line with this text under the header is no answer.
    apostrophe : bool
        An apostrophe before ``+ - = @`` was put there by the form and is taken off.
    month_first : bool
        03/04/2026 is the 4th of March where nothing in the file says otherwise.
    """

    name: str = ""
    title: str
    marks: tuple[tuple[str, ...], ...]
    first: bool = False
    header_rows: int = Field(default=1, ge=1, le=3)
    spread_titles: bool = False
    generic: tuple[str, ...] = ()
    skip_rows_with: str = ""
    apostrophe: bool = False
    month_first: bool = False
    columns: PresetColumns = PresetColumns()

    def fits(self, keys: list[str]) -> bool:
        """Tell whether a line of normalised cells is this form's header."""
        if not self.marks or (self.first and (not keys or keys[0] not in self.marks[0])):
            return False
        there = set(keys)
        return all(there & set(mark) for mark in self.marks)

    def continues(self, keys: list[str], below: list[str]) -> bool:
        """Tell whether the line below is this form's second header row, whatever the first one holds.

        It says «Open-Ended Response», or names fields under blank titles while it is blank under the first column.
        """
        if not self.spread_titles or not below or not keys:
            return False
        under = dict(enumerate(below))
        fields = [at for at, key in enumerate(keys) if at and not key and under.get(at)]
        return bool(set(below) & set(self.generic)) or bool(fields and keys[0] and not below[0])


@cache
def presets() -> dict[str, Preset]:
    """Return the presets by name, those with most marks first."""
    found = {}
    for file in files("configs").joinpath("forms").iterdir():
        if file.name.endswith(".yaml") and file.name not in (_WORDS, _CODED_WORDS, _MEASURE_WORDS):
            name = file.name.removesuffix(".yaml")
            found[name] = Preset.model_validate({**_loaded(file.read_text("utf-8")), "name": name})
    return dict(sorted(found.items(), key=lambda item: (-len(item[1].marks), item[0])))


@cache
def header_words() -> dict[str, tuple[str, ...]]:
    """Return the patterns of configs/forms/words.yaml by kind, in their order."""
    return _words(_WORDS)


@cache
def coded_words() -> dict[str, tuple[str, ...]]:
    """Return the patterns of configs/forms/coded.yaml: the columns that only a table coded by hand has."""
    return _words(_CODED_WORDS)


@cache
def measure_words() -> dict[str, tuple[str, ...]]:
    """Return the patterns of configs/forms/measures.yaml: what attribute columns mean."""
    return _words(_MEASURE_WORDS)


def _words(file: str) -> dict[str, tuple[str, ...]]:
    loaded = _loaded(files("configs").joinpath("forms", file).read_text("utf-8"))
    return {kind: tuple(patterns) for kind, patterns in loaded.items()}


def recognise(line: Sequence[str], below: Sequence[str] = ()) -> Preset | None:
    """Return the preset whose marks stand in a line of cells, or whose second header row stands below it."""
    normal, second = [header_key(cell) for cell in line], [header_key(cell) for cell in below]
    found = (preset for preset in presets().values() if preset.fits(normal) or preset.continues(normal, second))
    return next(found, None)


def header_key(cell: str) -> str:
    """Return the matching key of a header cell."""
    return text_key(cell[:_TITLE])


def _loaded(text: str) -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load(text)
    return loaded
