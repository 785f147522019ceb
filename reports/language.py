"""The languages of a report. Texts are written in Russian where they stand; a catalogue holds them in another language.

`reports/languages/en.yaml` is the one place of the English words: Russian text → English text. Counted nouns are
written with their forms joined by ``|``: three in Russian («фраза|фразы|фраз»), two in English.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files

from markupsafe import Markup
from ruamel.yaml import YAML

from models.config import Study
from models.inert import printable
from models.plural import plural
from reports import figures


@dataclass(frozen=True)
class Language:
    """Says texts, numbers and dates in one language; what the catalogue does not know stays as it is."""

    code: str
    catalogue: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __call__(self, text: str, **values: object) -> str:
        """Return a text of ours in this language, with `values` in the places it names."""
        said = self.catalogue.get(text, text)
        return said.format(**values) if values else said

    def html(self, text: str, **values: object) -> Markup:
        """Return a text of ours that holds markup; `values` are escaped."""
        safe = {name: printable(value) if type(value) is str else value for name, value in values.items()}
        return Markup(self.catalogue.get(text, text)).format(**safe)  # noqa: S704 - the text is ours

    def counted(self, count: int, forms: str) -> str:
        """Write a count with its noun: «2 фразы» for the forms «фраза|фразы|фраз»."""
        return f"{count}{figures.NBSP}{self.form(count, forms)}"

    def form(self, count: int, forms: str) -> str:
        """Return the form that goes with a count."""
        if self.code == "ru":
            one, few, many = forms.split("|")
            return plural(count, one, few, many)
        one, *others = self(forms).split("|")
        return one if count == 1 else others[0]

    def number(self, value: float, digits: int = 1) -> str:
        """Write a number; a dash when there is none (NaN)."""
        return self._figure(figures.number(value, digits))

    def points(self, value: float, digits: int = 1) -> str:
        """Write points of B with their sign."""
        return self._figure(figures.points(value, digits))

    def percent(self, value: float, digits: int = 0) -> str:
        """Write a percentage (0-100) with its sign."""
        return self._figure(figures.percent(value, digits))

    def amount(self, value: float) -> str:
        """Write whole money with its thousands apart."""
        text = figures.amount(value)
        return text if self.code == "ru" else text.replace(figures.NBSP, ",")

    def probability(self, share: float) -> str:
        """Write a probability (0-1) in percent; never as 0 % or 100 %."""
        return self._figure(figures.probability(share))

    def plain(self, value: float) -> str:
        """Write a cut or a bound from the settings with no more decimals than it has."""
        return self._figure(figures.plain(value))

    def moment(self, when: datetime) -> str:
        """Write a stored moment, which is UTC."""
        return figures.moment(when) if self.code == "ru" else f"{when.day} {when:%B %Y, %H:%M} UTC"

    def day(self, when: datetime) -> str:
        """Write the day of a stored moment."""
        return f"{when:%d.%m.%Y}" if self.code == "ru" else f"{when:%Y-%m-%d}"

    def _figure(self, text: str) -> str:
        return text if self.code == "ru" else text.replace(",", ".").replace(f"{figures.NBSP}%", "%")


RUSSIAN = Language("ru")


@cache
def language(code: str) -> Language:
    """Return a language by its code, ``ru`` or ``en``."""
    if code == "ru":
        return RUSSIAN
    text = files("reports").joinpath("languages", f"{code}.yaml").read_text("utf-8")
    return Language(code, YAML(typ="safe").load(text))


def language_of(settings: Study) -> Language:
    """Return the language that a study's reports are in."""
    return language(settings.report.language)
