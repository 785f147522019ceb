"""What coarser arithmetic makes of the bundled encoder: python benchmarks/precision.py. Writes precision.md.

The half that costs most, multilingual-e5-small with our adapter, is run as it is (PyTorch, 32-bit), with bfloat16, with
8-bit weights, and by ONNX Runtime in 32 and 8 bits. Speed is of CPU time on one thread, all kinds in turn in one run.
Leave-one-out is that of encoders.py, with the mapped USE beside as in `bundled`. The last column is what it costs to be
encoded in another company: the least cosine of a phrase encoded alone to the same phrase encoded among 64.
"""

import copy
import platform
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from onnxruntime import InferenceSession, SessionOptions
from onnxruntime.quantization import QuantType, quantize_dynamic

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.clustering.sets import labelled_sets  # noqa: E402
from benchmarks.encoders import NAMED, leave_one_out, phrases_of_ten_words  # noqa: E402
from models.encoder.adapter import PURPOSES  # noqa: E402
from models.encoder.bundled import E5_WIDTH, USE_WIDTH, base_encoder, mapped_use  # noqa: E402
from models.encoder.load import Encoder  # noqa: E402
from models.encoder.space import Vectors  # noqa: E402

Encode = Callable[[Sequence[str]], Vectors]
TEXTS, BATCH, ROUNDS = 256, 64, 3


def main() -> None:
    """Run and write."""
    torch.set_num_threads(1)
    texts = phrases_of_ten_words(TEXTS)
    with tempfile.TemporaryDirectory() as folder:
        kinds = kinds_of(base_encoder((PURPOSES,)), Path(folder))
        speed = speeds(kinds, texts)
        exact = next(iter(kinds.values()))(texts)
        lines = [_head(), "| kind | speed | cosine to the first | gsr, school, clinic | short | alone or in company |"]
        lines.append("|---" * 6 + "|")
        for name, encode in kinds.items():
            vectors = encode(texts)
            alone = np.vstack([encode([text]) for text in texts])
            loo = leave_one_outs(name, encode)
            row = (
                f"{speed[name] / next(iter(speed.values())):.2f}",
                f"{_least(vectors, exact):.5f}",
                *(f"{loo[kind]:.3f}" for kind in ("named", "short")),
                f"{_least(vectors, alone):.6f}",
            )
            lines.append(f"| {name} | " + " | ".join(row) + " |")
            print(lines[-1], flush=True)
    (ROOT / "benchmarks" / "precision.md").write_text("\n".join([*lines, ""]), "utf-8")


def kinds_of(encoder: Any, folder: Path) -> dict[str, Encode]:  # noqa: ANN401  (a SentenceTransformer)
    """Return the ways to run a SentenceTransformer, the exact one first."""
    coarse, eight = copy.deepcopy(encoder), copy.deepcopy(encoder)
    coarse[0].model = coarse[0].model.bfloat16()
    each = {torch.nn.Linear: torch.ao.quantization.per_channel_dynamic_qconfig}
    eight[0].model = torch.ao.quantization.quantize_dynamic(eight[0].model, each)
    exported, small = folder / "e5.onnx", folder / "e5-int8.onnx"
    export(encoder, exported)
    quantize_dynamic(exported, small, per_channel=True, weight_type=QuantType.QInt8)
    return {
        "PyTorch, 32 bits": by_torch(encoder),
        "PyTorch, bfloat16": by_torch(coarse),
        "PyTorch, 8 bits": by_torch(eight),
        "ONNX Runtime, 32 bits": by_onnx(encoder.tokenizer, exported),
        "ONNX Runtime, 8 bits": by_onnx(encoder.tokenizer, small),
    }


def by_torch(encoder: Any) -> Encode:  # noqa: ANN401
    """Encode with PyTorch."""

    def encode(texts: Sequence[str]) -> Vectors:
        found = encoder.encode(list(texts), batch_size=BATCH, convert_to_tensor=True, show_progress_bar=False)
        return np.asarray(found.float(), np.float32)

    return encode


def export(encoder: Any, path: Path) -> None:  # noqa: ANN401
    """Write the transformer without its pooling."""
    names = ("input_ids", "attention_mask")
    features = encoder.tokenizer(["проба", "проба формы"], padding=True, return_tensors="pt")
    free = {name: {0: "texts", 1: "tokens"} for name in (*names, "hidden")}
    torch.onnx.export(
        _Hidden(encoder[0].model.eval()),
        tuple(features[name] for name in names),
        str(path),
        input_names=list(names),
        output_names=["hidden"],
        dynamic_axes=free,
        opset_version=17,
        dynamo=False,
    )


class _Hidden(torch.nn.Module):
    def __init__(self, model: Any) -> None:  # noqa: ANN401
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        hidden: torch.Tensor = self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return hidden


def by_onnx(tokenizer: Any, path: Path) -> Encode:  # noqa: ANN401
    """Encode with ONNX Runtime: means over the tokens, of length one, as the encoder's own pooling."""
    options = SessionOptions()
    options.intra_op_num_threads = 1
    session = InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def encode(texts: Sequence[str]) -> Vectors:
        out = []
        for start in range(0, len(texts), BATCH):
            told = tokenizer(list(texts[start : start + BATCH]), padding=True, return_tensors="np")
            mask = told["attention_mask"]
            hidden = session.run(None, {"input_ids": told["input_ids"], "attention_mask": mask})[0]
            mean = (hidden * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True)
            out.append(mean / np.linalg.norm(mean, axis=1, keepdims=True))
        return np.vstack(out).astype(np.float32)

    return encode


def speeds(kinds: dict[str, Encode], texts: Sequence[str]) -> dict[str, float]:
    """Return texts a second of CPU time, the best of some rounds in which all take turns."""
    best: dict[str, float] = defaultdict(float)
    for _ in range(ROUNDS):
        for name, encode in kinds.items():
            begun = time.process_time()
            encode(texts)
            best[name] = max(best[name], len(texts) / (time.process_time() - begun))
    return best


def leave_one_outs(name: str, encode: Encode) -> dict[str, float]:
    """Return means of leave-one-out over gsr, school and clinic, and over the short answers."""
    use = mapped_use()

    class Joined:
        def encode(self, texts: Sequence[str], **_: object) -> Vectors:
            return np.hstack([use(list(texts)), encode(texts)]).astype(np.float32)

    found: dict[str, list[float]] = defaultdict(list)
    for data in labelled_sets(Encoder(f"precision {name}", (USE_WIDTH, E5_WIDTH), Joined, ""), [], True):
        found["named" if data.name in NAMED else data.kind].append(leave_one_out(data))
    return {kind: float(np.mean(each)) for kind, each in found.items()}


def _least(one: Vectors, other: Vectors) -> float:
    return float(((one * other).sum(1) / np.linalg.norm(one, axis=1) / np.linalg.norm(other, axis=1)).min())


def _head() -> str:
    supports = (torch.cpu._is_avx512_bf16_supported(), torch.cpu._is_vnni_supported())
    return f"""# Coarser arithmetic

Made by `make bench-precision`; do not edit. multilingual-e5-small with our adapter, the half of `bundled`
that costs most; {TEXTS} phrases of ten words in batches of {BATCH}. Speed: CPU time of one thread, the first kind is 1.
Leave-one-out: with the mapped USE beside. Last column: least cosine between a phrase encoded alone and among {BATCH}.
{platform.machine()}, instructions for bfloat16 and 8 bits: {supports}; Python {platform.python_version()},
PyTorch {torch.__version__}.

It stays with 32 bits. bfloat16 loses no quality where the processor knows it, but what a phrase gets then depends, in
the fifth digit, on the phrases it is encoded with: a study whose run was killed in between, or whose encoding was
shared out, could be grouped a little differently from one that was left alone.
"""


if __name__ == "__main__":
    main()
