"""Review objects as Label Studio shows them, and what people send back as answers.

What the community edition does with these controls was proved on a running server: docs/label-studio.md.
"""

from collections.abc import Mapping, Sequence
from html import escape as html_escape
from importlib.resources import files
from itertools import zip_longest
from typing import Any
from xml.sax.saxutils import quoteattr

from models.codebook import FIXED, Code, Codebook, Target
from models.coding import PhraseState
from models.review import Answer, Kind, Line, Member, ReviewTask, UnusableAnswer
from models.store.cards import RowContext

Json = dict[str, Any]
KEY = "rechki_key"
_ALSO = "+"
_CODE, _BLANK = ":", "-"  # on a sorting page: after a line's alias comes a code, or nothing where fewer are offered
_OFFERED = 3  # codes beside a line of a sorting page; the style counts on it
_JOIN = "join"  # among the suggested codes of a phrase that is only a part of its answer
_PART = " ✂"
_PAGE_KEYS = "qwetyiopasdfgjklzxcvbnm4567890"  # r, u and h are Label Studio's own, 1-3 belong to the target
_FIXED_KEYS = dict(zip((code.code_id for code in FIXED), "7890", strict=True))
_HTML = '<div style="font-family: system-ui, sans-serif; font-size: 14px; color: inherit">{}</div>'
_TEMPLATES = {Kind.GROUP: "group.xml", Kind.ADDITION: "addition.xml", Kind.SORT: "sort.xml"}  # else phrase.xml
_BLIND = ("О чём эта фраза? Если кода у неё нет, отметьте почему", "Коды")
_WORDS = {  # over the choices of a single phrase, and over the list of codes
    Kind.PHRASE: (
        "О чём эта фраза? Считаются все отмеченные коды: снимите отметку, если предложенный не подходит",
        "Другие коды",
    ),
    Kind.AUDIT: _BLIND,
    Kind.SECOND: _BLIND,
    Kind.ADJUDICATION: ("Как верно? Отметьте все верные коды: ваш ответ решает", "Другие коды"),
}
TITLES = {
    Kind.GROUP: "1 · Группы",
    Kind.ADDITION: "2 · Дополнения",
    Kind.SORT: "3 · Разложить по кодам",
    Kind.PHRASE: "4 · Фразы по одной",
    Kind.AUDIT: "5 · Проверка вслепую",
    Kind.SECOND: "6 · Второй кодировщик",
    Kind.ADJUDICATION: "7 · Споры",
}
HIDDEN = (KEY, "suggested_name", "about_html", "members", "card_html", "suggested", "count")  # in the table
INSTRUCTIONS = {
    Kind.GROUP: (
        "<p>На странице — группа похожих фраз. Снимите отметку с тех, что сюда не относятся, поправьте название, "
        "отметьте, целевая ли тема, и нажмите «Готово»: группа подтверждена целиком. Если такой код уже есть, выберите "
        "его внизу. Если тем здесь несколько, отметьте это: группа придёт снова, разделённая мельче. Если общей темы "
        "нет — распустите группу. Справа от фразы: «и ещё о другом» — она останется здесь и "
        "придёт ещё раз отдельно.</p><p>Без мыши: буква у фразы снимает и ставит отметку, 1–3 — целевая ли тема, "
        "Ctrl+Enter — готово.</p>"
    ),
    Kind.ADDITION: (
        "<p>На странице — фразы, которые, скорее всего, относятся к коду, название которого вверху. Оставьте отметку "
        "у тех, что сюда относятся, и нажмите «Готово»; остальные придут с другим предложением.</p><p>Без мыши: "
        "буква у фразы снимает и ставит отметку, Ctrl+Enter — готово.</p>"
    ),
    Kind.SORT: (
        "<p>На странице — фразы, у каждой — коды, к которым она, скорее всего, относится. Отметьте верный; где он уже "
        "отмечен и верен, ничего не делайте. Можно отметить два. «и ещё о другом» — фраза придёт ещё раз отдельно. Ни "
        "один код не подходит — оставьте без отметок.</p><p>Без мыши: буква — первый код фразы, Shift и буква — "
        "второй, Alt и буква — третий, Alt+Shift и буква — и ещё о другом, Ctrl+Enter — готово.</p>"
    ),
    Kind.PHRASE: (
        "<p>Одна фраза. Считаются все отмеченные коды. Если предложенный код не подходит, снимите отметку и выберите "
        "другой из списка или напишите новый.</p><p>Без мыши: 1–3 — предложенные коды, 7 — нет ответа, 8 — не по теме, "
        "9 — другое, 0 — неразборчиво, Ctrl+Enter — готово. Знак ✂ — это часть ответа; разрезан зря — Shift+J.</p>"
    ),
    Kind.AUDIT: (
        "<p>Здесь случайная доля фраз, которые уже подтверждены на страницах, — без подсказки и вперемешку. Прочтите "
        "фразу, решите сами, о чём она, и выберите код в списке; кодов может быть несколько, нужного нет — напишите "
        "новый. Не подглядывайте в другие проекты: так мы узнаём, сколько ошибок остаётся, когда подтверждают "
        "страницами. Лучше, если отвечает не тот, кто подтверждал.</p><p>Без мыши: 7 — нет ответа, 8 — не по теме, "
        "9 — другое, 0 — неразборчиво, Ctrl+Enter — готово.</p>"
    ),
    Kind.SECOND: (
        "<p>Этот проект — для второго человека: о тех же фразах спрашивают и первого, в других проектах. Прочтите "
        "фразу, решите сами, о чём она, и выберите код в списке; кодов может быть несколько, нужного нет — напишите "
        "новый. Ответов первого не видно, и смотреть их не надо: сравниваются два независимых ответа.</p><p>Без мыши: "
        "7 — нет ответа, 8 — не по теме, 9 — другое, 0 — неразборчиво, Ctrl+Enter — готово.</p>"
    ),
    Kind.ADJUDICATION: (
        "<p>Об этой фразе ответили по-разному; ответы стоят под нею, без имён. Решите, как верно: отметьте все верные "
        "коды — один из ответов, оба или другое. Ваш ответ решает, пока его не изменят здесь же. Если спор уладят "
        "без вас, задание исчезнет.</p><p>Без мыши: 1–6 — коды из ответов, 7 — нет ответа, 8 — не по теме, 9 — другое, "
        "0 — неразборчиво, Ctrl+Enter — готово.</p>"
    ),
}


def labeling_config(kind: Kind, codebook: Codebook) -> str:
    """Return the labeling config of a kind of task, with every code as a choice.

    A code's id is the choice's alias and is what gets stored; its name is only shown, so that renaming a code never
    touches an annotation. Merged and retired codes stay, last: answers that chose them must not lose their choice.
    """
    folder = files("configs").joinpath("labeling")
    named = [(code.code_id, code.name) for code in codebook.active()]
    named += [(code.code_id, _past_name(code, codebook)) for code in codebook.codes.values() if code.retired]
    rows = "\n".join(f"    <Choice value={quoteattr(name)} alias={quoteattr(code)}/>" for code, name in named)
    template = folder.joinpath(_TEMPLATES.get(kind, "phrase.xml")).read_text("utf-8")
    question, others = _WORDS.get(kind, ("", ""))
    template = template.replace("%QUESTION%", question).replace("%OTHERS%", others)
    style = folder.joinpath("style.xml").read_text("utf-8")
    return template.replace("%STYLE%", style.rstrip("\n")).replace("%CODES%", rows)


def _past_name(code: Code, codebook: Codebook) -> str:
    if code.merged_into:
        return f"{code.name} → {codebook.codes[codebook.resolve(code.code_id)].name}"
    return f"{code.name} (больше не используется)"


def task_json(
    task: ReviewTask,
    codebook: Codebook,
    contexts: Mapping[str, RowContext],
    states: Mapping[str, PhraseState],
    scale: Mapping[int, str],
) -> Json:
    """Return a task with its prediction, as Label Studio imports it. All texts are masked ones."""
    if task.kind is Kind.GROUP:
        return _group_json(task, codebook, contexts)
    if task.kind is Kind.ADDITION:
        return _addition_json(task, codebook, contexts)
    if task.kind is Kind.SORT:
        return _sorting_json(task, codebook, contexts)
    return _phrase_json(task, codebook, contexts, states, scale)


def answer_of(task: ReviewTask, result: Sequence[Json]) -> Answer:
    """Read the result of an annotation.

    Raises
    ------
    UnusableAnswer
        When a phrase is marked that the task does not hold, or none is left without the group being dissolved.
    """
    said = _regions(result)
    if task.kind is Kind.GROUP:
        return _group_answer(task, said)
    if task.kind is Kind.ADDITION:
        return Answer(codes=task.suggested[:1], members=_members_of(task, said))
    if task.kind is Kind.SORT:
        return _sorting_answer(task, said.get("sorted", []))
    chosen = list(dict.fromkeys([*said.get("suggested", []), *said.get("codes", [])]))
    if _JOIN in chosen:
        return Answer(join=True)
    names = _texts(said.get("new_code", []))
    return Answer(codes=_meant(task, chosen, names), new_names=tuple(names), target=_target(said))


def page_result(task: ReviewTask, answer: Answer) -> list[Json]:
    """Return the result that a person's submit of this answer gives, region by region."""
    if task.kind is Kind.SORT:
        chosen = [_code_alias(at, code) for at, codes in sorted(answer.sorted.items()) for code in codes]
        also = [_line_alias(at) + _ALSO for at, state in sorted(answer.members.items()) if state is Member.ALSO]
        return [_choices("sorted", "group", [*chosen, *also])] if chosen else []
    ticked = []
    for at in range(len(task.lines)):
        state = answer.members.get(at, Member.NOT)
        ticked += [_line_alias(at)] if state is not Member.NOT else []
        ticked += [_line_alias(at) + _ALSO] if state is Member.ALSO else []
    regions = [_choices("members", "group", ticked)] if ticked else []
    if task.kind is Kind.ADDITION:
        return regions
    regions.append(_choices("target", "group", [str(answer.target or Target.UNDECIDED)]))
    regions += [_text("name", "group", name) for name in answer.new_names]
    regions += [_taxonomy("merge", "group", answer.codes)] if answer.codes else []
    verdict = "two" if answer.two else "dissolve" if answer.dissolve else ""
    return regions + ([_choices("verdict", "group", [verdict])] if verdict else [])


def phrase_result(task: ReviewTask, answer: Answer) -> list[Json]:
    """Return the result that a person's submit of this answer gives, region by region."""
    if answer.join:
        return [_choices("suggested", "phrase", [_JOIN])]
    offered = [code for code in answer.codes if code in task.suggested or code in _FIXED_KEYS]
    others = [code for code in answer.codes if code not in offered]
    regions = [_choices("suggested", "phrase", offered)] if offered else []
    regions += [_taxonomy("codes", "phrase", others)] if others else []
    regions += [_text("new_code", "phrase", name) for name in answer.new_names]
    return regions + ([_choices("target", "phrase", [str(answer.target)])] if answer.target else [])


def _group_json(task: ReviewTask, codebook: Codebook, contexts: Mapping[str, RowContext]) -> Json:
    page = f", страница {task.page} из {task.pages}" if task.pages > 1 else ""
    result = [*_ticked(task), _choices("target", "group", [str(Target.UNDECIDED)])]
    suggested = [codebook.resolve(code) for code in task.suggested[:1]]
    result += [_taxonomy("merge", "group", suggested)] if suggested else []
    merged = codebook.codes[suggested[0]] if suggested else None
    data = {
        KEY: task.key,
        "title": f"{_group_title(task)}: {_phrases(len(task.phrase_ids))}{page}",
        "suggested_name": merged.name if merged else str(task.about.get("name", "")),
        "about_html": _HTML.format(_about(task) or "&nbsp;"),
        "count": len(task.phrase_ids),
        "members": _lines_json(task, contexts),
    }
    return {"data": data, "predictions": [{"score": _score(task), "result": result}]}


def _group_title(task: ReviewTask) -> str:
    whole = task.about.get("part_of")
    return f"Из «{whole}», часть {task.group + 1}" if whole else f"Группа {task.group + 1}"


def _addition_json(task: ReviewTask, codebook: Codebook, contexts: Mapping[str, RowContext]) -> Json:
    name = codebook.codes[codebook.resolve(task.suggested[0])].name
    data = {
        KEY: task.key,
        "title": f"Относится ли это к «{name}»? {_phrases(len(task.phrase_ids))}",
        "about_html": _HTML.format("&nbsp;"),
        "count": len(task.phrase_ids),
        "members": _lines_json(task, contexts),
    }
    predicted = {"score": _score(task), "result": _ticked(task)}
    return {"data": data, "predictions": [predicted]}


def _sorting_json(task: ReviewTask, codebook: Codebook, contexts: Mapping[str, RowContext]) -> Json:
    """For every line its text, which is no choice, the codes offered for it, and that it says something else too."""
    members: list[Json] = []
    for at, (line, key) in enumerate(zip(task.lines, _PAGE_KEYS, strict=False)):
        context = contexts[line.phrase_ids[0]]
        members.append({"value": _shown(line, context), "alias": _line_alias(at), "hint": _hint(context)})
        for code, hotkey in zip_longest(line.codes[:_OFFERED], (key, f"shift+{key}", f"alt+{key}")):
            name = codebook.codes[codebook.resolve(code)].name if code else "—"
            alias = _code_alias(at, code) if code else _line_alias(at) + _BLANK + hotkey
            members.append({"value": name, "alias": alias} | ({"hotkey": hotkey} if code else {}))
        mark = {"value": "и ещё о другом", "alias": _line_alias(at) + _ALSO, "hotkey": f"alt+shift+{key}"}
        members.append(mark)
    ticked = [_code_alias(at, line.codes[0]) for at, line in enumerate(task.lines) if line.checked]
    data = {
        KEY: task.key,
        "title": f"Разложить по кодам: {_phrases(len(task.phrase_ids))}",
        "about_html": _HTML.format("&nbsp;"),
        "count": len(task.phrase_ids),
        "members": members,
    }
    result = [_choices("sorted", "group", ticked)] if ticked else []
    prediction = {"score": _score(task), "result": result}
    return {"data": data, "predictions": [prediction] if result else []}


def _lines_json(task: ReviewTask, contexts: Mapping[str, RowContext]) -> list[Json]:
    """The lines of a page, each with its key, and beside each that it is about something else besides."""
    members: list[Json] = []
    for at, (line, hotkey) in enumerate(zip(task.lines, _PAGE_KEYS, strict=False)):
        context = contexts[line.phrase_ids[0]]
        shown, hint = _shown(line, context), _hint(context)
        members.append({"value": shown, "alias": _line_alias(at), "hotkey": hotkey, "hint": hint})
        also = {"value": "и ещё о другом", "alias": _line_alias(at) + _ALSO, "hotkey": f"shift+{hotkey}"}
        members.append(also)
    return members


def _shown(line: Line, context: RowContext) -> str:
    times = f" ×{len(line.phrase_ids)}" if len(line.phrase_ids) > 1 else ""
    return line.text + times + (_PART if context.cut else "")


def _ticked(task: ReviewTask) -> list[Json]:
    ticked = [_line_alias(at) for at, line in enumerate(task.lines) if line.checked]
    return [_choices("members", "group", ticked)] if ticked else []


def _about(task: ReviewTask) -> str:
    """What sets a group apart, which groups may be the same, and whether it looks like two."""
    said = []
    for key, words in (("keywords", "Отличают слова: {}"), ("alike", "Может быть, то же самое: {}")):
        found = task.about.get(key)
        if isinstance(found, list) and found:
            said.append(words.format(html_escape(", ".join(f"«{name}»" if key == "alike" else name for name in found))))
    if task.about.get("two"):
        said.append("Похоже, здесь две темы")
    return " · ".join(said)


def _phrase_json(
    task: ReviewTask,
    codebook: Codebook,
    contexts: Mapping[str, RowContext],
    states: Mapping[str, PhraseState],
    scale: Mapping[int, str],
) -> Json:
    helped = task.kind is Kind.PHRASE
    stands = task.phrase_ids[:1] if helped else ()
    confirmed = [code for phrase in stands if phrase in states for code in sorted(states[phrase].as_asked().codes)]
    codes = [*confirmed, *(codebook.resolve(code) for code in task.suggested)]
    substantive = [code for code in dict.fromkeys(codes) if code not in _FIXED_KEYS][:6]
    suggested = [
        {"value": codebook.codes[code].name, "alias": code, "hotkey": str(at)}
        for at, code in enumerate(substantive, start=1)
    ]
    suggested += [{"value": code.name, "alias": code.code_id, "hotkey": _FIXED_KEYS[code.code_id]} for code in FIXED]
    cut = any(contexts[phrase].cut for phrase in task.phrase_ids)
    if cut and not task.kind.is_blind:
        suggested.append({"value": "✂ Ответ разрезан зря: вернуть целиком", "alias": _JOIN, "hotkey": "shift+j"})
    ticked = (confirmed or codes[:1]) if helped else []
    shown = _answers(task, codebook) + "".join(_card(contexts[phrase], scale) for phrase in task.phrase_ids[:3])
    times = f" ×{len(task.phrase_ids)}" if len(task.phrase_ids) > 1 else ""
    data = {
        KEY: task.key,
        "title": "Об этой фразе ответили по-разному" if task.about.get("answers") else _phrase_title(confirmed, cut),
        "phrase": task.lines[0].text + times,
        "card_html": shown,
        "suggested": suggested,
    }
    result = [_choices("suggested", "phrase", ticked)] if ticked else []
    prediction = {"score": _score(task), "result": result}
    return {"data": data, "predictions": [prediction] if result else []}


def _answers(task: ReviewTask, codebook: Codebook) -> str:
    """What people said where they disagree, an answer a line; «не» before what somebody only ruled out."""
    answers = task.about.get("answers")
    if not isinstance(answers, list):
        return ""
    lines = []
    for answer in answers:
        codes = [(code.lstrip("!"), "не " * code.startswith("!")) for code in answer.split("|")]
        said = (f"{ruled_out}«{codebook.codes[codebook.resolve(code)].name}»" for code, ruled_out in codes)
        lines.append(f"<li>{html_escape(', '.join(said))}</li>")
    return _HTML.format(f"<b>Ответы</b><ul>{''.join(lines)}</ul>")


def _phrase_title(confirmed: Sequence[str], cut: bool) -> str:
    if confirmed:
        return "Уже подтверждено; фраза говорит и ещё о чём-то"
    return "Одна фраза: часть ответа, весь он ниже" if cut else "Одна фраза"


def _meant(task: ReviewTask, chosen: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """Drop the suggestion that stayed ticked beside what the person chose, where the two cannot both be true.

    «Не по теме» and the other fixed codes stand alone: chosen beside a code that was merely suggested, they win; merely
    suggested beside a code that was chosen, they go.

    Raises
    ------
    UnusableAnswer
        When a person chose both.
    """
    fixed = [code for code in chosen if code in _FIXED_KEYS]
    substantive = [code for code in chosen if code not in _FIXED_KEYS]
    if not fixed or not (substantive or names):
        return tuple(chosen)
    ticked = task.kind is Kind.PHRASE and not task.about.get("confirmed")
    suggested = set(task.suggested[:1]) if ticked else set()
    if set(fixed) <= suggested:
        return tuple(substantive)
    if not names and set(substantive) <= suggested:
        return tuple(fixed)
    raise UnusableAnswer("отмечены и код, и «Нет ответа», «Не по теме», «Другое» или «Неразборчиво»: оставьте одно")


def _group_answer(task: ReviewTask, said: Mapping[str, list[str]]) -> Answer:
    if "two" in said.get("verdict", []):
        return Answer(two=True)
    if "dissolve" in said.get("verdict", []):
        return Answer(dissolve=True)
    members = _members_of(task, said)
    if not members:
        raise UnusableAnswer("не отмечена ни одна фраза, и группа не распущена")
    return Answer(
        codes=tuple(said.get("merge", [])),
        new_names=tuple(_texts(said.get("name", []))[:1]),
        target=_target(said),
        members=members,
    )


def _sorting_answer(task: ReviewTask, ticked: Sequence[str]) -> Answer:
    """Read a sorting page; a line without a code is none of those offered, whatever else stands beside it."""
    chosen: dict[int, tuple[str, ...]] = {}
    also: dict[int, Member] = {}
    known: set[str] = set()
    for at, line in enumerate(task.lines):
        aliases = {_code_alias(at, code): code for code in line.codes}
        mark = _line_alias(at) + _ALSO
        chosen[at] = tuple(code for alias, code in aliases.items() if alias in ticked)
        if chosen[at] and mark in ticked:
            also[at] = Member.ALSO
        known |= {_line_alias(at), mark, *aliases}
    unknown = {alias for alias in ticked if alias not in known and _BLANK not in alias.partition(_CODE)[0]}
    if unknown:
        raise UnusableAnswer(f"отмечены коды, которых нет на странице: {', '.join(sorted(unknown))}")
    return Answer(members=also, sorted=chosen)


def _members_of(task: ReviewTask, said: Mapping[str, list[str]]) -> dict[int, Member]:
    ticked = set(said.get("members", []))
    members: dict[int, Member] = {}
    for at in range(len(task.lines)):
        alias = _line_alias(at)
        if alias in ticked:
            members[at] = Member.ALSO if alias + _ALSO in ticked else Member.BELONGS
    unknown = ticked - {_line_alias(at) + mark for at in range(len(task.lines)) for mark in ("", _ALSO)}
    if unknown:
        raise UnusableAnswer(f"отмечены фразы, которых нет на странице: {', '.join(sorted(unknown))}")
    return members


def _target(said: Mapping[str, list[str]]) -> Target | None:
    return next((Target(value) for value in said.get("target", []) if value in set(Target)), None)


def _regions(result: Sequence[Json]) -> dict[str, list[str]]:
    """Values by control, whatever else a region carries."""
    out: dict[str, list[str]] = {}
    for region in result:
        value = region.get("value") or {}
        found = value.get("choices") or value.get("text") or [p[-1] for p in value.get("taxonomy") or [] if p]
        out.setdefault(str(region.get("from_name")), []).extend([found] if isinstance(found, str) else found)
    return out


def _texts(typed: Sequence[str]) -> list[str]:
    return [" ".join(text.split()) for text in typed if text.strip()]


def _line_alias(at: int) -> str:
    return f"p{at:02d}"


def _code_alias(at: int, code: str) -> str:
    return _line_alias(at) + _CODE + code


def _choices(name: str, to: str, values: Sequence[str]) -> Json:
    return {"id": name, "from_name": name, "to_name": to, "type": "choices", "value": {"choices": list(values)}}


def _taxonomy(name: str, to: str, values: Sequence[str]) -> Json:
    paths = [[value] for value in values]
    return {"id": name, "from_name": name, "to_name": to, "type": "taxonomy", "value": {"taxonomy": paths}}


def _text(name: str, to: str, text: str) -> Json:
    return {"id": name, "from_name": name, "to_name": to, "type": "textarea", "value": {"text": [text]}}


def _score(task: ReviewTask) -> float:
    value = task.about.get("confidence", task.about.get("cohesion", 0.0))
    return float(value) if isinstance(value, (int, float)) else 0.0


def _hint(context: RowContext) -> str:
    score = f"оценка {context.score}" if context.score is not None else "без оценки"
    return f"{context.purpose} — {score}" + (f": {context.why}" if context.why.strip() else "")


def _card(context: RowContext, scale: Mapping[int, str]) -> str:
    score = f"{context.score} — {scale[context.score]}" if context.score is not None else "нет"
    cells = (("Ответ целиком", context.purpose), ("Оценка", score), ("Почему", context.why or "—"))
    rows = "".join(f"<tr><td><b>{name}</b></td><td>{html_escape(text)}</td></tr>" for name, text in cells)
    return _HTML.format(f"<table>{rows}</table>")


def _phrases(count: int) -> str:
    if count % 10 == 1 and count % 100 != 11:
        return f"{count} фраза"
    few = count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14)
    return f"{count} {'фразы' if few else 'фраз'}"
