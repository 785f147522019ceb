"""A single phrase with its card: suggested, blind for the audit or a second coder, or disputed."""

from collections.abc import Mapping, Sequence
from html import escape

from annotation.labeling.regions import HTML, Json, choices, imported, target, taxonomy, texts, typed
from annotation.labeling.words import FRAMES
from models.codebook import FIXED, Codebook
from models.coding import PhraseState
from models.review import Answer, Kind, ReviewTask, UnusableAnswer
from models.store.cards import RowContext

_JOIN = "join"  # among the suggested codes of a phrase that is only a part of its answer
_FIXED_KEYS = dict(zip((code.code_id for code in FIXED), "7890", strict=True))


def task_json(
    task: ReviewTask,
    codebook: Codebook,
    contexts: Mapping[str, RowContext],
    states: Mapping[str, PhraseState],
    scale: Mapping[int, str],
) -> Json:
    """Return the task as it is imported: what is suggested or said, the codes offered, the cards it stands on."""
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
    rows = (_card(contexts[phrase], scale, task.frame) for phrase in task.phrase_ids[:3])
    times = f" ×{len(task.phrase_ids)}" if len(task.phrase_ids) > 1 else ""
    data = {
        "title": "Об этой фразе ответили по-разному" if task.about.get("answers") else _title(confirmed, cut),
        "phrase": task.lines[0].text + times,
        "card_html": _answers(task, codebook) + "".join(rows),
        "suggested": suggested,
    }
    return imported(task, data, [choices("suggested", "phrase", ticked)] if ticked else None)


def answer_of(task: ReviewTask, values: Mapping[str, list[str]]) -> Answer:
    """Read what a person said of the phrase.

    Raises
    ------
    UnusableAnswer
        When a code and a fixed code were both chosen.
    """
    chosen = list(dict.fromkeys([*values.get("suggested", []), *values.get("codes", [])]))
    if _JOIN in chosen:
        return Answer(join=True)
    names = texts(values.get("new_code", []))
    return Answer(codes=_meant(task, chosen, names), new_names=tuple(names), target=target(values))


def result_of(task: ReviewTask, answer: Answer) -> list[Json]:
    """Return the result that a person's submit of this answer gives."""
    if answer.join:
        return [choices("suggested", "phrase", [_JOIN])]
    offered = [code for code in answer.codes if code in task.suggested or code in _FIXED_KEYS]
    others = [code for code in answer.codes if code not in offered]
    regions = [choices("suggested", "phrase", offered)] if offered else []
    regions += [taxonomy("codes", "phrase", others)] if others else []
    regions += [typed("new_code", "phrase", name) for name in answer.new_names]
    asked = answer.target and FRAMES[task.frame].has_targets
    return regions + ([choices("target", "phrase", [str(answer.target)])] if asked else [])


def _answers(task: ReviewTask, codebook: Codebook) -> str:
    """What people said where they disagree, an answer a line; «не» before what somebody only ruled out."""
    answers = task.about.get("answers")
    if not isinstance(answers, list):
        return ""
    lines = []
    for answer in answers:
        codes = [(code.lstrip("!"), "не " * code.startswith("!")) for code in answer.split("|")]
        said = (f"{ruled_out}«{codebook.codes[codebook.resolve(code)].name}»" for code, ruled_out in codes)
        lines.append(f"<li>{escape(', '.join(said))}</li>")
    return HTML.format(f"<b>Ответы</b><ul>{''.join(lines)}</ul>")


def _title(confirmed: Sequence[str], cut: bool) -> str:
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


def _card(context: RowContext, scale: Mapping[int, str], frame: str) -> str:
    score = f"{context.score} — {scale[context.score]}" if context.score is not None else "нет"
    words = FRAMES[frame]
    cells = ((words.purpose, context.purpose), ("Оценка", score), (words.why, context.why or "—"))
    rows = "".join(f"<tr><td><b>{name}</b></td><td>{escape(text)}</td></tr>" for name, text in cells)
    return HTML.format(f"<table>{rows}</table>")
