"""The report of a table that was coded outside Rechki: the same numbers, with file and line behind each."""

from collections import defaultdict

import numpy as np

from models.alarms import Said, alarms_of
from models.balance import fixed_counts, net_balance, served_balance
from models.coded import Answer, CodedTable
from models.config import Study
from models.criteria import criteria_of
from models.measures.measured import measure
from models.privacy.masking import masked
from models.store.alarms import Alarms
from models.store.database import now
from models.waves import wave_balance, wave_order
from reports.data import Outside, Reasons, Report, Verbatim, sort_verbatims
from reports.language import Language, language_of


def report_of(found: CodedTable, settings: Study, *, mask: bool = False) -> Report:
    """Compute the served balance of a table coded by hand, and what its report shows.

    Parameters
    ----------
    mask : bool
        Mask the texts: the table has them as they were written.
    """
    hide, t = masked if mask else str, language_of(settings)
    rows, codes, balance = found.rows, found.codes, settings.balance
    file, handed_out = found.table.path.name, settings.cards.handed_out
    verbatims: dict[str, list[Verbatim]] = defaultdict(list)
    for answer in found.answers:
        said = Verbatim(
            hide(answer.text), answer.coded.score, hide(answer.why), answer.coded.wave, "", _behind(file, answer, t)
        )
        for code_id in answer.coded.codes:
            verbatims[code_id].append(said)
    sort_verbatims(verbatims.values())
    return Report(
        title=settings.title,
        made_at=now(),
        balance=served_balance(rows, codes, balance, handed_out),
        nets=net_balance(rows, codes, balance, handed_out),
        waves=wave_balance(rows, codes, balance),
        fixed=fixed_counts(rows, codes),
        codes=codes,
        verbatims=dict(verbatims),
        cards=len({row.card_id for row in rows}),
        rows=len(rows),
        coded_rows=len(rows),
        respondents=len({row.respondent for row in rows}),
        awaiting=0,
        unfinished=0,
        confirmed=0,
        disputed=0,
        evidence=found.evidence(settings),
        settings=settings,
        scripted=False,
        masked=mask,
        coded=tuple(rows),
        measured=measure(rows, codes, found.attributes, settings, found.attribute_columns, found.month_first),
        reasons=_reasons(found, settings) if found.why_codes else None,
        alarms=_alarms(found, t),
        outside=Outside(
            file, len(found.table.rows) + len(found.table.broken), found.refused, found.no_score, found.notes
        ),
    )


def _alarms(found: CodedTable, t: Language) -> Alarms:
    """Compare the newest wave with those before it: by counts alone, no phrase has a vector here."""
    held = [answer for answer in found.answers if answer.coded.wave]
    waves = sorted({answer.coded.wave for answer in held}, key=wave_order)
    if len(waves) < 2:
        return Alarms()
    names = {code.code_id: code.name for code in found.codes if not code.fixed}
    newest = np.array([answer.coded.wave == waves[-1] for answer in held])
    said = Said(
        names=[_behind(found.table.path.name, answer, t) for answer in held],
        people=[answer.coded.respondent for answer in held],
        newest=newest,
        codes=list(names),
        carries=np.array([[code in answer.coded.codes for code in names] for answer in held], bool),
        vectors=np.empty((len(held), 0), np.float32),
    )
    of_newest = int(newest.sum())
    return Alarms((), tuple(waves[:-1]), waves[-1], of_newest, of_newest, alarms_of(said), names)


def _reasons(found: CodedTable, settings: Study) -> Reasons:
    verbatims: dict[str, list[Verbatim]] = defaultdict(list)
    for answer in found.answers:
        behind = _behind(found.table.path.name, answer, language_of(settings))
        for code_id in answer.why_codes:
            verbatims[code_id].append(Verbatim(answer.why, answer.coded.score, "", answer.coded.wave, "", behind))
    sort_verbatims(verbatims.values())
    rows = found.reasons
    tables = criteria_of(found.rows, found.codes, rows, found.why_codes, settings.balance)
    return Reasons(tables, found.why_codes, dict(verbatims), coded=tuple(rows))


def _behind(file: str, answer: Answer, t: Language) -> str:
    return "; ".join(t("{file}, строка {row}", file=file, row=line) for line in answer.lines)
