"""Text that does nothing: customers' words as they may stand in a page or a spreadsheet cell."""

import re

# XML 1.0 has no place for these: openpyxl refuses them; half a surrogate pair cannot be written as UTF-8 at all.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# OWASP, CSV Injection: these open a formula in Excel, LibreOffice or Google Sheets; the wide forms do in some locales.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def printable(text: str) -> str:
    """Drop the characters that neither XML nor UTF-8 can carry."""
    return _ILLEGAL.sub("", text)


def cell(text: str) -> str:
    """Return text for a spreadsheet cell: an apostrophe stands before anything a spreadsheet could take for a formula.

    The apostrophe is part of the text, so that the cell stays harmless when the file is saved again as CSV.
    """
    text = printable(text)
    return f"'{text}" if text.startswith(_FORMULA) else text
