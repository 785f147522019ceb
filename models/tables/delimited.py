"""Delimited text: the separator that makes the lines equally long, quoted line breaks, Excel's ``sep=`` line."""

import csv
import io
import re
from collections import Counter
from pathlib import Path

from models.tables.cells import Cells, Sheet, refused
from models.tables.encoding import binary, decode

SEPARATORS = ",;\t|"
_DECLARED = re.compile(r'"?sep=([^"\r\n])"?[;,\t]*\r?\n', re.IGNORECASE)
_TRIED = 60  # lines looked at to tell the separator
_TRIED_TEXT = 1 << 17
csv.field_size_limit(1 << 27)  # a larger cell is refused by its length, in words


def read_delimited(path: Path) -> Cells:
    """Read CSV, TSV and their kin.

    Raises
    ------
    RechkiError
        When the letters cannot be told, the bytes are no text, or quotes do not pair.
    """
    text, encoding = decode(path, path.read_bytes())
    line = binary(text)
    if line:
        raise refused("this is not a table: it holds binary data", f"{path}, line {line}", "Export it as CSV or xlsx.")
    declared = _DECLARED.match(text)
    body = text[declared.end() :] if declared else text
    separator = declared.group(1) if declared else _separator(body)
    written = list(io.StringIO(body, newline=""))
    reader = csv.reader(written, delimiter=separator, strict=True)
    first = 1
    lines: list[tuple[str, ...]] = []
    try:
        for cells in reader:
            blank = len(cells) == 1 and not written[reader.line_num - 1].strip(" \t\r\n")
            lines.append(() if blank else tuple(cells))  # quoted blanks are a cell, blanks alone are none
            first = reader.line_num + 1
    except csv.Error as error:
        raise refused(
            f"quotes that do not pair, in the record that begins on line {first}: {error}",
            f"{path}, line {first}",
            'Double the quotes inside a quoted cell ("он сказал ""да"""), or save the table as xlsx.',
        ) from error
    return Cells(path, (Sheet(tuple(range(1, len(lines) + 1)), tuple(lines)),), encoding, separator)


def _separator(body: str) -> str:
    """The separator under which most lines have as many cells as the first; of equals, the one that makes more."""
    sample = body[:_TRIED_TEXT]

    def fit(separator: str) -> tuple[float, int]:
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=separator)
        widths: list[int] = []
        try:
            for cells in reader:
                widths += [len(cells)] if any(cells) else []
                if len(widths) > _TRIED:
                    break
        except csv.Error:
            pass
        if not widths or max(widths) < 2:
            return 0.0, 0
        usual, times = Counter(widths).most_common(1)[0]
        even = times / len(widths) if usual > 1 else 0.0
        return round(even, 1), usual

    return max(SEPARATORS, key=fit)
