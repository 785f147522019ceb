"""LoRA adapters of the base encoder: a few weights in a folder of peft's standard form."""

import hashlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from models.errors import RechkiError

BASE = "intfloat/multilingual-e5-small"
PURPOSES = Path(__file__).parent / "purposes"
WEIGHTS, SETTINGS = "adapter_model.safetensors", "adapter_config.json"
MAP = "use_map.safetensors"  # only beside the bundled encoder's own adapter: see models.encoder.mapping
_HELP = (
    "Restore the folder from a backup. Or leave a study's own adapter: rechki reencode STUDY --encoder bundled; "
    "Rechki's own comes with Rechki: install it again."
)


def adapter_checksum(folder: Path) -> str:
    """Return a checksum over an adapter's weights and settings, and the map beside it where there is one.

    Raises
    ------
    RechkiError
        When the folder holds no adapter.
    """
    digest = hashlib.sha256()
    for name in (SETTINGS, WEIGHTS):
        path = folder / name
        if not path.is_file():
            raise RechkiError(f"{name} is missing", str(folder), "An adapter is a folder that peft has saved.")
        digest.update(path.read_bytes())
    if (folder / MAP).is_file():
        digest.update((folder / MAP).read_bytes())
    return digest.hexdigest()


@contextmanager
def wearing(encoder: Any, folder: Path | None) -> Iterator[Any]:  # noqa: ANN401  (a SentenceTransformer)
    """Let a SentenceTransformer work with an adapter for a while; its own weights stay as they are."""
    if folder is None:
        yield encoder
        return
    from peft import PeftModel

    transformer = encoder[0]
    adapted = PeftModel.from_pretrained(transformer.model, str(folder))
    try:
        yield encoder
    finally:
        transformer.model = adapted.unload()


def with_adapter(encoder: Any, folder: Path) -> Any:  # noqa: ANN401  (a SentenceTransformer)
    """Merge an adapter into a SentenceTransformer's weights and return it.

    Raises
    ------
    RechkiError
        When the adapter cannot be read.
    """
    from peft import PeftModel

    transformer = encoder[0]
    try:
        with warnings.catch_warnings():  # of what transformers will do differently one day
            warnings.simplefilter("ignore", FutureWarning)
            transformer.model = PeftModel.from_pretrained(transformer.model, str(folder)).merge_and_unload()
    except (SafetensorError, OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise RechkiError(f"the adapter cannot be read: {reason}", str(folder), _HELP) from error
    return encoder
