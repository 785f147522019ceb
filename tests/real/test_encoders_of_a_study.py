"""A study that is under review moves to another encoder, and to an adapter of its own; decisions stay."""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest
from support import Work, rechki_here

import flows.adapting
from flows.advance import advance
from flows.study import FRAME, open_study
from models.adapting import Verdict
from models.coding import Decision
from models.config import load_study
from models.store import review


def decisions(work: Work) -> list[Decision]:
    with open_study(work.folder) as opened, opened.store.transaction() as tx:
        return review.live_decisions(tx, FRAME)


def balance(work: Work) -> pd.DataFrame:
    return pd.read_csv(work.folder / "reports" / "balance.csv")


def fingerprint(work: Work) -> str:
    with open_study(work.folder) as opened:
        return opened.encoder().fingerprint


@pytest.mark.timeout(600)
def test_a_reviewed_study_moves_between_encoders(
    make_work: Callable[..., Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    work = make_work("moved", 0, 111)
    early = rechki_here("adapt", work.folder)
    assert early.returncode == 1
    assert "are needed" in early.stderr
    advance(str(work.folder))
    work.review()
    advance(str(work.folder))
    decided, numbers, first = decisions(work), balance(work), fingerprint(work)
    assert decided

    # measured only: nothing changes, whatever is found
    monkeypatch.setattr(flows.adapting, "RECIPE", replace(flows.adapting.RECIPE, epochs=2))
    told = rechki_here("adapt", work.folder, "--measure")
    assert told.returncode == 0, told.stderr
    assert "with an adapter" in told.stdout
    assert fingerprint(work) == first

    # an adapter that helps is kept with the study, and all phrases are encoded anew
    helping = Verdict(200, 10, 0.5, 0.6, 30, 10, 0.001)
    monkeypatch.setattr(flows.adapting, "trial", lambda *_: helping)
    kept = rechki_here("adapt", work.folder)
    assert kept.returncode == 0, kept.stderr
    name = load_study(work.folder).encoder_adapter
    assert name.startswith("adapter-")
    assert (work.folder / name / "adapter_model.safetensors").exists()
    own = fingerprint(work)
    assert own != first
    advance(str(work.folder))
    assert decisions(work) == decided
    pd.testing.assert_frame_equal(balance(work), numbers)

    # and back to an encoder that comes with Rechki
    moved = rechki_here("reencode", work.folder, "--encoder", "bundled-plain")
    assert moved.returncode == 0, moved.stderr
    assert load_study(work.folder).encoder == "bundled-plain"
    assert not load_study(work.folder).encoder_adapter
    assert fingerprint(work) not in (first, own)
    advance(str(work.folder))
    assert decisions(work) == decided
    pd.testing.assert_frame_equal(balance(work), numbers)
    refused = rechki_here("adapt", work.folder)
    assert refused.returncode == 1
    assert "only 'bundled' can be adapted" in refused.stderr
