"""Reports to send on, made of a few rows: some streams are small, one belongs to no net."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from hypothesis import strategies as st

from models.balance import CodedRow, fixed_counts, net_balance, served_balance
from models.codebook import FIXED, Code, Event, EventKind, Target
from models.config import Study, default_settings
from models.waves import wave_balance
from reports.data import Report, Verbatim
from reports.map import Dot

LEAST = 3
CODES = (
    Code("a", "Поток А", Target.YES, net="Первая"),
    Code("b", "Поток Б", net="Первая", note="мнение команды", definition="слова Ивана Петрова"),
    Code("c", "Рекомендация Ивана Петрова", net="Вторая"),
    Code("d", "Поток Г", net="Вторая"),
    Code("h", "Тайный поток"),
    *FIXED,
)
WAVES, SCORES = ("1", "2", ""), (None, 1, 3, 4, 5)


def made(rows: Sequence[CodedRow], least: int = LEAST, weights: str = "row") -> Report:
    """A report of some rows, with a text of its own for each row and code."""
    values = default_settings()
    values["balance"] |= {"draws": 200, "weights": weights}
    study = Study(study_id=UUID(int=1), title="Проверка", **{**values, "share": {"respondents": least}})
    verbatims: dict[str, list[Verbatim]] = {}
    for at, row in enumerate(rows):
        for code in sorted(row.codes):
            said = Verbatim(f"сказано {row.card_id} {at}", row.score, f"потому что {at}", row.wave, f"id-{at}", "ann/1")
            verbatims.setdefault(code, []).append(said)
    tables = {
        "balance": served_balance(rows, CODES, study.balance),
        "nets": net_balance(rows, CODES, study.balance),
        "waves": wave_balance(rows, CODES, study.balance),
        "fixed": fixed_counts(rows, CODES),
    }
    counts = dict.fromkeys(("cards", "rows", "coded_rows", "respondents", "confirmed"), len(rows))
    return Report(
        title="Отчёт Анны Сергеевны", made_at=datetime(2026, 5, 1, 12), codes=CODES, verbatims=verbatims, awaiting=2,
        unfinished=1, disputed=0, evidence="f" * 64, settings=study, scripted=False, masked=True,
        dots=(Dot(0, 0, "точка", "Поток А"),), coded=tuple(rows),
        events=(Event("e", "purpose", datetime(2026, 1, 1), "Ольга", EventKind.RETIRE, "h", {"why": "тайна"}, ""),),
        **tables, **counts,
    )  # fmt: skip


def row(who: object, codes: str, score: int | None = 4, wave: str = "", number: int = 1) -> CodedRow:
    return CodedRow(f"карта {who}", number, f"человек {who}", wave, score, frozenset(codes))


def group(codes: str, people: Iterable[object], score: int | None = 4, wave: str = "") -> list[CodedRow]:
    return [row(who, codes, score, wave) for who in people]


ROWS = st.lists(
    st.builds(
        row,
        st.integers(0, 30),
        st.sampled_from(["a", "a", "a", "b", "b", "ab", "c", "c", "d", "d", "cd", "ac"]),
        st.sampled_from(SCORES),
        st.sampled_from(WAVES),
    ),
    min_size=15,
    max_size=70,
)


GROUPS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "ab", "c", "d", "cd", "ac"]),
        st.integers(0, 40),
        st.integers(1, 5),
        st.sampled_from(SCORES),
        st.sampled_from(WAVES),
    ),
    min_size=2,
    max_size=10,
).map(lambda many: [r for codes, first, size, *more in many for r in group(codes, range(first, first + size), *more)])
