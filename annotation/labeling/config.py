"""Labeling configs: the template of a kind of task, with every code of the codebook as a choice."""

import re
from importlib.resources import files
from xml.sax.saxutils import quoteattr

from annotation.labeling.words import FRAMES
from models.codebook import Code, Codebook
from models.phrases import PURPOSE_FRAME
from models.review import Kind

_TARGET = re.compile(r'  <View className="rc-row">.*?\n  </View>\n', re.DOTALL)  # whether a code is a target
_TEMPLATES = {Kind.GROUP: "group.xml", Kind.ADDITION: "addition.xml", Kind.SORT: "sort.xml"}  # else phrase.xml
_BLIND = ("%ABOUT%? Если кода у неё нет, отметьте почему", "Коды")
_WORDS = {  # over the choices of a single phrase, and over the list of codes
    Kind.PHRASE: (
        "%ABOUT%? Считаются все отмеченные коды: снимите отметку, если предложенный не подходит",
        "Другие коды",
    ),
    Kind.AUDIT: _BLIND,
    Kind.SECOND: _BLIND,
    Kind.ADJUDICATION: ("Как верно? Отметьте все верные коды: ваш ответ решает", "Другие коды"),
}


def labeling_config(kind: Kind, codebook: Codebook, frame: str = PURPOSE_FRAME) -> str:
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
    question = question.replace("%ABOUT%", FRAMES[frame].question)
    if not FRAMES[frame].has_targets:
        template = _TARGET.sub("", template)
    template = template.replace("%QUESTION%", question).replace("%OTHERS%", others)
    style = folder.joinpath("style.xml").read_text("utf-8")
    return template.replace("%STYLE%", style.rstrip("\n")).replace("%CODES%", rows)


def _past_name(code: Code, codebook: Codebook) -> str:
    if code.merged_into:
        return f"{code.name} → {codebook.codes[codebook.resolve(code.code_id)].name}"
    return f"{code.name} (больше не используется)"
