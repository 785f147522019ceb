"""Two waves of answers to «Почему вы выбрали наш банк?»: one purpose vanishes, one is new, three stay."""

import csv
from collections.abc import Iterator
from pathlib import Path

from dated import of_yesterday

from annotation.scripted import Truth
from models.codebook import Target

ANSWERS = Path(__file__).resolve().parents[2] / "benchmarks" / "data" / "short_bank.csv"
VANISHES, NEW = "Удобное приложение, онлайн-банк", "Кредит, ипотека"
STAY = ("Близость отделений и банкоматов", "Проценты по вкладам", "Зарплатный проект")
FIRST = {VANISHES: 12, **dict.fromkeys(STAY, 10)}
SECOND = {NEW: 8, **dict.fromkeys(STAY, 9)}


def write_waves(folder: Path, *, dated: bool = False) -> tuple[Path, Path]:
    """Write a file of cards for each wave; different answers, one a card.

    Parameters
    ----------
    dated : bool
        Cards name no wave but a day: of March the first ones, of April the second.
    """
    held = _by_code()
    out = []
    for wave, wanted in (("1", FIRST), ("2", SECOND)):
        out.append(folder / f"wave{wave}.csv")
        with out[-1].open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "дата" if dated else "волна", "цель", "оценка"])
            when = f"{10 + int(wave)}.0{2 + int(wave)}.2026" if dated else wave
            for code, count in wanted.items():
                for name, text in [next(held[code]) for _ in range(count)]:
                    writer.writerow([name, when, text, 4])
        of_yesterday(out[-1])
    return out[0], out[1]


def truth() -> Truth:
    with ANSWERS.open(encoding="utf-8-sig", newline="") as lines:
        codes = {(row["id"], 1): (row["code"],) for row in csv.DictReader(lines)}
    return Truth(codes, dict.fromkeys((NEW, *FIRST), Target.YES))


def _by_code() -> dict[str, Iterator[tuple[str, str]]]:
    found: dict[str, dict[str, str]] = {}
    with ANSWERS.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            found.setdefault(row["code"], {}).setdefault(row["text"].casefold(), row["id"])
    with ANSWERS.open(encoding="utf-8-sig", newline="") as lines:
        texts = {row["id"]: row["text"] for row in csv.DictReader(lines)}
    return {code: iter([(name, texts[name]) for name in ids.values()]) for code, ids in found.items()}
