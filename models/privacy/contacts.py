"""Ways to reach a person: e-mail, links, handles, phones."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from models.privacy.found import Found

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]*\w@[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(
    r"(?<!\w)(?:https?://|www\.|(?:t|telegram)\.me/|vk\.com/|wa\.me/|ok\.ru/|instagram\.com/)\S*[^\s;,.!?…:()»\"']",
    re.IGNORECASE,
)
_DOMAIN_LIKE = re.compile(r"\w\.\w")
_HANDLE = re.compile(r"(?<![\w.@])@[A-Za-z]\w{2,}")
# A bare nick is told from a word only beside the name of a messenger, and when it looks like one.
_MESSENGER = (
    r"(?<!\w)(?:тг|tg|тел[еи]га|тел[еи]грам+|telegram|вк|vk|контакт\w*|инст\w*|insta\w*|ник\w*|skype|скайп\w*|акк\w*|"
    r"аккаунт\w*|профил\w*|whatsapp|вотсап\w*|ватсап\w*|max)"
)
_NICK = re.compile(rf"{_MESSENGER}\s*[:—–-]?\s*(?P<nick>[A-Za-z][\w.]*[\d_.]\w*|[A-Za-z]{{5,}}\d*)", re.IGNORECASE)
_BETWEEN = r"[\s().\u2010-\u2015-]{0,3}"
_PHONE = re.compile(
    rf"(?<![\w+])(?:(?:\+\s?7|[78])(?:{_BETWEEN}\d){{10}}|\(?9(?:{_BETWEEN}\d){{9}}|\+(?:{_BETWEEN}\d){{10,14}})(?!\d)"
)
_LOCAL_PHONE = re.compile(
    r"(?:тел(?:ефон\w*)?|звон\w+|номер\w*|моб\w*|whatsapp|вотсап\w*|ватсап\w*|вайбер\w*)\s*[.:—–-]*\s*"
    r"(?P<phone>\(?\d(?:[\s().-]{0,2}\d){4,9})(?!\d)",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_LEAST_DIGITS = 5


def find_contacts(text: str) -> Iterator[Found]:
    """Yield e-mails, links, handles and phones; finds may overlap, the earlier ones are the surer."""
    if "@" in text:
        yield from (Found(*m.span(), "ПОЧТА") for m in _EMAIL.finditer(text))
    if "." in text or "/" in text:
        yield from (Found(*m.span(), "ССЫЛКА") for m in _LINK.finditer(text))
    if _DOMAIN_LIKE.search(text):
        yield from _domains(text)
    if "@" in text:
        yield from (Found(*m.span(), "НИК") for m in _HANDLE.finditer(text))
    yield from (Found(*m.span("nick"), "НИК") for m in _NICK.finditer(text))


def find_phones(text: str) -> Iterator[Found]:
    """Yield phone numbers: Russian ones in any spelling, others when libphonenumber calls them valid."""
    if len(_DIGIT.findall(text)) < _LEAST_DIGITS:
        return
    yield from (Found(*m.span(), "ТЕЛЕФОН") for m in _PHONE.finditer(text))
    yield from (Found(*m.span("phone"), "ТЕЛЕФОН") for m in _LOCAL_PHONE.finditer(text))
    import phonenumbers  # 2 MB of numbering plans, read only when a text holds enough digits

    for match in phonenumbers.PhoneNumberMatcher(text, "RU"):
        if not match.raw_string.isdigit():  # bare digits that are no Russian mobile are orders, sums, codes
            yield Found(match.start, match.end, "ТЕЛЕФОН")


def _domains(text: str) -> Iterator[Found]:
    """Addresses without a scheme («olga.ru/me») and e-mails the rule above does not know."""
    for match in _linkify().match(text) or ():
        yield Found(match.index, match.last_index, "ПОЧТА" if match.schema == "mailto:" else "ССЫЛКА")


@cache
def _linkify() -> Any:  # noqa: ANN401  (linkify-it-py has no types)
    from linkify_it import LinkifyIt

    return LinkifyIt(options={"fuzzy_link": True, "fuzzy_email": True})
