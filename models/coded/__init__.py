"""A table that people have coded by hand, outside Rechki: purpose rows with their codes and scores, from any file.

`reading` turns a table into what `found` describes: `source` holds the file and what of it was not taken, `lines` reads
line by line, `codes` holds what they say of codes, `rows` puts the lines of a card together, and `attributes` reads the
other columns.
"""

from models.coded.found import Answer, CodedTable, Fault, Passed
from models.coded.reading import read_coded

__all__ = ["Answer", "CodedTable", "Fault", "Passed", "read_coded"]
