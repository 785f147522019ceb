"""Review objects as Label Studio shows them, and what people send back as answers.

`tasks` hands each kind of task to its module: `group`, `addition` and `sorting` are pages of `lines`, `phrase` is a
single phrase (with suggestions, blind or disputed). `config` makes the labeling configs, `words` holds what annotators
read, `regions` how Label Studio stores values. What the community edition does with these controls was proved on a
running server: docs/label-studio.md.
"""

from annotation.labeling.config import labeling_config
from annotation.labeling.regions import HIDDEN, KEY, Json
from annotation.labeling.tasks import answer_of, page_result, phrase_result, task_json
from annotation.labeling.words import FRAMES, INSTRUCTIONS, TITLES, instructions, title_of

__all__ = [
    "FRAMES",
    "HIDDEN",
    "INSTRUCTIONS",
    "KEY",
    "TITLES",
    "Json",
    "answer_of",
    "instructions",
    "labeling_config",
    "page_result",
    "phrase_result",
    "task_json",
    "title_of",
]
