"""What of a report's files for spreadsheets and SPSS is in Russian."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

from openpyxl import load_workbook

from models.config import Pages
from models.inert import printable
from models.privacy.masking import masked
from reports.data import Report
from reports.spss import spss_syntax
from reports.workbook import workbook

_PLACEHOLDER = re.compile(r"\[[А-ЯЁ]+_\d+\]")
_CUT_AT = (160, 159, 37)  # letters of an example in the codebook, of a name beside a bar
_RUSSIAN = re.compile(r"\S*[А-Яа-яЁё]\S*")


def in_english(report: Report) -> Report:
    return replace(report, settings=report.settings.model_copy(update={"report": Pages(language="en")}))


def russian_words(report: Report, besides: Iterable[str] = ()) -> set[str]:
    """Russian in the workbook and the SPSS syntax that nobody wrote: no name, no note, no customers' words."""
    theirs = {form for words in (*_theirs(report), *besides) for form in _forms(words) if _RUSSIAN.search(form)}
    found = set()
    for text in (*_texts(workbook(report)), *spss_syntax(report).decode("utf-8-sig").splitlines()):
        left = _PLACEHOLDER.sub("", " ".join(text.split()))
        for words in sorted(theirs, key=len, reverse=True):
            left = left.replace(words, "")
        found |= set(_RUSSIAN.findall(left))
    return found


def _texts(content: bytes) -> Iterator[str]:
    """Everything that can be read in a workbook: cells, names of sheets, what is printed around them, charts."""
    for sheet in load_workbook(BytesIO(content)):
        yield from (sheet.title, sheet.oddHeader.left.text or "", sheet.oddFooter.center.text or "")
        yield from (str(value) for line in sheet.iter_rows(values_only=True) for value in line if value is not None)
    with ZipFile(BytesIO(content)) as parts:
        charts = (parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/charts/"))
        yield from (re.sub(r"'[^']*'!", "", chart) for chart in charts)


def _theirs(report: Report) -> Iterator[str]:
    reasons = report.reasons
    for code in (*report.codes, *(reasons.codes if reasons else ())):
        yield from () if code.fixed else (code.name, code.net, code.definition, code.note)
    yield report.title
    yield report.outside.file if report.outside else ""
    for said in (*report.verbatims.values(), *(reasons.verbatims.values() if reasons else ())):
        yield from (text for of in said for text in (of.text, of.why, of.wave, of.behind))
    yield from (name for event in report.events for name in (event.who, *map(str, event.payload.values())))


def _forms(words: str) -> Iterator[str]:
    """The words as they may stand somewhere: masked, cut, escaped."""
    for whole in (words, words.replace("'", "''"), words.replace("&", "&&"), _PLACEHOLDER.sub("", masked(words))):
        plain = " ".join(printable(whole).split())
        yield from (plain, *(plain[:most].rstrip() for most in _CUT_AT))
