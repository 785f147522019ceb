"""How wide words are, without a font: an upper estimate of the fonts a page may meet, so that nothing runs over."""

_WIDEST, _WIDE, _CAPITAL, _USUAL = 1.1, 0.93, 0.87, 0.64  # of the height of the font; DejaVu Sans is the widest of them
_WIDE_CAPITALS, _WIDE_SMALL = frozenset("ШЩЖЮФЫМW@%—…"), frozenset("шщжюфымwm")


def width_of(text: str) -> float:
    """Return about how wide a text is, in heights of its font; mean width of ordinary words for ordinary letters."""
    return sum(_width(letter) for letter in text)


def widest_mean(text: str) -> float:
    """Return the mean width of a letter, of the whole text or of its longest word, whichever is wider."""
    longest = max(text.split(), key=len, default="")
    return max((width_of(part) / len(part) for part in (text, longest) if part), default=_USUAL)


def _width(letter: str) -> float:
    if letter in _WIDE_CAPITALS or ord(letter) > 0x2100:  # pictures and letters of Asia are squares
        return _WIDEST
    if letter in _WIDE_SMALL:
        return _WIDE
    return _CAPITAL if letter.isupper() else _USUAL
