"""`rechki reencode`: a study moves to another encoder, by an explicit act."""

from pathlib import Path

from flows.stages import console, stage
from flows.study import FRAME, OpenStudy, open_study
from models.config import change_study
from models.encoder.load import load_encoder
from models.proposing import open_texts
from models.store.vectors import change_encoder


def reencode(folder: Path, name: str | None) -> int:
    """Encode all phrases of a study with its encoder, or with a named one, which then stands in study.yaml.

    Without a name the study keeps its own adapter; a named encoder is taken without one. A run that is killed can be
    run again: the study is in the old space until all is encoded.

    Returns
    -------
    int
        How many texts had to be encoded.
    """
    with open_study(folder) as opened:
        if not name:
            return move(opened, opened.settings.encoder, opened.adapter())
        fresh = move(opened, name, None)
        dropped = opened.settings.encoder_adapter
        if dropped or name != opened.settings.encoder:
            change_study(opened.folder, encoder=name, encoder_adapter="")
        if dropped:
            console.print(f"The study's own adapter is used no more; its folder stays: {dropped}", markup=False)
    return fresh


def move(opened: OpenStudy, name: str, adapter: Path | None) -> int:
    """Encode all phrases of an open study with an encoder, and return how many texts had to be encoded."""
    with stage("Loading the encoder") as at:
        encoder = load_encoder(name, opened.settings.encoder_prompt, adapter)
        at.words = f"{name}, fingerprint {encoder.fingerprint}"
    with stage("Encoding phrases") as at:
        purposes = open_texts(opened.store, FRAME)
        texts = {key: text for frame in opened.frames for key, text in open_texts(opened.store, frame).items()}
        fresh = change_encoder(opened.store, encoder, name, texts, at.progress, centre=purposes)
        at.words = f"{fresh} texts; decisions and codes are as they were"
    return fresh
