"""Streams against waves, and streams against nets."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from models.waves import Part
from reports.data import Report
from reports.language import Language, language_of
from reports.placing import Line
from reports.sheets import words
from reports.sheets.sheet import SIGNED, WHOLE, Column, Sheet, Value
from reports.words import PARTS

MOST = 60  # waves or nets that a table can show: the latest waves, the largest nets


def by_wave(report: Report) -> Sheet | None:
    """Respondents and B of every stream in every wave; none with fewer than two waves."""
    lines = report.waves.to_dict("records")
    if not lines:
        return None
    parts = list(dict.fromkeys((line["part"], line["wave"]) for line in lines))
    waves = [part for part in parts if part[0] == Part.WAVE]
    shown = [*waves[-MOST:], *(part for part in parts if part[0] != Part.WAVE)]
    t = language_of(report.settings)
    names = [t(PARTS[part]) if part in PARTS else wave for part, wave in shown]
    columns = [Column("Поток", 36)]
    columns += [Column(t(words.RESPONDENTS_IN, part=name), 14, WHOLE, as_is=True) for name in names]
    columns += [Column(t(words.B_IN, part=name), 10, SIGNED, as_is=True) for name in names]
    columns += _more(words.MORE_WAVES, len(waves), t)
    by_code: dict[str, dict[tuple[str, str], Line]] = defaultdict(dict)
    for line in lines:
        by_code[line["code_id"]][line["part"], line["wave"]] = line
    return Sheet(words.BY_WAVE, columns, (_of_code(cells, shown, len(columns)) for cells in by_code.values()), frozen=1)


def _of_code(cells: Mapping[tuple[str, str], Line], parts: Sequence[tuple[str, str]], columns: int) -> Sequence[Value]:
    name = next(iter(cells.values()))["code"]
    line = [name, *(cells[part]["respondents"] for part in parts), *(cells[part]["b"] for part in parts)]
    return [*line, *[None] * (columns - len(line))]


def _more(words_for: str, count: int, t: Language) -> list[Column]:
    return [Column(t(words_for, count=count - MOST), 20, as_is=True)] if count > MOST else []


def by_net(report: Report) -> Sheet | None:
    """How many respondents of a stream are in each net, its own or another; none without nets or rows."""
    if not (len(report.nets) and report.coded):
        return None
    nets = list(report.nets["net"])
    columns = [Column("Поток", 36), *(Column(net, 16, WHOLE, as_is=True) for net in nets[:MOST])]
    columns += _more(words.MORE_NETS, len(nets), language_of(report.settings))
    return Sheet(words.BY_NET, columns, _by_net(report, nets[:MOST], len(columns)), frozen=1)


def _by_net(report: Report, nets: Sequence[str], columns: int) -> Iterator[Sequence[Value]]:
    net_of = {code.code_id: code.net for code in report.codes if code.net and not code.fixed}
    of_code, of_net = defaultdict(set), defaultdict(set)
    for row in report.coded:
        for code in row.codes:
            of_code[code].add(row.respondent)
            of_net[net_of.get(code, "")].add(row.respondent)
    for line in report.balance.to_dict("records"):
        counts = [len(of_code[line["code_id"]] & of_net[net]) for net in nets]
        yield line["code"], *counts, *[None] * (columns - 1 - len(counts))
