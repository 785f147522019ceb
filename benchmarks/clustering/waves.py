"""Two waves of a labelled set: rows that are coded, and rows of the next wave whose codes are known but not shown."""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.clustering.sets import ANSWERS, DATA, FIXED, ROOT, domain_rows
from models.encoder.load import Encoder, Progress
from models.encoder.space import Vectors
from models.privacy.masking import masked
from models.text import without_numbers

Row = tuple[str, frozenset[str]]
CARDS = ("gsr", "school", "clinic", "yoga", "garage")
_CODED = 0.65  # of the rows of a simulated first wave
_HELD = (1, 3)  # codes that come with the second wave, at least and at most
_COME = (2, 10)  # rows of such a code there
_FEWEST, _LARGEST = 4, 0.12  # rows of a code that may be held back, and their share


@dataclass(frozen=True)
class Wave:
    """Rows as they stand in two files, with their right codes.

    Attributes
    ----------
    kind : str
        ``waves``: cards with two waves of their own; the others are drawn: ``hard``, ``short``, ``stories`` ….
    """

    name: str
    kind: str
    coded: tuple[Row, ...]
    new: tuple[Row, ...]

    @property
    def known(self) -> np.ndarray:
        """Whether a new row has a code of the first wave."""
        codes = frozenset[str]().union(*(codes for _, codes in self.coded))
        return np.array([bool(right & codes) for _, right in self.new])

    @property
    def judged(self) -> np.ndarray:
        """Whether a new row says something: rows without an answer and off topic are no part of the figures."""
        return np.array([not right & FIXED for _, right in self.new])


@dataclass
class Remembering:
    """An encoder that encodes every text once; in place of an `Encoder` wherever one encodes."""

    encoder: Encoder
    _known: dict[str, Vectors] = field(default_factory=dict)

    @property
    def blocks(self) -> tuple[int, ...]:
        """Widths of the joined encoders."""
        return self.encoder.blocks

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Return raw vectors of shape (len(texts), sum(blocks))."""
        fresh = sorted({text for text in texts if text not in self._known})
        self._known |= dict(zip(fresh, self.encoder.encode(fresh), strict=True))
        return np.stack([self._known[text] for text in texts])

    def remember(self, waves: Sequence[Wave]) -> None:
        """Encode the texts and the codes' names of waves in one go, masked as the product masks them."""
        rows = [row for wave in waves for row in (*wave.coded, *wave.new)]
        names = {code for _, codes in rows for code in codes}
        self.encode(sorted({without_numbers(masked(text)) for text, _ in rows} | names))


def real_waves() -> Iterator[Wave]:
    """Yield the card sets, coded in wave 1 and new in wave 2."""
    for name, rows in _card_rows():
        coded = tuple((text, right) for text, right, wave in rows if wave == "1")
        yield Wave(name, "waves", coded, tuple((text, right) for text, right, wave in rows if wave != "1"))


def simulated_waves(draws: int, held: bool = True, without: Sequence[str] = ("school", "clinic")) -> Iterator[Wave]:
    """Yield waves drawn from every labelled set that is not left out.

    Parameters
    ----------
    draws : int
        Waves of every set.
    held : bool
        Whether one to three codes come with the second wave only, each with two to ten rows.
    without : sequence of str
        Sets left out: those whose own waves are measured.
    """
    for name, rows in _card_rows():
        if name not in without:
            yield from _draws(name, "hard", [(text, right) for text, right, _ in rows], draws, held)
    for path in sorted(DATA.glob("short_*.csv")):
        yield from _draws(path.stem, "short", _table(path), draws, held)
    for path in sorted(ANSWERS.glob("*.csv")):
        kind = "stories" if path.stem.startswith("stories_") else "answers"
        yield from _draws(path.stem, kind, _table(path), draws, held)
    yield from domain_waves("dev", draws, held)


def domain_waves(split: str, draws: int, held: bool = True) -> Iterator[Wave]:
    """Yield waves drawn from the domains of one split; the test domains are for final figures only."""
    for domain, answers in domain_rows(split).items():
        rows = [(phrase, frozenset([label])) for phrase, label in answers]
        yield from _draws(domain, f"{split} domain", rows, draws, held)


def _draws(name: str, kind: str, rows: Sequence[Row], draws: int, held: bool) -> Iterator[Wave]:
    return (_drawn(name, kind, rows, number, held) for number in range(draws))


def _drawn(name: str, kind: str, rows: Sequence[Row], number: int, held: bool) -> Wave:
    seed = hashlib.blake2b(f"{name}\0{number}\0{held}".encode(), digest_size=4).digest()
    draw = np.random.default_rng(int.from_bytes(seed, "big"))
    times = Counter(code for _, right in rows for code in right - FIXED)
    some = [code for code in sorted(times) if _FEWEST <= times[code] <= _LARGEST * len(rows)]
    count = int(draw.integers(*_HELD, endpoint=True)) if held else 0
    left = {str(code): int(draw.integers(*_COME, endpoint=True)) for code in draw.choice(some, count, replace=False)}
    coded: list[Row] = []
    new: list[Row] = []
    for at in draw.permutation(len(rows)):
        row = rows[at]
        if not row[1] & left.keys():
            (coded if draw.random() < _CODED else new).append(row)
        elif row[1] <= left.keys() and all(left[code] for code in row[1]):
            new.append(row)
            left = {code: most - (code in row[1]) for code, most in left.items()}
    return Wave(f"{name} {number}", kind, tuple(coded), tuple(new))


def _card_rows() -> Iterator[tuple[str, list[tuple[str, frozenset[str], str]]]]:
    for name in CARDS:
        folder = ROOT / "examples" / "gsr" if name == "gsr" else DATA
        with (folder / f"{name}_cards.csv").open(encoding="utf-8-sig", newline="") as lines:
            cards = {card["card_id"]: card for card in csv.DictReader(lines)}
        with (folder / f"{name}_truth.csv").open(encoding="utf-8-sig", newline="") as lines:
            truth = list(csv.DictReader(lines))
        rows = [(cards[row["card_id"]], row) for row in truth]
        yield name, [(card[f"purpose_{row['row']}"], _right(row["codes"]), card["wave"]) for card, row in rows]


def _table(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return [(row["text"], _right(row["code"])) for row in csv.DictReader(lines)]


def _right(codes: str) -> frozenset[str]:
    return frozenset(code.strip() for code in codes.split("|"))
