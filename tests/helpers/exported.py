"""What people said, recomputed from Label Studio's own export, to be held against the product's coding."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import httpx
from support import Work, owners_head

from annotation.labeling import KEY
from flows.study import FRAME, open_study
from models.codebook import Codebook
from models.coding import PhraseState
from models.review import Kind, ReviewTask
from models.store import review


def project(work: Work, kind: Kind) -> int:
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        known = review.project(tx, work.studio().instance, FRAME, kind)
    assert known is not None
    return known[0]


def planned(work: Work) -> dict[str, ReviewTask]:
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        return {task.key: task for task in review.tasks(tx, FRAME)}


def coding(work: Work) -> tuple[Codebook, dict[str, PhraseState]]:
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        return review.coding(tx, FRAME)


Said = tuple[str, int, str, frozenset[str]]  # when, who, verdict, names of codes


def exported(work: Work) -> tuple[dict[str, list[Said]], dict[str, list[Said]]]:
    """What people said of each phrase, and what adjudicators said, from Label Studio's own export."""
    book, _ = coding(work)
    tasks, studio = planned(work), work.studio()
    coders: dict[str, list[Said]] = defaultdict(list)
    judges: dict[str, list[Said]] = defaultdict(list)
    for kind in {task.kind for task in tasks.values()}:
        where = f"{studio.url}/api/projects/{project(work, kind)}/export"
        body = httpx.get(where, params={"exportType": "JSON"}, headers=owners_head(), timeout=120).json()
        for item in body:
            task = tasks[item["data"][KEY]]
            for annotation in item["annotations"]:
                when, who = str(annotation["updated_at"]), int(annotation["completed_by"])
                for phrase, verdict, names in said_in(task, annotation["result"], book):
                    (judges if kind is Kind.ADJUDICATION else coders)[phrase].append((when, who, verdict, names))
    return coders, judges


def said_in(task: ReviewTask, result: list[Any], book: Codebook) -> Iterator[tuple[str, str, frozenset[str]]]:
    told: dict[str, list[str]] = defaultdict(list)
    for region in result:
        value = region["value"]
        told[region["from_name"]] += value.get("choices") or value.get("text") or [p[-1] for p in value["taxonomy"]]
    for at, line in enumerate(task.lines):
        mark = f"p{at:02d}"
        if task.kind is Kind.SORT:
            codes = {code for code in line.codes if f"{mark}:{code}" in told["sorted"]}
            verdict = "also" if f"{mark}+" in told["sorted"] else "assign"
            verdict, names = (verdict, codes) if codes else ("not", {*line.codes})
            found = frozenset(book.codes[code].name for code in names)
        elif task.kind.is_page:
            if "dissolve" in told["verdict"]:
                continue
            code = told["merge"] or (list(task.suggested) if task.kind is Kind.ADDITION else [])
            found = frozenset([book.codes[code[0]].name if code else told["name"][0]])
            verdict = "also" if f"{mark}+" in told["members"] else "assign" if mark in told["members"] else "not"
        else:
            names = {book.codes[code].name for code in (*told["suggested"], *told["codes"])}
            verdict, found = "assign", frozenset(names | {*told["new_code"]})
        for phrase in line.phrase_ids:
            yield phrase, verdict, found


def settled(said: Iterable[Said]) -> frozenset[str]:
    """What stands after people's answers in the order of time: a set that nobody contradicts, or nothing."""
    stands: dict[int, tuple[frozenset[str], bool, frozenset[str]]] = {}
    for _, who, verdict, names in sorted(said):
        codes, complete, out = stands.get(who, (frozenset(), False, frozenset()))
        if verdict == "not":
            stands[who] = codes - names, complete and bool(codes - names), out | names
        else:
            stands[who] = names, verdict == "assign", out - names
    positive = [(complete, codes) for codes, complete, _ in stands.values() if codes]
    if not positive:
        return frozenset()
    _, fullest = max(positive, key=lambda found: (found[0], len(found[1])))
    contradicted = any(codes != fullest and (complete or not codes < fullest) for complete, codes in positive)
    return frozenset() if contradicted or any(out & fullest for _, _, out in stands.values()) else fullest


def coding_of_export(work: Work) -> tuple[dict[str, frozenset[str]], set[str]]:
    """Names of the codes that stand of each phrase, and the phrases that an adjudicator decided."""
    coders, judges = exported(work)
    found = {phrase: settled(judges.get(phrase, said)) for phrase, said in coders.items()}
    return {phrase: names for phrase, names in found.items() if names}, set(judges)


def coding_of_study(work: Work) -> dict[str, frozenset[str]]:
    """Names of the confirmed codes of each phrase, as the study has them."""
    book, states = coding(work)
    found = {phrase: frozenset(book.codes[code].name for code in state.codes) for phrase, state in states.items()}
    return {phrase: names for phrase, names in found.items() if names}
