"""Places where two statements of a text may join: a sign or a linking word between two parts with some letters."""

import re
from dataclasses import dataclass

from models.cuts.words import BESIDES, LINKERS, OPENERS, OWN, PARTICLE_BEFORE, SIGNS

_TOKEN = re.compile(r"\[[А-ЯЁ]+(?:_\d+)?\]|[\w.+-]+@[\w.-]+|\d+[.,:/]\d+|[^\W_]+(?:-[^\W_]+)*|[^\w\s]|_|\n")
_LEAST_LETTERS = 4  # of a part: «р.» and «4500» are none


@dataclass(frozen=True)
class Token:
    """A word or sign at ``text[start:end]``."""

    text: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        """The token in lower case."""
        return self.text.lower()

    @property
    def word(self) -> bool:
        """It has letters or digits."""
        return self.text[0].isalnum() or self.text[0] == "["


@dataclass(frozen=True)
class Cut:
    """A place to cut: the left part ends at `end`, the right one begins at `start`; between them stands the link."""

    end: int
    start: int
    left: tuple[Token, ...]
    link: tuple[str, ...]
    right: tuple[Token, ...]


def cuts(text: str) -> list[Cut]:
    """Return every place where two statements of a text may join, in order."""
    tokens = [Token(m.group(), *m.span()) for m in _TOKEN.finditer(text)]
    found, at = [], 1
    while at < len(tokens):
        after = at
        if (
            tokens[at].lower in SIGNS
            or (tokens[at].lower in OPENERS and not _particle(tokens, at))
            or _plus(tokens, at)
        ):
            while after < len(tokens) and (not tokens[after].word or tokens[after].lower in LINKERS):
                after += 1
            link = tuple(token.lower for token in tokens[at:after])
            if after < len(tokens) and _links(link, tokens[after : after + 2]) and not _amount(tokens, at, after):
                left, right = tuple(tokens[:at]), tuple(tokens[after:])
                begins = next((token for token in tokens[at:after] if token.lower in OWN), right[0])
                found.append(Cut(left[-1].end, begins.start, left, link, right))
        at = max(after, at + 1)
    return [cut for cut in found if _letters(cut.left) >= _LEAST_LETTERS and _letters(cut.right) >= _LEAST_LETTERS]


def _particle(tokens: list[Token], at: int) -> bool:
    """«а я и так», «ещё и врачей»: this «и» joins nothing."""
    return tokens[at].lower in ("и", "да") and tokens[at - 1].lower in PARTICLE_BEFORE


def _links(link: tuple[str, ...], right: list[Token]) -> bool:
    """A comma alone goes on with the same statement, unless the words after it begin another one."""
    if link == (",",):
        words = [token.lower for token in right]
        return bool({words[0], " ".join(words)} & BESIDES)
    return bool(set(link) & (SIGNS | LINKERS | {"+"}))


def _plus(tokens: list[Token], at: int) -> bool:
    """A plus sign between words («йога + отдых»), not before a number or inside an address."""
    return (
        tokens[at].text == "+"
        and at + 1 < len(tokens)
        and tokens[at - 1].end < tokens[at].start
        and tokens[at].end < tokens[at + 1].start
    )


def _amount(tokens: list[Token], at: int, after: int) -> bool:
    """«плюс 14 кг» adds up and begins nothing new."""
    return tokens[at].lower in ("плюс", "+") and tokens[after].text[0].isdigit()


def _letters(tokens: tuple[Token, ...]) -> int:
    return sum(len(token.text) for token in tokens if token.text[0].isalpha() or token.text[0] == "[")
