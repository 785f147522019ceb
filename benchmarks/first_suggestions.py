"""What a code frame that the team brings is worth before anything is confirmed: python benchmarks/first_suggestions.py.

Codes are known by their names, or by names and definitions (gsr, school and clinic have them). How often the first
suggestion of a phrase is right, with nothing confirmed and with some phrases a code; and, of the groups proposed, how
many come with a code suggested on their first page, and how often it is the one most of the group's lines carry.
Writes first_suggestions.md.
"""

import csv
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.clustering.sets import DATA, LabelledSet, labelled_sets  # noqa: E402
from models.clusters.proposal import propose_groups  # noqa: E402
from models.config import default_study  # noqa: E402
from models.encoder.load import BUNDLED, Encoder, load_encoder  # noqa: E402
from models.encoder.space import Vectors, centred  # noqa: E402
from models.planning import Phrase, ProposedGroup, Situation, due_tasks  # noqa: E402
from models.suggest import Coded, Suggester, Suggestion, Wish  # noqa: E402

CONFIRMED = (0, 1, 3, 6)
DRAWS = 5


def main() -> None:
    """Run and write."""
    encoder = load_encoder(BUNDLED)
    sets = list(labelled_sets(encoder, [], False))
    lines = [_HEAD, "| set | codes told by | " + " | ".join(map(str, CONFIRMED)) + " |", "|---|---" + "|---" * 4 + "|"]
    for data in sets:
        for told, definitions in _frames(data, encoder):
            shares = [f"{right(data, definitions, count):.3f}" for count in CONFIRMED]
            lines.append(f"| {data.name} | {told} | {' | '.join(shares)} |")
            print(lines[-1], flush=True)
    lines += ["", "| set | codes told by | groups | with a suggestion | of them right |", "|---|---|---|---|---|"]
    total: Counter[str] = Counter()
    for data in sets:
        for told, definitions in _frames(data, encoder):
            groups, suggested, good = suggested_groups(data, definitions)
            lines.append(f"| {data.name} | {told} | {groups} | {suggested} | {good} |")
            total += Counter({f"{told} groups": groups, f"{told} suggested": suggested, f"{told} right": good})
            print(lines[-1], flush=True)
    for told in ("names", "names and definitions"):
        lines.append(f"| all | {told} | " + " | ".join(str(total[f"{told} {key}"]) for key in _COUNTS) + " |")
    (ROOT / "benchmarks" / "first_suggestions.md").write_text("\n".join([*lines, ""]), "utf-8")


def _frames(data: LabelledSet, encoder: Encoder) -> Iterator[tuple[str, dict[str, Vectors]]]:
    """The code frame without and, where the set has any, with definitions."""
    yield "names", {}
    folder = ROOT / "examples" / "gsr" if data.name == "gsr" else DATA
    path = folder / f"{data.name}_codes.csv"
    if path.exists():
        with path.open(encoding="utf-8-sig", newline="") as lines:
            said = {row["code"]: row["note"] for row in csv.DictReader(lines) if row["code"] in data.all_codes}
        vectors = centred(encoder.encode(list(said.values())), data.mean, data.blocks)
        yield "names and definitions", dict(zip(said, vectors, strict=True))


def right(data: LabelledSet, definitions: Mapping[str, Vectors], confirmed: int) -> float:
    """Return the share of unconfirmed texts whose first suggestion is right, a mean over draws of what is confirmed."""
    shares = []
    for seed in range(DRAWS if confirmed else 1):
        order = np.random.default_rng(seed).permutation(len(data.texts))
        taken = {code: [at for at in order if data.codes[at] == {code}][:confirmed] for code in data.all_codes}
        known = {code: data.vectors[at] for code, at in taken.items() if at}
        offers = _offers(data, definitions, known, data.vectors)
        out = {int(at) for held in taken.values() for at in held}
        shares.append(np.mean([offers[at][0].code_id in data.codes[at] for at in range(len(offers)) if at not in out]))
    return float(np.mean(shares))


def _offers(
    data: LabelledSet, definitions: Mapping[str, Vectors], known: Mapping[str, Vectors], vectors: Vectors
) -> list[list[Suggestion]]:
    names = np.stack([data.code_vectors[code] for code in data.all_codes])
    told = np.stack([definitions.get(code, np.zeros_like(names[0])) for code in data.all_codes])
    of = [at for at, code in enumerate(data.all_codes) for _ in known.get(code, ())]
    coded = np.vstack([names[:0], *(known[code] for code in data.all_codes if code in known)])
    suggester = Suggester(Coded(data.all_codes, names, coded, np.eye(len(names), dtype=bool)[of], told))
    return suggester.suggestions([Wish(vector) for vector in vectors])


def suggested_groups(data: LabelledSet, definitions: Mapping[str, Vectors]) -> tuple[int, int, int]:
    """Count the groups proposed, those whose first page comes with a code, and those of them where it is right."""
    found = propose_groups(data.vectors, data.blocks, data.keys, default_study(data.name).proposal)
    phrases = {
        str(at): Phrase(str(at), text, key, False)
        for at, (text, key) in enumerate(zip(data.texts, data.keys, strict=True))
    }
    place = {text: at for at, text in enumerate(data.texts)}
    groups = [ProposedGroup("bench", at, tuple(str(one) for one in found.members(at))) for at in range(found.count)]

    def offer(wanted: Sequence[tuple[str, Collection[str]]]) -> list[list[Suggestion]]:
        return _offers(data, definitions, {}, data.vectors[[place[text] for text, _ in wanted]]) if wanted else []

    pages = due_tasks(Situation("bench", "purpose", phrases, groups, (), (), {}, 30), offer)
    suggested = [page for page in pages if page.suggested]
    good = 0
    for page in suggested:
        counts = Counter(code for phrase in page.phrase_ids for code in data.codes[int(phrase)])
        good += counts[page.suggested[0]] == max(counts.values())
    return len(pages), len(suggested), good


_COUNTS = ("groups", "suggested", "right")
_HEAD = """# What a code frame is worth before anything is confirmed

Made by `python benchmarks/first_suggestions.py`; do not edit. Share of phrases whose first suggestion is right, when
the codes are told by their names, or by names and definitions, and 0, 1, 3 or 6 phrases of each are confirmed (mean of
five draws). A name counts as three confirmed phrases, a definition as one. Then: of the groups proposed, those whose
first page comes with a known code suggested (nothing confirmed), and where most lines carry that code. Texts, names
and definitions of a set were written by one author: read differences, not levels.
"""

if __name__ == "__main__":
    main()
