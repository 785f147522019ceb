"""Who is in which stream, and what is known of them: what every measure is computed from."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.balance import CodedRow, Counted
from models.codebook import Code
from models.config import Study
from models.measures.exact import Floats
from models.measures.facts import Facts, clients
from models.multiple import holm

Line = dict[str, Any]


class Part(StrEnum):
    """What a line is about: all respondents, a net, or a code."""

    TOTAL = "total"
    NET = "net"
    CODE = "code"


class Verdict(StrEnum):
    """What may be claimed."""

    ABOVE = "above"
    BELOW = "below"
    DIFFERS = "differs"
    HOLDS = "holds"
    FAILS = "fails"
    UNKNOWN = "cannot_tell"


@dataclass(frozen=True)
class Stream:
    """A code, a net, or all together, with its rows."""

    part: Part
    name: str
    code_id: str
    rows: tuple[CodedRow, ...]

    @property
    def about(self) -> Line:
        """What begins each of its lines."""
        return {"part": str(self.part), "name": self.name, "code_id": self.code_id, "rows": len(self.rows)}


@dataclass(frozen=True)
class Panel:
    """The confirmed rows with what is known of who gave them.

    Attributes
    ----------
    people : DataFrame
        From `facts.clients`, one line a respondent with a substantive code, in the order of their names.
    streams : tuple of Stream
        All together, the nets, the codes; the largest first.
    member : array of shape (people, streams)
        Who is in which.
    """

    people: pd.DataFrame
    streams: tuple[Stream, ...]
    member: NDArray[np.bool_]
    facts: Facts
    codes: tuple[Code, ...]
    settings: Study

    @property
    def rows(self) -> tuple[CodedRow, ...]:
        """All rows with a substantive code."""
        return self.streams[0].rows

    @property
    def level(self) -> float:
        """Of all intervals, in percent."""
        return self.settings.balance.interval

    @property
    def least(self) -> int:
        """How many respondents a claim needs on either side."""
        return self.settings.balance.certain.respondents

    def values(self, name: str) -> Floats:
        """Return a column of `people` as numbers, NaN where nothing is known."""
        return self.people[name].to_numpy(dtype=np.float64, na_value=np.nan)

    def adjusted(self, p: Floats) -> Floats:
        """Correct the p values of streams: codes and nets are a family each."""
        found = np.full(len(p), np.nan)
        for part in (Part.NET, Part.CODE):
            of_part = np.array([stream.part is part for stream in self.streams])
            found[of_part] = holm(p[of_part])
        return found

    def claim(self, adjusted: float, inside: int, outside: int, verdict: Verdict) -> str:
        """Return a verdict where enough people stand on both sides and the corrected p is small enough.

        Empty where nothing was tested.
        """
        if np.isnan(adjusted):
            return ""
        enough = min(inside, outside) >= self.least
        return str(verdict if enough and adjusted <= self.settings.measures.alpha else Verdict.UNKNOWN)


def panel_of(rows: Iterable[CodedRow], codes: Sequence[Code], facts: Facts, settings: Study) -> Panel:
    """Put coded rows and the facts of their cards together."""
    counted = Counted.of(sorted(rows, key=lambda row: (row.card_id, row.row)), codes, settings.balance)
    known = clients(facts, settings.measures)
    names = sorted({row.respondent for row in counted.rows})
    streams = (Stream(Part.TOTAL, "", "", counted.rows), *_streams(counted.rows, codes))
    place = {name: at for at, name in enumerate(names)}
    member = np.zeros((len(names), len(streams)), dtype=np.bool_)
    for at, stream in enumerate(streams):
        member[[place[row.respondent] for row in stream.rows], at] = True
    return Panel(known.reindex(names), streams, member, facts, tuple(codes), settings)


def _streams(rows: Sequence[CodedRow], codes: Sequence[Code]) -> list[Stream]:
    by_code: dict[str, list[CodedRow]] = defaultdict(list)
    by_net: dict[str, list[CodedRow]] = defaultdict(list)
    nets = {code.code_id: code.net for code in codes if code.net and not code.fixed}
    for row in rows:
        for code_id in row.codes:
            by_code[code_id].append(row)
        for net in {nets[code_id] for code_id in row.codes if code_id in nets}:
            by_net[net].append(row)
    found = [Stream(Part.NET, net, "", tuple(of)) for net, of in by_net.items()]
    found += [
        Stream(Part.CODE, code.name, code.code_id, tuple(by_code[code.code_id]))
        for code in codes
        if code.code_id in by_code and not code.fixed
    ]
    return sorted(found, key=lambda of: (of.part is Part.CODE, -_people(of), -len(of.rows), of.name, of.code_id))


def _people(stream: Stream) -> int:
    return len({row.respondent for row in stream.rows})
