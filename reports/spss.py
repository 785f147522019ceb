"""spss.csv and spss.sps: the coded rows as 0/1 variables with multiple response sets."""

from collections.abc import Iterator, Sequence

import pandas as pd

from models.codebook import Code
from models.inert import printable
from reports.data import Report
from reports.tables import plain_csv

_LONGEST_LABEL = 120  # letters: SPSS keeps 256 bytes of a variable's label and 120 of a value's
_LONGEST_VALUE = 60


def spss_csv(report: Report) -> bytes:
    """One line a purpose row: numbers of card, row and respondent, wave, score, and 0 or 1 for each code and net."""
    return plain_csv(_cases(report))


def spss_syntax(report: Report) -> bytes:
    """Write the commands that read the table, name everything, and make multiple response sets of codes and of nets.

    UTF-8 with a mark: SPSS takes a syntax file without one for the machine's own encoding.
    """
    return ("\r\n".join(_syntax(report)) + "\r\n").encode("utf-8-sig")


def _cases(report: Report) -> pd.DataFrame:
    codes, nets, waves = _codes(report), _nets(report), _waves(report)
    cards, people = (_numbered(getattr(row, name) for row in report.coded) for name in ("card_id", "respondent"))
    lines = [
        [
            *(cards[row.card_id], row.row, people[row.respondent], waves.get(row.wave), row.score),
            *(int(code.code_id in row.codes) for code in codes),
            *(int(any(code.net == net and code.code_id in row.codes for code in codes)) for net in nets),
        ]
        for row in report.coded
    ]
    table = pd.DataFrame(lines, columns=_names(report))
    return table.astype({"wave": "Int64", "score": "Int64"})


def _syntax(report: Report) -> Iterator[str]:
    codes, nets, waves = _codes(report), _nets(report), _waves(report)
    names = _names(report)
    yield "* Rechki. One case is one purpose row of a card; run this where spss.csv lies, or write its path below."
    yield f"* Evidence {report.evidence}."
    yield "GET DATA /TYPE=TXT /FILE='spss.csv' /ENCODING='UTF8' /DELCASE=LINE"
    yield "  /DELIMITERS=',' /QUALIFIER='\"' /ARRANGEMENT=DELIMITED /FIRSTCASE=2 /VARIABLES="
    yield from (f"  {name} F8.0" for name in names[:-1])
    yield f"  {names[-1]} F8.0."
    yield from _labels("VARIABLE LABELS", {**_TITLES, **dict(zip(names[len(_TITLES) :], _said(report), strict=True))})
    if waves:
        yield from _labels("VALUE LABELS wave", {str(number): name for name, number in waves.items()}, _LONGEST_VALUE)
    levels = {str(level): report.settings.scale[level] for level in sorted(report.settings.scale)}
    yield from _labels("VALUE LABELS score", levels, _LONGEST_VALUE)
    if codes:
        yield f"VALUE LABELS {names[len(_TITLES)]} TO {names[-1]} 0 'нет' 1 'да'."
    for name, title, count in (("codes", "Потоки", len(codes)), ("nets", "Сводные группы", len(nets))):
        if count > 1:  # SPSS makes no set of one variable
            members = f"{name[0]}001 TO {name[0]}{count:03}"
            yield f"MRSETS /MDGROUP NAME=${name} LABEL='{title}' CATEGORYLABELS=VARLABELS"
            yield f"  VARIABLES={members} VALUE=1 /DISPLAY NAME=[${name}]."
    yield "EXECUTE."


_TITLES = {
    "card": "Карточка",
    "row": "Строка карточки",
    "respondent": "Респондент",
    "wave": "Волна",
    "score": "Оценка",
}


def _labels(command: str, labels: dict[str, str], longest: int = _LONGEST_LABEL) -> Iterator[str]:
    yield command
    lines = [f"  {key} {_quoted(label, longest)}" for key, label in labels.items()]
    yield from lines[:-1]
    yield f"{lines[-1]}."


def _names(report: Report) -> list[str]:
    codes, nets = len(_codes(report)), len(_nets(report))
    return [*_TITLES, *(f"c{at:03}" for at in range(1, codes + 1)), *(f"n{at:03}" for at in range(1, nets + 1))]


def _said(report: Report) -> list[str]:
    return [*(code.name for code in _codes(report)), *_nets(report)]


def _codes(report: Report) -> list[Code]:
    """The codes that rows carry, in the order of the report."""
    by_id = {code.code_id: code for code in report.codes}
    return [by_id[code_id] for code_id in (*report.balance["code_id"], *report.fixed["code_id"])]


def _nets(report: Report) -> list[str]:
    return list(report.nets["net"])


def _waves(report: Report) -> dict[str, int]:
    return _numbered(sorted({row.wave for row in report.coded if row.wave}))


def _numbered(values: Sequence[str] | Iterator[str]) -> dict[str, int]:
    return {value: number for number, value in enumerate(dict.fromkeys(values), start=1)}


def _quoted(text: str, longest: int) -> str:
    """A string of the syntax: one line, apostrophes doubled."""
    return "'" + " ".join(printable(text).split())[:longest].replace("'", "''") + "'"
