"""Where a person lives and when they were born."""

import re
from collections.abc import Iterator

from models.privacy.found import Found

_DIGIT = re.compile(r"\d")
_HOUSE = r"(?:,?\s*(?:д(?:ом)?\.?|№)?\s*\d+(?:\s?/\s?\d+|\s?[а-яА-Я](?![а-яё]))?)"
_REST = (
    r"(?:,?\s*(?:корп(?:ус)?|к|стр(?:оение)?|кв(?:артира)?|оф(?:ис)?|под[ъь]езд|этаж)\.?\s*№?\s*\d+[а-я]?(?![а-яё]))"
)
_STREET = (
    r"(?:ул(?:иц[аеуы])?|пр(?:осп(?:ект)?)?|пр-?к?т|пер(?:еул(?:ок|ка|ке))?|б(?:ульва)?р|бул|наб(?:ережн\w+)?|"
    r"ш(?:оссе)?|мкр\w*|микрорайон\w*|проезд|пл(?:ощад\w+)?)"
)
_CITY = r"(?:(?:г|гор|город|пос|с|дер|д)\.?\s*[А-ЯЁ][а-яё-]+,\s*)?"
_NAME = r"(?:\d+-?[а-я]{1,3}\s+)?[А-ЯЁа-яё][\w-]*(?:\s+[А-ЯЁ][\w-]*){0,2}"
_ADDRESS = re.compile(
    rf"{_CITY}(?<!\w)(?:{_STREET}(?:\.\s*|\s+){_NAME}{_HOUSE}{_REST}{{0,4}}"
    rf"|[А-ЯЁ][\w-]*(?:\s+[А-ЯЁ][\w-]*)?\s+(?:улиц\w+|проспект\w*|переул\w+|шоссе|бульвар\w*){_HOUSE}{_REST}{{0,4}})"
)
_LOWER_ADDRESS = re.compile(rf"(?<!\w)(?:ул|пр|пер|пр-т|просп)\.?\s+[а-яё][\w-]*{_HOUSE}{_REST}{{0,4}}", re.IGNORECASE)
_FLAT = re.compile(rf"(?<!\w)(?:д(?:ом)?\.?\s*\d+[а-я]?),?\s*{_REST}", re.IGNORECASE)
_MONTHS = "январ|феврал|март|апрел|ма[йя]|июн|июл|август|сентябр|октябр|ноябр|декабр"
_DATE = rf"(?:\d{{1,2}}[./-]\d{{1,2}}[./-](?:19|20)?\d{{2}}|\d{{1,2}}\s+(?:{_MONTHS})[а-я]*\s+(?:19|20)\d{{2}})"
_YEAR = r"(?:19|20)\d{2}"
_BORN_AFTER = re.compile(
    rf"(?P<date>{_DATE}|{_YEAR})\s*(?:г\.?\s?р\b\.?|года?\s+рожд\w+|г\.\s*рожд\w*|рожд\w*\b|родил\w+)", re.IGNORECASE
)
_BORN_BEFORE = re.compile(
    rf"(?:дата\s+рожд\w+|д\.?\s?р\.|род(?:ил(?:ась|ся)|ом)|рожд[её]н\w*|день\s+рожд\w+|др)\s*[:—–-]?\s*(?P<date>{_DATE}|{_YEAR}(?!\d))",
    re.IGNORECASE,
)
_BESIDE_A_NAME = re.compile(r"[А-ЯЁ][а-яё]+,?\s+(?P<date>\d{1,2}\.\d{1,2}\.(?:19|20)\d{2})(?!\d)")


def find_places(text: str) -> Iterator[Found]:
    """Yield street addresses with a house number, and dates or years said to be those of a birth."""
    if not _DIGIT.search(text):
        return
    for pattern in (_ADDRESS, _LOWER_ADDRESS, _FLAT):
        yield from (Found(*m.span(), "АДРЕС") for m in pattern.finditer(text))
    for pattern in (_BORN_AFTER, _BORN_BEFORE, _BESIDE_A_NAME):
        yield from (Found(*m.span("date"), "РОЖДЕНИЕ") for m in pattern.finditer(text))
