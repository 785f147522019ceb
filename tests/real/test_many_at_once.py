"""A thousand phrases, two coders and an adjudicator at work at once while decisions are collected, and a killed run."""

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest
from exported import coding_of_export, coding_of_study
from support import Work, another_person

from annotation.client import Studio
from annotation.scripted import ScriptedAnalyst, Truth
from flows.advance import advance
from flows.setup import init_study
from flows.status import status_of
from flows.study import FRAME, open_study
from models.config import change_study
from models.review import Kind

ANSWERS = Path(__file__).resolve().parents[2] / "benchmarks" / "data"
SETS = ("short_bank", "short_canteen", "short_conference", "short_dentist")
REVIEW = tuple(kind for kind in Kind if not kind.is_check)
EVERY = 10.0  # seconds between two collects
KILLED = 3  # the collect that is killed


class Person(Thread):
    """Answers what is open in some kinds of task, five at a time, until told to stop."""

    def __init__(self, work: Work, studio: Studio, truth: Truth, kinds: Iterable[Kind]) -> None:
        super().__init__(daemon=True)
        with open_study(work.folder) as opened:
            self.script = ScriptedAnalyst(opened.store, opened.private, studio, FRAME, truth)
        self.kinds, self.end, self.answered = tuple(kinds), Event(), 0
        self.failed: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.end.is_set():
                done = self.script.review(5, None, self.kinds)
                self.answered += done
                self.end.wait(0 if done else 1)
        except BaseException as error:
            self.failed = error


def collect(work: Work, kill: bool) -> None:
    """Run `rechki collect` as a scheduled run does; killed, it is given ten seconds."""
    program = Path(sys.executable).parent / "rechki"
    command = [program, "collect", work.folder]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as run:
        if kill:
            time.sleep(10)
            os.killpg(run.pid, signal.SIGKILL)
        out, _ = run.communicate(timeout=600)
    assert kill or run.returncode == 0, out


@pytest.mark.long
@pytest.mark.timeout(3000)
def test_nothing_is_lost_or_counted_twice_while_three_people_work_and_runs_come_and_die(tmp_path: Path) -> None:
    rows = [row for name in SETS for row in csv.DictReader((ANSWERS / f"{name}.csv").open(encoding="utf-8-sig"))]
    with (tmp_path / "many.csv").open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([("id", "цель", "оценка"), *((at, row["text"], 4) for at, row in enumerate(rows))])
    work = Work(tmp_path / "many")
    init_study(work.folder, tmp_path / "many.csv", "Тысяча", force=False)
    change_study(work.folder, review={"audit": 0.1, "double_coded": 0.2})
    advance(str(work.folder))
    truth = Truth({(str(at), 1): (row["code"],) for at, row in enumerate(rows)}, {})
    assert status_of(work.folder).review.phrases >= 1000
    studio = work.studio()
    careless = Person(work, studio, truth, REVIEW)
    careless.script.analyst = replace(careless.script.analyst, overlooks=0.5)
    people = [
        careless,
        Person(work, another_person(studio, "second@many.org"), truth, (Kind.AUDIT, Kind.SECOND)),
        Person(work, another_person(studio, "judge@many.org"), truth, (Kind.ADJUDICATION,)),
    ]
    for person in people:
        person.start()
    runs, quiet = 0, 0
    while quiet < 2 and runs < 60:
        time.sleep(EVERY)
        before = sum(person.answered for person in people)
        runs += 1
        collect(work, kill=runs == KILLED)
        assert not any(person.failed for person in people), [person.failed for person in people]
        quiet = quiet + 1 if sum(person.answered for person in people) == before else 0
    for person in people:
        person.end.set()
        person.join(60)
    collect(work, kill=False)

    found, (from_export, adjudicated) = status_of(work.folder), coding_of_export(work)
    assert found.review.confirmed == found.review.phrases
    assert not found.review.disputed
    assert adjudicated
    assert from_export == coding_of_study(work)
