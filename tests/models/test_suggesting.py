"""Codes for new texts from coded ones: what holds for any rows, in any order."""

import csv
import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.config import default_study
from models.encoder.load import Encoder, Progress, load_encoder
from models.encoder.space import Vectors
from models.errors import RechkiError
from models.nonanswers import is_non_answer
from models.suggesting import Suggested, suggest_texts

ANSWERS = Path(__file__).parents[2] / "benchmarks" / "data" / "short_dentist.csv"
STUDY = default_study("проба")
SOME = 60
SILENT = ("не знаю", "", "  ", "затрудняюсь ответить")


class Remembered:
    """The bundled encoder; every text is encoded once for all examples."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder, self.blocks = encoder, encoder.blocks
        self.known: dict[str, Vectors] = {}

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        fresh = sorted(set(texts) - set(self.known))
        self.known |= dict(zip(fresh, self.encoder.encode(fresh), strict=True))
        return np.stack([self.known[text] for text in texts])


@cache
def rows() -> list[tuple[str, frozenset[str]]]:
    with ANSWERS.open(encoding="utf-8", newline="") as lines:
        found = [(row["text"], frozenset([row["code"]])) for row in csv.DictReader(lines)]
    return [row for row in found if not is_non_answer(row[0], STUDY.phrases.non_answers)]


@cache
def encoder() -> Remembered:
    found = Remembered(load_encoder("bundled"))
    found.encode([text for text, _ in rows()] + sorted({code for _, codes in rows() for code in codes}))
    return found


def suggest(coded: Sequence[tuple[str, frozenset[str]]], texts: Sequence[str]) -> Suggested:
    return suggest_texts(coded, texts, encoder(), STUDY)  # type: ignore[arg-type]


def told(found: Suggested) -> list[tuple[tuple[str, ...], float, int]]:
    return list(zip(found.codes, np.nan_to_num(found.confidence, nan=-1).tolist(), found.themes.tolist(), strict=True))


@pytest.fixture(scope="module")
def wave() -> tuple[list[tuple[str, frozenset[str]]], list[str]]:
    """Every third row is new; two codes are nobody's yet."""
    codes = sorted({code for _, codes in rows() for code in codes})
    fresh = frozenset(codes[3:5])
    coded = [row for at, row in enumerate(rows()) if at % 3 and not row[1] & fresh]
    new = [row for at, row in enumerate(rows()) if not at % 3 or row[1] & fresh]
    return coded, [text for text, _ in new]


@settings(max_examples=10)
@given(seed=st.integers(0, 10**6), coded=st.integers(1, 60), new=st.integers(0, 60))
def test_the_order_of_the_rows_changes_nothing(seed: int, coded: int, new: int) -> None:
    draw = random.Random(seed)  # noqa: S311
    known = draw.choices(rows()[:SOME], k=coded)
    texts = [draw.choice((text, text.upper())) for text, _ in draw.choices(rows()[:SOME], k=new)]
    texts += draw.choices(SILENT, k=3)
    before = told(suggest(known, texts))
    order = draw.sample(range(len(texts)), len(texts))
    again = told(suggest(draw.sample(known, len(known)), [texts[at] for at in order]))
    assert again == [before[at] for at in order]


@settings(max_examples=10)
@given(seed=st.integers(0, 10**6), coded=st.integers(1, 60), new=st.integers(0, 60))
def test_every_row_comes_back_and_the_same_words_get_the_same(seed: int, coded: int, new: int) -> None:
    draw = random.Random(seed)  # noqa: S311
    known = draw.choices(rows()[:SOME], k=coded)
    texts = [text for text, _ in draw.choices(rows()[:SOME], k=new)] + ["не знаю"]
    found = suggest(known, [*texts, *(text.upper() for text in texts)])
    assert len(found.codes) == len(found.confidence) == len(found.themes) == 2 * len(texts)
    assert told(found)[: len(texts)] == told(found)[len(texts) :]
    codes = {code for _, codes in known for code in codes}
    for offered in found.codes[: len(texts) - 1]:
        assert len(offered) == len(set(offered)) == min(3, len(codes))
        assert set(offered) <= codes
    sure = found.confidence
    assert np.isnan(sure).all() if len(codes) == 1 else ((sure >= 0) & (sure <= 1)).all()


def test_new_purposes_come_into_themes_and_most_others_do_not(
    wave: tuple[list[tuple[str, frozenset[str]]], list[str]],
) -> None:
    coded, texts = wave
    known = {code for _, codes in coded for code in codes}
    right = dict(rows())
    found = suggest(coded, texts)
    fresh = np.array([not right[text] & known for text in texts])
    assert fresh.sum() > 10
    assert (found.themes[fresh] >= 0).mean() >= 0.4
    assert (found.themes[~fresh] >= 0).mean() <= 0.15
    numbers = sorted(set(found.themes.tolist()) - {-1})
    assert numbers == list(range(len(found.portraits)))
    sizes = [len({text for text, theme in zip(texts, found.themes, strict=True) if theme == n}) for n in numbers]
    assert sizes == sorted(sizes, reverse=True)
    assert all(portrait.name for portrait in found.portraits)


def test_the_first_suggestion_is_mostly_right_and_its_confidence_says_how_often(
    wave: tuple[list[tuple[str, frozenset[str]]], list[str]],
) -> None:
    coded, texts = wave
    known = {code for _, codes in coded for code in codes}
    right = dict(rows())
    found = suggest(coded, texts)
    inside = [at for at, text in enumerate(texts) if right[text] & known]
    hit = np.array([found.codes[at][0] in right[texts[at]] for at in inside])
    sure = found.confidence[inside]
    assert hit.mean() > 0.65
    assert abs(hit.mean() - sure.mean()) < 0.15
    assert hit[sure >= np.median(sure)].mean() > hit[sure < np.median(sure)].mean()


def test_words_that_were_coded_keep_their_code_and_are_no_new_theme() -> None:
    coded = [*rows()[:60], ("Загадочная фраза", frozenset(["Х"])), ("загадочная фраза.", frozenset(["Х"]))]
    found = suggest(
        [*coded, ("загадочная фраза", frozenset(["У"]))], ["загадочная фраза", *(t for t, _ in rows()[60:])]
    )
    assert found.codes[0][:2] == ("Х", "У")
    assert found.confidence[0] == pytest.approx(2 / 3)
    assert found.themes[0] == -1


def test_a_text_that_says_nothing_has_the_code_such_texts_were_given_or_none() -> None:
    plain = rows()[:40]
    assert suggest(plain, ["не знаю", ""]).codes == ((), ())
    found = suggest([*plain, ("затрудняюсь", frozenset(["Нет ответа"]))], ["не знаю", "", "боюсь боли"])
    assert found.codes[:2] == (("Нет ответа",), ("Нет ответа",))
    assert "Нет ответа" not in found.codes[2], "nothing is learned from a text that says nothing"
    assert (found.non_answers, found.empty, found.distinct) == (1, 1, 1)
    assert found.themes.tolist() == [-1, -1, -1]


def test_several_codes_of_a_row_are_all_learned() -> None:
    both = frozenset(["Быстро", "Дёшево"])
    coded = [("чтобы быстро и недорого", both), ("скорость и цена", both), ("рядом с домом", frozenset(["Близко"]))]
    found = suggest(coded, ["быстро и дёшево"])
    assert set(found.codes[0][:2]) == both


def test_codes_without_words_are_learned_from_their_texts_alone() -> None:
    numbers = {code: str(at) for at, code in enumerate(sorted({c for _, codes in rows() for c in codes}))}
    numbered = [(text, frozenset(numbers[code] for code in codes)) for text, codes in rows()]
    found = suggest(numbered[::2], [text for text, _ in numbered[1::2]])
    right = [offered[0] in codes for offered, (_, codes) in zip(found.codes, numbered[1::2], strict=True)]
    assert np.mean(right) > 0.55


@pytest.mark.parametrize("coded", [[], [("не знаю", frozenset(["а"]))], [("текст", frozenset[str]())]])
def test_nothing_to_learn_from_is_said(coded: list[tuple[str, frozenset[str]]]) -> None:
    with pytest.raises(RechkiError, match="no coded text says something"):
        suggest(coded, ["новый текст"])
