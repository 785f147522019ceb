"""Words to quote, masked, since quotes leave the study: of those whose expectations were exceeded, or were not met."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from models.privacy.masking import masked
from models.text import text_key
from reports.data import Report, Verbatim

BEST, WORST = 5, (0, 1, 2)
PURPOSE, CRITERION = "поток", "критерий"


@dataclass(frozen=True)
class Quote:
    """Masked words of a scored row, with its reason where they are a purpose; what stands behind them."""

    score: int
    text: str
    why: str
    wave: str
    behind: str


@dataclass(frozen=True)
class Quoted:
    """The quotes of one code: a stream's («поток») or a criterion's («критерий»)."""

    kind: str
    code: str
    quotes: tuple[Quote, ...]


def quoted(report: Report, scores: Collection[int] = (BEST,)) -> list[Quoted]:
    """Gather the quotes of every stream and then of every criterion, in the order of their tables.

    Parameters
    ----------
    scores : collection of int
        Of rows with these scores, the highest first.
    """
    codes = [(PURPOSE, code, name, report.verbatims) for code, name in _named(report.balance, "code")]
    if report.reasons:
        table, said = report.reasons.tables.table, report.reasons.verbatims
        codes += [(CRITERION, code, name, said) for code, name in _named(table, "criterion")]
    found = (Quoted(kind, name, tuple(_quotes(said.get(code, ()), scores))) for kind, code, name, said in codes)
    return [of for of in found if of.quotes]


def _named(table: pd.DataFrame, name: str) -> Iterable[tuple[str, str]]:
    return zip(table["code_id"], table[name], strict=True)


def _quotes(said: Sequence[Verbatim], scores: Collection[int]) -> Iterator[Quote]:
    """Distinct words of a score; those with a reason first."""
    known: set[tuple[int, str, str]] = set()
    chosen = ((item.score, item) for item in said if item.score in scores and (item.text.strip() or item.why))
    told = ((score, item) for score, item in chosen if score is not None)
    for score, item in sorted(told, key=lambda one: (-one[0], not one[1].why, one[1].text, one[1].why)):
        same = score, text_key(item.text), text_key(item.why)
        if same not in known:
            known.add(same)
            text, why = item.masked or (masked(item.text), masked(item.why))
            yield Quote(score, text, why, item.wave, item.behind)
