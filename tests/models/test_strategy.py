"""Names of strategies as analysts write them."""

import pytest

from models.errors import RechkiError
from models.strategy import Strategy, strategy_named
from reports.words import STRATEGIES


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        *((str(strategy), strategy) for strategy in Strategy),
        *((STRATEGIES[strategy], strategy) for strategy in Strategy),
        (" Оберегать, поощрять и растить ", Strategy.PROTECT),
        ("Switch off", Strategy.SWITCH_OFF),
        ("improve the service", Strategy.IMPROVE),
        ("МОДИФИЦИРОВАТЬ", Strategy.MODIFY),
    ],
)
def test_a_strategy_is_known_by_its_names_in_both_languages(words: str, meant: Strategy) -> None:
    assert strategy_named(words) is meant


@pytest.mark.parametrize("words", ["", "расти", "improve or switch off"])
def test_other_words_are_refused_with_the_names(words: str) -> None:
    with pytest.raises(RechkiError, match="is no strategy") as error:
        strategy_named(words, "--set")
    assert "--set" in str(error.value)
    assert "switch_off" in error.value.do
