"""The tabs of Label Studio's task table."""

from typing import Any

from exported import project
from support import Work

from annotation.client import Studio
from annotation.labeling import KEY
from flows.propose import propose
from models.review import Kind


def tabs(work: Work, studio: Studio, kind: Kind) -> dict[str, list[Any]]:
    """The tasks of every tab, in its order."""
    number = project(work, kind)
    found = {}
    for view in studio.api.views.list(project=number):
        data: Any = view.data
        found[data["title"]] = list(studio.api.tasks.list(view=view.id, fields="all", page_size=100))
    return found


def test_a_second_tab_holds_what_nobody_has_answered_the_least_sure_first(work: Work) -> None:
    propose(str(work.folder))
    studio = work.studio()
    shown = tabs(work, studio, Kind.GROUP)
    assert list(shown) == ["Все задания", "Сначала неуверенные"]
    assert [task.data[KEY] for task in shown["Все задания"]] == [
        task.data[KEY] for task in sorted(shown["Все задания"], key=lambda task: task.id)
    ]
    work.analyst().review(2, None, [Kind.GROUP])
    left = tabs(work, studio, Kind.GROUP)
    assert len(left["Все задания"]) == len(shown["Все задания"])
    unsure = left["Сначала неуверенные"]
    assert len(unsure) == len(shown["Сначала неуверенные"]) - 2
    assert all(not task.total_annotations for task in unsure)
    scores = [max(prediction.score for prediction in task.predictions) for task in unsure]
    assert scores == sorted(scores)
    assert len(set(scores)) > 1
