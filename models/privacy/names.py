"""Names of people: a dictionary says which words can be names, the place in the text and a tagger say whether they are.

pymorphy3 knows Russian first names, patronymics and many surnames in every case. slovnet's tagger (trained on news)
decides where the dictionary alone cannot: unknown surnames, «Вера» the woman and «вера» the feeling. Alone it takes
many first words of a sentence for people; alone the dictionary misses foreign names: benchmarks/reading.md.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from models.privacy.found import Found
from models.words import embeddings, parses, tag, weights

_TAGGER = "natasha/data/model/slovnet_ner_news_v1.tar"
_FIRST_NAMES = "natasha/data/dict/first.txt"
_WORD = re.compile(r"[А-ЯЁа-яё]+(?:-[А-ЯЁа-яё]+)*")
_INITIALS = re.compile(
    r"\b[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?\s+[А-ЯЁ]\.\s?(?:[А-ЯЁ]\.)?|\b[А-ЯЁ]\.\s?(?:[А-ЯЁ]\.\s?)?[А-ЯЁ][а-яё]{2,}(?:-[А-ЯЁ][а-яё]+)?"
)
_SENTENCE_END = re.compile(r"[.!?…\n]\W*$")
_BEFORE_A_PERSON = {
    *("к", "ко", "у", "от", "с", "со", "для", "за", "через", "из-за", "про", "о", "об", "спасибо", "зовут", "именно"),
    *("благодарю", "позовите", "привет", "только", "моя", "мой", "наша", "наш", "ваша", "ваш", "вашей", "вашему"),
}
_TITLES = re.compile(
    r"^(?:доктор|врач|мастер|тренер|инструктор|препод|преподавател|учител|психолог|коуч|менеджер|администратор|механик|"
    r"слесар|специалист|консультант|хирург|ортодонт|терапевт|стоматолог|господин|госпож|мистер|миссис|директор|"
    r"начальник|руководител|подруг|друг|муж|жен|сестр|брат|дочк|дочер|доч|сын|мам|пап|коллег|сосед|тёт|тет|дяд)\w{0,4}$"
)
_SURE, _LIKELY, _POSSIBLE = 0.99, 0.6, 0.3
_UNLIKELY = 0.03
_SHORTEST = 4  # of names in lower case
_KNOWN_WORDS = 200_000
_COMMON = 0.7  # an ordinary word that happens to stand in the list of names


@dataclass(frozen=True)
class _Word:
    start: int
    end: int
    text: str
    first: bool  # of a sentence

    @property
    def capital(self) -> bool:
        return self.text[0].isupper()


@dataclass(frozen=True)
class _Reading:
    """How much of the dictionary's probability reads a word as a first name, patronymic, surname, place or thing.

    `known` words stand in the dictionary, the others were guessed from their ending; `listed` ones, or their normal
    form, stand in natasha's list of first names, which has the familiar forms too («Маратик», «Лизка»).
    """

    name: float
    patronymic: float
    surname: float
    place: float
    common: float
    known: bool
    listed: bool


def find_names(text: str) -> Iterator[Found]:
    """Yield people's names: full ones, single first names in any case, surnames after a title, initials."""
    yield from (Found(*m.span(), "ИМЯ") for m in _INITIALS.finditer(text))
    if not any(_worth_a_look(match.group()) for match in _WORD.finditer(text)):
        return
    words = _words(text)
    shouted = text.upper() == text
    tagged = _tagged(text) if _needs_tagger(words) else ()
    run: list[_Word] = []
    for at, word in enumerate(words):
        before = words[at - 1] if at else None
        after = words[at + 1] if at + 1 < len(words) else None
        if _is_name(word, before, after, run, shouted, tagged) or (run and run[-1] is before and _continues(word)):
            run.append(word)
            continue
        yield from _joined(text, _with_surname(run, words), words)
        run = []
    yield from _joined(text, _with_surname(run, words), words)


@lru_cache(_KNOWN_WORDS)
def _worth_a_look(word: str) -> bool:
    """Tell whether a word could be part of a name: most texts have none, and are done with that."""
    reading = _reading(word.lower())
    if word[0].islower():
        return reading.known and (reading.name >= _POSSIBLE or reading.patronymic >= _LIKELY)
    return reading.name + reading.surname + reading.patronymic > _UNLIKELY or reading.listed or not reading.known


def _words(text: str) -> list[_Word]:
    return [
        _Word(*m.span(), m.group(), m.start() == 0 or not _WORD.search(text, 0, m.start()) or _starts(text, m.start()))
        for m in _WORD.finditer(text)
    ]


def _starts(text: str, at: int) -> bool:
    return _SENTENCE_END.search(text, max(0, at - 8), at) is not None


def _is_name(
    word: _Word,
    before: _Word | None,
    after: _Word | None,
    run: list[_Word],
    shouted: bool,
    tagged: tuple[tuple[int, int], ...],
) -> bool:
    reading = _reading(word.text.lower())
    beside = bool(run) and run[-1] is before
    if reading.patronymic >= _LIKELY and reading.known:
        return True
    if not word.capital or shouted:
        introduced = before is not None and before.text.lower() in _BEFORE_A_PERSON
        sure = reading.name >= (_POSSIBLE if introduced and reading.common < _LIKELY else _SURE)
        return sure and reading.known and (introduced or reading.listed) and len(word.text) >= _SHORTEST
    if word.text.isupper():  # an abbreviation: «ВЭД»
        return reading.known and reading.name >= _LIKELY
    person = any(start <= word.start and word.end <= end for start, end in tagged)
    proper = reading.name + reading.surname > _UNLIKELY or reading.listed
    if before is not None and not word.first and _TITLES.match(before.text.lower()):
        return reading.place < _POSSIBLE and (person or proper or not reading.known)
    if word.first:
        if reading.common >= _POSSIBLE:
            return person and proper and (after is None or _acts(after))
        return (
            (reading.known and reading.name >= _LIKELY) or (reading.listed and not reading.known) or (person and proper)
        )
    if reading.place >= _LIKELY and not beside:
        return False
    return (reading.known and reading.name >= _POSSIBLE) or reading.listed or (person and (proper or not reading.known))


def _continues(word: _Word) -> bool:
    """A capitalised surname right after a name: «Марина Лебедева»."""
    return word.capital and not word.first and _reading(word.text.lower()).surname > _UNLIKELY


def _acts(word: _Word) -> bool:
    """A verb or a pronoun: what follows a person («Вера меня понимает») rather than a thing («Вера в себя»)."""
    return str(tag(word.text).POS) in ("VERB", "NPRO", "PRED")


def _with_surname(run: list[_Word], words: list[_Word]) -> list[_Word]:
    """Take in the surname that stands before the name: «Кузнецова Валентина Петровна»."""
    if not run:
        return run
    at = words.index(run[0])
    before = words[at - 1] if at else None
    if before and before.capital and run[0].capital and _reading(before.text.lower()).surname > _POSSIBLE:
        return [before, *run]
    return run


def _joined(text: str, run: list[_Word], words: list[_Word]) -> Iterator[Found]:
    """One find for words side by side, parted by nothing but spaces."""
    start: int | None = None
    for at, word in enumerate(run):
        start = word.start if start is None else start
        last = at + 1 == len(run)
        if last or not text[word.end : run[at + 1].start].isspace():
            yield Found(start, word.end, "ИМЯ")
            start = None


@lru_cache(_KNOWN_WORDS)
def _reading(word: str) -> _Reading:
    share = {"Name": 0.0, "Patr": 0.0, "Surn": 0.0, "Geox": 0.0, "": 0.0}
    for parse in parses(word):
        share[next((kind for kind in ("Patr", "Name", "Surn", "Geox") if kind in parse.tag), "")] += parse.score
    known = any(parse.is_known for parse in parses(word))
    listed = bool({word, *(parse.normal_form for parse in parses(word))} & _first_names()) and not (
        known and share[""] >= _COMMON
    )
    return _Reading(
        share["Name"], share["Patr"], share["Surn"], share["Geox"], share[""] if known else 0, known, listed
    )


@cache
def _first_names() -> frozenset[str]:
    return frozenset(weights(_FIRST_NAMES).read_text("utf-8").split())


def _needs_tagger(words: list[_Word]) -> bool:
    """The tagger costs a millisecond a text: it is asked only about capitalised words that might be names."""
    for word in words:
        if not word.capital:
            continue
        reading = _reading(word.text.lower())
        might = reading.name + reading.surname > _UNLIKELY
        if might if word.first else (might or not reading.known or reading.place < _POSSIBLE):
            return True
    return False


@cache
def _tagger() -> Any:  # noqa: ANN401  (slovnet has no types)
    from slovnet import NER

    return NER.load(weights(_TAGGER)).navec(embeddings())


def _tagged(text: str) -> tuple[tuple[int, int], ...]:
    return tuple((span.start, span.stop) for span in _tagger()(text).spans if span.type == "PER")
