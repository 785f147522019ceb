"""What the report is about, on one page; how it was computed, at the end of the workbook."""

from collections.abc import Iterator

from models.state import State
from reports.data import Report
from reports.language import Language, language_of
from reports.method import rules
from reports.sheets import words
from reports.sheets.sheet import WHOLE, Column, Sheet, Value
from reports.words import MASKED, NO_SCORES, OUTSIDE, SCRIPTED, STATES, shared

_FACTS = (Column("Что", 46), Column("Сколько", 40, WHOLE), Column("Пояснение", 80))
_METHOD = (Column("Что", 30), Column("Как", 100), Column("Откуда", 46))


def summary(report: Report) -> Sheet:
    """The facts of the whole report: what it is of, how much of it is confirmed, how many streams in which state."""
    t = language_of(report.settings)
    facts = (*_about(report, t), *_confirmed(report), *_states(report, t))
    return Sheet(words.SUMMARY, _FACTS, ((t(what), count, t(note)) for what, count, note in facts))


Fact = tuple[str, Value, str]  # what, in Russian; how many or which; a note, in Russian


def _about(report: Report, t: Language) -> Iterator[Fact]:
    yield words.TITLE, report.title, ""
    yield words.MADE, f"{t.day(report.made_at)} {report.made_at:%H:%M}", ""
    if report.scripted:
        yield words.REVIEWED, t(SCRIPTED), ""
    if report.masked:
        yield words.TEXTS, t(MASKED), ""
    if report.shared:
        yield words.HIDDEN, shared(report.shared, t), ""
        if report.outside:
            yield words.CODES_FROM, t(OUTSIDE), ""
        if report.respondents:
            yield words.RESPONDENTS, report.respondents, ""
        return
    if report.outside:
        yield words.CODES_FROM, f"{t(OUTSIDE)}: {report.outside.file}", ""
        yield words.NOT_COUNTED, len(report.outside.refused), words.NAMED_ON
    yield words.CARDS, report.cards, ""
    yield words.PURPOSES, report.rows, ""
    yield words.CODED, report.coded_rows, ""
    yield words.RESPONDENTS, report.respondents, ""


def _confirmed(report: Report) -> Iterator[Fact]:
    if not report.outside:
        if not report.shared:
            yield words.CONFIRMED, report.confirmed, ""
            yield words.AGAIN, report.unfinished, words.WHY_AGAIN
        yield words.AWAITING, report.awaiting, words.NOTHING_COUNTED
        yield words.DISPUTED, report.disputed, ""


def _states(report: Report, t: Language) -> Iterator[Fact]:
    yield words.HOW_MANY, len(report.balance), ""
    counts = report.balance["state"].value_counts()
    for state in ("", *State):
        said = STATES[state] if state else NO_SCORES
        if count := int(counts.get(state, 0)):
            yield t(words.IN_STATE, state=t(said)), count, ""
    behind = words.BEHIND_OUTSIDE if report.outside else words.BEHIND
    yield words.EVIDENCE, report.evidence, words.SHOWN if report.shared else behind


def method(report: Report) -> Sheet:
    """How every number was computed, and whose rule it is."""
    lines = ((rule.name, "\n".join(rule.lines), rule.source) for rule in rules(report))
    return Sheet(words.METHOD, _METHOD, lines)
