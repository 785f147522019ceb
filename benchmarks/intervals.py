"""How often the interval of B holds the true B, beside other intervals: make bench-intervals (10 minutes or more).

    python benchmarks/intervals.py [--tables 2000] [--out FOLDER]

Tables are drawn from known distributions of scores; a respondent gives one to three rows, alike with a correlation of
0, .3 or .7. An interval of 90 % should hold the truth in 87 to 93 of 100 tables. Writes intervals.md.
"""

import argparse
import os
import platform
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import stats

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from models.interval import People, change, estimate  # noqa: E402

LEVEL, DRAWS, SEED = 90.0, 800, 2026
TAIL = (100 - LEVEL) / 2
DISTRIBUTIONS = {  # chances of the scores 0 to 5
    "even": (1, 1, 1, 1, 1, 1),
    "satisfied": (1, 1, 2, 6, 30, 60),
    "delighted": (0.5, 0.5, 0.5, 1.5, 12, 85),
    "shortfalls": (2, 5, 25, 45, 18, 5),
    "polarised": (15, 15, 15, 5, 5, 45),
    "quiet fours": (0.5, 0.5, 1, 5, 85, 8),
    "bottom": (40, 25, 20, 10, 4, 1),
}
ALIKE = (0.0, 0.3, 0.7)
RESPONDENTS = (3, 5, 10, 30, 100)
Floats = npt.NDArray[np.float64]
Bounds = tuple[float, float]


class Table:
    """One drawn table, per respondent: rows, fives minus low scores, fives, low scores."""

    def __init__(self, scores: Floats, given: npt.NDArray[np.bool_]) -> None:
        self.rows = given.sum(1).astype(float)
        self.e = ((scores == 5) & given).sum(1).astype(float)
        self.u = ((scores <= 3) & given).sum(1).astype(float)
        self.net = self.e - self.u
        self.m = len(self.rows)

    def people(self, first: int = 0) -> People:
        """Return the table as Rechki's interval takes it, the respondents numbered from `first`."""
        names = [str(number) for number in range(first, first + self.m)]
        return People(names, self.rows, self.e, self.u, self.rows)


def ours(table: Table, random: np.random.Generator) -> Bounds:
    """Rechki's own."""
    found = estimate(table.people(), LEVEL)
    return found.low, found.high


def bayesian(table: Table, random: np.random.Generator, prior: float = 0.0) -> Bounds:
    """Rubin's bootstrap over respondents; `prior` respondents more, spread over the scores 5, 4, 3 and 0-2."""
    weights = random.standard_exponential((DRAWS, table.m))
    above, below = weights @ table.net, weights @ table.rows
    if prior:
        more = random.standard_gamma(prior / 4, (DRAWS, 4))
        above, below = above + more[:, 0] - more[:, 2] - more[:, 3], below + more.sum(1)
    return tuple(np.percentile(above / below, [TAIL, 100 - TAIL]))


def percentile(table: Table, random: np.random.Generator) -> Bounds:
    """Efron's bootstrap over respondents."""
    return tuple(np.percentile(_resampled(table, random), [TAIL, 100 - TAIL]))


def bca(table: Table, random: np.random.Generator) -> Bounds:
    """Efron's bias-corrected and accelerated bootstrap over respondents."""
    drawn, b = _resampled(table, random), table.net.sum() / table.rows.sum()
    below = np.clip(((drawn < b).sum() + 0.5 * (drawn == b).sum()) / DRAWS, 1 / DRAWS, 1 - 1 / DRAWS)
    bias, z = stats.norm.ppf(below), stats.norm.ppf([TAIL / 100, 1 - TAIL / 100])
    left_out = (table.net.sum() - table.net) / (table.rows.sum() - table.rows)
    pull = left_out.mean() - left_out
    spread = 6 * (pull @ pull) ** 1.5
    acceleration = (pull**3).sum() / spread if spread else 0.0
    levels = stats.norm.cdf(bias + (bias + z) / (1 - acceleration * (bias + z)))
    return tuple(np.percentile(drawn, 100 * levels))


def t_by_respondent(table: Table, random: np.random.Generator, more: float = 0.0) -> Bounds:
    """Student's t on the linearised variance by respondent; `more` rows added, spread over 5, 4 and 0-3."""
    rows = np.append(table.rows, [more / 3] * 3)
    net = np.append(table.net, np.array([1, 0, -1]) * more / 3)
    b = net.sum() / rows.sum()
    variance = table.m / (table.m - 1) * ((net - b * rows) ** 2).sum() / rows.sum() ** 2
    half = stats.t.ppf(1 - TAIL / 100, table.m - 1) * np.sqrt(variance)
    return max(b - half, -1.0), min(b + half, 1.0)


def dirichlet(table: Table, random: np.random.Generator) -> Bounds:
    """Jeffreys' Dirichlet posterior of the shares, on as many rows as the design effect by respondent leaves."""
    total = table.rows.sum()
    e, u, b = table.e.sum() / total, table.u.sum() / total, table.net.sum() / total
    variance = table.m / (table.m - 1) * ((table.net - b * table.rows) ** 2).sum() / total**2
    smooth_e, smooth_u = (e * total + 0.5) / (total + 1.5), (u * total + 0.5) / (total + 1.5)
    independent = (smooth_e + smooth_u - (smooth_e - smooth_u) ** 2) / total
    rows = total / np.clip(variance / independent, 1, (table.rows**2).sum() / total)
    drawn = random.dirichlet(rows * np.array([e, u, 1 - e - u]).clip(0) + 0.5, DRAWS)
    return tuple(np.percentile(drawn[:, 0] - drawn[:, 1], [TAIL, 100 - TAIL]))


METHODS: dict[str, Callable[[Table, np.random.Generator], Bounds]] = {
    "Rechki": ours,
    "Bayesian bootstrap + 1 respondent": lambda table, random: bayesian(table, random, 1.0),
    "Bayesian bootstrap": bayesian,
    "percentile bootstrap": percentile,
    "BCa bootstrap": bca,
    "t by respondent": t_by_respondent,
    "t by respondent + 1 row": lambda table, random: t_by_respondent(table, random, 1.0),
    "Dirichlet, effective rows": dirichlet,
}


def main() -> None:
    """Run and write."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--tables", type=int, default=2000)
    asked.add_argument("--out", type=Path, default=ROOT / "benchmarks")
    options = asked.parse_args()
    begun = time.monotonic()
    text = [*compare(options.tables), *changes(options.tables)]
    head = _head(options.tables, time.monotonic() - begun)
    (options.out / "intervals.md").write_text("\n".join([*head, *text, ""]), "utf-8")


def compare(tables: int) -> Iterator[str]:
    """Coverage and width of every method."""
    held: dict[tuple[str, int], dict[tuple[str, float], float]] = defaultdict(dict)
    width: dict[tuple[str, int], list[float]] = defaultdict(list)
    for m in RESPONDENTS:
        for name, alike in _cells():
            random = np.random.default_rng([SEED, m, list(DISTRIBUTIONS).index(name), int(10 * alike)])
            drawn = [_table(random, name, m, alike) for _ in range(tables)]
            for method, interval in METHODS.items():
                bounds = np.array([interval(table, random) for table in drawn])
                held[method, m][name, alike] = _share_held(bounds, _truth(name))
                width[method, m].append(100 * float(np.mean(bounds[:, 1] - bounds[:, 0])))
        print(f"{m} respondents done", flush=True)
    yield "## Coverage: mean over the 21 cells (worst – best cell); mean width in points of B"
    yield ""
    yield f"| interval | {' | '.join(f'{m} respondents' for m in RESPONDENTS)} | cells in 87–93 |"
    yield "|---" * (len(RESPONDENTS) + 2) + "|"
    for method in METHODS:
        cells = []
        for m in RESPONDENTS:
            found = list(held[method, m].values())
            span = f"{min(found):.0f} – {max(found):.0f}"
            cells.append(f"{np.mean(found):.1f} ({span}); {np.mean(width[method, m]):.0f}")
        good = [87 <= value <= 93 for m in RESPONDENTS for value in held[method, m].values()]
        yield f"| {method} | {' | '.join(cells)} | {sum(good)} of {len(good)} |"
    yield ""
    yield "## Rechki's interval, cell by cell"
    yield ""
    yield f"| scores | correlation | {' | '.join(f'{m}' for m in RESPONDENTS)} |"
    yield "|---" * (len(RESPONDENTS) + 2) + "|"
    for cell in _cells():
        shown = " | ".join(f"{held['Rechki', m][cell]:.0f}" for m in RESPONDENTS)
        yield f"| {cell[0]} | {cell[1]} | {shown} |"


def changes(tables: int) -> Iterator[str]:
    """Coverage of the change between two waves, and how often a change is claimed where there is none."""
    yield ""
    yield "## The change of B between two waves of as many respondents"
    yield ""
    yield "| from | to | same people | " + " | ".join(f"{m}" for m in RESPONDENTS[1:]) + " |"
    yield "|---" * (len(RESPONDENTS) + 2) + "|"
    pairs = [(name, name) for name in DISTRIBUTIONS]
    pairs += [("even", "satisfied"), ("shortfalls", "quiet fours"), ("polarised", "bottom"), ("satisfied", "delighted")]
    for before, after in pairs:
        for panel in (False, True):
            cells = []
            for m in RESPONDENTS[1:]:
                random = np.random.default_rng([SEED, m, panel, pairs.index((before, after))])
                bounds = [_changed(random, before, after, m, panel) for _ in range(tables)]
                cells.append(f"{_share_held(np.array(bounds), _truth(after) - _truth(before)):.0f}")
            yield f"| {before} | {after} | {'yes' if panel else 'no'} | {' | '.join(cells)} |"
        print(f"{before} to {after} done", flush=True)


def _changed(random: np.random.Generator, before: str, after: str, m: int, panel: bool) -> Bounds:
    habit = random.random((m, 1)) if panel else None
    first, second = (_table(random, name, m, 0.3, habit) for name in (before, after))
    found = change(estimate(first.people(), LEVEL), estimate(second.people(0 if panel else m), LEVEL))
    return found[1], found[2]


def _table(random: np.random.Generator, name: str, m: int, alike: float, habit: Floats | None = None) -> Table:
    """Draw a table; two rows of one person are alike with the correlation `alike`."""
    chances = np.array(DISTRIBUTIONS[name], float)
    edges = np.cumsum(chances / chances.sum())[:-1]
    usual = random.random((m, 1)) if habit is None else habit
    as_usual = random.random((m, 3)) < np.sqrt(alike)
    scores = np.searchsorted(edges, np.where(as_usual, usual, random.random((m, 3))), side="right")
    return Table(scores, np.arange(3) < random.integers(1, 4, (m, 1)))


def _truth(name: str) -> float:
    chances = np.array(DISTRIBUTIONS[name], float)
    return float((chances[5] - chances[:4].sum()) / chances.sum())


def _share_held(bounds: Floats, truth: float) -> float:
    near = 1e-9  # the truth may lie on a bound
    return 100 * float(((bounds[:, 0] <= truth + near) & (truth - near <= bounds[:, 1])).mean())


def _resampled(table: Table, random: np.random.Generator) -> Floats:
    times = random.multinomial(table.m, np.full(table.m, 1 / table.m), DRAWS)
    return (times @ table.net) / (times @ table.rows)


def _cells() -> Iterator[tuple[str, float]]:
    return ((name, alike) for name in DISTRIBUTIONS for alike in ALIKE)


def _head(tables: int, seconds: float) -> list[str]:
    return [
        "# Intervals of the balance B",
        "",
        "Made by `make bench-intervals`; do not edit. How often a 90 % interval holds the true B, in percent of tables",
        f"drawn ({tables} a cell: a cell's figure is sure to about ±{165 * np.sqrt(0.09 / tables):.1f}). A cell is one",
        "of seven distributions of scores by one of three correlations (0, .3, .7) between the rows of one respondent,",
        "who gives one to three rows.",
        "Bootstraps take 800 resamples. The method is described in models/interval.py.",
        "",
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, numpy {np.__version__}; "
        f"{seconds:.0f} s.",
        "",
    ]


if __name__ == "__main__":
    main()
