"""How the numbers were made: the formulas, whose they are, and this study's settings. For the page and the workbook."""

from dataclasses import dataclass

from models.config import Balance, Study
from models.sharing import Shared
from reports import alarms, measures
from reports.data import Report
from reports.language import Language, language_of
from reports.words import FLAGS, GRADE_OPEN, OURS, STATES, STRATEGIES

# From benchmarks/intervals.md: means over its cells, and the worst cells.
MEASURED = (
    "Проверено на придуманных таблицах с известным B: 90\u00a0% интервал накрывает его в среднем в 93 "
    "случаях из 100 при 5 респондентах, в 92 при 10, в 91 при 30 и в 90 при 100. Хуже всего, в 84–86 из "
    "100, — когда строки одного человека почти одинаковы. При 3 респондентах — 94, но бывает и 82: меньше"
    " чем при пяти точность не обещана."
)


@dataclass(frozen=True)
class Rule:
    """One thing that was computed: its name, how (lines), and where the rule comes from."""

    name: str
    lines: tuple[str, ...]
    source: str


def rules(report: Report) -> list[Rule]:
    """Return every rule behind the report's numbers, with the cuts of this study's settings, in its language."""
    settings, t = report.settings.balance, language_of(report.settings)
    return [
        _unit(t),
        _weights(settings, t),
        _box(settings, t),
        _balance(t),
        _states(settings, t),
        _interval(settings, t),
        _certainty(settings, t),
        _step(settings, t),
        _size(settings, t),
        _strategy(t),
        _flags(settings, t),
        *([_nets(t)] if len(report.nets) else []),
        *([_waves(settings, t)] if len(report.waves) else []),
        *([_changed(report, t)] if report.alarms and report.alarms.found else []),
        *([_criteria(settings, t)] if report.reasons else []),
        *_measures(report, t),
        *([] if report.outside else [_quality(report.settings, t)]),
        _scale(report.settings, t),
        *([_sharing(report.shared, t)] if report.shared else []),
    ]


def _unit(t: Language) -> Rule:
    return Rule(
        t("Единица счёта"),
        (
            t("Строка карточки: одна цель с её оценкой. Человек с двумя целями входит в два потока."),
            t("Строка считается в каждом потоке один раз, сколько бы её фраз к нему ни относилось."),
        ),
        t("Д. Андерсон, пример «Нита заказывает пиццу»"),
    )


def _weights(settings: Balance, t: Language) -> Rule:
    each = t("Каждая строка цели весит 1.")
    whole = t("1/k: каждый респондент весит 1, поровну на k своих строк с оценкой.")
    return Rule(t("Веса w"), (each if settings.weights == "row" else whole,), t(OURS))


def _box(settings: Balance, t: Language) -> Rule:
    unweighted = t("Веса 1/k на эту запись не действуют: в ней каждая строка весит 1, а в E, U, D и B — 1/k.")
    return Rule(
        t("Оценки (box score)"),
        (
            t("% довольных (4–5) - нейтральных (3) - недовольных (0–2) (строк) | карточек с ответом / роздано"),
            t("Проценты округлены по наибольшему остатку и в сумме дают 100. Знак «?»: не указано, сколько роздано."),
            *([] if settings.weights == "row" else [unweighted]),
        ),
        t("Fitness box score: Д. Андерсон; piou.com.br; глоссарий М. Филипа"),
    )


def _balance(t: Language) -> Rule:
    return Rule(
        t("Баланс обслуженности B"),
        (
            t("E = 100 · Σw[оценка = 5] / Σw"),
            t("U = 100 · Σw[оценка ≤ 3] / Σw"),
            t("D = 100 · Σw[оценка ≤ 2] / Σw"),
            t("B = E − U, от −100 до +100; ноль там, где все поставили 4 или где E и U равны."),
        ),
        t("{ours}: опубликованной формулы нет", ours=t(OURS)),
    )


def _states(settings: Balance, t: Language) -> Rule:
    under, over = t.plain(settings.under), t.plain(settings.over)
    return Rule(
        t("Состояние"),
        (
            f"{t(STATES['very_under'])}: B ≤ {under}, D ≥ {t.plain(settings.very_under_dissatisfied)}",
            f"{t(STATES['under'])}: B ≤ {under}",
            f"{t(STATES['over'])}: B ≥ +{over}",
            t("{state}: во всех остальных случаях", state=t(STATES["well"])),
            t(
                "Нет строк с оценкой — нет состояния: по тексту оно не угадывается. Границы проверяются на точных "
                "дробях."
            ),
        ),
        t("{ours}; идеал «без восторгов, и без осадочков» — автора разобранного случая", ours=t(OURS)),
    )


def _interval(settings: Balance, t: Language) -> Rule:
    return Rule(
        t("Интервал B, {level}", level=t.percent(settings.interval, _digits(settings.interval))),
        (
            t(
                "Интервалы Уилсона для E и U, соединённые по Ньюкомбу, на действующем числе строк: строки одного "
                "человека похожи и считаются за меньшее их число."
            ),
            t(MEASURED),
        ),
        t(
            "Р. Ньюкомб, 1998, способ 10; действующее число строк: Л. Киш; осторожность при немногих людях — {ours}",
            ours=t(OURS),
        ),
    )


def _digits(value: float) -> int:
    return 0 if value == int(value) else 1


def _certainty(settings: Balance, t: Language) -> Rule:
    certain = settings.certain
    return Rule(
        t("«Нельзя сказать уверенно»"),
        (
            t(
                "Вероятность состояния ниже {limit} или оценивших респондентов меньше {least}. Само состояние от этого "
                "не меняется.",
                limit=t.percent(100 * certain.probability, _digits(100 * certain.probability)),
                least=certain.respondents,
            ),
            t(
                "«{open}» — когда вероятности «{very}» и «{under}» набирают столько только вместе и ни один респондент "
                "не решает этого один: поток недообслужен уверенно, открыта лишь степень.",
                open=t(GRADE_OPEN),
                very=t(STATES["very_under"]),
                under=t(STATES["under"]),
            ),
            t(
                "Вероятности: байесовский бутстреп по респондентам, повторов: {draws}. К ним добавлен один "
                "воображаемый, поровну на оценки 5, 4, 3 и 0–2, поэтому по одному ответу уверенности не бывает.",
                draws=settings.draws,
            ),
            t(
                "Ответ в начале отчёта строже: с оговоркой «{few}» или «{one}» он о состоянии потока ничего не "
                "утверждает, кроме того, что он недообслужен, если ни один респондент не решает этого один.",
                few=t(FLAGS["indicative"]),
                one=t(FLAGS["unstable"]),
            ),
        ),
        t("бутстреп: Д. Рубин, 1981; границы и добавка — {ours}", ours=t(OURS)),
    )


def _step(settings: Balance, t: Language) -> Rule:
    row = t("Меньше всего строк с одной оценкой, которые надо убрать или добавить, чтобы состояние стало другим.")
    whole = t("Меньше всего новых респондентов с одной строкой и одной оценкой, с которыми состояние станет другим.")
    told = (row if settings.weights == "row" else whole, t("Найдено точно."))
    return Rule(t("Что изменило бы состояние"), told, t(OURS))


def _nets(t: Language) -> Rule:
    told = t(
        "Строка с любым кодом группы считается в ней один раз, респондент — один раз. Доли — от тех же респондентов."
    )
    return Rule(t("Сводные группы"), (told,), t("quirks.com: сводная группа считает людей, а не упоминания"))


def _waves(settings: Balance, t: Language) -> Rule:
    return Rule(
        t("Волны"),
        (
            t(
                "Каждая волна посчитана так, будто других нет. Сравнивается она с предыдущей по названию; числа в "
                "названиях сравниваются как числа."
            ),
            t(
                "Изменение B названо, когда p (уровень, на котором его интервал дошёл бы до нуля; квантили "
                "Стьюдента) с поправкой Холма на число потоков, сравнимых в этих двух волнах, не больше "
                "{chance}\u00a0% и в обеих волнах оценили не меньше {least} респондентов. Кто ответил в обеих, учтён "
                "как один и тот же человек.",
                chance=t.plain(100 - settings.interval),
                least=settings.certain.respondents,
            ),
        ),
        t("Г. Зоу и А. Доннер, 2008 (MOVER); условие — {ours}", ours=t(OURS)),
    )


def _size(settings: Balance, t: Language) -> Rule:
    named = zip(("XS", "S", "M", "L"), settings.size_bounds, strict=True)
    bounds = ", ".join(
        t("{size} до {bound}", size=size, bound=t.percent(bound, _digits(bound))) for size, bound in named
    )
    return Rule(
        t("Размер"),
        (
            t(
                "Доля респондентов, назвавших цель потока, среди всех, у кого есть хоть одна содержательная цель: "
                "{bounds}, XL больше.",
                bounds=bounds,
            ),
            t(
                "Один респондент — всегда XS. Люди могут входить в несколько потоков, поэтому доли в сумме больше "
                "100\u00a0%."
            ),
        ),
        t(OURS),
    )


def _strategy(t: Language) -> Rule:
    protect, improve, modify, off = (
        t(STRATEGIES[name]) for name in ("protect_and_grow", "improve", "modify", "switch_off")
    )
    return Rule(
        t("Стратегия"),
        (
            t("Целевой и доволен: {one}. Целевой и недоволен: {other}.", one=protect, other=improve),
            t("Нецелевой и доволен: {one}. Нецелевой и недоволен: {other}.", one=modify, other=off),
            t(
                "Доволен — хорошо обслужен или переобслужен. Целевой ли поток, решает аналитик; пока не решено, "
                "показаны оба пути."
            ),
            t("Аналитик может выбрать другую стратегию, если скажет почему; рядом остаётся и та, что по правилу."),
        ),
        t("названия — автора разобранного случая; «{improve}» — {ours}", improve=improve, ours=t(OURS)),
    )


def _flags(settings: Balance, t: Language) -> Rule:
    cut = t.plain(settings.polarised)
    return Rule(
        t("Оговорки"),
        (
            t("{flag}: оценили меньше {least}", flag=t(FLAGS["indicative"]), least=settings.certain.respondents),
            f"{t(FLAGS['polarised'])}: E ≥ {cut}, U ≥ {cut}",
            t("{flag}: состояние меняется, если убрать кого-то одного", flag=t(FLAGS["unstable"])),
        ),
        t(OURS),
    )


def _quality(settings: Study, t: Language) -> Rule:
    share = 100 * settings.review.audit
    return Rule(
        t("Согласие и проверка"),
        (
            t(
                "Проверка вслепую: {share} строк, подтверждённых на страницах (не меньше {least}), выбраны случайно и "
                "спрошены ещё раз без подсказки. Ошибка — доля тех, где наборы кодов разошлись; интервал точный, для "
                "выборки без возвращения (гипергеометрический).",
                share=t.percent(share, _digits(share)),
                least=settings.review.audit_least,
            ),
            t(
                "α = 1 − D наблюдаемое / D ожидаемое; для наборов кодов — расстояние MASI, для одного кода — есть он "
                "или нет. κ — для двух человек и одного кода. Считаются только первые ответы; 95\u00a0% интервал α — "
                "бутстреп по респондентам. Где все ответы одинаковы, α и κ не определены: это не полное согласие."
            ),
        ),
        t(
            "К. Криппендорф, 2011 (границы 0,800 и 0,667 — 2004); Дж. Коэн, 1960; Р. Пассонно, 2006; "
            "Дж. Буонаккорси, 1987"
        ),
    )


def _measures(report: Report, t: Language) -> list[Rule]:
    lines, source = measures.told(report)
    return [Rule(t(measures.TITLE), lines, source)] if lines else []


def _changed(report: Report, t: Language) -> Rule:
    source = t("точный тест: Р. Фишер, 1935; поправка: Р. Тарон, 1990; что сравнивать — {ours}", ours=t(OURS))
    return Rule(t("Что изменилось с прошлой волны"), alarms.how(t, counted=bool(report.outside)), source)


def _criteria(settings: Balance, t: Language) -> Rule:
    return Rule(
        t("Критерии и что улучшать"),
        (
            t(
                "Коды причин подтверждают так же, как коды целей. В счёт идут строки, где подтверждён хоть один "
                "критерий; «без него» — те из них, где этот не назван. Каждая строка весит 1."
            ),
            t(
                "Разница средних: {level}\u00a0% интервал Уэлча, дисперсия по респондентам (строки одного человека — "
                "вместе), с добавкой веса двух респондентов с разбросом в один балл. «Выше» или «ниже» — только если p "
                "(степени свободы меньшей стороны) с поправкой Холма на число критериев не больше {chance}\u00a0% и с "
                "каждой стороны оценили не меньше {least} респондентов.",
                level=t.plain(settings.interval),
                chance=t.plain(100 - settings.interval),
                least=settings.certain.respondents,
            ),
            t(
                "Что улучшать: n · (4 − средняя) = Σ(4 − оценка), только где средняя ниже 4. Хвалят или ругают "
                "критерий, видно из оценки строки, отдельно это не кодируется."
            ),
        ),
        t(OURS),
    )


def _scale(settings: Study, t: Language) -> Rule:
    levels = tuple(f"{level} — {t(settings.scale[level])}" for level in sorted(settings.scale, reverse=True))
    return Rule(t("Шкала оценок"), levels, t("смысл уровней: piou.com.br; тексты — из настроек этого исследования"))


def _sharing(shared: Shared, t: Language) -> Rule:
    least = shared.least
    return Rule(
        t("Что скрыто в отчёте для передачи"),
        (
            t(
                "Поток, постоянный код, строки с оценкой и без неё показаны, если за ними не меньше {least} "
                "респондентов. Остальное вынуто до счёта: ни одна сумма, доля и ни один отпечаток от него не зависят.",
                least=least,
            ),
            t(
                "Сводная группа и волны потока показаны, если и всё, что можно получить вычитанием, "
                "пусто или не меньше {least} респондентов.",
                least=least,
            ),
            t(
                "Со скрытой группой число всех респондентов, доли и размеры показаны, только если и с ними остаётся не "
                "меньше {least} возможных чисел людей, общих двум её потокам и всем вместе.",
                least=least,
            ),
            t("Доли оценок внутри показанного потока даны полностью: правило — о числе людей в группе."),
            t(
                "Слова — примеры: где так оценило не меньше {least} респондентов, и не те, что стоят в двух "
                "потоках. Тексты с масками; кто разбирал, не названо; ни карточек, ни строк, ни карты, ни критериев, "
                "ни других показателей, ни файлов SPSS здесь нет.",
                least=least,
            ),
        ),
        t(
            "правило порога и вторичное скрытие: А. Хундепул и др., 2012; порог {least} и способ — {ours}",
            least=least,
            ours=t(OURS),
        ),
    )
