"""spss.csv and spss.sps: the coded rows as 0/1 variables with multiple response sets."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from models.balance import CodedRow
from models.codebook import Code
from models.inert import printable
from models.waves import wave_order
from reports.data import Report
from reports.language import Language, language_of

_LONGEST_LABEL, _LONGEST_VALUE = 255, 120  # bytes that SPSS keeps of a variable's label and of a value's
_NO_SCORE, _NO_WAVE = 9, 0
_Place = tuple[str, int]  # card id and row


@dataclass(frozen=True)
class _Responses:
    """A multiple response set: a variable a label, 1 where a row carries one of the codes that stand for it.

    A row that nobody coded in this frame has no value: that it carries none of the codes is not known.
    """

    name: str
    title: str
    labels: Sequence[str]
    of_code: Mapping[str, int]
    rows: Mapping[_Place, CodedRow]

    @property
    def variables(self) -> list[str]:
        """Names of the variables: c001 and so on."""
        return [f"{self.name[0]}{at:03}" for at in range(1, len(self.labels) + 1)]

    def cells(self, place: _Place) -> list[str]:
        """What a row has in these variables."""
        if place not in self.rows:
            return [""] * len(self.labels)
        marks = ["0"] * len(self.labels)
        for code in self.rows[place].codes:
            if code in self.of_code:
                marks[self.of_code[code]] = "1"
        return marks


def spss_csv(report: Report) -> bytes:
    """One line a purpose row: numbers of card, row and respondent, wave, score, and 0 or 1 for each code and net.

    Where the reasons are coded each of their codes has 0 or 1 as well.
    """
    sets, rows, waves = _sets(report), _rows(report), _waves(report)
    cards, people = _numbered(row.card_id for row in rows), _numbered(row.respondent for row in rows)
    lines = [",".join(_names(sets))]
    for row in rows:
        score, wave = "" if row.score is None else row.score, waves.get(row.wave, "")
        about = map(str, (cards[row.card_id], row.row, people[row.respondent], wave, score))
        lines.append(",".join([*about, *(cell for of in sets for cell in of.cells((row.card_id, row.row)))]))
    return "".join(f"{line}\r\n" for line in lines).encode()


def spss_syntax(report: Report) -> bytes:
    """Write the commands that read the table, name everything, and make multiple response sets.

    Sets are made of the codes, of the nets, and of the codes of the reasons. UTF-8 with a mark: SPSS takes a syntax
    file without one for the machine's own encoding.
    """
    return ("\r\n".join(_syntax(report)) + "\r\n").encode("utf-8-sig")


def _syntax(report: Report) -> Iterator[str]:
    t, sets, waves = language_of(report.settings), _sets(report), _waves(report)
    names, coded = _names(sets), [name for of in sets for name in of.variables]
    yield "* Rechki. One case is one purpose row of a card; run this where spss.csv lies, or write its path below."
    yield f"* Evidence {report.evidence}."
    yield "GET DATA /TYPE=TXT /FILE='spss.csv' /ENCODING='UTF8' /DELCASE=LINE"
    yield "  /DELIMITERS=',' /QUALIFIER='\"' /ARRANGEMENT=DELIMITED /FIRSTCASE=2 /VARIABLES="
    yield from (f"  {name} F8.0" for name in names[:-1])
    yield f"  {names[-1]} F8.0."
    said = [label for of in sets for label in of.labels]
    titles = {name: t(title) for name, title in _TITLES.items()}
    yield from _labels("VARIABLE LABELS", titles | dict(zip(coded, said, strict=True)))
    if waves:
        named = {str(_NO_WAVE): t("без волны"), **{str(number): name for name, number in waves.items()}}
        yield from _labels("VALUE LABELS wave", named, _LONGEST_VALUE)
        yield from _missing("wave", _NO_WAVE)
    levels = {str(level): t(report.settings.scale[level]) for level in sorted(report.settings.scale)}
    yield from _labels("VALUE LABELS score", {**levels, str(_NO_SCORE): t("нет оценки")}, _LONGEST_VALUE)
    yield from _missing("score", _NO_SCORE)
    yield "VARIABLE LEVEL score (ORDINAL)."
    yield "VARIABLE LEVEL card respondent wave (NOMINAL)."
    if coded:
        yield f"VARIABLE LEVEL {coded[0]} TO {coded[-1]} (NOMINAL)."
        yield f"VALUE LABELS {coded[0]} TO {coded[-1]} 0 '{t('нет')}' 1 '{t('да')}'."
    for of in sets:
        if len(of.labels) > 1:  # SPSS makes no set of one variable
            yield f"MRSETS /MDGROUP NAME=${of.name} LABEL='{t(of.title)}' CATEGORYLABELS=VARLABELS"
            yield f"  VARIABLES={of.variables[0]} TO {of.variables[-1]} VALUE=1 /DISPLAY NAME=[${of.name}]."
    yield "EXECUTE."


def _missing(name: str, value: int) -> Iterator[str]:
    """Turn the empty cells of a variable into a value that SPSS counts as missing, and shows with its label."""
    yield f"RECODE {name} (SYSMIS={value})."
    yield f"MISSING VALUES {name} ({value})."


_TITLES = {
    "card": "Карточка",
    "row": "Строка карточки",
    "respondent": "Респондент",
    "wave": "Волна",
    "score": "Оценка",
}


def _labels(command: str, labels: Mapping[str, str], longest: int = _LONGEST_LABEL) -> Iterator[str]:
    yield command
    lines = [f"  {key} {_quoted(label, longest)}" for key, label in labels.items()]
    yield from lines[:-1]
    yield f"{lines[-1]}."


def _names(sets: Sequence[_Responses]) -> list[str]:
    return [*_TITLES, *(name for of in sets for name in of.variables)]


def _sets(report: Report) -> list[_Responses]:
    """The sets in the order of the report's tables: codes, nets, and the reasons where they are coded."""
    t, purposes = language_of(report.settings), _by_place(report.coded)
    codes, nets = _in_order(report.codes, (report.balance, report.fixed)), _numbers(report.nets["net"])
    of_net = {code.code_id: nets[code.net] for code in codes if code.net in nets}
    sets = [
        _Responses("codes", "Потоки", _called(codes, t), _numbers(code.code_id for code in codes), purposes),
        _Responses("nets", "Сводные группы", list(nets), of_net, purposes),
    ]
    if report.reasons:
        given = {code for row in report.reasons.coded for code in row.codes}
        whys = _in_order(report.reasons.codes, (report.reasons.tables.table,))
        whys += [code for code in report.reasons.codes if code.fixed and code.code_id in given]
        places, numbers = _by_place(report.reasons.coded), _numbers(code.code_id for code in whys)
        sets.append(_Responses("reasons", "Критерии", _called(whys, t), numbers, places))
    return sets


def _in_order(codes: Iterable[Code], tables: Iterable[pd.DataFrame]) -> list[Code]:
    by_id = {code.code_id: code for code in codes}
    return [by_id[code_id] for table in tables for code_id in table["code_id"]]


def _called(codes: Iterable[Code], t: Language) -> list[str]:
    return [t(code.name) if code.fixed else code.name for code in codes]


def _rows(report: Report) -> list[CodedRow]:
    """Every row that has a code of its purpose or of its reason, once."""
    return list((_by_place(report.coded) | _by_place(report.reasons.coded if report.reasons else ())).values())


def _by_place(rows: Iterable[CodedRow]) -> dict[_Place, CodedRow]:
    return {(row.card_id, row.row): row for row in rows}


def _waves(report: Report) -> dict[str, int]:
    return _numbered(sorted({row.wave for row in _rows(report) if row.wave}, key=wave_order))


def _numbers(values: Iterable[str]) -> dict[str, int]:
    """Places of different values, from 0."""
    return {value: at for at, value in enumerate(values)}


def _numbered(values: Iterable[str]) -> dict[str, int]:
    """Numbers of values as they come, from 1."""
    return {value: number for number, value in enumerate(dict.fromkeys(values), start=1)}


def _quoted(text: str, longest: int) -> str:
    """A string of the syntax: one line, apostrophes doubled, cut to so many bytes and no letter in two."""
    text = " ".join(printable(text).split())
    if len(text.encode()) > longest:
        text = text.encode()[: longest - len("…".encode())].decode("utf-8", "ignore").rstrip() + "…"
    return "'" + text.replace("'", "''") + "'"
