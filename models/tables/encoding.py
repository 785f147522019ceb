"""From bytes to text: by mark, else strict UTF-8, else UTF-16, else the one 8-bit alphabet that reads as Russian.

charset-normalizer was tried: it always answers, and took a short KOI8-R file for Windows-1251. Here a doubtful file is
refused, because a wrong guess looks like an answer in every later table.
"""

import codecs
import math
import re
from collections.abc import Collection
from pathlib import Path

from models.tables.cells import refused
from models.tables.letters import likelihood, odd, words

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ALPHABETS = ("cp1251", "koi8-r", "cp866")
_LIKE_CP1251 = "mac-cyrillic"  # has most of its small letters; it is not read
# Mean log-probability of a step from sign to sign. The words of one code have -1.8 to -3.4, those of six -2.3 to -2.8,
# letters put at random -5; the fewer steps the wider it spreads. A file of many signs and foreign words lies lower.
_LEAST, _SPREAD = -3.3, 1.0
_RANDOM = -math.log(128)  # of a step, were any byte beyond ASCII as likely as another
_MARGIN = 7.0  # the next alphabet, and bytes at random, must be a thousand times less likely
_MOST_ODD = 0.05  # of the words may hold signs that Russian does not know: letters of its neighbours, frames
_DOUBT = "Save it as UTF-8 (Excel: «CSV UTF-8»), or as xlsx."
_SAMPLE = 1 << 20
_TELLING = 4  # letters beyond ASCII that a line must have before it speaks about the encoding


def decode(path: Path, raw: bytes) -> tuple[str, str]:
    """Return a file's text and the name of its encoding.

    Raises
    ------
    RechkiError
        When the bytes fit no encoding, several equally well, or one part another than the rest.
    """
    marked = next((name for mark, name in _BOMS if raw.startswith(mark)), None)
    if marked:
        return _whole(path, raw, marked), marked
    wide = _utf16(raw)
    if wide:
        return raw.decode(wide), wide
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        _refuse_mixed(path, raw)
    name = _alphabet(raw[:_SAMPLE])
    if not name:
        raise refused("its letters cannot be told: no encoding makes it read as Russian", path, _DOUBT)
    return _whole(path, raw, name), name


def _alphabet(sample: bytes) -> str:
    """The one 8-bit alphabet in which bytes read as Russian; empty when none does, or another nearly as well.

    Each different word counts once: codes repeat, and five words a hundred times over are five words.
    """
    read = {name: words(text) for name in _ALPHABETS if (text := _read(sample, name)) is not None}
    likely = {name: likelihood(found) for name, found in read.items()}
    best, *others = sorted(likely, key=lambda name: likely[name][0], reverse=True) or [""]
    if not best or not _russian(read[best], *likely[best]):
        return ""
    score, like = likely[best][0], _read(sample, _LIKE_CP1251)
    rivals = [likely[other][0] + _MARGIN for other in others] + ([likelihood(words(like))[0]] if like else [])
    return best if score >= max(rivals, default=-math.inf) else ""


def _russian(found: Collection[str], score: float, steps: int) -> bool:
    """Tell whether words read as Russian, by themselves."""
    if not steps or odd(found) > _MOST_ODD * len(found):
        return False
    return score - steps * _RANDOM >= _MARGIN and score / steps >= _LEAST - _SPREAD / math.sqrt(steps)


def _read(raw: bytes, name: str) -> str | None:
    try:
        return raw.decode(name)
    except UnicodeDecodeError:
        return None


def _whole(path: Path, raw: bytes, name: str) -> str:
    try:
        return raw.decode(name)
    except UnicodeDecodeError as error:
        raise refused(f"it begins as {name} and breaks at byte {error.start}", path, "Export it again.") from error


def _utf16(raw: bytes) -> str:
    """UTF-16 without a mark: every other byte is 0 (Latin, signs) or 4 (Cyrillic)."""
    sample = raw[:_SAMPLE]
    if len(raw) % 2 or len(raw) < _TELLING:
        return ""
    for name, high in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        if sum(byte in (0, 4) for byte in high) > 0.9 * len(high) and 0 in high:
            try:
                raw.decode(name)
            except UnicodeDecodeError:
                return ""
            return name
    return ""


def _refuse_mixed(path: Path, raw: bytes) -> None:
    """Refuse a file of which some lines are UTF-8 and others are not, naming the first that differs."""
    wide = narrow = 0
    for number, line in enumerate(raw.splitlines(), start=1):
        if sum(byte > 0x7F for byte in line) < _TELLING:
            continue
        try:
            line.decode("utf-8")
            wide = wide or number
        except UnicodeDecodeError:
            narrow = narrow or number
        if wide and narrow:
            raise refused(
                f"two encodings in one file: line {wide} is UTF-8, line {narrow} is not",
                f"{path}, line {max(wide, narrow)}",
                "Export the parts again, all in UTF-8, and join them then.",
            )


def binary(text: str) -> int:
    """Return the number of the first line that no table can hold (a NUL, or mostly control characters); 0 for none."""
    if "\0" in text:
        return text.count("\n", 0, text.index("\0")) + 1
    controls = len(re.findall(r"[\x01-\x08\x0e-\x1b]", text))
    return 1 if controls > 0.01 * len(text) else 0
