"""Files as text cells: delimited text in the encodings of Russian offices, workbooks, JSON lines."""
