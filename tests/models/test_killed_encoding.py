"""Encoding that is killed goes on where it was: nothing that was stored is encoded again."""

import multiprocessing
import os
import signal
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from models.config import Study
from models.encoder.load import Encoder, Progress
from models.encoder.space import Vectors
from models.store import vectors
from models.store.database import Store
from models.text import text_key

BLOCK = 16
TEXTS = {text_key(text): text for text in (f"фраза номер {at}" for at in range(5 * BLOCK + 3))}


@dataclass(frozen=True)
class Mortal(Encoder):
    """Writes down what it encodes, and is killed in the middle of a block, as the kernel kills: without a farewell."""

    log: Path
    deadly: int

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        for at, text in enumerate(texts):
            with self.log.open("a", encoding="utf-8") as lines:
                lines.write(f"{text}\n")
            if len(self.log.read_text("utf-8").splitlines()) == self.deadly:
                os.kill(os.getpid(), signal.SIGKILL)
            if progress:
                progress(at + 1, len(texts))
        return np.array([[len(text), sum(map(ord, text))] for text in texts], np.float32)


def encode(folder: Path, settings: Study, log: Path, deadly: int) -> None:
    """What a run does, in a process that may die."""
    vectors._CHUNK = BLOCK
    store = Store.open(folder, settings)
    vectors.remember(store, Mortal("mortal", (2,), lambda: None, "", log, deadly), TEXTS)
    store.close()


@pytest.mark.parametrize("deadly", [1, BLOCK, 2 * BLOCK + 5, 5 * BLOCK + 1])
def test_a_killed_encoding_encodes_no_finished_block_twice(tmp_path: Path, study: Study, deadly: int) -> None:
    log = tmp_path / "encoded.txt"
    new_process = multiprocessing.get_context("spawn").Process
    ends = []
    for kill_at in (deadly, 0):
        run = new_process(target=encode, args=(tmp_path, study, log, kill_at))
        run.start()
        run.join()
        ends.append(run.exitcode)
    assert ends == [-signal.SIGKILL, 0]
    times = Counter(log.read_text("utf-8").splitlines())
    finished = (deadly - 1) // BLOCK * BLOCK  # what stood in blocks that were stored before the kill
    again = sorted(text for text, count in times.items() if count == 2)
    assert set(times) == set(TEXTS.values())
    assert again == [TEXTS[key] for key in sorted(TEXTS)][finished:deadly]
    store = Store.open(tmp_path, study)
    with store.transaction() as tx:
        assert tx.count(vectors.schema.vector) == len(TEXTS)
    store.close()
