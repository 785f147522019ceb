"""The form of a noun that goes with a number."""


def plural(count: int, one: str, few: str, many: str) -> str:
    """Return the form that goes with a count: 1 «фраза», 2 «фразы», 5 «фраз», 11 «фраз», 21 «фраза»."""
    tens, ones = count % 100 // 10, count % 10
    return many if tens == 1 or ones == 0 or ones > 4 else one if ones == 1 else few


def counted(count: int, one: str, many: str = "") -> str:
    """Return a count with its English noun: 1 code, 2 codes; `many` is the plural that is not made by an s."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"
