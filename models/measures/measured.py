"""All measures that the cards have columns for, as one table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from models.balance import CodedRow
from models.codebook import Code, Target
from models.config import Study
from models.measures.columns import MOST_CATEGORIES
from models.measures.csi import csi_lines
from models.measures.facts import CardAttributes, Facts, Unread, read_facts
from models.measures.icp import can_be_profiled, icp_lines
from models.measures.journey import journey_lines
from models.measures.nps import nps_lines
from models.measures.panel import Line, Panel, panel_of
from models.measures.routing import routing_lines
from models.measures.saturation import saturation_lines
from models.measures.segments import (
    NEW,
    PERMANENT,
    abc,
    abcd,
    can_be_sorted,
    crosstab_lines,
    revenue_lines,
    tenure,
)
from models.measures.value import value_lines

COLUMNS = (
    *("measure", "part", "name", "code_id", "category", "rows", "respondents", "missing", "count"),
    *("value", "low", "high", "level", "overall", "p", "p_adjusted", "verdict"),
    *("se", "promoters", "passives", "detractors", "weight", "median", "total", "formula"),
)
_WORDS = ("measure", "part", "name", "code_id", "category", "verdict", "formula")
_COUNTS = ("rows", "respondents", "missing", "count")
_NAMED = ("segment", "role", "journey", "icp")  # whose categories are keys of what people wrote


@dataclass(frozen=True)
class Measured:
    """What was measured.

    Attributes
    ----------
    table : DataFrame
        A line a measure, stream and category, with `COLUMNS`: measure (nps, csi, segment, revenue_share, abc, tenure,
        ltv, revenue, journey, icp, role, routing, saturation); part (total, net, code), name, code_id; category;
        rows of the stream; respondents the value rests on, missing those about whom nothing is known; the value with
        its interval and level; p and its correction, verdict. What else a measure has is said where it is computed.
        Empty when the cards have no columns for any.
    columns : mapping of str to str
        What each column that was used is.
    unread : tuple of Unread
        Cells that hold no value of their column.
    notes : tuple of str
        What could not be measured, or should be looked at.
    """

    table: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(COLUMNS)))
    columns: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[Unread, ...] = ()
    notes: tuple[str, ...] = ()


def measure(
    rows: Iterable[CodedRow],
    codes: Sequence[Code],
    cards: Sequence[CardAttributes],
    settings: Study,
    columns: Sequence[str] = (),
    month_first: bool = False,
) -> Measured:
    """Measure what the attributes of the cards allow, from confirmed rows only.

    Parameters
    ----------
    columns : sequence of str
        The attributes that there are, filled in or not, in their order.
    month_first : bool
        Dates in attributes are written so where nothing in their column says otherwise.

    Raises
    ------
    RechkiError
        When study.yaml names a column or a code that is not there, or a column most of whose cells hold no value.
    """
    facts = read_facts(cards, settings.measures, columns, month_first)
    panel = panel_of(rows, codes, facts, settings)
    notes = [*facts.notes]
    if not panel.rows:
        return Measured(columns=facts.columns.meanings(), unread=facts.unread, notes=tuple(notes))
    lines = [{"measure": name, **line} for name, lines in _measures(panel, notes) for line in lines]
    table = pd.DataFrame(lines).reindex(columns=list(COLUMNS))
    table["level"] = settings.balance.interval
    named = table["measure"].isin(_NAMED)
    table.loc[named, "category"] = [_written(key, facts) for key in table.loc[named, "category"]]
    table[list(_WORDS)] = table[list(_WORDS)].astype(object).fillna("")
    for name in COLUMNS:
        if name in _COUNTS:
            table[name] = table[name].astype("Int64")
        elif name not in _WORDS:
            table[name] = table[name].astype("float64")
    return Measured(table, facts.columns.meanings(), facts.unread, tuple(notes))


def _measures(panel: Panel, notes: list[str]) -> Iterator[tuple[str, Iterable[Line]]]:
    """Every measure by name with its lines; why one is not there goes to the notes."""
    people, settings = panel.people, panel.settings.measures
    labels = _labels(panel)
    yield from _of_people(panel)
    for name, of in labels.items():
        if _few_enough(name, of, notes):
            yield name, crosstab_lines(panel, of, (NEW, PERMANENT) if name == "tenure" else ())
    if "segment" in labels and _known(people, "revenue") and labels["segment"].nunique() <= MOST_CATEGORIES:
        yield "revenue_share", revenue_lines(panel, labels["segment"], settings.revenue_share)
    if _known(people, "stage") and _few_enough("stage", people["stage"], notes):
        yield "journey", journey_lines(panel)
    if profile := _profile(panel, labels, notes):
        yield "icp", icp_lines(panel, profile)
    if settings.owners and _known(people, "role"):
        yield "routing", routing_lines(panel)
    yield "saturation", saturation_lines(panel, settings.last_cards)


def _of_people(panel: Panel) -> Iterator[tuple[str, Iterable[Line]]]:
    """Measures that are a number of each person."""
    if _known(panel.people, "nps"):
        yield "nps", nps_lines(panel)
    if any(_known(panel.people, f"csi {item}") for item in panel.facts.columns.csi):
        yield "csi", csi_lines(panel)
    if _known(panel.people, "margin"):
        yield "ltv", value_lines(panel, "margin")
    if _known(panel.people, "revenue"):
        yield "revenue", value_lines(panel, "revenue")


def _known(people: pd.DataFrame, name: str) -> bool:
    return name in people and bool(people[name].notna().any())


def _labels(panel: Panel) -> dict[str, pd.Series]:
    """The categories of people by what they are: given, or made from other columns."""
    people, found = panel.people, {}
    if "segment" in people:
        found["segment"] = people["segment"]
    elif can_be_sorted(people):
        found["segment"] = abcd(people)
    money = next((kind for kind in ("revenue", "margin") if kind in people), None)
    if money:
        found["abc"] = abc(people[money])
    if "first_date" in people:
        found["tenure"] = tenure(people, panel.settings.measures.permanent_after)
    if "role" in people:
        found["role"] = people["role"]
    return {name: labels for name, labels in found.items() if labels.notna().any()}


def _few_enough(name: str, labels: pd.Series, notes: list[str]) -> bool:
    count = labels.nunique()
    if count > MOST_CATEGORIES:
        notes.append(f"{name} has {count} different values, more than {MOST_CATEGORIES}: not counted by stream")
    return 0 < count <= MOST_CATEGORIES


def _profile(panel: Panel, labels: Mapping[str, pd.Series], notes: list[str]) -> dict[str, pd.Series]:
    """The attributes a profile of the ideal customer is made of, by how they are called in the files."""
    people, single = panel.people, panel.facts.columns.single
    found = {single.get(name, name): of for name, of in labels.items()}
    if "stage" in people:
        found[single["stage"]] = people["stage"]
    for name in panel.facts.columns.others:
        found[name] = people[f"other {name}"]
    found = {name: of for name, of in found.items() if can_be_profiled(of)}
    if found and not any(code.target is Target.YES for code in panel.codes):
        notes.append("no code is a target yet: no profile of the ideal customer")
        return {}
    return found


def _written(key: str, facts: Facts) -> str:
    return facts.names.get(key, key)
