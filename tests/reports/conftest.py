"""A small report with every kind of trouble in it, made by the real `served_balance`."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from models.balance import CodedRow, fixed_counts, net_balance, served_balance
from models.codebook import FIXED, NO_ANSWER, Code, Target
from models.coded import read_coded
from models.config import Study, default_settings
from models.forms.layout import read_table
from models.waves import wave_balance
from reports.data import Report, Verbatim
from reports.map import Dot
from reports.outside import report_of
from reports.write import write_report

HOSTILE = (
    '<script>document.title="взломано"</script><img src=http://evil.example/x onerror=alert(1)> "кавычки" \'и\' &amp;'
)
SCORES: dict[str, list[int | None]] = {
    "solve": [3, 3, 2, 4, 3, 5, 3, 1],
    "loyal": [5, 5, 5, 4, 5, 5],
    "evil": [4, 3],
    "silent": [None, None],
    "formula": [5, 0],
}
CODES = (
    Code("solve", "Решить проблему, достичь цель", Target.YES, net="=Дело & <i>"),
    Code("loyal", "Лояльность — пришли к ней лично", Target.UNDECIDED),
    Code("evil", "<b>Злой & «поток»</b>", Target.NO),
    Code("silent", "Без единой оценки", net="=Дело & <i>"),
    Code("formula", "=HYPERLINK(1)", Target.NO),
    Code("gone", "Слитый поток", retired=True, definition="=1+1", net="Прежние", note="слит в марте"),
    *FIXED,
)


@pytest.fixture(scope="session")
def report() -> Report:
    """Five streams (one unscored, two with hostile names), a fixed code, two waves."""
    rows = [
        CodedRow(f"{code}{at}", 1, f"{code}{at}", "=2" if at % 2 else "1", score, frozenset([code]))
        for code, scores in SCORES.items()
        for at, score in enumerate(scores)
    ]
    rows.append(CodedRow("empty", 1, "empty", "2", None, frozenset([NO_ANSWER])))
    verbatims = {
        "solve": [
            Verbatim(HOSTILE, 1, "x" * 900, "1"),
            Verbatim("Щ" * 5000, 3, "", "2"),
            Verbatim("да 🎉", 5, "", "1"),
        ],
        "loyal": [
            Verbatim("=1+1", 4, "@SUM(A1)", "1"),
            Verbatim("#N/A", 5, "-2", "1"),
            Verbatim("\x07звон\ud800", 5, "", "1"),
        ],
        "silent": [Verbatim("ни слова", None, "", "1")],
        NO_ANSWER: [Verbatim("нет", None, "", "2")],
    }
    settings = Study(study_id=UUID(int=7), title="Зачем & почему <приходят>", **default_settings())
    return Report(
        title=settings.title,
        made_at=datetime(2026, 4, 15, 9, 5),
        balance=served_balance(rows, CODES, settings.balance, handed_out=40),
        nets=net_balance(rows, CODES, settings.balance, handed_out=40),
        waves=wave_balance(rows, CODES, settings.balance),
        fixed=fixed_counts(rows, CODES),
        codes=CODES,
        verbatims=verbatims,
        cards=23,
        rows=25,
        coded_rows=len(rows),
        respondents=len(rows),
        awaiting=3,
        unfinished=1,
        confirmed=20,
        disputed=1,
        evidence="0123456789abcdef" * 4,
        settings=settings,
        scripted=False,
        masked=False,
        coded=tuple(rows),
        dots=(Dot(-1, 0.5, HOSTILE, CODES[2].name), Dot(0, 0, "дорого", CODES[0].name), Dot(1, -1, "не знаю", "")),
    )


@pytest.fixture(scope="session")
def empty(report: Report) -> Report:
    """A study in which nothing is confirmed yet."""
    computed = (served_balance, net_balance, wave_balance)
    none, nets, waves = (compute([], CODES, report.settings.balance) for compute in computed)
    tables = {"balance": none, "nets": nets, "waves": waves, "fixed": report.fixed.iloc[:0], "coded": ()}
    return replace(report, **tables, codes=FIXED, verbatims={}, coded_rows=0, dots=())


@pytest.fixture(scope="session")
def outside(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The report of a table coded by hand: long names, three waves, nets, and lines of every kind of fault."""
    long = "Поток с очень длинным названием, какое в голове у того, кто кодировал, ещё помещалось"
    lines = ["card_id;row;code;score;wave;net;text"]
    for at in range(60):
        code = ("Деньги", long, "<b>Рост</b>", "=СУММ(А1)", HOSTILE[:60].replace(";", ","))[at % 5]
        score, text = (5, 4, 4, 3, 1, "?")[at % 6], HOSTILE.replace(";", ",").replace('"', "'")
        lines.append(f"к{at};1;{code};{score};{1 + at % 3};Сводная {at % 5 % 2};{text}".replace('"', "'"))
    lines += ["к98;1;;3;1;;", ";1;Деньги;3;1;;", "к99;первая;Деньги;3;1;;", "к97;1;деньги;3;1;;"]
    path = tmp_path_factory.mktemp("outside") / ("очень_длинное_имя_файла_" * 4 + ".csv")
    path.write_text("\n".join(lines), "utf-8")
    return report_of(read_coded(read_table(path), report.settings), report.settings)


@pytest.fixture
def many(report: Report) -> Callable[[int], pd.DataFrame]:
    """Balances of any number of streams."""

    def make(count: int) -> pd.DataFrame:
        codes = [
            Code(f"c{at}", f"Поток номер {at} с длинным названием, чтобы его пришлось переносить")
            for at in range(count)
        ]
        rows = [
            CodedRow(f"{code.code_id}-{at}", 1, f"{code.code_id}-{at}", "", score, frozenset([code.code_id]))
            for code in codes
            for at, score in enumerate([1, 3, 3, 4, 5])
        ]
        return served_balance(rows, codes, report.settings.balance.model_copy(update={"draws": 200}))

    return make


@pytest.fixture(scope="session")
def files(report: Report, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The files of the report, to be read only."""
    return write_report(report, tmp_path_factory.mktemp("report"))


@pytest.fixture
def written(files: dict[str, Path], tmp_path: Path) -> dict[str, Path]:
    """The files of the report, to be written over."""
    folder = shutil.copytree(files["index.html"].parent, tmp_path / "report")
    return {name: folder / name for name in files}


FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(offline=True)
    yield context.new_page()
    context.close()
