"""What a cut looks like, in numbers: its link, its parts, their grammar and their meaning."""

import numpy as np
import numpy.typing as npt

from models.cuts.places import Cut
from models.cuts.words import (
    BACK,
    BESIDES,
    ME_TOO,
    NEGATIONS,
    OPENERS,
    SELF,
    SENTENCE_ENDS,
    SO_THAT,
    STRONG,
    SUBORDINATE,
    WANTS,
)
from models.words import ADVERBIAL, grammar, unit_vector

_PREDICATES = {"VERB", "PRED", "ADJS"}
_NO_CONTENT = {"CONJ", "PREP", "PRCL", "NPRO", "INTJ"}
# Features that mean another thing with another link.
_TOGETHER = (
    *("left_commas", "right_commas", "left_one", "right_one", "right_two", "long", "subordinate_left", "no_verbs"),
    *("alike", "alike_last", "near", "nearest", "both_infinitive", "adverbial_right", "new_preposition", "wants_right"),
    *("negated_right", "unlike", "short", "wants_both", "both_verbs", "same_verbs", "looks_back", "verb_right"),
    *("infinitive_right",),
)


def features(cut: Cut) -> dict[str, float]:
    """Describe a cut in numbers between -1 and 3; a feature that is not there is 0."""
    left = [token.lower for token in cut.left if token.word]
    right = [token.lower for token in cut.right if token.word]
    found = {
        **_of_link(cut, right),
        **_of_parts(cut, left, right),
        **_of_grammar(left, right),
        **_of_meaning(left, right),
    }
    for link in ("plain_and", "comma_and", "sentence"):
        if found[link]:
            found |= {f"{link}:{name}": found[name] for name in _TOGETHER if found.get(name)}
    return {name: float(value) for name, value in found.items() if value}


def _of_link(cut: Cut, right: list[str]) -> dict[str, float]:
    link = set(cut.link)
    first = right[0] if right else ""
    so_that = first in SO_THAT
    that = right[:2] == ["то", "что"]
    sentence = bool(link & SENTENCE_ENDS)
    besides = bool({first, " ".join(right[:2])} & BESIDES) and right[2:3] != ["я"]
    strong = bool(link & STRONG) or (so_that and bool(link & OPENERS)) or that or besides
    comma = "," in link
    return {
        "strong": strong,
        "sentence": sentence,
        "comma": comma,
        "and": "и" in link,
        "comma_and": comma and "и" in link,
        "plain_and": "и" in link and not comma and not sentence and not strong,
        "but": "но" in link,
        "comma_while": comma and "а" in link,
        "bare_while": "а" in link and not comma and not sentence and not strong,
        "or": "или" in link,
        "moreover": bool(link & STRONG) or besides or (comma and right[:2] in ME_TOO),
        "sentence_moreover": sentence and (bool(link & STRONG) or besides),
        "so_that_after_it": so_that and bool(link & OPENERS) and comma,
        "then": bool(link & {"потом", "затем"}),
        "so_that": so_that,
        "and_so_that": so_that and bool(link & OPENERS),
        "while_i": comma and "а" in link and bool(set(right[:2]) & SELF),
    }


def _of_parts(cut: Cut, left: list[str], right: list[str]) -> dict[str, float]:
    words = len(left) + len(right)
    return {
        "left_words": min(len(left), 12) / 12,
        "right_words": min(len(right), 12) / 12,
        "shorter": min(len(left), len(right), 6) / 6,
        "balance": min(len(left), len(right)) / max(1, words),
        "left_one": len(left) == 1,
        "left_two": len(left) == 2,
        "right_one": len(right) == 1,
        "right_two": len(right) == 2,
        "long": words > 13,
        "very_long": words > 17,
        "short": min(len(left), len(right)) <= 2,
        "left_commas": min(3, sum(token.text in ",.?!" for token in cut.left)),
        "right_commas": min(3, sum(token.text in ",.?!" for token in cut.right)),
        "other_and": min(2, left.count("и") + right.count("и")),
        "subordinate_left": any(word in SUBORDINATE or word in SO_THAT for word in left),
    }


def _of_grammar(left: list[str], right: list[str]) -> dict[str, float]:
    here, there = [grammar(word) for word in left], [grammar(word) for word in right]
    first, content = right[0] if right else "", _content(right)
    infinitives = [any(word.pos == "INFN" for word in words) for words in (here, there)]
    verbs = [any(word.pos in _PREDICATES for word in words) for words in (here, there)]
    kinds = grammar(content[0]).kinds if content else frozenset()
    alike = any(kinds & word.kinds for word in here)
    verb = next((word.verb for word in here if word.verb), None)
    prepositions = {text for text, word in zip(left, here, strict=True) if word.pos == "PREP"}
    begins = there[0].pos if there else ""
    adverbial = bool(content) and grammar(content[0]).pos in ADVERBIAL
    return {
        f"first:{begins}": 1,
        "subordinate": first in SUBORDINATE,
        "looks_back": first in BACK,
        "self": bool(SELF & set(right[:3])),
        "even_right": "и" in right[:3],
        "negated_right": bool(NEGATIONS & set(right[:2])) or first == "больше",
        "wants_right": bool(WANTS & set(right[:4])),
        "wants_left": bool(WANTS & set(left[:4])),
        "wants_both": bool(WANTS & set(right[:4])) and bool(WANTS & set(left[:4])),
        "both_goals": _goal(left) and _goal(right),
        "verb_left": verbs[0],
        "verb_right": verbs[1],
        "both_verbs": all(verbs),
        "infinitive_left": infinitives[0],
        "infinitive_right": infinitives[1],
        "both_infinitive": all(infinitives),
        "no_verbs": not any(verbs) and not any(infinitives),
        "alike": alike,
        "alike_last": any(kinds & word.kinds for word in here[-2:]),
        "unlike": bool(content) and not alike,
        "same_verbs": verb is not None and verb == next((word.verb for word in there if word.verb), None),
        "subject_right": any(word.nominative for word in there[:3]),
        "nominative": begins == "NOUN" and there[0].nominative,
        "new_preposition": begins == "PREP" and first not in prepositions,
        "same_preposition": begins == "PREP" and first in prepositions,
        "adverbial_right": adverbial and not any(word.pos in ADVERBIAL for word in here),
        "number_first": first[:1].isdigit(),
        "content_left": min(4, len(_content(left))) / 4,
        "content_right": min(4, len(content)) / 4,
    }


def _of_meaning(left: list[str], right: list[str]) -> dict[str, float]:
    """How near the words of the parts are in navec's space."""
    there, here = _vectors(left), _vectors(right)
    if not len(there) or not len(here):
        return {"no_vectors": 1, "near": 0, "nearest": 0}
    near = float(_unit(there.mean(axis=0)) @ _unit(here.mean(axis=0)))
    return {"near": near, "nearest": float((there @ here.T).max())}


def _goal(words: list[str]) -> bool:
    """The part begins by saying what is wanted: «хочу …», «чтобы …», «снять …»."""
    return bool(words) and (words[0] in WANTS or words[0] in SO_THAT or grammar(words[0]).pos == "INFN")


def _content(words: list[str]) -> list[str]:
    return [word for word in words if grammar(word).pos not in _NO_CONTENT]


def _vectors(words: list[str]) -> npt.NDArray[np.float32]:
    return np.array([vector for word in _content(words) if (vector := unit_vector(word)) is not None], np.float32)


def _unit(vector: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return vector / (np.linalg.norm(vector) + 1e-9)
