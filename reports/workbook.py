"""report.xlsx: the same numbers for those who work in a spreadsheet."""

import math
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from models.balance import JOINED
from models.inert import cell
from models.state import State
from reports.data import Outside, Report
from reports.method import rules
from reports.quality import UNDEFINED, asked, by_code, overall
from reports.words import (
    CHANGES,
    FAULTS,
    MASKED,
    OUTSIDE,
    PARTS,
    SCRIPTED,
    STATES,
    TARGETS,
    certainty,
    flags,
    step,
    strategy,
)

Value = str | int | float | None
_WRAPPED, _TOP = Alignment(vertical="top", wrap_text=True), Alignment(vertical="top")
_ONE, _SIGNED = "0.0", "+0.0;-0.0;0.0"
_BALANCE = (
    *(("Поток", 36, ""), ("Код", 19, ""), ("Размер", 9, ""), ("Доля респондентов, %", 13, _ONE), ("Строк", 9, "0")),
    *(("С оценкой", 10, "0"), ("Респондентов", 14, "0"), ("Оценки 4–5, 3, 0–2", 24, "")),
    *(("E, %", 8, _ONE), ("U, %", 8, _ONE), ("D, %", 8, _ONE)),
    *(("B", 8, _SIGNED), ("B от", 8, _SIGNED), ("B до", 8, _SIGNED), ("Интервал, %", 10, "0")),
    *(("Состояние", 21, ""), ("Уверенность", 25, ""), ("Цель", 15, ""), ("Стратегия", 46, ""), ("Оговорки", 46, "")),
    ("Что изменило бы состояние", 46, ""),
    *((f"Вероятность: {STATES[state]}", 15, "0.00") for state in State),
)
_PHRASES = (
    ("Поток", 36, ""),
    ("Оценка", 10, "0"),
    ("Фраза", 70, ""),
    ("Почему", 60, ""),
    ("Волна", 14, ""),
    ("Код фразы", 22, ""),
    ("Аннотации", 30, ""),
)
_NETS = (
    *(
        ("Сводная группа", 36, ""),
        ("Потоки", 46, ""),
        ("Размер", 9, ""),
        ("Доля респондентов, %", 13, _ONE),
        ("Строк", 9, "0"),
    ),
    *(("С оценкой", 10, "0"), ("Респондентов", 14, "0"), ("Оценки 4–5, 3, 0–2", 24, "")),
    *(("E, %", 8, _ONE), ("U, %", 8, _ONE), ("D, %", 8, _ONE)),
    *(("B", 8, _SIGNED), ("B от", 8, _SIGNED), ("B до", 8, _SIGNED), ("Интервал, %", 10, "0")),
    *(("Состояние", 21, ""), ("Уверенность", 25, ""), ("Оговорки", 46, "")),
)
_WAVES = (
    *(("Поток", 36, ""), ("Код", 19, ""), ("Волна", 14, ""), ("Строк", 9, "0"), ("С оценкой", 10, "0")),
    *(("Респондентов", 14, "0"), ("Доля респондентов, %", 13, _ONE), ("E, %", 8, _ONE), ("U, %", 8, _ONE)),
    *(("D, %", 8, _ONE), ("B", 8, _SIGNED), ("B от", 8, _SIGNED), ("B до", 8, _SIGNED), ("Интервал, %", 10, "0")),
    *(
        ("Состояние", 21, ""),
        ("Уверенность", 25, ""),
        ("По сравнению с волной", 16, ""),
        ("B изменился на", 12, _SIGNED),
    ),
    *(("от", 8, _SIGNED), ("до", 8, _SIGNED), ("B", 16, "")),
)
_ROWS = (*_PHRASES[:5], ("Файл и строка", 40, ""))
_PASSED = (("Строка", 10, "0"), ("Колонка", 24, ""), ("Что с ней", 24, ""), ("Почему", 60, ""))
_FIXED = (("Код", 30, ""), ("code_id", 22, ""), ("Строк", 10, "0"), ("Респондентов", 14, "0"))
_CODES = (
    *(("code_id", 22, ""), ("name", 46, ""), ("definition", 60, ""), ("target", 13, ""), ("net", 30, "")),
    *(("note", 40, ""), ("fixed", 9, ""), ("retired", 9, "")),
)
_QUALITY = (
    *(("Что", 52, ""), ("Код", 36, ""), ("Значение", 14, "0.000"), ("От", 10, "0.000"), ("До", 10, "0.000")),
    *(("Фраз", 9, "0"), ("Пояснение", 60, "")),
)
_METHOD = (("Что", 30, ""), ("Как", 100, ""), ("Откуда", 46, ""))


def workbook(report: Report) -> bytes:
    """Build the workbook, sheets of numbers first, «О расчёте» last.

    Of a table coded outside Rechki «Строки» stands instead of «Фразы», «Не взято» names what was not taken, and there
    is nothing to say of agreement.
    """
    book = Workbook()
    book.remove(book.active)
    book.properties.title, book.properties.creator = cell(report.title), "Rechki"
    book.properties.created = report.made_at
    _sheet(book, "Итог", _BALANCE, _balance(report))
    if len(report.nets):
        _sheet(book, "Сводные группы", _NETS, _nets(report))
    if len(report.waves):
        _sheet(book, "Волны", _WAVES, _waves(report))
    if report.outside:
        _sheet(book, "Строки", _ROWS, (line[:5] + line[6:] for line in _phrases(report)))
        _sheet(book, "Не взято", _PASSED, _passed(report.outside))
    else:
        _sheet(book, "Фразы", _PHRASES, _phrases(report))
    _sheet(book, "Постоянные коды", _FIXED, report.fixed.itertuples(index=False))
    _sheet(book, "Кодификатор", _CODES, _codebook(report))
    if not report.outside:
        _sheet(book, "Согласие и проверка", _QUALITY, _quality(report))
    _sheet(book, "О расчёте", _METHOD, _method(report))
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _balance(report: Report) -> Iterator[Sequence[Value]]:
    for line in report.balance.to_dict("records"):
        yield (
            *(line["code"], line["code_id"], line["size"], line["share"], line["rows"], line["n"], line["respondents"]),
            *(line["box"], line["e"], line["u"], line["d"], line["b"], line["b_low"], line["b_high"], line["level"]),
            *(STATES[line["state"]], certainty(line["state"], line["certain"]), TARGETS[line["target"]]),
            *(strategy(line["strategy"]), "; ".join(flags(line["flags"]))),
            step(line, report.settings.balance.weights != "row"),
            *(line[f"p_{state}"] for state in State),
        )


def _nets(report: Report) -> Iterator[Sequence[Value]]:
    for line in report.nets.to_dict("records"):
        yield (
            *(line["net"], line["codes"].replace(JOINED, "; "), line["size"], line["share"], line["rows"], line["n"]),
            *(line["respondents"], line["box"], line["e"], line["u"], line["d"], line["b"]),
            *(
                line["b_low"],
                line["b_high"],
                line["level"],
                STATES[line["state"]],
                certainty(line["state"], line["certain"]),
            ),
            "; ".join(flags(line["flags"])),
        )


def _waves(report: Report) -> Iterator[Sequence[Value]]:
    for line in report.waves.to_dict("records"):
        yield (
            *(line["code"], line["code_id"], PARTS.get(line["part"], line["wave"]), line["rows"], line["n"]),
            *(line["respondents"], line["share"], line["e"], line["u"], line["d"], line["b"], line["b_low"]),
            *(line["b_high"], line["level"], STATES[line["state"]], certainty(line["state"], line["certain"])),
            *(line["since"], line["change"], line["change_low"], line["change_high"], CHANGES[line["verdict"]]),
        )


def _passed(outside: Outside) -> Iterator[Sequence[Value]]:
    for title, found in (
        ("не посчитана", outside.refused),
        ("посчитана без оценки", outside.no_score),
        ("посчитана", outside.notes),
    ):
        for item in found:
            yield item.row, item.column, title, FAULTS[item.fault]


def _phrases(report: Report) -> Iterator[tuple[Value, ...]]:
    names = {code.code_id: code.name for code in report.codes}
    for code_id in (*report.balance["code_id"], *report.fixed["code_id"]):
        for said in report.verbatims.get(code_id, []):
            yield names[code_id], said.score, said.text, said.why, said.wave, said.phrase_id, said.behind


def _codebook(report: Report) -> Iterator[Sequence[Value]]:
    for code in report.codes:
        said = (code.code_id, code.name, code.definition, str(code.target), code.net, code.note)
        yield *said, _yes(code.fixed), _yes(code.retired)


def _quality(report: Report) -> Iterator[Sequence[Value]]:
    yield "Что спрошено дважды", "", "", "", "", "", asked(report)
    for figure in (*overall(report), *(figure for pair in by_code(report) for figure in pair)):
        of = figure.measure
        value = UNDEFINED if of.value is None else of.value
        yield figure.name, figure.code, value, of.low, of.high, figure.phrases, figure.note


def _method(report: Report) -> Iterator[Sequence[Value]]:
    yield "Отчёт", report.title, ""
    yield "Сделан (UTC)", f"{report.made_at:%Y-%m-%d %H:%M:%S}", ""
    if report.scripted:
        yield "Кто разбирал", SCRIPTED, ""
    if report.masked:
        yield "Тексты", MASKED, ""
    if report.outside:
        yield "Откуда коды", f"{OUTSIDE}: {report.outside.file}", ""
        yield "Не посчитано строк файла", len(report.outside.refused), "названы на листе «Не взято»"
    else:
        yield "Ждут решения, фраз", report.awaiting, "по ним не посчитано ни одно число"
        yield "Из них спорных, фраз", report.disputed, ""
        yield "Подтверждено, фраз", report.confirmed, ""
        again = "подтверждённый код посчитан; впереди второй код или решение, к какой части разделённого кода отнести"
        yield "Из них спросят ещё раз, фраз", report.unfinished, again
    for rule in rules(report):
        yield rule.name, "\n".join(rule.lines), rule.source
    behind = "строки файла, коды" if report.outside else "решения людей, журнал кодов"
    yield "Отпечаток оснований", report.evidence, f"{behind}, оценки и настройки баланса"


def _sheet(
    book: Workbook, title: str, columns: Sequence[tuple[str, int, str]], lines: Iterable[Sequence[Value]]
) -> None:
    """Add a sheet with a frozen header and a filter; text wraps, numbers stay numbers."""
    sheet = book.create_sheet(title)
    _fill(sheet, 1, [name for name, _, _ in columns])
    for number, line in enumerate(lines, start=2):
        _fill(sheet, number, line, [style for _, _, style in columns])
    for at, (_, width, _) in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    for head in sheet[1]:
        head.font = Font(bold=True)
        head.border = Border(bottom=Side(style="thin"))
    sheet.freeze_panes = "B2" if title == "Итог" else "A2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _fill(sheet: Worksheet, number: int, line: Sequence[Value], styles: Sequence[str] = ()) -> None:
    for at, value in enumerate(line, start=1):
        if value is None or (isinstance(value, float) and math.isnan(value)):
            continue
        place = sheet.cell(number, at)
        place.alignment = _WRAPPED if isinstance(value, str) else _TOP
        if isinstance(value, str):
            place.value = cell(value)
            place.data_type = "s"  # openpyxl would take «#N/A» for an error and a leading = for a formula
        else:
            place.value = value
            place.number_format = styles[at - 1] or "General"


def _yes(value: bool) -> str:
    return "да" if value else "нет"
