"""What a review is made of, as it is stored.

`proposals` are what was proposed, `asked` the tasks people are given, `answers` what they said, `standing` what holds.
"""

from models.store.review.answers import (
    StoredAnnotation,
    add_annotation,
    add_decisions,
    add_events,
    answered,
    codebook_events,
    decisions_of,
    newest_annotations,
    skipped,
)
from models.store.review.asked import (
    add_tasks,
    asked_phrases,
    change_tasks,
    forget_project,
    project,
    projects,
    set_project,
    set_pulled,
    tasks,
)
from models.store.review.proposals import (
    SPLIT,
    THEMES,
    add_proposal,
    group_key,
    map_places,
    marked_groups,
    proposed_groups,
    proposed_phrases,
    split_proposals,
    withdrawn_tasks,
)
from models.store.review.standing import coding, first_answers, live_decisions, standing_phrases

__all__ = [
    "SPLIT",
    "THEMES",
    "StoredAnnotation",
    "add_annotation",
    "add_decisions",
    "add_events",
    "add_proposal",
    "add_tasks",
    "answered",
    "asked_phrases",
    "change_tasks",
    "codebook_events",
    "coding",
    "decisions_of",
    "first_answers",
    "forget_project",
    "group_key",
    "live_decisions",
    "map_places",
    "marked_groups",
    "newest_annotations",
    "project",
    "projects",
    "proposed_groups",
    "proposed_phrases",
    "set_project",
    "set_pulled",
    "skipped",
    "split_proposals",
    "standing_phrases",
    "tasks",
    "withdrawn_tasks",
]
