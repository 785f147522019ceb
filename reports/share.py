"""A report that may leave the team: small groups, single customers and the people who coded cannot be found in it.

`shared` turns a report into such a one before anything is rendered. It makes the new report from nothing: what is not
named here is not in it.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from string import ascii_uppercase

import pandas as pd

from models.balance import CodedRow, Counted, fixed_counts, net_balance, served_balance
from models.codebook import JOINED, Code
from models.privacy.masking import Masker, find_personal
from models.quality import Quality
from models.sharing import Shared, Total, only, shareable_by_wave, shareable_nets, shareable_rows, shareable_total
from models.text import text_key
from models.waves import Part, wave_balance
from reports.data import Outside, Report, Verbatim, sort_verbatims
from reports.tables import balance_csv, fixed_csv, nets_csv, waves_csv

_NAMES = ("code", "net", "wave", "since")


def shared(report: Report) -> Report:
    """Return what of a report may leave the team.

    Streams, fixed codes, nets and waves as `models.sharing` allows; numbers of the rows that stay, and of no others.
    Where a net had to go, the number of all respondents, and the shares and sizes that follow from it, stay only as far
    as the net cannot be computed from them. No coded rows, no ids, no places on the map, no log of the codes, no notes.

    Words stand in streams where at least so many respondents gave the same score; never words that stand in two
    streams, and always so many fewer than there are rows: counting them does not tell how many rows carry two codes.

    Raises
    ------
    ValueError
        When the report shows unmasked words.
    """
    if not report.masked:
        raise ValueError("a report with unmasked words is not to be shared")
    least, settings = report.settings.share.respondents, report.settings
    rows = shareable_rows(report.coded, least)
    carried = {code for row in rows for code in row.codes}
    codes = [_public(code) for code in report.codes if code.code_id in carried]
    by_wave = shareable_by_wave(rows, [code for code in codes if not code.fixed], least)
    nets = shareable_nets(rows, codes, by_wave, least)
    hidden_nets = {code.net for code in codes if code.net} - nets
    total = shareable_total(rows, codes, nets, settings.balance.size_bounds, least)
    codes = [replace(code, net=code.net if code.net in nets else "") for code in codes]
    waves = wave_balance(only(rows, by_wave), codes, settings.balance)
    waves = waves[waves["part"] != Part.TOTAL].reset_index(drop=True)
    net_table = net_balance(rows, codes, settings.balance, settings.cards.handed_out)
    balance = served_balance(rows, codes, settings.balance, settings.cards.handed_out)
    made = Report(
        title=report.title,
        made_at=report.made_at,
        balance=_sized(balance, total),
        nets=_sized(net_table, total),
        waves=waves.assign(share=float("nan")),
        fixed=fixed_counts(rows, codes),
        codes=tuple(codes),
        verbatims=_verbatims(report.verbatims, rows, least),
        cards=0,
        rows=0,
        coded_rows=0,
        respondents=Counted.of(rows, codes, settings.balance).base if total is Total.EXACT else 0,
        awaiting=report.awaiting,
        unfinished=0,
        confirmed=0,
        disputed=report.disputed,
        evidence="",
        settings=settings,
        scripted=report.scripted,
        masked=True,
        quality=_quality(report.quality),
        outside=Outside("", 0, (), (), ()) if report.outside else None,
        shared=Shared(
            least=least,
            streams=len(report.balance) - len(balance),
            nets=len(hidden_nets),
            waves=len(balance) - waves["code_id"].nunique() if len(report.waves) else 0,
            total=total,
        ),
    )
    made = _renamed(_masked(made))
    return replace(made, evidence=_hash(made))


def _public(code: Code) -> Code:
    """A code without what the team noted for itself."""
    return Code(code.code_id, code.name, code.target, code.fixed, definition=code.definition, net=code.net)


def _sized(table: pd.DataFrame, total: Total) -> pd.DataFrame:
    """Leave of shares and sizes what may be told."""
    if total is not Total.EXACT:
        table = table.assign(share=float("nan"))
    return table.assign(size="") if total is Total.NOTHING else table


def _verbatims(
    verbatims: Mapping[str, Sequence[Verbatim]], rows: Iterable[CodedRow], least: int
) -> dict[str, list[Verbatim]]:
    people: dict[tuple[str, int | None], list[str]] = defaultdict(list)
    for row in rows:
        for code in row.codes:
            people[code, row.score].append(row.respondent)
    there = {code: [said for said in of if (code, said.score) in people] for code, of in verbatims.items()}
    texts = _streams_of((said.text, code) for code, of in there.items() for said in of)
    reasons = _streams_of((said.why, code) for code, of in there.items() for said in of)
    chosen: dict[str, list[Verbatim]] = defaultdict(list)
    for (code, score), cell in people.items():
        if len(set(cell)) < least:
            continue
        own = {text_key(said.text): said for said in there.get(code, []) if said.score == score and said.text}
        alone = sorted((key for key in own if len(texts[key]) == 1), key=_shuffled)
        for key in alone[: len(cell) - least]:
            said = own[key]
            why = said.why if len(reasons[text_key(said.why)]) == 1 else ""
            chosen[code].append(Verbatim(said.text, score, why, ""))
    sort_verbatims(chosen.values())
    return dict(chosen)


def _streams_of(said: Iterable[tuple[str, str]]) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for text, code in said:
        found[text_key(text)].add(code)
    return found


def _shuffled(text: str) -> str:
    """An order that has nothing to do with the texts, and is the same every time."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _quality(found: Quality) -> Quality:
    """Leave the figures of the whole coding, the people called A, B, …; those of single codes count single phrases."""
    people = sorted({name for pair in found.agreement.pairs for name in (pair.one, pair.other)})
    letters = {
        name: ascii_uppercase[at] if at < len(ascii_uppercase) else str(at + 1) for at, name in enumerate(people)
    }
    pairs = tuple(replace(pair, one=letters[pair.one], other=letters[pair.other]) for pair in found.agreement.pairs)
    return replace(found, agreement=replace(found.agreement, pairs=pairs, codes=()))


def _masked(report: Report) -> Report:
    """Replace personal data in what the team named: title, codes, nets, waves; each words by one placeholder."""
    masker = Masker()

    def hide(text: str) -> str:
        return masker.mask(text, find_personal(text))

    def of_table(table: pd.DataFrame) -> pd.DataFrame:
        named = {name: table[name].map(hide) for name in _NAMES if name in table}
        if "codes" in table:
            named["codes"] = table["codes"].map(lambda names: JOINED.join(map(hide, names.split(JOINED))))
        return table.assign(**named)

    return replace(
        report,
        title=hide(report.title),
        balance=of_table(report.balance),
        nets=of_table(report.nets),
        waves=of_table(report.waves),
        codes=tuple(
            replace(code, name=hide(code.name), definition=hide(code.definition), net=hide(code.net))
            for code in report.codes
        ),
    )


def _renamed(report: Report) -> Report:
    """Number the streams from the largest on: their ids are hashes of their names as they were."""
    ids = {code: f"stream-{at}" for at, code in enumerate(report.balance["code_id"], start=1)}
    return replace(
        report,
        balance=report.balance.assign(code_id=list(ids.values())),
        waves=report.waves.assign(code_id=report.waves["code_id"].map(ids)),
        codes=tuple(replace(code, code_id=ids.get(code.code_id, code.code_id)) for code in report.codes),
        verbatims={ids.get(code, code): said for code, said in report.verbatims.items()},
    )


def _hash(report: Report) -> str:
    """The hash of what is shown: that of the decisions would depend on what is not."""
    digest = hashlib.sha256()
    for content in (balance_csv, nets_csv, waves_csv, fixed_csv):
        digest.update(content(report))
    digest.update(repr(sorted(report.verbatims.items())).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
