"""`rechki adapt`: an adapter of a study's own, trained on what its people confirmed, and kept only when it helps."""

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from flows.encoding import move
from flows.stages import console, stage
from flows.study import FRAME, OpenStudy, open_study
from models.adapting import Train, Verdict, learnable, too_little, trial
from models.config import change_study
from models.encoder.adapter import PURPOSES, adapter_checksum, wearing
from models.encoder.load import BUNDLED
from models.encoder.space import Vectors, centred, fit_mean
from models.encoder.training import Domain, Progress, Recipe
from models.errors import RechkiError
from models.plural import counted
from models.store import cards, review

RECIPE = Recipe(epochs=40, rate=5e-4, distillation=1.0)
_MAKING = ".adapter-"


def adapt(folder: Path, measure_only: bool, frame: str = FRAME) -> Verdict:
    """Train an adapter on a study's confirmed purposes, and move the study to it when it helps beyond noise.

    Raises
    ------
    RechkiError
        When too little is confirmed, another code frame is asked for, or the study's encoder is not ``bundled``.
    """
    if frame != FRAME:
        raise RechkiError(
            f"an adapter learns from purposes alone, not from the code frame {frame!r}",
            "--frame",
            "Leave it out. A study has one encoder: what is learned from its purposes encodes its reasons as well; "
            "whether an adapter of reasons would help them without harm to purposes was never measured.",
        )
    with open_study(folder) as opened:
        for left in opened.folder.glob(f"{_MAKING}*"):  # of a killed run: the study is locked, nobody works there
            shutil.rmtree(left, ignore_errors=True)
        settings = opened.settings
        if settings.encoder != BUNDLED:
            raise RechkiError(
                f"only {BUNDLED!r} can be adapted, and the study uses {settings.encoder!r}",
                f"{folder}/study.yaml, encoder",
                f"Move it first: rechki reencode {folder} --encoder {BUNDLED}",
            )
        by_code = learnable(_confirmed(opened))
        if missing := too_little(by_code):
            raise RechkiError(missing, str(folder), "Review more, then run it again.")
        workshop = _Workshop(settings.encoder_prompt)
        with stage("Trying an adapter on unseen phrases") as at:
            verdict = trial(by_code, workshop.train, workshop.vectors, settings.proposal.seed, at.progress)
            at.words = _in_words(verdict)
        if not verdict.helps:
            console.print("The study keeps its encoder: the gain is not beyond noise.")
            return verdict
        if measure_only:
            return verdict
        with stage("Training the adapter") as at:
            name = _keep(opened.folder, by_code, workshop.train, at.progress)
            at.words = f"kept in {opened.folder / name}"
        move(opened, settings.encoder, opened.folder / name)
        change_study(opened.folder, encoder_adapter=name)
    return verdict


def _confirmed(opened: OpenStudy) -> dict[str, frozenset[str]]:
    with opened.store.transaction() as tx:
        _, states = review.coding(tx, FRAME)
        phrases = cards.phrases(tx, FRAME)
    found: dict[str, set[str]] = defaultdict(set)
    for phrase_id, state in states.items():
        codes = state.as_asked().codes  # what is being split is no example of one code
        if codes and not phrases[phrase_id].non_answer:
            found[phrases[phrase_id].text] |= codes
    return {text: frozenset(codes) for text, codes in found.items()}


class _Workshop:
    """One copy of the bundled encoder for everything that is trained and judged."""

    def __init__(self, prompt: str) -> None:
        from models.encoder.bundled import base_encoder

        self.prompt, self.encoder = prompt, base_encoder([PURPOSES])

    def train(self, domain: Domain, out: Path, progress: Progress | None) -> None:
        """Train an adapter on top of the bundled one."""
        from models.encoder.bundled import use_encoder
        from models.encoder.training import train_adapter

        train_adapter(self.encoder, [domain], use_encoder(), RECIPE, out, progress)

    def vectors(self, adapter: Path | None, texts: Sequence[str]) -> Vectors:
        """Return centred vectors of texts as the bundled encoder gives them, with an adapter on top or without."""
        from models.encoder.bundled import E5_WIDTH, USE_WIDTH, mapped_use

        said = [self.prompt + text for text in texts]
        with wearing(self.encoder, adapter) as encoder:
            own = encoder.encode(said, show_progress_bar=False)
        raw = np.hstack([mapped_use()(said), own]).astype(np.float32)
        blocks = (USE_WIDTH, E5_WIDTH)
        return centred(raw, fit_mean(raw, blocks), blocks)


def _keep(folder: Path, by_code: Domain, train: Train, progress: Progress) -> str:
    """Train on all confirmed phrases; the folder is named by its content and appears whole or not at all."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=_MAKING) as made:
        train(by_code, Path(made) / "new", progress)
        name = f"adapter-{adapter_checksum(Path(made) / 'new')[:8]}"
        shutil.rmtree(folder / name, ignore_errors=True)
        (Path(made) / "new").rename(folder / name)
    return name


def _in_words(verdict: Verdict) -> str:
    return (
        f"{counted(verdict.phrases, 'phrase')} in {counted(verdict.codes, 'code')}: "
        f"right {verdict.before:.0%} with the bundled encoder, "
        f"{verdict.after:.0%} with an adapter of its own ({verdict.gained} gained, {verdict.lost} lost, "
        f"p = {verdict.chance:.3f})"
    )
