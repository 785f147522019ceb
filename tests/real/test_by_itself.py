"""A study left to itself: files come, people work, servers and runs die; at the end everything is counted, and once."""

import csv
import io
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import httpx
import psutil
import pytest
from balanced import Scores, recomputed, reported
from exported import coding_of_export, coding_of_study, owners_head, planned, project
from openpyxl import Workbook
from prefect_api import deployment, until
from processes import BIN, lock_holder, running
from support import EXAMPLE, Work

from annotation.client import connect
from annotation.labeling import KEY
from annotation.scripted import ScriptedAnalyst, Truth
from annotation.server import LocalServer
from flows.advance import advance
from flows.scheduling import deployment_name
from flows.servers import PrefectServer
from flows.setup import init_study
from flows.status import status_of
from flows.study import FRAME, read_study
from models.config import change_study, load_study
from models.errors import Unavailable
from models.store import cards
from models.store.memory import recall
from reports.data import evidence_of

ANSWERS = Path(__file__).resolve().parents[2] / "benchmarks" / "data"
FIXED = {"Другое", "Нет ответа", "Не по теме", "Неразборчиво"}
Lines = Sequence[Sequence[str]]


class Annotator(Thread):
    """Answers what is open, a few tasks at a time, whatever is restarted meanwhile, until told to stop."""

    def __init__(self, study: Path, truth: Truth) -> None:
        super().__init__(daemon=True)
        self.study, self.truth, self.end, self.answered = study, truth, Event(), 0
        self.failed: BaseException | None = None

    def run(self) -> None:
        try:
            found = True
            while not self.end.wait(0.5 if found else 2):  # looking costs both servers more than waiting
                found = self._work()
        except BaseException as error:
            self.failed = error

    def _work(self) -> bool:
        try:
            with read_study(self.study) as opened:
                script = ScriptedAnalyst(opened.store, opened.private, connect(opened.settings), FRAME, self.truth)
                found = script.review(10)
        except Unavailable:  # Label Studio is restarted: the page is loaded again
            return False
        self.answered += found
        return bool(found)


@dataclass
class Life:
    """A study on a schedule, and what happens to it."""

    folder: Path
    truth: Truth
    log: Path
    cron: str
    scores: Scores = field(default_factory=dict)
    refused: dict[str, set[int]] = field(default_factory=dict)
    person: Annotator = field(init=False)
    schedule: int = 0

    def __post_init__(self) -> None:
        self.person = Annotator(self.folder, self.truth)

    @contextmanager
    def served(self) -> Iterator[None]:
        """Serve the schedule."""
        with running(BIN / "rechki", "schedule", self.folder, "--cron", self.cron, log=self.log) as schedule:
            deployment(f"advance/{deployment_name(self.folder, load_study(self.folder))}")
            self.schedule = schedule.pid
            yield
        until(lambda: lock_holder(self.folder) is None, "a run outlived its schedule", 60, self.log)

    @contextmanager
    def annotated(self) -> Iterator[None]:
        """Let somebody work on what is open until the study is done."""
        self.person.start()
        try:
            yield
        finally:
            self.person.end.set()
            self.person.join(120)

    def drop(self, name: str, header: Sequence[str], lines: Lines, bad: Iterable[int] = ()) -> None:
        """Drop a file of cards; after the lines with these numbers stands one that does not fit the header."""
        out = io.StringIO()
        writer = csv.writer(out)
        rows = [header]
        for number, line in enumerate(lines):
            rows.append(line)
            if number in bad:
                rows.append([*line, "too", "many"])
                self.refused.setdefault(name, set()).add(len(rows))
        writer.writerows(rows)
        partial = self.folder / "cards" / f".{name}"
        partial.write_text(out.getvalue(), "utf-8", newline="")
        partial.rename(self.folder / "cards" / name)
        self._expect(header, lines)

    def copy_slowly(self, name: str, header: Sequence[str], lines: Lines, seconds: float) -> Thread:
        """Drop a file whose first half stands there, cut within a line, for a while."""
        out = io.StringIO()
        csv.writer(out).writerows([header, *lines])
        whole, path = out.getvalue().encode(), self.folder / "cards" / name
        path.write_bytes(whole[: len(whole) // 2])
        self._expect(header, lines)

        def finish() -> None:
            for part in range(5):
                time.sleep(seconds / 5)
                with path.open("ab") as file:
                    start = path.stat().st_size
                    file.write(whole[start : len(whole) if part == 4 else start + len(whole) // 11])

        copying = Thread(target=finish)
        copying.start()
        return copying

    def break_a_file(self, name: str) -> None:
        """Drop the first half of a workbook, and nothing more."""
        book, out = Workbook(), io.BytesIO()
        assert book.active is not None
        book.active.append(["card_id", "purpose_1"])
        book.save(out)
        (self.folder / "cards" / name).write_bytes(out.getvalue()[: len(out.getvalue()) // 2])
        self.refused[name] = set()

    def kill_a_run(self) -> None:
        until(self._run, "no run to kill", 180, self.log).send_signal(signal.SIGKILL)

    def _run(self) -> psutil.Process | None:
        found = lock_holder(self.folder)
        return found if found and found.pid != self.schedule else None

    def stay_until_done(self, within: float) -> None:
        until(self.is_done, "the study is not done", within, self.log, every=2)

    def is_done(self) -> bool:
        """Every card is read, nothing is open, and the report is of what stands."""
        assert self.person.failed is None, self.person.failed
        found, last = status_of(self.folder), recall(self.folder).last
        left = found.review.waiting + found.review.later + sum(count.open for count in found.review.tasks.values())
        if found.cards < len({card for card, _ in self.scores}) or left or last is None:
            return False
        with read_study(self.folder) as opened, opened.store.transaction() as tx:
            return last.evidence == evidence_of(tx, opened.settings)

    def check(self) -> None:
        """Hold the end against the files and against Label Studio's own export."""
        work = Work(self.folder)
        with read_study(self.folder) as opened, opened.store.transaction() as tx:
            originals, stored = opened.private.original_ids(), cards.scores(tx)
        assert {(originals[card], row): score for (card, row), score in stored.items()} == self.scores
        assert coding_of_export(work)[0] == coding_of_study(work)
        figures = {name: found for name, found in recomputed(work, self.scores).items() if name not in FIXED}
        written = reported(self.folder / "reports")
        assert {n: (f.rows, f.scored) for n, f in written.items()} == {
            n: (f.rows, f.scored) for n, f in figures.items()
        }
        assert {n: f.b for n, f in written.items()} == pytest.approx({n: f.b for n, f in figures.items()})
        assert sum(figure.rows for figure in figures.values()) > 50
        self._check_nothing_is_twice(work)
        self._check_refusals()

    def _check_nothing_is_twice(self, work: Work) -> None:
        tasks, found, answers = planned(work), Counter[str](), Counter[str]()
        for kind in {task.kind for task in tasks.values()}:
            where = f"{work.studio().url}/api/projects/{project(work, kind)}/export"
            every = {"exportType": "JSON", "download_all_tasks": "true"}
            for item in httpx.get(where, params=every, headers=owners_head(), timeout=120).json():
                found[item["data"][KEY]] += 1
                answers[item["data"][KEY]] += len(item["annotations"])
        assert found == Counter(dict.fromkeys(tasks, 1))
        assert set(answers.values()) == {1}

    def _check_refusals(self) -> None:
        said, page = status_of(self.folder), (self.folder / "reports" / "index.html").read_text("utf-8")
        listed = {refusal.name: set[int]() for refusal in said.not_read}
        for file in said.not_whole:
            listed[file.name] = {note.row for note in file.notes}
        assert listed == self.refused
        assert all(name in page for name in self.refused)

    def _expect(self, header: Sequence[str], lines: Lines) -> None:
        for line in lines:
            cells = dict(zip(header, line, strict=True))
            for row in (1, 2, 3):
                if cells.get(f"purpose_{row}", "").strip():
                    score = cells[f"score_{row}"].strip()
                    self.scores[cells["card_id"], row] = int(score[0]) if score else None


def restart(server: LocalServer | PrefectServer, away: float = 0) -> None:
    assert server.stop()
    time.sleep(away)
    server.start()


def begin(folder: Path, log: Path, truth: Truth, cron: str, header: Sequence[str], lines: Lines) -> Life:
    """Make a study of a first file."""
    first = folder.parent / "first.csv"
    with first.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([header, *lines])
    init_study(folder, first, "Сама по себе", force=False)
    life = Life(folder, truth, log, cron)
    life._expect(header, lines)
    return life


@pytest.mark.timeout(900)
def test_nothing_is_lost_or_counted_twice_by_a_study_left_to_itself(servers: Path, tmp_path: Path) -> None:
    with (EXAMPLE / "gsr_cards.csv").open(encoding="utf-8-sig", newline="") as file:
        header, *lines = csv.reader(file)
    truth = Truth.read(EXAMPLE / "gsr_truth.csv", EXAMPLE / "gsr_codes.csv")
    life = begin(tmp_path / "study", tmp_path / "log", truth, "* * * * * */20", header, lines[:30])
    change_study(life.folder, proposal={"min_phrases": 500}, review={"double_coded": 0})  # singles: fewer rounds
    advance(str(life.folder))
    with life.annotated(), life.served():
        life.drop("again.csv", header, lines[20:50], bad=[3, 17])  # an overlapping export
        life.break_a_file("broken.xlsx")
        life.kill_a_run()
        copying = life.copy_slowly("slow.csv", header, lines[50:70], seconds=8)
        restart(LocalServer(servers))
        restart(PrefectServer(servers))
        copying.join()
        life.stay_until_done(600)
    life.check()


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_ten_minutes_of_files_people_and_disturbances(servers: Path, tmp_path: Path) -> None:
    header = ("card_id", "purpose_1", "score_1", "why_1")
    answers: dict[str, list[dict[str, str]]] = {}
    for name in ("short_bank", "short_canteen", "short_conference", "short_dentist"):
        with (ANSWERS / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            answers[name] = list(csv.DictReader(file))[:120]
    every = [(name, at, row) for name, rows in answers.items() for at, row in enumerate(rows)]
    lines = [[f"{name}-{row['id']}", row["text"], str(at % 6), ""] for name, at, row in every]
    truth = Truth({(f"{name}-{row['id']}", 1): (row["code"],) for name, _, row in every}, {})
    life = begin(tmp_path / "study", tmp_path / "log", truth, "* * * * * */25", header, lines[:120])
    disturbances: list[Callable[[], object]] = [
        life.kill_a_run,
        lambda: restart(LocalServer(servers), away=10),
        lambda: restart(PrefectServer(servers), away=60),
        life.kill_a_run,
        lambda: life.break_a_file("half.xlsx"),
        lambda: life.copy_slowly("slow.csv", header, lines[300:360], seconds=45).join(),
    ]
    with life.annotated():
        with life.served():
            for number, disturb in enumerate(disturbances[:3]):
                life.drop(f"part{number}.csv", header, lines[120 + 60 * number - 20 : 180 + 60 * number], bad=[5])
                disturb()
                time.sleep(20)
            os.killpg(life.schedule, signal.SIGKILL)
        with life.served():
            for number, disturb in enumerate(disturbances[3:]):
                life.drop(f"more{number}.csv", header, lines[360 + 40 * number : 400 + 40 * number], bad=[5])
                disturb()
                time.sleep(20)
            life.stay_until_done(1800)
    life.check()
