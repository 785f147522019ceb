"""Alarms where nothing changed, and where something was made to change: studies drawn from the labelled sets."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.clustering.sets import DATA, FIXED, ROOT
from benchmarks.clustering.waves import CARDS, Remembering
from models.alarms import AlarmKind, Said, alarms_of
from models.confirmed import Confirmed
from models.encoder.space import centred, fit_mean
from models.privacy.masking import masked
from models.suggest import Coded
from models.text import text_key, without_numbers
from models.themes import is_alarming, theme_groups

SHORT = tuple(path.stem for path in sorted(DATA.glob("short_*.csv")))
SPLITS = 40
THEME_SPLITS = 8
MADE = 20
_NEWEST = 0.4  # of the respondents
_THEME = 6  # respondents of the newest wave with a code that is held back
_FEWEST = 12  # respondents of a code that something is made to happen to


MADE_UP = (VANISHES, NEW, ANOTHER, ANOTHER_TOO, MIXED) = (
    "a code vanishes",
    "a new code",
    "a code means something else",
    "a code means something else too",
    "two like codes are mixed up",
)


@dataclass(frozen=True)
class Study:
    """Rows of one set, all of one time: text keys and what was said; `newest` is yet to be drawn."""

    name: str
    keys: Sequence[str]
    said: Said
    names: np.ndarray

    def drawn(self, draw: np.random.Generator) -> Said:
        """Make some respondents, drawn at random, the newest wave."""
        people = sorted(set(self.said.people))
        some = set(draw.permutation(len(people))[: round(_NEWEST * len(people))].tolist())
        new = {person for at, person in enumerate(people) if at in some}
        return replace(self.said, newest=np.array([person in new for person in self.said.people]))


def study_of(name: str, encoder: Remembering) -> Study:
    """Read wave 1 of a card set, or short answers."""
    if name in CARDS:
        return _study(name, list(_of_cards(name)), encoder)
    with (DATA / f"{name}.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = [(row["text"], _codes(row["code"]), row["id"]) for row in csv.DictReader(lines)]
    return _study(name, rows, encoder)


def false_alarms(study: Study) -> tuple[int, int]:
    """Split the respondents at random; return in how many splits of `SPLITS` there is any alarm, and all alarms."""
    found = [alarms_of(study.drawn(np.random.default_rng(seed))).alarms for seed in range(SPLITS)]
    return sum(bool(alarms) for alarms in found), sum(len(alarms) for alarms in found)


def themes_told(study: Study, *, held: bool) -> tuple[int, int, int]:
    """Split the respondents at random; with `held`, one code is there only in the newest wave.

    Returns
    -------
    int, int, int
        In how many splits themes are proposed, in how many one is told as an alarm (with `held`: one that is mostly of
        that code), and in how many splits of `THEME_SPLITS` there is such a code with enough respondents.
    """
    proposed = told = possible = 0
    for seed in range(THEME_SPLITS):
        draw = np.random.default_rng(seed)
        said = study.drawn(draw)
        some = np.flatnonzero((said.carries & said.newest[:, None]).sum(axis=0) >= _THEME)
        if held and not len(some):
            continue
        code = int(draw.choice(some)) if held else -1
        possible += 1
        themes = _themes(study, said, code)
        proposed += bool(themes)
        told += any(is_alarming(chance, people) and (pure >= 0.5 or not held) for chance, people, pure in themes)
    return proposed, told, possible


def _themes(study: Study, said: Said, held: int) -> list[tuple[float, int, float]]:
    """Chance, respondents, and share of the code that is held back, of every theme of the newest wave."""
    known = [at for at in range(len(said.codes)) if at != held]
    coded = ~said.newest & said.carries[:, known].any(axis=1)
    coded &= ~said.carries[:, held] if held >= 0 else True
    first = list({study.keys[row]: int(row) for row in np.flatnonzero(coded)}.values())
    new = {study.keys[row]: int(row) for row in np.flatnonzero(said.newest & said.carries.any(axis=1))}
    carries = said.carries[np.ix_(first, known)]
    learned = Coded([said.codes[at] for at in known], study.names[known], said.vectors[first], carries)
    rows = list(new.values())
    confirmed = Confirmed([study.keys[row] for row in first], learned)
    groups, chances = theme_groups(said.vectors[rows], list(new), confirmed, 2025)
    members = [[rows[at] for at in groups.members(group)] for group in range(groups.count)]
    return [
        (chance, len({said.people[row] for row in of}), float(said.carries[of, held].mean()) if held >= 0 else 0.0)
        for chance, of in zip(chances, members, strict=True)
    ]


def power(study: Study) -> dict[str, list[bool]]:
    """Make each thing happen `MADE` times, and return whether its alarm was told."""
    out: dict[str, list[bool]] = defaultdict(list)
    for seed in range(MADE):
        draw = np.random.default_rng(seed)
        said = study.drawn(draw)
        people = np.array(said.people)
        large = [at for at in range(len(said.codes)) if len(set(people[said.carries[:, at]].tolist())) >= _FEWEST]
        if len(large) < 2:
            continue
        one, other = (int(at) for at in draw.permutation(large)[:2])
        for what, (kind, code, made) in _made(said, one, other, draw).items():
            told = [alarm for alarm in alarms_of(made).alarms if alarm.kind is kind]
            out[what].append(any(said.codes[code] in alarm.codes for alarm in told))
    return out


def _made(said: Said, one: int, other: int, draw: np.random.Generator) -> dict[str, tuple[AlarmKind, int, Said]]:
    """Studies in which something happened to a code, by what."""
    a, b, new = said.carries[:, one], said.carries[:, other], said.newest
    near = _nearest(said, one)
    c = said.carries[:, near]
    either = draw.random(len(new)) < 0.5
    return {
        VANISHES: (AlarmKind.VANISHED, one, _with(said, {one: a & ~new})),
        NEW: (AlarmKind.NEW, one, _with(said, {one: a & new})),
        ANOTHER: (
            AlarmKind.DRIFTED,
            one,
            _with(said, {one: np.where(new, b, a), other: np.zeros_like(b)}),
        ),
        ANOTHER_TOO: (
            AlarmKind.DRIFTED,
            one,
            _with(said, {one: np.where(new, a | b, a), other: np.zeros_like(b)}),
        ),
        MIXED: (
            AlarmKind.TOGETHER,
            one,
            _with(said, {one: np.where(new, (a | c) & either, a), near: np.where(new, (a | c) & ~either, c)}),
        ),
    }


def _nearest(said: Said, one: int) -> int:
    """The code whose centre is nearest to that of another, of those with enough respondents."""
    sums = said.carries.T.astype(np.float32) @ said.vectors
    sums /= np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    near = sums @ sums[one]
    near[one] = -1
    near[said.carries.sum(axis=0) < _FEWEST] = -1
    return int(near.argmax())


def _with(said: Said, changed: dict[int, np.ndarray]) -> Said:
    carries = said.carries.copy()
    for at, flags in changed.items():
        carries[:, at] = flags
    return replace(said, carries=carries)


def _of_cards(name: str) -> Iterator[tuple[str, frozenset[str], str]]:
    folder = ROOT / "examples" / "gsr" if name == "gsr" else DATA
    with (folder / f"{name}_cards.csv").open(encoding="utf-8-sig", newline="") as lines:
        cards = {card["card_id"]: card for card in csv.DictReader(lines)}
    with (folder / f"{name}_truth.csv").open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            card = cards[row["card_id"]]
            if card["wave"] == "1":
                yield card[f"purpose_{row['row']}"], _codes(row["codes"]), row["card_id"]


def _study(name: str, rows: Sequence[tuple[str, frozenset[str], str]], encoder: Remembering) -> Study:
    texts = [without_numbers(masked(text)) for text, _, _ in rows]
    codes = sorted({code for _, right, _ in rows for code in right})
    raw = encoder.encode([*texts, *codes])
    vectors = centred(raw, fit_mean(raw[: len(texts)], encoder.blocks), encoder.blocks)
    carries = np.array([[code in right for code in codes] for _, right, _ in rows], bool)
    people = [person for _, _, person in rows]
    said = Said(
        [str(at) for at in range(len(rows))], people, np.zeros(len(rows), bool), codes, carries, vectors[: len(texts)]
    )
    return Study(name, [text_key(text) for text in texts], said, vectors[len(texts) :])


def _codes(joined: str) -> frozenset[str]:
    return frozenset(code.strip() for code in joined.split("|") if code.strip()) - FIXED
