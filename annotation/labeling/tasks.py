"""Tasks and answers of every kind, handed to the module of the kind."""

from collections.abc import Mapping, Sequence

from annotation.labeling import addition, group, phrase, sorting
from annotation.labeling.regions import Json, said
from models.codebook import Codebook
from models.coding import PhraseState
from models.review import Answer, Kind, ReviewTask
from models.store.cards import RowContext


def task_json(
    task: ReviewTask,
    codebook: Codebook,
    contexts: Mapping[str, RowContext],
    states: Mapping[str, PhraseState],
    scale: Mapping[int, str],
) -> Json:
    """Return a task with its prediction, as Label Studio imports it. All texts are masked ones."""
    match task.kind:
        case Kind.GROUP:
            return group.task_json(task, codebook, contexts)
        case Kind.ADDITION:
            return addition.task_json(task, codebook, contexts)
        case Kind.SORT:
            return sorting.task_json(task, codebook, contexts)
    return phrase.task_json(task, codebook, contexts, states, scale)


def answer_of(task: ReviewTask, result: Sequence[Json]) -> Answer:
    """Read the result of an annotation.

    Raises
    ------
    UnusableAnswer
        When a phrase is marked that the task does not hold, or none is left without the group being dissolved.
    """
    values = said(result)
    match task.kind:
        case Kind.GROUP:
            return group.answer_of(task, values)
        case Kind.ADDITION:
            return addition.answer_of(task, values)
        case Kind.SORT:
            return sorting.answer_of(task, values)
    return phrase.answer_of(task, values)


def page_result(task: ReviewTask, answer: Answer) -> list[Json]:
    """Return the result that a person's submit of this answer to a page gives, region by region."""
    match task.kind:
        case Kind.SORT:
            return sorting.result_of(answer)
        case Kind.ADDITION:
            return addition.result_of(task, answer)
    return group.result_of(task, answer)


def phrase_result(task: ReviewTask, answer: Answer) -> list[Json]:
    """Return the result that a person's submit of this answer to a single phrase gives, region by region."""
    return phrase.result_of(task, answer)
