"""What to do with a stream. The rule proposes a strategy; the analyst may choose another one and says why."""

from collections.abc import Mapping
from enum import StrEnum

from models.errors import RechkiError
from models.text import text_key


class Strategy(StrEnum):
    """What to do with a stream; the names are those of the author of the case, «improve» is Rechki's own."""

    PROTECT = "protect_and_grow"
    IMPROVE = "improve"
    MODIFY = "modify"
    SWITCH_OFF = "switch_off"


_NAMES: Mapping[Strategy, tuple[str, ...]] = {
    Strategy.PROTECT: (
        *("protect and grow", "protect", "protect, encourage and grow", "keep"),
        *("оберегать, поощрять и растить", "оберегать", "оберегать и растить"),
    ),
    Strategy.IMPROVE: ("improve", "improve the service", "улучшать системно", "улучшать", "улучшить"),
    Strategy.MODIFY: (
        *("modify", "modify the strategy", "modify the strategy, look for other opportunities"),
        *("модифицировать стратегию, искать иные возможности", "модифицировать стратегию", "модифицировать"),
    ),
    Strategy.SWITCH_OFF: ("switch off", "выключить"),
}
_BY_NAME = {text_key(name): strategy for strategy, names in _NAMES.items() for name in names}


def strategy_named(words: str, where: str = "") -> Strategy:
    """Return the strategy that is meant, by its name or id in English or Russian.

    Raises
    ------
    RechkiError
        When it is no name of a strategy; the names are told.
    """
    found = _BY_NAME.get(text_key(words.replace("_", " ")))
    if found is None:
        raise RechkiError(f"{words!r} is no strategy", where, f"Write one of: {', '.join(Strategy)}.")
    return found
