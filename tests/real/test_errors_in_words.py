"""What goes wrong is one clear message (what, where, what to do), a non-zero exit, and nothing half-written."""

import csv
import io
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from mortal import rechki_forked
from support import Work, rechki_here

from annotation.server import LocalServer
from flows.advance import advance
from flows.propose import DELAYS, sign_in
from flows.study import FRAME, open_study
from models.review import Kind
from models.store import cards, review


def stored(work: Work) -> tuple[int, int]:
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        return cards.counts(tx).cards, len(review.tasks(tx, FRAME))


def assert_told(done: object, *parts: str) -> None:
    output = done.stdout + done.stderr  # type: ignore[attr-defined]
    assert done.returncode == 1, output  # type: ignore[attr-defined]
    assert "Traceback" not in output
    flat = " ".join(output.split())
    for part in parts:
        assert part in flat, output


def test_label_studio_that_does_not_answer(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sign_in.retry_delay_seconds == DELAYS
    monkeypatch.setattr(sign_in, "retry_delay_seconds", [0.0, 0.0])  # asked again as often, without the pauses
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        dead = f"http://127.0.0.1:{probe.getsockname()[1]}"
    done = rechki_here("advance", work.folder, RECHKI_LABEL_STUDIO_URL=dead, RECHKI_LABEL_STUDIO_TOKEN="a" * 40)
    assert_told(done, dead, "does not answer", "rechki studio start")
    assert stored(work) == (0, 0)


def test_a_wrong_token(work: Work, servers: Path) -> None:
    signed = LocalServer(servers).signing()
    assert signed is not None
    done = rechki_here("propose", work.folder, RECHKI_LABEL_STUDIO_URL=signed.url, RECHKI_LABEL_STUDIO_TOKEN="0" * 40)
    assert_told(done, signed.url, "refuses the token", "RECHKI_LABEL_STUDIO_TOKEN")
    assert "0" * 40 not in done.stdout + done.stderr
    assert stored(work) == (0, 0)


def test_a_deleted_project_is_told_and_its_open_tasks_can_be_sent_anew(work: Work) -> None:
    advance(str(work.folder))
    work.review(most=3)
    advance(str(work.folder))
    studio = work.studio()
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        known = review.project(tx, studio.instance, FRAME, Kind.GROUP)
        decided = review.live_decisions(tx, FRAME)
    assert known is not None
    assert decided
    studio.api.projects.delete(id=known[0])
    before = stored(work)
    done = rechki_here("collect", work.folder)
    assert_told(done, f"project {known[0]}", "was deleted", "--new-projects")
    assert stored(work) == before
    assert rechki_here("propose", work.folder, "--new-projects").returncode == 0
    assert rechki_here("collect", work.folder).returncode == 0
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        assert review.live_decisions(tx, FRAME) == decided, "collected decisions are safe"
        now = review.project(tx, studio.instance, FRAME, Kind.GROUP)
    assert now is not None
    assert now[0] != known[0]


def with_scores(text: str, score: Callable[[int], str]) -> str:
    """The cards with other first scores, by the number of the line."""
    header, *lines = csv.reader(io.StringIO(text))
    place = header.index("score_1")
    out = io.StringIO()
    csv.writer(out).writerows(
        [header, *([*line[:place], score(at), *line[place + 1 :]] for at, line in enumerate(lines))]
    )
    return out.getvalue()


BAD_FILES = {
    "picture.csv": (lambda _: b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" * 40, ("picture.csv", "Save it")),
    "empty.csv": (lambda _: b"", ("empty.csv", "empty", "Export the answers again")),
    "letter.csv": (lambda _: "Здравствуйте! Это письмо.\nПока.".encode(), ("letter.csv", "not a table")),
    "header.csv": (lambda text: text.splitlines()[0].encode(), ("header.csv", "no rows")),
    "missing.csv": (
        lambda text: text.replace("score_2", "mark_2", 1).encode(),
        ("missing.csv", "no column 'score_2'", "study.yaml"),
    ),
    "tens.csv": (
        lambda text: with_scores(text, lambda at: str(10 + at)).encode(),
        ("tens.csv", "row 2", "score_1", "'10'", "0-5", "study.yaml"),
    ),
    "notes.docx": (lambda _: b"PK", ("notes.docx", "not read", ".xlsx")),
}


def test_bad_files_are_named_and_the_good_one_among_them_is_read(work: Work) -> None:
    folder = work.folder / "cards"
    (good,) = folder.iterdir()
    text = good.read_text("utf-8")
    for name, (spoiled, _) in BAD_FILES.items():
        (folder / name).write_bytes(spoiled(text))
    good.rename(work.folder / "aside.csv")
    told = [part for _, parts in BAD_FILES.values() for part in parts]
    assert_told(rechki_here("propose", work.folder), "none of the card files can be used", *told)
    assert stored(work) == (0, 0)

    (work.folder / "aside.csv").rename(good)
    done = rechki_here("propose", work.folder)
    assert done.returncode == 0, done.stderr
    assert stored(work)[0] == 45
    assert rechki_here("check", work.folder).returncode == 1
    said = rechki_here("status", work.folder).stdout
    for part in told:
        assert part in done.stdout, part
        assert part in said, part
    for name in BAD_FILES:
        (folder / name).unlink()
    assert rechki_here("propose", work.folder).returncode == 0
    assert "not read" not in rechki_here("status", work.folder).stdout


def test_a_score_of_seven_is_named_counts_as_none_and_can_be_mended(work: Work) -> None:
    good = next((work.folder / "cards").iterdir())
    good.write_text(with_scores(good.read_text("utf-8"), lambda at: "7" if at == 0 else "4"), "utf-8")
    told = rechki_here("check", work.folder)
    assert told.returncode == 0
    assert "row 2, column 'score_1'" in told.stdout
    assert rechki_here("propose", work.folder).returncode == 0
    (mendable,) = (work.folder / "refused").iterdir()
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        before = cards.scores(tx)
    (work.folder / "cards" / "mended.csv").write_text(mendable.read_text("utf-8-sig").replace(",7,", ",5,"), "utf-8")
    done = rechki_here("propose", work.folder)
    assert "1 completed" in done.stdout, done.stdout
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        after = cards.scores(tx)
    assert [after[key] for key in before if before[key] != after[key]] == [5]
    assert len(before) == len(after)


def test_a_folder_that_is_no_study(tmp_path: Path) -> None:
    assert_told(rechki_here("advance", tmp_path), "no study.yaml", "rechki init")


def test_a_wrong_key_in_study_yaml(work: Work) -> None:
    settings = work.folder / "study.yaml"
    settings.write_text(settings.read_text("utf-8") + "balanse: {over: 10}\n", "utf-8")
    assert_told(rechki_here("report", work.folder), "study.yaml", "balanse")


def test_two_runs_at_once(work: Work) -> None:
    with open_study(work.folder):
        assert_told(rechki_forked("report", work.folder), "another run works on this study", "Wait")


def test_doctor_says_what_is_missing(make_work: Callable[..., Work], tmp_path: Path) -> None:
    work = make_work("ill")
    assert rechki_here("doctor", work.folder).returncode == 0
    home = tmp_path / "elsewhere"
    home.mkdir()
    done = rechki_here("doctor", work.folder, RECHKI_HOME=str(home), RECHKI_STUDIO_VENV=str(home))
    assert_told(done, "Label Studio is not installed", "make studio", "rechki studio start")


def test_secrets_stay_out_of_what_is_printed_and_stored(work: Work, servers: Path) -> None:
    signed = LocalServer(servers).signing()
    assert signed is not None
    printed = [
        rechki_forked("advance", work.folder),
        rechki_here("doctor", work.folder),
        rechki_here("studio", "status"),
    ]
    for done in printed:
        assert done.returncode == 0, done.stdout + done.stderr
        assert signed.token not in done.stdout + done.stderr
        assert signed.password not in done.stdout + done.stderr
    for path in work.folder.rglob("*"):
        if path.is_file():
            assert signed.token.encode() not in path.read_bytes()
    prefect = b"".join(path.read_bytes() for path in (servers / "prefect").rglob("*") if path.is_file())
    assert prefect
    assert signed.token.encode() not in prefect
    assert signed.password.encode() not in prefect
    assert os.environ.get("RECHKI_LABEL_STUDIO_TOKEN") is None
