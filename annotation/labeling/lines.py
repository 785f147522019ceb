"""What pages of lines share: a line a text, its place, key and context, and beside it «и ещё о другом»."""

from collections.abc import Mapping

from annotation.labeling.regions import Json, choices
from models.review import Line, Member, ReviewTask, UnusableAnswer
from models.store.cards import RowContext

ALSO = "+"  # after a line's alias: it says something else too
KEYS = "qwetyiopasdfgjklzxcvbnm4567890"  # r, u and h are Label Studio's own, 1-3 belong to the target
_PART = " ✂"


def line_alias(at: int) -> str:
    """Return how the line at a place of its page is stored."""
    return f"p{at:02d}"


def shown(line: Line, context: RowContext) -> Json:
    """Return a line's text, how often it was said, and what stands around it on the card."""
    times = f" ×{len(line.phrase_ids)}" if len(line.phrase_ids) > 1 else ""
    return {"value": line.text + times + (_PART if context.cut else ""), "hint": _hint(context)}


def also(at: int, hotkey: str) -> Json:
    """Return the mark that the line at this place says something else too."""
    return {"value": "и ещё о другом", "alias": line_alias(at) + ALSO, "hotkey": hotkey}


def members_json(task: ReviewTask, contexts: Mapping[str, RowContext]) -> list[Json]:
    """Return the lines of a page to be ticked, each with its key, and after each the mark that it says more."""
    members: list[Json] = []
    for at, (line, hotkey) in enumerate(zip(task.lines, KEYS, strict=False)):
        members.append({**shown(line, contexts[line.phrase_ids[0]]), "alias": line_alias(at), "hotkey": hotkey})
        members.append(also(at, f"shift+{hotkey}"))
    return members


def ticked_ahead(task: ReviewTask) -> list[Json]:
    """Return the region of the lines that are ticked before anybody has answered."""
    ticked = [line_alias(at) for at, line in enumerate(task.lines) if line.checked]
    return [choices("members", "group", ticked)] if ticked else []


def ticked_by(task: ReviewTask, members: Mapping[int, Member]) -> list[Json]:
    """Return the region of what a person ticked."""
    ticked = []
    for at in range(len(task.lines)):
        state = members.get(at, Member.NOT)
        ticked += [line_alias(at)] if state is not Member.NOT else []
        ticked += [line_alias(at) + ALSO] if state is Member.ALSO else []
    return [choices("members", "group", ticked)] if ticked else []


def members_of(task: ReviewTask, values: Mapping[str, list[str]]) -> dict[int, Member]:
    """Read which lines belong; one that is only about something else does not.

    Raises
    ------
    UnusableAnswer
        When a line is ticked that the page does not hold.
    """
    ticked = set(values.get("members", []))
    members: dict[int, Member] = {}
    for at in range(len(task.lines)):
        alias = line_alias(at)
        if alias in ticked:
            members[at] = Member.ALSO if alias + ALSO in ticked else Member.BELONGS
    unknown = ticked - {line_alias(at) + mark for at in range(len(task.lines)) for mark in ("", ALSO)}
    if unknown:
        raise UnusableAnswer(f"отмечены фразы, которых нет на странице: {', '.join(sorted(unknown))}")
    return members


def _hint(context: RowContext) -> str:
    score = f"оценка {context.score}" if context.score is not None else "без оценки"
    return f"{context.purpose} — {score}" + (f": {context.why}" if context.why.strip() else "")
