"""What a group is about: a suggested name, keywords that set it apart, and exemplars. Suggestions only."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from models.clusters.groups import Groups, centroids
from models.encoder.space import Vectors
from models.words import tag

_NAME_LENGTH = 60
_WORDY = 35  # signs; of two phrases as central as each other the shorter one names the group
_KEYWORDS = 5
_EXEMPLARS = 4
_LONGEST = 4  # words of an expression
_SHARED = 0.3  # of a group's phrases must hold an expression that names it
_QUALITIES = frozenset({"ADJF", "PRTF"})
_ACTIONS = frozenset({"INFN", "VERB", "GRND"})
_GOES_ON = frozenset({",", "-", "–", "(", " "})  # signs after which a sentence goes on
_TURNING = frozenset({"не", "без", "нет"})  # an expression may open with these: they turn its sense


@dataclass(frozen=True)
class Portrait:
    """How a group is shown to people. Names differ from each other as people compare them, in lower case."""

    name: str
    keywords: tuple[str, ...]
    exemplars: tuple[str, ...]


@dataclass(frozen=True)
class Word:
    """A word as it was written, its dictionary form, whether it carries meaning, and whether a word goes before it."""

    written: str
    lemma: str
    meaning: bool
    inside: bool


def portraits(texts: Sequence[str], vectors: Vectors, groups: Groups) -> list[Portrait]:
    """Describe every group in the customers' own words.

    A group is named after an expression that many of its phrases share and other groups lack, in the form most of them
    use; a group without one after its most central phrase.

    Parameters
    ----------
    texts : sequence of n str
        Masked phrases, in the order of `vectors`.
    """
    if groups.count == 0:
        return []
    read = [words(text) for text in texts]
    weights, proper = _weights(read, groups), _proper(read)
    centres = centroids(vectors, groups.labels)
    taken: set[str] = set()
    out = []
    for group in range(groups.count):
        inside = np.flatnonzero(groups.labels == group)
        likeness = vectors[inside] @ centres[group]
        central = [texts[inside[at]] for at in np.argsort(-likeness, kind="stable")[:_EXEMPLARS]]
        brief = likeness - 0.002 * np.array([max(0, len(texts[at]) - _WORDY) for at in inside])
        whole = [inside[at] for at in np.argsort(-brief, kind="stable")]
        offered = [*_names(whole, texts, read, weights[group], proper), *(texts[at] for at in whole)]
        name = next((name for text in offered if (name := _short(text)).lower() not in taken), _short(offered[-1]))
        taken.add(name.lower())
        top = sorted(weights[group], key=lambda lemma: -weights[group][lemma])[:_KEYWORDS]
        out.append(Portrait(name, tuple(top), tuple(central)))
    return out


def words(text: str) -> list[Word]:
    """Return the words of a text; numbers and placeholders carry no meaning."""
    found, inside = [], False
    for token in _pipeline()(text):
        if token.is_alpha:
            meaning = not token.is_stop and len(token) > 1 and not token.text.isupper()
            found.append(Word(token.text, lemma(token), meaning, inside))
        inside = token.is_alpha or (inside and token.text in _GOES_ON)
    return found


def lemma(token: Any) -> str:  # noqa: ANN401  (spaCy's Token, untyped here)
    """Return a token's dictionary form, in lower case and without ё."""
    return str(token.lemma_).lower().replace("ё", "е")


def _weights(read: Sequence[Sequence[Word]], groups: Groups) -> list[dict[str, float]]:
    """Class-based TF-IDF of lemmas, one document a group (Grootendorst 2022, BERTopic, equation 3); by group."""
    counts = [
        Counter(word.lemma for at in np.flatnonzero(groups.labels == group) for word in read[at] if word.meaning)
        for group in range(groups.count)
    ]
    everywhere: Counter[str] = sum(counts, Counter())
    average = sum(everywhere.values()) / groups.count
    return [
        {
            lemma: times / sum(count.values()) * float(np.log1p(average / everywhere[lemma]))
            for lemma, times in sorted(count.items())
        }
        for count in counts
    ]


def _proper(read: Iterable[Sequence[Word]]) -> frozenset[str]:
    """Lemmas of names: of words that have a capital wherever a word of the same sentence goes before them.

    Phrases without a small letter say nothing about capitals.
    """
    written = [said for said in read if not all(word.written.isupper() for word in said)]
    small = {word.lemma for said in written for word in said if word.inside and word.written.islower()}
    return frozenset(word.lemma for said in written for word in said if word.inside) - small


def _names(
    members: Sequence[int],
    texts: Sequence[str],
    read: Sequence[Sequence[Word]],
    weights: Mapping[str, float],
    proper: Set[str],
) -> Iterator[str]:
    """Names from what many members share: the expression itself where it can stand alone, else a short member with it.

    Parameters
    ----------
    members : sequence of int
        Positions in `texts`, those that would name the group best first.
    proper : set of str
        Lemmas of names, which keep their capital.
    """
    for lemmas, form in _expressions([read[at] for at in members], weights, proper):
        if _stands_alone(form):
            yield form
            continue
        holding = (texts[at] for at in members if set(lemmas) <= {word.lemma for word in read[at]})
        yield from (text for text in holding if len(text) <= _WORDY)


def _expressions(
    phrases: Sequence[Sequence[Word]], weights: Mapping[str, float], proper: Set[str]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Expressions that many phrases share, the most telling first: their lemmas and most frequent written form."""

    def written(part: Sequence[Word]) -> str:
        return " ".join(_capital(word.written) if word.lemma in proper else word.written.lower() for word in part)

    holders: dict[tuple[str, ...], set[int]] = defaultdict(set)
    forms: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for at, phrase in enumerate(phrases):
        for part in _parts(phrase):
            lemmas = tuple(word.lemma for word in part)
            holders[lemmas].add(at)
            forms[lemmas][written(part)] += 1
    enough = max(2.0, _SHARED * len(phrases))

    def telling(lemmas: tuple[str, ...]) -> float:
        return len(holders[lemmas]) * sum(weights.get(lemma, 0.0) for lemma in set(lemmas))

    shared = [lemmas for lemmas, held in holders.items() if len(held) >= enough and telling(lemmas) > 0]
    shared.sort(key=lambda lemmas: (-telling(lemmas), lemmas))
    return ((lemmas, min(forms[lemmas], key=lambda form: (-forms[lemmas][form], form))) for lemmas in shared)


def _stands_alone(expression: str) -> bool:
    """Whether an expression reads as a name: «карьерный рост», «сменить профессию»; not «профессию», not «знаю»."""
    first, *others = (tag(word) for word in expression.split() if word not in _TURNING)
    if not others:
        return first.POS == "NOUN" and "nomn" in first
    named = first.POS in _QUALITIES and "nomn" in first and any(word.POS == "NOUN" for word in others)
    return named or first.POS in _ACTIONS or (first.POS == "NOUN" and "nomn" in first)


def _parts(phrase: Sequence[Word]) -> Iterator[Sequence[Word]]:
    """Runs of up to four words that begin and end with a word that carries meaning."""
    for start, first in enumerate(phrase):
        if not first.meaning and first.lemma not in _TURNING:
            continue
        for end in range(start + 1, min(start + _LONGEST, len(phrase)) + 1):
            if phrase[end - 1].meaning:
                yield phrase[start:end]


@cache
def _pipeline() -> Any:  # noqa: ANN401  (spaCy's Language, untyped here)
    import spacy

    pipeline = spacy.blank("ru")
    pipeline.add_pipe("lemmatizer", config={"mode": "pymorphy3_lookup"})
    pipeline.initialize()
    return pipeline


def _short(text: str) -> str:
    """Cut a phrase to a name: whole words, no full stop."""
    name = " ".join(text.split()).rstrip(" .!?…,;:")
    if len(name) > _NAME_LENGTH:
        name = name[:_NAME_LENGTH].rsplit(" ", 1)[0].rstrip(" ,;:-") + "…"
    return _capital(name) or text


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
