"""The Russian words of the workbook: names of sheets, and what stands in cells and charts."""

from collections.abc import Mapping

from models.codebook import EventKind

SUMMARY, STREAMS, CHARTS, NETS, WAVES = "Итог", "Потоки", "Графики", "Сводные группы", "Волны"
PHRASES, ROWS, MATRIX, QUOTES, PASSED = "Фразы", "Строки", "Фразы 0-1", "Цитаты", "Не взято"
UNREAD = "Не прочитано"
BY_WAVE, BY_NET, FIXED, CODEBOOK = "Поток и волна", "Поток и группа", "Постоянные коды", "Кодификатор"
CHANGES, QUALITY, METHOD = "Журнал кодов", "Согласие и проверка", "О расчёте"
QUALITY_OF_REASONS = "Согласие о причинах"
CRITERIA, BY_PURPOSE, BACKLOG = "Критерии", "Критерии по потокам", "Что улучшать"
REASONS = "Слова о причинах"

PAGE = "Страница &P из &N"
CUT = "… [обрезано: в ячейку Excel входит не больше 32 767 знаков]"
YES, NO = "да", "нет"

SCORES_CHART = "Оценки: влево недовольные (3 и 0–2), вправо те, чьи ожидания превзойдены (5), % строк"
BALANCE_CHART = "Баланс обслуженности B и его интервал"
SIZES_CHART = "Сколько респондентов назвало поток"
LARGEST = "{title}: {count} самых больших потоков из {of}"

MORE_CODES = "и ещё кодов: {count}; они на листе «{sheet}»"
PROBABILITY = "Вероятность: {state}"
MORE_WAVES, MORE_NETS = "и ещё волн, более ранних: {count}", "и ещё групп, меньших: {count}"
RESPONDENTS_IN, B_IN = "Респондентов: {part}", "B: {part}"
MAY_BE_SHOWN, TO_IMPROVE = "можно показать", "что улучшить"

TITLE, MADE, REVIEWED, TEXTS = "Отчёт", "Сделан (UTC)", "Кто разбирал", "Тексты"
CARDS, PURPOSES, CODED, RESPONDENTS = "Карточек", "Строк с целями", "Из них разобрано", "Респондентов в разобранном"
CODES_FROM, NOT_COUNTED, NAMED_ON = "Откуда коды", "Не посчитано строк файла", "названы на листе «Не взято»"
CONFIRMED, AWAITING, DISPUTED = "Подтверждено, фраз", "Ждут решения, фраз", "Из них спорных, фраз"
NOTHING_COUNTED = "по ним не посчитано ни одно число"
AGAIN = "Из подтверждённых спросят ещё раз, фраз"
WHY_AGAIN = "подтверждённый код посчитан; впереди второй код или решение, к какой части разделённого кода отнести"
HOW_MANY, IN_STATE = "Потоков", "Потоков: {state}"
EVIDENCE = "Отпечаток"
HIDDEN, SHOWN = "Для передачи", "таблиц и слов этого отчёта"
BEHIND_OUTSIDE = "строки файла, коды, оценки и настройки баланса"
BEHIND = "решения людей, журнал кодов, оценки и настройки баланса"
ASKED_TWICE = "Что спрошено дважды"
LINES_PASSED = ("не посчитана", "посчитана без оценки", "посчитана")

EVENTS: Mapping[EventKind, str] = {
    EventKind.CREATE: "создан: «{name}»",
    EventKind.RENAME: "переименован в «{name}»",
    EventKind.TARGET: "цель: {target}",
    EventKind.STRATEGY: "стратегия: «{strategy}»",
    EventKind.DEFINE: "{said}",
    EventKind.NET: "сводная группа: «{net}»",
    EventKind.MERGE: "слит в «{into}»",
    EventKind.SPLIT: "разделяется, фраз: {phrases}",
    EventKind.RETIRE: "выведен",
    EventKind.UNDO: "отменена запись {event}",
}
NO_NET, NO_STRATEGY = "без сводной группы", "снова стратегия по правилу"
DEFINITION_SAID, NOTE_SAID = "определение: «{said}»", "примечание: «{said}»"
