"""How wide words are, without a font: an upper estimate of the fonts a page may meet, so that nothing runs over."""

_WIDEST, _WIDE, _CAPITAL, _USUAL = 1.1, 0.93, 0.87, 0.64  # of the height of the font; DejaVu Sans is the widest of them
_WIDE_CAPITALS, _WIDE_SMALL = frozenset("ШЩЖЮФЫМW@%—…"), frozenset("шщжюфымwm")

_BOLD: dict[str, float] = {
    letter: width
    for letters, width in (
        ("ЩШЖЮ№", 1.33),
        ("ФЫМMW@%—…шщжюфымwm", 1.11),
        ("&=+<>#", 0.87),
        ("дцъ", 0.81),
        (".,:;!'|()[]/`-ijlfrtIJ\u00a0 ", 0.5),
    )
    for letter in letters
}


def width_of(text: str) -> float:
    """Return about how wide a text is, in heights of its font; mean width of ordinary words for ordinary letters."""
    return sum(_width(letter) for letter in text)


def bold_width_of(text: str) -> float:
    """Return at most how wide a bold text is, in heights of its font."""
    return sum(_BOLD.get(letter) or _bold(letter) for letter in text)


def _width(letter: str) -> float:
    if letter in _WIDE_CAPITALS or ord(letter) > 0x2100:  # pictures and letters of Asia are squares
        return _WIDEST
    if letter in _WIDE_SMALL:
        return _WIDE
    return _CAPITAL if letter.isupper() else _USUAL


def _bold(letter: str) -> float:
    if ord(letter) > 0x2100:
        return 1.33
    return 0.95 if letter.isupper() else 0.73
