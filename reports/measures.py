"""The measures beside the balance in words: tables for the page."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.measures.panel import Part
from reports.data import Report
from reports.figures import NOTHING, interval
from reports.language import RUSSIAN, Language, language_of
from reports.placing import Line
from reports.words import OURS, ROWS

TITLE = "Другие показатели"
ALL = "все вместе"
_MOST_ROWS, _MOST_COLUMNS = 40, 6  # on the page; the workbook has all
_SMALLEST_P = 0.001
_SOURCES = {
    "nps": "NPS: Ф. Райхельд, 2003; ошибка и интервал: Б. Рокс, 2016",
    "csi": "CSI: интервал — линеаризованная дисперсия по респондентам",
    "segment": "ABCDX: И. Красинский; сравнение состава: Р. Фишер; Г. Фримен и Дж. Холтон, 1951",
    "icp": "отношение долей: А. Доннер и Г. Зоу, 2012",
    "saturation": "насыщение: Г. Гест, Э. Нейми и М. Чен, 2020, порог 5\u00a0%",
}
_VERDICTS: Mapping[str, dict[str, str]] = {
    "": {
        "above": "выше, чем у остальных",
        "below": "ниже, чем у остальных",
        "differs": "состав другой",
        "cannot_tell": "нельзя сказать",
        "": "",
    },
    "journey": {"above": "довольных больше", "below": "недовольных больше"},
    "icp": {"above": "чаще, чем у остальных", "below": "реже, чем у остальных"},
    "revenue_share": {"holds": "подтверждается", "fails": "не подтверждается"},
}
_TENURE = {"new": "новый", "permanent": "постоянный"}
# Attributes that are made here, and columns that are called by the names of their meanings.
_ATTRIBUTES = {"segment": "сегмент", "abc": "ABC по деньгам", "tenure": "клиент", "stage": "этап пути", "role": "роль"}
FORMULAS = {
    "100*mean((m_j-1)/4)": "100 · среднее((m − 1)/4): важность не спрошена",
    "100*sum(w_j*m_j)/(5*sum(w_j))": "100 · Σ(w · m) / (5 · Σw), w — средняя важность",
}


@dataclass(frozen=True)
class Cell:
    """A cell of a table on the page: what it says, what stands small below it, and whether it is a number."""

    text: str
    note: str = ""
    number: bool = True


@dataclass(frozen=True)
class PageTable:
    """A table of the page; `rows` begin with their name, `left_out` rows stand in the workbook alone."""

    title: str
    lead: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    left_out: int = 0


Field = tuple[str, Callable[[Line, Language], Cell]]


def page_tables(report: Report) -> list[PageTable]:
    """Return the tables of the measures that the study has, in a fixed order."""
    table, tables = report.measured.table, []
    for measure, lines in table.groupby("measure", sort=False):
        name, of = str(measure), lines.to_dict("records")
        if name in _WIDE:
            tables.append(_wide(name, of, report))
        else:
            tables += _flat(name, of, report)
    return tables


def notes(report: Report) -> list[str]:
    """Say how many cells hold no value, and by the columns of which files."""
    t = language_of(report.settings)
    counts: dict[tuple[str, str], int] = {}
    for item in report.measured.unread:
        counts[item.file, item.column] = counts.get((item.file, item.column), 0) + 1
    said = "{file}, колонка «{column}»: не прочитано ячеек — {count}"
    return [t(said, file=file, column=column, count=count) for (file, column), count in counts.items()]


def told(report: Report) -> tuple[tuple[str, ...], str]:
    """Say how the measures were compared and whose methods they are; nothing without measures."""
    there, t = set(report.measured.table["measure"]), language_of(report.settings)
    if not there:
        return (), ""
    lines = (
        t(
            "Поток сравнивается со всеми, кого в нём нет. Все критерии условные и годятся для малых таблиц; где таблиц "
            "слишком много, они разыграны случайно с постоянным началом. Поправка Холма верна при любой связи потоков: "
            "один человек бывает в нескольких. Коды и сводные группы — отдельные семейства."
        ),
        t(
            "О респонденте известно то, что сказано в последней его карточке; деньги сложены по карточкам, если в "
            "настройках не сказано иначе. Чего нет, того нет: пропуски посчитаны и ничем не заменены."
        ),
    )
    sources = [t(source) for name, source in _SOURCES.items() if name in there]
    return lines, "; ".join([*sources, t("поправка: С. Холм, 1979"), t("пороги — {ours}", ours=t(OURS))])


def _flat(name: str, lines: Sequence[Line], report: Report) -> Iterator[PageTable]:
    """Tables with a line a stream; of CSI a second one with the items."""
    t = language_of(report.settings)
    index = [line for line in lines if name != "csi" or not line["category"]]
    heads, rows = _filled(_FIELDS[name], index, t)
    lead = _lead(name, lines, report, t)
    yield PageTable(t(TITLES[name]), lead, heads, rows[:_MOST_ROWS], max(len(rows) - _MOST_ROWS, 0))
    if name == "csi":
        items = [line for line in lines if line["category"] and line["part"] == Part.TOTAL]
        yield PageTable(t("Составляющие CSI"), t("Среднее по всем респондентам."), *_filled(_ITEMS, items, t))


def _filled(
    fields: Sequence[Field], lines: Sequence[Line], t: Language
) -> tuple[tuple[str, ...], tuple[tuple[Cell, ...], ...]]:
    """Heads and rows of a table with these fields."""
    return tuple(t(head) for head, _ in fields), tuple(tuple(read(line, t) for _, read in fields) for line in lines)


def _wide(name: str, lines: Sequence[Line], report: Report) -> PageTable:
    """A table with a line a stream and a column a category, the most frequent ones."""
    t = language_of(report.settings)
    frequent = sorted((line for line in lines if line["part"] == Part.TOTAL), key=lambda line: -line["count"])
    shown = {line["category"] for line in frequent[:_MOST_COLUMNS]}
    categories = [line["category"] for line in lines if line["part"] == Part.TOTAL and line["category"] in shown]
    by_stream: dict[tuple[str, str, str], dict[str, Line]] = {}
    for line in lines:
        by_stream.setdefault((line["part"], line["name"], line["code_id"]), {})[line["category"]] = line
    rows = []
    for cells in by_stream.values():
        first = next(iter(cells.values()))
        row = [_stream(first, t), *(_WIDE[name](cells[each], t) for each in categories), _missing(first, t)]
        rows.append(tuple(row) if name == "journey" else (*row, verdict(first, t)))
    named = (category({**lines[0], "category": each}, t).text for each in categories)
    heads = (t("Поток"), *named, t("Нет данных"))
    lead = _lead(name, lines, report, t)
    if len(frequent) > len(categories):
        most = "Показаны {count} самых частых значений из {all}; все — в report.xlsx."
        lead += " " + t(most, count=len(categories), all=len(frequent))
    heads = heads if name == "journey" else (*heads, t("Вывод"))
    return PageTable(t(TITLES[name]), lead, heads, tuple(rows[:_MOST_ROWS]), max(len(rows) - _MOST_ROWS, 0))


def _stream(line: Line, t: Language) -> Cell:
    kind = t("сводная группа") if line["part"] == Part.NET else ""
    return Cell(t(ALL) if line["part"] == Part.TOTAL else str(line["name"]), kind, number=False)


def category(line: Line, t: Language = RUSSIAN) -> Cell:
    """Write the category of a line."""
    held = str(line["category"])
    tenure = line["measure"] == "tenure" or (line["measure"] == "icp" and line["name"] == "tenure")
    return Cell(t(_TENURE[held]) if tenure and held in _TENURE else held, number=False)


def _profiled(line: Line, t: Language) -> Cell:
    """Write a value with the attribute that it is of: «сегмент: A»."""
    return Cell(f"{attribute(line, t)}: {category(line, t).text}", number=False)


def attribute(line: Line, t: Language = RUSSIAN) -> str:
    """Return the attribute that a value of a profile is of."""
    if line["measure"] != "icp":
        return ""
    name = str(line["name"])
    return t(_ATTRIBUTES[name]) if name in _ATTRIBUTES else name


def _people(line: Line, _: Language) -> Cell:
    return Cell(str(line["respondents"]))


def _missing(line: Line, _: Language) -> Cell:
    return Cell(str(line["missing"]))


def _count(line: Line, _: Language) -> Cell:
    return Cell(str(line["count"]))


def verdict(line: Line, t: Language = RUSSIAN) -> Cell:
    """Say what may be claimed, with the adjusted p."""
    words = _VERDICTS[""] | _VERDICTS.get(line["measure"], {})
    return Cell(t(words[line["verdict"]]) or NOTHING, _p(line["p_adjusted"], t), number=False)


def _p(value: float, t: Language) -> str:
    if math.isnan(value):
        return ""
    return f"p < {t.plain(_SMALLEST_P)}" if value < _SMALLEST_P else f"p = {t.number(value, 3)}"


def _points(line: Line, t: Language) -> Cell:
    return Cell(t.points(line["value"]), _bounds(line))


def _money(line: Line, t: Language) -> Cell:
    low, high = line["low"], line["high"]
    return Cell(t.amount(line["value"]), "" if math.isnan(low) else f"{t.amount(low)}…{t.amount(high)}")


def _number(line: Line, t: Language) -> Cell:
    low, high = line["low"], line["high"]
    return Cell(t.number(line["value"]), "" if math.isnan(low) else f"{t.number(low)}…{t.number(high)}")


def _lift(line: Line, t: Language) -> Cell:
    low, high = line["low"], line["high"]
    return Cell(t.number(line["value"], 2), "" if math.isnan(low) else f"{t.number(low, 2)}…{t.number(high, 2)}")


def _share(line: Line, t: Language) -> Cell:
    """A share with how many people it is."""
    return Cell(t.percent(line["value"]), _part_of(line, t))


def _part_of(line: Line, t: Language) -> str:
    return t("{count} из {base}", count=line["count"], base=line["respondents"])


def _share_interval(line: Line, t: Language) -> Cell:
    low, high = line["low"], line["high"]
    return Cell(t.percent(line["value"]), "" if math.isnan(low) else f"{t.number(low, 0)}…{t.percent(high)}")


def _net(line: Line, t: Language) -> Cell:
    """A net of a stage with its rows; the claim stands below it."""
    if math.isnan(line["value"]):
        return Cell(NOTHING)
    claim = t(_VERDICTS["journey"].get(line["verdict"], ""))
    note = (_bounds(line), t.counted(line["count"], ROWS), claim)
    return Cell(t.points(line["value"], 0), ", ".join(filter(None, note)))


def _bounds(line: Line) -> str:
    return "" if math.isnan(line["low"]) else interval(line["low"], line["high"])


def _of(key: str, digits: int = 0) -> Callable[[Line, Language], Cell]:
    return lambda line, t: Cell(t.percent(line[key], digits))


TITLES = {
    "nps": "NPS, индекс рекомендации",
    "csi": "CSI, индекс удовлетворённости",
    "segment": "Сегменты",
    "revenue_share": "Доля выручки по сегментам",
    "abc": "ABC по деньгам",
    "tenure": "Новые и постоянные",
    "role": "К кому обращались",
    "ltv": "LTV, сумма маржи клиента",
    "revenue": "Выручка с клиента",
    "journey": "Этапы пути",
    "icp": "Портрет лучшего клиента",
    "routing": "Обратились не к тому",
    "saturation": "Насыщение: новые коды в последних карточках",
}
_WIDE: Mapping[str, Callable[[Line, Language], Cell]] = {
    **dict.fromkeys(("segment", "abc", "tenure", "role"), _share),
    "journey": _net,
}
_STREAM: tuple[Field, ...] = (("Поток", _stream), ("Респон\u00adдентов", _people), ("Нет ответа", _missing))
_ITEMS: tuple[Field, ...] = (
    ("Составляющая", category),
    ("Среднее, 1–5", lambda line, t: Cell(t.number(line["value"], 2))),
    ("Важность", lambda line, t: Cell(t.number(line["weight"], 2))),
    ("Респон\u00adдентов", _people),
)
_BRINGS: tuple[Field, ...] = (
    *_STREAM,
    ("В среднем", _money),
    ("Медиана", lambda line, t: Cell(t.amount(line["median"]))),
    ("Сумма", lambda line, t: Cell(t.amount(line["total"]))),
    ("Вывод", verdict),
)
_FIELDS: Mapping[str, tuple[Field, ...]] = {
    "nps": (
        *_STREAM,
        ("9–10", _of("promoters")),
        ("7–8", _of("passives")),
        ("0–6", _of("detractors")),
        ("NPS", _points),
        ("Ошибка SE", lambda line, t: Cell(t.number(line["se"]))),
        ("Вывод", verdict),
    ),
    "csi": (*_STREAM, ("CSI", _number), ("Вывод", verdict)),
    "ltv": _BRINGS,
    "revenue": _BRINGS,
    "revenue_share": (
        ("Сегмент", category),
        ("Клиентов", _count),
        ("Выручка", lambda line, t: Cell(t.amount(line["total"]))),
        ("Доля", _share_interval),
        ("Ожидали", _of("overall")),
        ("Вывод", verdict),
    ),
    "icp": (
        ("Признак", _profiled),
        ("Среди довольных целевых", lambda line, t: Cell(_part_of(line, t))),
        ("Среди всех", _of("overall")),
        ("Во сколько раз чаще", _lift),
        ("Вывод", verdict),
    ),
    "routing": (
        ("Поток", _stream),
        ("Кто должен помочь", category),
        ("Респон\u00adдентов", _people),
        ("Нет данных", _missing),
        ("Обратились не к нему", _share_interval),
    ),
    "saturation": (
        ("Последних карточек", lambda line, _: Cell(str(line["category"]), number=False)),
        ("Новых кодов", _count),
        ("Доля от известных до них", _of("value", 1)),
    ),
}
_TESTED = "Сравнение с остальными — перестановками, p с поправкой Холма на число потоков."
_CROSS = (
    "Доля респондентов потока. Состав сравнивается с остальными точным критерием Фишера (при нескольких значениях — "
    "Фримена — Холтона), p с поправкой Холма."
)
_LEADS: Mapping[str, tuple[str, ...]] = {
    "nps": ("Доля 9–10 минус доля 0–6, каждый респондент один раз; {level}\u00a0% интервал — Рокса.", _TESTED),
    "csi": ("Формула: {formula}; {level}\u00a0% интервал.", _TESTED),
    "segment": (_CROSS,),
    "revenue_share": ("Сколько выручки дают сегменты, {level}\u00a0% интервал.",),
    "abc": ("A — кто вместе даёт первые 80\u00a0% денег, B — до 95\u00a0%, C — остальные.", _CROSS),
    "tenure": ("Постоянный — от {days} с первой даты до последней.", _CROSS),
    "role": (_CROSS,),
    "ltv": ("Сумма маржи каждого клиента, среднее с {level}\u00a0% интервалом.", _TESTED),
    "revenue": ("Среднее с {level}\u00a0% интервалом.", _TESTED),
    "journey": (
        "Довольные (4–5) минус недовольные (0–2), в процентах строк с оценкой; {level}\u00a0% интервал. Вывод — по "
        "критерию знаков по респондентам, p с поправкой Холма на все клетки таблицы.",
    ),
    "icp": (
        "Во сколько раз признак чаще у тех, кто поставил 4–5 целевому потоку, чем у всех; "
        "{level}\u00a0% интервал, точный критерий Фишера, p с поправкой Холма на все признаки.",
    ),
    "routing": ("Каждый респондент один раз, по последней карточке; {level}\u00a0% интервал Уилсона.",),
    "saturation": ("Карточки по порядку дат. Мало новых кодов — новые интервью вряд ли добавят потоки.",),
}
_MADE_SEGMENTS = "Сегменты A–D составлены по выручке и затратам ({ours})."


def _lead(name: str, lines: Sequence[Line], report: Report, t: Language) -> str:
    """Say what a table holds and how it was computed."""
    made = name == "segment" and "segment" not in report.measured.columns.values()
    values = {
        "level": t.plain(report.settings.balance.interval),
        "days": t.counted(report.settings.measures.permanent_after, "дня|дней|дней"),
        "formula": t(next((FORMULAS[line["formula"]] for line in lines if line["formula"]), "")),
        "ours": t(OURS),
    }
    return " ".join(t(text, **values) for text in (*_LEADS[name], *([_MADE_SEGMENTS] if made else [])))
