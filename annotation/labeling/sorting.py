"""A page of phrases, each with the codes it most likely belongs to: tick the right one."""

from collections.abc import Mapping
from itertools import zip_longest

from annotation.labeling.lines import ALSO, KEYS, also, line_alias, shown
from annotation.labeling.regions import HTML, Json, choices, imported, phrases
from models.codebook import Codebook
from models.review import Answer, Member, ReviewTask, UnusableAnswer
from models.store.cards import RowContext

_CODE, _BLANK = ":", "-"  # after a line's alias comes a code, or nothing where fewer are offered
_OFFERED = 3  # codes beside a line; the style counts on it


def task_json(task: ReviewTask, codebook: Codebook, contexts: Mapping[str, RowContext]) -> Json:
    """Return the page as it is imported: of every line its text, which is no choice, the codes offered and the mark."""
    members: list[Json] = []
    for at, (line, key) in enumerate(zip(task.lines, KEYS, strict=False)):
        members.append({**shown(line, contexts[line.phrase_ids[0]]), "alias": line_alias(at)})
        for code, hotkey in zip_longest(line.codes[:_OFFERED], (key, f"shift+{key}", f"alt+{key}")):
            name = codebook.codes[codebook.resolve(code)].name if code else "—"
            alias = _code_alias(at, code) if code else line_alias(at) + _BLANK + hotkey
            members.append({"value": name, "alias": alias} | ({"hotkey": hotkey} if code else {}))
        members.append(also(at, f"alt+shift+{key}"))
    ticked = [_code_alias(at, line.codes[0]) for at, line in enumerate(task.lines) if line.checked]
    data = {
        "title": f"Разложить по кодам: {phrases(len(task.phrase_ids))}",
        "about_html": HTML.format("&nbsp;"),
        "count": len(task.phrase_ids),
        "members": members,
    }
    return imported(task, data, [choices("sorted", "group", ticked)] if ticked else None)


def answer_of(task: ReviewTask, values: Mapping[str, list[str]]) -> Answer:
    """Read which codes were ticked; a line without a code is none of those offered, whatever else stands beside it.

    Raises
    ------
    UnusableAnswer
        When something is ticked that is not there.
    """
    ticked = values.get("sorted", [])
    chosen: dict[int, tuple[str, ...]] = {}
    members: dict[int, Member] = {}
    known: set[str] = set()
    for at, line in enumerate(task.lines):
        aliases = {_code_alias(at, code): code for code in line.codes}
        mark = line_alias(at) + ALSO
        chosen[at] = tuple(code for alias, code in aliases.items() if alias in ticked)
        if chosen[at] and mark in ticked:
            members[at] = Member.ALSO
        known |= {line_alias(at), mark, *aliases}
    unknown = {alias for alias in ticked if alias not in known and _BLANK not in alias.partition(_CODE)[0]}
    if unknown:
        raise UnusableAnswer(f"отмечены коды, которых нет на странице: {', '.join(sorted(unknown))}")
    return Answer(members=members, sorted=chosen)


def result_of(answer: Answer) -> list[Json]:
    """Return the result that a person's submit of this answer gives."""
    chosen = [_code_alias(at, code) for at, codes in sorted(answer.sorted.items()) for code in codes]
    marks = [line_alias(at) + ALSO for at, state in sorted(answer.members.items()) if state is Member.ALSO]
    return [choices("sorted", "group", [*chosen, *marks])] if chosen else []


def _code_alias(at: int, code: str) -> str:
    return line_alias(at) + _CODE + code
