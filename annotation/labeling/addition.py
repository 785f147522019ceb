"""A page of phrases that most likely belong to a code: tick those that do."""

from collections.abc import Mapping

from annotation.labeling.lines import members_json, members_of, ticked_ahead, ticked_by
from annotation.labeling.regions import HTML, Json, imported, phrases
from models.codebook import Codebook
from models.review import Answer, ReviewTask
from models.store.cards import RowContext


def task_json(task: ReviewTask, codebook: Codebook, contexts: Mapping[str, RowContext]) -> Json:
    """Return the page as it is imported."""
    name = codebook.codes[codebook.resolve(task.suggested[0])].name
    data = {
        "title": f"Относится ли это к «{name}»? {phrases(len(task.phrase_ids))}",
        "about_html": HTML.format("&nbsp;"),
        "count": len(task.phrase_ids),
        "members": members_json(task, contexts),
    }
    return imported(task, data, ticked_ahead(task))


def answer_of(task: ReviewTask, values: Mapping[str, list[str]]) -> Answer:
    """Read which phrases belong to the code.

    Raises
    ------
    UnusableAnswer
        When a phrase is ticked that is not there.
    """
    return Answer(codes=task.suggested[:1], members=members_of(task, values))


def result_of(task: ReviewTask, answer: Answer) -> list[Json]:
    """Return the result that a person's submit of this answer gives."""
    return ticked_by(task, answer.members)
