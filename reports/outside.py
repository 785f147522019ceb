"""The report of a table that was coded outside Rechki: the same numbers, with file and line behind each."""

from collections import defaultdict

from models.balance import fixed_counts, net_balance, served_balance
from models.coded import CodedTable
from models.config import Study
from models.store.database import now
from models.waves import wave_balance
from reports.data import Outside, Report, Verbatim, sort_verbatims


def report_of(found: CodedTable, settings: Study) -> Report:
    """Compute the served balance of a table coded by hand, and what its report shows."""
    rows, codes, balance = found.rows, found.codes, settings.balance
    file, handed_out = found.table.path.name, settings.cards.handed_out
    verbatims: dict[str, list[Verbatim]] = defaultdict(list)
    for answer in found.answers:
        behind = "; ".join(f"{file}, строка {line}" for line in answer.lines)
        said = Verbatim(answer.text, answer.coded.score, answer.why, answer.coded.wave, "", behind)
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
        masked=False,
        coded=tuple(rows),
        outside=Outside(
            file, len(found.table.rows) + len(found.table.broken), found.refused, found.no_score, found.notes
        ),
    )
