"""How the numbers were made: the formulas, whose they are, and this study's settings. For the page and the workbook."""

from dataclasses import dataclass

from models.config import Balance, Study
from reports.data import Report
from reports.figures import NBSP, plain
from reports.words import FLAGS, OURS, STATES, STRATEGIES, UNSURE

# From benchmarks/intervals.md: means over its cells, and the worst cells.
MEASURED = (
    "Проверено на придуманных таблицах с известным B: 90 % интервал накрывает его в среднем в 93 случаях из 100 при 5 "
    "респондентах, в 92 при 10, в 91 при 30 и в 90 при 100. Хуже всего, в 84–86 из 100, — когда строки одного человека "
    "почти одинаковы. При 3 респондентах — 94, но бывает и 82: меньше чем при пяти точность не обещана."
)


@dataclass(frozen=True)
class Rule:
    """One thing that was computed: its name, how (lines), and where the rule comes from."""

    name: str
    lines: tuple[str, ...]
    source: str


def rules(report: Report) -> list[Rule]:
    """Return every rule behind the report's numbers, with the cuts of this study's settings."""
    settings = report.settings.balance
    return [
        Rule(
            "Единица счёта",
            (
                "Строка карточки: одна цель с её оценкой. Человек с двумя целями входит в два потока.",
                "Строка считается в каждом потоке один раз, сколько бы её фраз к нему ни относилось.",
            ),
            "Д. Андерсон, пример «Нита заказывает пиццу»",
        ),
        _weights(settings),
        Rule(
            "Оценки (box score)",
            (
                "% довольных (4–5) - нейтральных (3) - недовольных (0–2) (строк) | карточек с ответом / роздано",
                "Проценты округлены по наибольшему остатку и в сумме дают 100. Знак «?»: не указано, сколько роздано.",
            ),
            "Fitness box score: Д. Андерсон; piou.com.br; глоссарий М. Филипа",
        ),
        Rule(
            "Баланс обслуженности B",
            (
                "E = 100 · Σw[оценка = 5] / Σw",
                "U = 100 · Σw[оценка ≤ 3] / Σw",
                "D = 100 · Σw[оценка ≤ 2] / Σw",
                "B = E − U, от −100 до +100; ноль там, где все поставили 4 или где E и U равны.",
            ),
            f"{OURS}: опубликованной формулы нет",
        ),
        _states(settings),
        _interval(settings),
        _certainty(settings),
        _step(settings),
        _size(settings),
        _strategy(),
        _flags(settings),
        *([_nets()] if len(report.nets) else []),
        *([_waves(settings)] if len(report.waves) else []),
        *([] if report.outside else [_quality(report.settings)]),
        _scale(report.settings),
    ]


def _weights(settings: Balance) -> Rule:
    each = "Каждая строка цели весит 1."
    whole = "1/k: каждый респондент весит 1, поровну на k своих строк с оценкой."
    return Rule("Веса w", (each if settings.weights == "row" else whole,), OURS)


def _states(settings: Balance) -> Rule:
    under, over = plain(settings.under), plain(settings.over)
    return Rule(
        "Состояние",
        (
            f"{STATES['very_under']}: B ≤ {under} и D ≥ {plain(settings.very_under_dissatisfied)}",
            f"{STATES['under']}: B ≤ {under}",
            f"{STATES['over']}: B ≥ +{over}",
            f"{STATES['well']}: во всех остальных случаях",
            "Нет строк с оценкой — нет состояния: по тексту оно не угадывается. Границы проверяются на точных дробях.",
        ),
        f"{OURS}; идеал «без восторгов, и без осадочков» — автора разобранного случая",
    )


def _interval(settings: Balance) -> Rule:
    level = f"{plain(settings.interval)}{NBSP}%"
    return Rule(
        f"Интервал B, {level}",
        (
            "Интервалы Уилсона для E и U, соединённые по Ньюкомбу, на действующем числе строк: строки одного человека "
            "похожи и считаются за меньшее их число.",
            MEASURED,
        ),
        f"Р. Ньюкомб, 1998, способ 10; действующее число строк: Л. Киш; осторожность при немногих людях — {OURS}",
    )


def _certainty(settings: Balance) -> Rule:
    certain = settings.certain
    return Rule(
        f"«{UNSURE.capitalize()}»",
        (
            f"Вероятность состояния ниже {plain(100 * certain.probability)}{NBSP}% или оценивших респондентов меньше "
            f"{certain.respondents}. Само состояние от этого не меняется.",
            f"Вероятности: байесовский бутстреп по респондентам, {settings.draws} повторов. К ним добавлен один "
            "воображаемый, поровну на оценки 5, 4, 3 и 0–2, поэтому по одному ответу уверенности не бывает.",
        ),
        f"бутстреп: Д. Рубин, 1981; границы и добавка — {OURS}",
    )


def _step(settings: Balance) -> Rule:
    row = "Меньше всего строк с одной оценкой, которые надо убрать или добавить, чтобы состояние стало другим."
    whole = "Меньше всего новых респондентов с одной строкой и одной оценкой, с которыми состояние станет другим."
    return Rule("Что изменило бы состояние", (row if settings.weights == "row" else whole, "Найдено точно."), OURS)


def _nets() -> Rule:
    told = "Строка с любым кодом группы считается в ней один раз, респондент — один раз. Доли — от тех же респондентов."
    return Rule("Сводные группы", (told,), "quirks.com: сводная группа считает людей, а не упоминания")


def _waves(settings: Balance) -> Rule:
    return Rule(
        "Волны",
        (
            "Каждая волна посчитана так, будто других нет. Сравнивается она с предыдущей по названию; числа в "
            "названиях сравниваются как числа.",
            "Изменение B названо, когда его интервал не накрывает ноль и в обеих волнах оценили не меньше "
            f"{settings.certain.respondents} респондентов. Кто ответил в обеих, учтён как один и тот же человек.",
        ),
        f"Г. Зоу и А. Доннер, 2008 (MOVER); условие — {OURS}",
    )


def _size(settings: Balance) -> Rule:
    named = zip(("XS", "S", "M", "L"), settings.size_bounds, strict=True)
    bounds = ", ".join(f"{name} до {plain(bound)}{NBSP}%" for name, bound in named)
    return Rule(
        "Размер",
        (
            "Доля респондентов, назвавших цель потока, среди всех, у кого есть хоть одна содержательная цель: "
            f"{bounds}, XL больше.",
            "Один респондент — всегда XS. Люди могут входить в несколько потоков, поэтому доли в сумме больше 100 %.",
        ),
        OURS,
    )


def _strategy() -> Rule:
    return Rule(
        "Стратегия",
        (
            f"Целевой и доволен: {STRATEGIES['protect_and_grow']}. Целевой и недоволен: {STRATEGIES['improve']}.",
            f"Нецелевой и доволен: {STRATEGIES['modify']}. Нецелевой и недоволен: {STRATEGIES['switch_off']}.",
            "Доволен — хорошо обслужен или переобслужен. Целевой ли поток, решает аналитик; "
            "пока не решено, показаны оба пути.",
        ),
        f"названия — автора разобранного случая; «{STRATEGIES['improve']}» — {OURS}",
    )


def _flags(settings: Balance) -> Rule:
    cut = plain(settings.polarised)
    return Rule(
        "Оговорки",
        (
            f"{FLAGS['indicative']}: оценили меньше {settings.certain.respondents}",
            f"{FLAGS['polarised']}: E ≥ {cut} и U ≥ {cut}",
            f"{FLAGS['unstable']}: состояние меняется, если убрать кого-то одного",
        ),
        OURS,
    )


def _quality(settings: Study) -> Rule:
    share = plain(100 * settings.review.audit)
    return Rule(
        "Согласие и проверка",
        (
            f"Проверка вслепую: {share}{NBSP}% строк, подтверждённых на страницах (не меньше "
            f"{settings.review.audit_least}), выбраны случайно и спрошены ещё раз без подсказки. Ошибка — доля тех, "
            "где наборы кодов разошлись; интервал точный, для выборки без возвращения (гипергеометрический).",
            "α = 1 − D наблюдаемое / D ожидаемое; для наборов кодов — расстояние MASI, для одного кода — есть он или "
            "нет. κ — для двух человек и одного кода. Считаются только первые ответы; 95 % интервал α — бутстреп по "
            "респондентам. Где все ответы одинаковы, α и κ не определены: это не полное согласие.",
        ),
        "К. Криппендорф, 2011 (границы 0,800 и 0,667 — 2004); Дж. Коэн, 1960; Р. Пассонно, 2006; Дж. Буонаккорси, 1987",
    )


def _scale(settings: Study) -> Rule:
    levels = tuple(f"{level} — {settings.scale[level]}" for level in sorted(settings.scale, reverse=True))
    return Rule("Шкала оценок", levels, "смысл уровней: piou.com.br; тексты — из настроек этого исследования")
