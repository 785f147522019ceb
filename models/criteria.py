"""Fitness criteria and what to improve: codes of the reasons people gave, beside the scores they gave.

A code of the reasons is a criterion people judge by, or a wish; which rows meet it is not coded but read from the
score: «быстро» and «долго ждал» are one criterion, met with a 5 and not met with a 2. A score is given to the whole
purpose, so a mean says what goes together, never what causes it. Every row counts 1, whatever `balance.weights` says
[ours].
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.balance import CodedRow, rows_by_code
from models.codebook import JOINED, Code
from models.config import Balance
from models.contrast import Contrast, Scored, Verdict, contrast
from models.multiple import carried, holm

IDEAL = 4  # expectations fully met: below it there is something to improve
CRITERIA = (
    *("criterion", "code_id", "net", "rows", "n", "respondents", "mean", "met", "unmet", "n_without", "mean_without"),
    *("difference", "low", "high", "level", "verdict", "p_adjusted"),
)
BY_PURPOSE = (
    *("criterion", "criterion_id", "purpose", "purpose_id", "rows", "n", "respondents", "mean"),
    *("n_without", "mean_without"),
)
BACKLOG = ("criterion", "code_id", "net", "backlog", "n", "respondents", "mean", "unmet", "purposes")


@dataclass(frozen=True)
class Criteria:
    """The three tables; columns as in `CRITERIA`, `BY_PURPOSE` and `BACKLOG`."""

    table: pd.DataFrame
    by_purpose: pd.DataFrame
    backlog: pd.DataFrame


def criteria_of(
    purposes: Iterable[CodedRow],
    purpose_codes: Sequence[Code],
    reasons: Iterable[CodedRow],
    reason_codes: Sequence[Code],
    settings: Balance,
) -> Criteria:
    """Compute what each criterion goes together with, from the confirmed codes of purposes and of reasons.

    Only rows with a substantive code of the reasons count: of the others nobody has said whether they mention a
    criterion.

    Returns
    -------
    Criteria
        `table`: a line a criterion, that of most respondents first: rows that mention it, n of them scored,
        respondents, mean score, met (scored 4-5) and unmet (0-3); n_without and mean_without of the other rows with a
        reason; the difference of the means, its interval (low, high, level in percent), a verdict (`models.contrast`):
        a difference is claimed where its p, Holm-adjusted for the number of criteria, leaves no doubt of that level.
        `by_purpose`: the same within a purpose, for every pair that has rows.
        `backlog`: criteria with a mean below 4, by n · (4 − mean), with the purposes of the rows scored below 4.
    """
    fixed = {code.code_id for code in reason_codes if code.fixed}
    base = [row for row in reasons if row.codes - fixed]
    with_it = rows_by_code(base)
    named = [code for code in reason_codes if not code.fixed and code.code_id in with_it]
    named.sort(key=lambda code: (-_people(with_it[code.code_id]), -len(with_it[code.code_id]), code.name))
    of_purpose = _rows_by_purpose(purposes, purpose_codes, base)
    contrasts = [_contrast(code, with_it[code.code_id], base, settings) for code in named]
    adjusted = holm(np.array([found.p for found in contrasts], dtype=float))
    table = [
        _line(code, with_it[code.code_id], base, found, float(p), settings)
        for code, found, p in zip(named, contrasts, adjusted, strict=True)
    ]
    pairs = [
        _pair(code, purpose, rows, held[code.code_id])
        for code in named
        for purpose, rows, held in of_purpose
        if code.code_id in held
    ]
    backlog = [
        {**line, "backlog": missing, "purposes": _lacking(str(line["code_id"]), of_purpose)}
        for line in table
        if (missing := sum(IDEAL - score for _, score in _scored(with_it[str(line["code_id"])]))) > 0
    ]
    backlog.sort(key=lambda line: (-int(str(line["backlog"])), str(line["criterion"])))
    return Criteria(
        pd.DataFrame(table, columns=list(CRITERIA)),
        pd.DataFrame(pairs, columns=list(BY_PURPOSE)),
        pd.DataFrame(backlog, columns=list(BACKLOG)),
    )


def _contrast(code: Code, rows: Sequence[CodedRow], base: Sequence[CodedRow], settings: Balance) -> Contrast:
    others = _scored(row for row in base if code.code_id not in row.codes)
    return contrast(_scored(rows), others, settings.interval, settings.certain.respondents)


def _line(
    code: Code, rows: Sequence[CodedRow], base: Sequence[CodedRow], found: Contrast, adjusted: float, settings: Balance
) -> dict[str, object]:
    scored, others = _scored(rows), _scored(row for row in base if code.code_id not in row.codes)
    claimed = Verdict.HIGHER if found.difference > 0 else Verdict.LOWER
    met = sum(score >= IDEAL for _, score in scored)
    return {
        "criterion": code.name,
        "code_id": code.code_id,
        "net": code.net,
        "rows": len(rows),
        "n": len(scored),
        "respondents": _people(rows),
        "mean": found.with_it,
        "met": met,
        "unmet": len(scored) - met,
        "n_without": len(others),
        "mean_without": found.without,
        "difference": found.difference,
        "low": found.low,
        "high": found.high,
        "level": settings.interval,
        "verdict": str(claimed if carried(adjusted, settings.interval) else Verdict.UNKNOWN),
        "p_adjusted": adjusted,
    }


def _pair(code: Code, purpose: Code, rows: Sequence[CodedRow], held: Sequence[CodedRow]) -> dict[str, object]:
    scored, others = _scored(held), _scored(row for row in rows if code.code_id not in row.codes)
    return {
        "criterion": code.name,
        "criterion_id": code.code_id,
        "purpose": purpose.name,
        "purpose_id": purpose.code_id,
        "rows": len(held),
        "n": len(scored),
        "respondents": _people(held),
        "mean": _mean(scored),
        "n_without": len(others),
        "mean_without": _mean(others),
    }


OfPurpose = tuple[Code, Sequence[CodedRow], Mapping[str, Sequence[CodedRow]]]


def _rows_by_purpose(purposes: Iterable[CodedRow], codes: Sequence[Code], base: Sequence[CodedRow]) -> list[OfPurpose]:
    """The rows with a reason of every purpose that has any, all and by criterion; the largest purpose first."""
    carried: Mapping[tuple[str, int], frozenset[str]] = {(row.card_id, row.row): row.codes for row in purposes}
    found: dict[str, list[CodedRow]] = defaultdict(list)
    for row in base:
        for purpose in carried.get((row.card_id, row.row), ()):
            found[purpose].append(row)
    held = [(code, found[code.code_id]) for code in codes if not code.fixed and code.code_id in found]
    held.sort(key=lambda item: (-_people(item[1]), -len(item[1]), item[0].name))
    return [(code, rows, rows_by_code(rows)) for code, rows in held]


def _lacking(criterion: str, of_purpose: Sequence[OfPurpose]) -> str:
    """Names of the purposes whose rows with the criterion lack most in sum, joined by ``|``."""
    lacks = {
        purpose.name: sum(max(IDEAL - score, 0) for _, score in _scored(held[criterion]))
        for purpose, _, held in of_purpose
        if criterion in held
    }
    return JOINED.join(sorted((name for name, lack in lacks.items() if lack), key=lambda name: (-lacks[name], name)))


def _scored(rows: Iterable[CodedRow]) -> Scored:
    return [(row.respondent, row.score) for row in rows if row.score is not None]


def _people(rows: Iterable[CodedRow]) -> int:
    return len({row.respondent for row in rows})


def _mean(scored: Scored) -> float:
    return sum(score for _, score in scored) / len(scored) if scored else float("nan")
