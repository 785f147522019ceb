"""Presets: how each form tool lays out its export, from configs/forms/."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import Field
from ruamel.yaml import YAML

from models.config import Strict
from models.text import text_key

PLAIN_WIDE, PLAIN_LONG = "plain_wide", "plain_long"
_WORDS = "words.yaml"


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


@cache
def presets() -> dict[str, Preset]:
    """Return the presets by name, those with most marks first."""
    found = {}
    for file in files("configs").joinpath("forms").iterdir():
        if file.name.endswith(".yaml") and file.name != _WORDS:
            name = file.name.removesuffix(".yaml")
            found[name] = Preset.model_validate({**_loaded(file.read_text("utf-8")), "name": name})
    return dict(sorted(found.items(), key=lambda item: (-len(item[1].marks), item[0])))


@cache
def header_words() -> dict[str, tuple[str, ...]]:
    """Return the patterns of configs/forms/words.yaml by kind, in their order."""
    return {
        kind: tuple(patterns)
        for kind, patterns in _loaded(files("configs").joinpath("forms", _WORDS).read_text("utf-8")).items()
    }


def recognise(keys: Iterable[str]) -> Preset | None:
    """Return the preset whose marks stand in a line of cells."""
    normal = [text_key(key) for key in keys]
    return next((preset for preset in presets().values() if preset.fits(normal)), None)


def _loaded(text: str) -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load(text)
    return loaded
