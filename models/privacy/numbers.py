"""Numbers of documents, told from other numbers by their checksum or by the word before them."""

import re
from collections.abc import Iterator

from models.privacy.found import Found

_CARD = re.compile(r"(?<!\d)\d{4}(?:[\s\u2010-\u2015-]?\d{4}){3}(?!\d)")
_LONG_CARD = re.compile(r"(?<!\d)\d{13,19}(?!\d)")
_INN = re.compile(r"(?<!\d)(?:\d{12}|\d{10})(?!\d)")
_INN_NAMED = re.compile(r"\bинн\b\D{0,12}(?P<number>\d[\d\s]{8,14}\d)(?!\d)", re.IGNORECASE)
_SNILS = re.compile(r"(?<!\d)\d{3}[\s-]?\d{3}[\s-]?\d{3}[\s-]?\d{2}(?!\d)")
_SNILS_NAMED = re.compile(r"\bснилс\w*\D{0,12}(?P<number>\d[\d\s-]{8,13}\d)(?!\d)", re.IGNORECASE)
_PASSPORT = re.compile(
    r"(?:паспорт\w*|сери[яиюей]+)\D{0,25}?(?P<number>\d{2}\s?\d{2}\s*[,;]?\s*(?:№|N|n|номер\w*|ном\.?)?\s*\d{3}\s?\d{3})(?!\d)",
    re.IGNORECASE,
)
_PASSPORT_ALONE = re.compile(r"(?<!\d)\d{2}\s?\d{2}\s?(?:№|номер)\s?\d{6}(?!\d)")
_DIGIT = re.compile(r"\d")
_LEAST_DIGITS = 9


def find_numbers(text: str) -> Iterator[Found]:
    """Yield bank cards, passports, СНИЛС and ИНН.

    Sixteen digits in groups of four are masked even when the check digit is wrong, since people mistype. A bare ИНН or
    СНИЛС must have the right check digits; after its name any number of that length is masked.
    """
    if len(_DIGIT.findall(text)) < _LEAST_DIGITS:
        return
    yield from (Found(*m.span(), "КАРТА") for m in _CARD.finditer(text))
    yield from (Found(*m.span(), "КАРТА") for m in _LONG_CARD.finditer(text) if _luhn(m.group()))
    for pattern in (_PASSPORT, _PASSPORT_ALONE):
        group = "number" if "number" in pattern.groupindex else 0
        yield from (Found(*m.span(group), "ПАСПОРТ") for m in pattern.finditer(text))
    yield from (Found(*m.span("number"), "СНИЛС") for m in _SNILS_NAMED.finditer(text))
    yield from (Found(*m.span("number"), "ИНН") for m in _INN_NAMED.finditer(text))
    yield from (Found(*m.span(), "СНИЛС") for m in _SNILS.finditer(text) if _snils(m.group()))
    yield from (Found(*m.span(), "ИНН") for m in _INN.finditer(text) if _inn(m.group()))


def _luhn(number: str) -> bool:
    from stdnum import luhn

    return bool(luhn.is_valid(number))


def _inn(number: str) -> bool:
    from stdnum.ru import inn

    return bool(inn.is_valid(number))


def _snils(number: str) -> bool:
    """Check digits of СНИЛС (Пенсионный фонд РФ): digits weighted 9 to 1, modulo 101, 100 counts as 0."""
    digits = [int(letter) for letter in number if letter.isdigit()]
    total = sum(digit * (9 - at) for at, digit in enumerate(digits[:9]))
    return total > 0 and total % 101 % 100 == 10 * digits[9] + digits[10]
