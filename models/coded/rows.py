"""Lines of one card and row put together to purpose rows; what contradicts itself is refused."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from models.balance import CodedRow
from models.coded.found import Answer, Fault
from models.coded.joined import name_key
from models.coded.lines import Line
from models.coded.source import Source
from models.privacy.masking import masked


def rows_of(source: Source, lines: Iterable[Line]) -> list[Answer]:
    """Return every purpose row that can be used, in the order of the file."""
    by_card: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_card[line.card].append(line)
    whole = [same for same in by_card.values() if _one(source, same)]
    _note_alike(source, whole)
    kept = [answer for same in whole for answer in _rows(source, same)]
    return sorted(kept, key=lambda answer: answer.lines)


def _one(source: Source, lines: Sequence[Line]) -> bool:
    """Tell whether a card's lines name one respondent and one wave at most; refuse them all when not."""
    for kind, fault in (("respondent", Fault.TWO_RESPONDENTS), ("wave", Fault.TWO_WAVES)):
        given = sorted({value for line in lines if (value := getattr(line, kind))})
        if len(given) > 1:
            for line in lines:
                source.refuse(line.number, kind, fault, ", ".join(given))
            return False
    return True


def _note_alike(source: Source, cards: Iterable[Sequence[Line]]) -> None:
    """Note respondents that differ in case, spaces or look-alike letters only, once a spelling."""
    first: dict[str, dict[str, int]] = defaultdict(dict)  # what they share, to each spelling and its line
    for line in sorted((line for lines in cards for line in lines if line.respondent), key=lambda line: line.number):
        first[name_key(line.respondent)].setdefault(line.respondent, line.number)
    for (name, number), *others in (spellings.items() for spellings in first.values()):
        for other, row in others:
            detail = f"{masked(f'«{other}»')}; in row {number} {masked(f'«{name}»')}"
            source.note(row, source.columns["respondent"], Fault.ALIKE, detail)


def _rows(source: Source, lines: Sequence[Line]) -> Iterator[Answer]:
    """Put the lines of a card together to its purpose rows."""
    respondent = next((line.respondent for line in lines if line.respondent), "")
    wave = next((line.wave for line in lines if line.wave), "")
    by_row: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        by_row[line.row].append(line)
    for number, same in by_row.items():
        scores = sorted({line.score for line in same if line.score is not None})
        if len(scores) > 1:
            for line in same:
                source.refuse(line.number, "score", Fault.TWO_SCORES, " and ".join(map(str, scores)))
            continue
        coded = CodedRow(
            same[0].card,
            number,
            # A card without a respondent is a respondent, and not the one who is called like the card.
            f"respondent {respondent}" if respondent else f"card {same[0].card}",
            wave,
            scores[0] if scores else None,
            frozenset[str]().union(*(line.codes for line in same)),
        )
        text, why = _joined(line.text for line in same), _joined(line.why for line in same)
        why_codes = frozenset[str]().union(*(line.why_codes for line in same))
        yield Answer(coded, text, why, tuple(line.number for line in same), why_codes)
    _note_repeated(source, lines)


def _joined(texts: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(filter(None, texts)))


def _note_repeated(source: Source, lines: Sequence[Line]) -> None:
    """Name lines that say what an earlier line of the card says; without row numbers both count."""
    numbered = "row" in source.columns
    how = "counted once" if numbered else "each line is a row of its own: both are counted"
    first: dict[Line, int] = {}
    for line in lines:
        same = replace(line, number=0, row=line.row if numbered else 0)
        if (earlier := first.setdefault(same, line.number)) != line.number:
            source.note(line.number, "", Fault.REPEATED, f"row {earlier}; {how}")
