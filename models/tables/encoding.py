"""From bytes to text: by mark, else strict UTF-8, else UTF-16, else the one 8-bit alphabet that reads as Russian.

charset-normalizer was tried: it always answers, and took a short KOI8-R file for Windows-1251. Here a doubtful file is
refused, because a wrong guess looks like an answer in every later table.
"""

import codecs
import math
import re
from itertools import pairwise
from pathlib import Path

from models.tables.cells import refused

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ALPHABETS = ("cp1251", "koi8-r", "cp866")
# Letters of Russian texts per thousand (Национальный корпус русского языка, Ляшевская и Шаров 2009).
_FREQUENT = dict(
    zip(
        "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё",
        (
            110,
            85,
            80,
            74,
            67,
            63,
            55,
            47,
            45,
            44,
            35,
            32,
            30,
            28,
            26,
            20,
            19,
            17,
            17,
            16,
            16,
            14,
            12,
            10,
            9,
            7,
            6,
            5,
            4,
            3,
            3,
            0.4,
            0.4,
        ),
        strict=True,
    )
)
_SIGNS = frozenset("«»—–№…„“”’‘•\u00a0°€±§©®™·")
_CAPITAL = 0.2  # of a letter's frequency
_NEVER = 1e-4  # a capital inside a word, a word that begins with ъ, ы or ь: another alphabet looks like that
_SIGN, _STRANGE = 0.004, 1e-6
_LEAST, _SPREAD = -3.4, 1.5  # mean log-probability: Russian has about -2.9, the fewer signs the wider it spreads
_MARGIN = 0.5  # and must beat the next alphabet by this much
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
        return _marked(path, raw, marked), marked
    wide = _utf16(raw)
    if wide:
        return raw.decode(wide), wide
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        _refuse_mixed(path, raw)
    scores = sorted(((*_russian(raw, name), name) for name in _ALPHABETS), reverse=True)
    (best, signs, name), (second, _, _) = scores[:2]
    if best < _LEAST - _SPREAD / math.sqrt(max(1, signs)) or best - second < _MARGIN:
        raise refused("its letters cannot be told: no encoding makes it read as Russian", path, _DOUBT)
    return raw.decode(name), name


def _marked(path: Path, raw: bytes, name: str) -> str:
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


def _russian(raw: bytes, name: str) -> tuple[float, int]:
    """Mean log-probability of the signs beyond ASCII, were they Russian text in this alphabet, and their number."""
    try:
        text = raw[:_SAMPLE].decode(name)
    except UnicodeDecodeError:
        return -math.inf, 1
    scores = [_likely(before, sign) for before, sign in pairwise(" " + text) if not sign.isascii()]
    return sum(scores) / max(1, len(scores)), len(scores)


def _likely(before: str, sign: str) -> float:
    lower = sign.lower()
    share = _FREQUENT.get(lower, 0.0) / 1000
    if not share:
        return math.log(_SIGN if sign in _SIGNS else _STRANGE)
    if (sign != lower and before.islower()) or (lower in "ъыь" and not before.isalpha()):
        return math.log(_NEVER)
    return math.log(share if sign == lower else share * _CAPITAL)


def binary(text: str) -> int:
    """Return the number of the first line that no table can hold (a NUL, or mostly control characters); 0 for none."""
    if "\0" in text:
        return text.count("\n", 0, text.index("\0")) + 1
    controls = len(re.findall(r"[\x01-\x08\x0e-\x1b]", text))
    return 1 if controls > 0.01 * len(text) else 0
