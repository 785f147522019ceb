"""A page of a proposed group: uncheck what does not belong, name it or merge it, or dissolve it."""

from collections.abc import Mapping
from html import escape

from annotation.labeling.lines import members_json, members_of, ticked_ahead, ticked_by
from annotation.labeling.regions import HTML, Json, choices, imported, phrases, target, taxonomy, texts, typed
from annotation.labeling.words import FRAMES
from models.codebook import Codebook, Target
from models.planning import NEW_THEME
from models.review import Answer, ReviewTask, UnusableAnswer
from models.store.cards import RowContext


def task_json(task: ReviewTask, codebook: Codebook, contexts: Mapping[str, RowContext]) -> Json:
    """Return the page as it is imported."""
    page = f", страница {task.page} из {task.pages}" if task.pages > 1 else ""
    result = ticked_ahead(task)
    result += [choices("target", "group", [str(Target.UNDECIDED)])] if FRAMES[task.frame].has_targets else []
    suggested = [codebook.resolve(code) for code in task.suggested[:1]]
    result += [taxonomy("merge", "group", suggested)] if suggested else []
    merged = codebook.codes[suggested[0]] if suggested else None
    data = {
        "title": f"{_title(task)}: {phrases(len(task.phrase_ids))}{page}",
        "suggested_name": merged.name if merged else str(task.about.get("name", "")),
        "about_html": HTML.format(_about(task) or "&nbsp;"),
        "count": len(task.phrase_ids),
        "members": members_json(task, contexts),
    }
    return imported(task, data, result)


def answer_of(task: ReviewTask, values: Mapping[str, list[str]]) -> Answer:
    """Read what a person said of the group.

    Raises
    ------
    UnusableAnswer
        When a phrase is ticked that is not there, or none is left without the group being dissolved.
    """
    if "two" in values.get("verdict", []):
        return Answer(two=True)
    if "dissolve" in values.get("verdict", []):
        return Answer(dissolve=True)
    members = members_of(task, values)
    if not members:
        raise UnusableAnswer("не отмечена ни одна фраза, и группа не распущена")
    return Answer(
        codes=tuple(values.get("merge", [])),
        new_names=tuple(texts(values.get("name", []))[:1]),
        target=target(values),
        members=members,
    )


def result_of(task: ReviewTask, answer: Answer) -> list[Json]:
    """Return the result that a person's submit of this answer gives."""
    regions = ticked_by(task, answer.members)
    if FRAMES[task.frame].has_targets:
        regions.append(choices("target", "group", [str(answer.target or Target.UNDECIDED)]))
    regions += [typed("name", "group", name) for name in answer.new_names]
    regions += [taxonomy("merge", "group", answer.codes)] if answer.codes else []
    verdict = "two" if answer.two else "dissolve" if answer.dissolve else ""
    return regions + ([choices("verdict", "group", [verdict])] if verdict else [])


def _title(task: ReviewTask) -> str:
    if NEW_THEME in task.about:
        return f"Похоже на новую тему {task.group + 1}"
    whole = task.about.get("part_of")
    return f"Из «{whole}», часть {task.group + 1}" if whole else f"Группа {task.group + 1}"


def _about(task: ReviewTask) -> str:
    """What sets a group apart, which groups may be the same, and whether it looks like two."""
    told = []
    for key, words in (("keywords", "Отличают слова: {}"), ("alike", "Может быть, то же самое: {}")):
        found = task.about.get(key)
        if isinstance(found, list) and found:
            told.append(words.format(escape(", ".join(f"«{name}»" if key == "alike" else name for name in found))))
    if task.about.get("two"):
        told.append("Похоже, здесь две темы")
    return " · ".join(told)
