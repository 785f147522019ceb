"""The README's first command, as a stranger runs it, and the promise that only confirmed phrases count."""

import csv
import stat
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from support import EXAMPLE, Work, rechki

from flows.advance import advance
from flows.study import FRAME, open_study
from models.balance import served_balance
from models.coding import OPEN
from models.store import cards, review
from reports.data import gather


@pytest.mark.timeout(600)
def test_the_demo_gives_every_expected_state_and_runs_again_from_its_cache(tmp_path: Path) -> None:
    first = rechki("demo", "--out", tmp_path / "demo", RECHKI_HOME="", timeout=400)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "scripted analyst" in first.stdout
    table = pd.read_csv(tmp_path / "demo" / "report" / "balance.csv", keep_default_na=False).set_index("code")
    with (EXAMPLE / "gsr_codes.csv").open(encoding="utf-8-sig", newline="") as lines:
        expected = {line["code"]: line["expected_state"] for line in csv.DictReader(lines) if line["expected_state"]}
    assert len(table) == len(expected) == 12
    assert table["state"].to_dict() == expected
    page = (tmp_path / "demo" / "report" / "index.html").read_text("utf-8")
    assert "сценарий" in page
    assert (tmp_path / "demo" / "report" / "report.xlsx").stat().st_size > 5000
    signing = tmp_path / "demo" / "servers" / "label-studio.json"
    assert stat.S_IMODE(signing.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "demo" / "study" / "private.db").stat().st_mode) == 0o600

    again = rechki("demo", "--out", tmp_path / "demo", RECHKI_HOME="", timeout=400)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "Encoding phrases: 0 new" in again.stdout
    second = pd.read_csv(tmp_path / "demo" / "report" / "balance.csv", keep_default_na=False).set_index("code")
    pd.testing.assert_frame_equal(second, table)


def test_only_confirmed_phrases_reach_a_number(make_work: Callable[..., Work]) -> None:
    work = make_work("third", 0, 111)
    advance(str(work.folder))
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        planned = len(review.tasks(tx, FRAME))
    answered = work.review(most=planned - planned // 3)
    advance(str(work.folder))

    with open_study(work.folder) as opened:
        report = gather(opened.store, opened.settings, work.folder)
        with opened.store.transaction() as tx:
            codebook, states = review.coding(tx, FRAME)
            phrases = cards.phrases(tx, FRAME)
            places = cards.phrase_places(tx, FRAME)
            coded = cards.coded_rows(tx, FRAME, states, None)
            decisions = review.live_decisions(tx, FRAME)
            newest = review.newest_annotations(tx)
    confirmed = {phrase for phrase in phrases if states.get(phrase, OPEN).codes}
    assert 0 < len(confirmed) < len(phrases)
    assert report.confirmed == len(confirmed)
    assert report.awaiting == len(phrases) - len(confirmed) > 0
    page = (work.folder / "reports" / "index.html").read_text("utf-8").replace("\u00a0", " ")
    assert f"ждут решения: {report.awaiting} фраз" in page

    # every counted row has a confirmed phrase, and every confirmation has an annotation that exists
    assert {(row.card_id, row.row) for row in coded} == {places[phrase][:2] for phrase in confirmed}
    origins = {f"{i}/{p}/{a}/{found.revision}" for (i, p, a), found in newest.items()}
    assert len(newest) == answered
    for phrase in confirmed:
        assert states[phrase].origins
        assert set(states[phrase].origins) <= origins
    assert {made.phrase_id for made in decisions} >= confirmed

    # taking the unconfirmed phrases out of the study altogether changes no number
    alone = served_balance(
        [row for row in coded if (row.card_id, row.row) in {places[p][:2] for p in confirmed}],
        list(codebook.codes.values()),
        opened.settings.balance,
    )
    pd.testing.assert_frame_equal(alone, report.balance)
    shown = {(item.text, item.score) for kept in report.verbatims.values() for item in kept}
    assert len(shown) <= len(confirmed) * 3
    for phrase in set(phrases) - confirmed:
        text = phrases[phrase].text
        if text not in {phrases[other].text for other in confirmed}:
            assert text not in {item.text for kept in report.verbatims.values() for item in kept}
