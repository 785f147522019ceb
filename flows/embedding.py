"""`rechki embed`: the vectors of one column of any table, for people who go on with them elsewhere."""

from io import BytesIO
from pathlib import Path

import numpy as np

from flows.stages import console, stage
from models.config import default_study
from models.embedding import column_of, embedded
from models.encoder.load import load_encoder
from models.encoder.space import Vectors
from models.errors import RechkiError
from models.forms.layout import read_table
from models.plural import counted
from reports.files import replace_files, require_writable


def embed_file(path: Path, text: str, out: Path, encoder_name: str | None = None) -> Vectors:
    """Write one vector a row, in the order of the file; nothing is written when anything fails.

    A row that holds nothing has its line too, of zeros: the lines are the rows as pandas counts them.

    Raises
    ------
    RechkiError
        When the file cannot be read, has no such column, or a row of it cannot be read: a row left out would move all
        that follow. When `out` cannot be written.
    """
    if out.resolve() == path.resolve():
        raise RechkiError("the table would be written over", str(out), "Give --out a name of its own.")
    require_writable([out])
    with stage("Reading") as at:
        table = read_table(path, [text], keep_blank=True)
        if table.broken:
            broken = table.broken[0]
            raise RechkiError(
                broken.reason, f"{path}, row {broken.number}", "Mend the row, or take it out of the file."
            )
        place = table.column(text)
        texts = [row.cells[place] for row in table.rows]
        at.words = f"{counted(len(texts), 'row')}"
        for remark in table.remarks:
            at.note(remark)
    with stage("Loading the encoder"):
        encoder = load_encoder(encoder_name or default_study(path.stem).encoder)
        encoder.model()
    with stage("Encoding") as at:
        column = column_of(texts)
        vectors = column.spread(embedded(column, encoder, at.progress), 0)
        empty = int(column.empty.sum())
        at.words = f"{len(vectors)} × {vectors.shape[1]} numbers" + (f", {empty} empty rows are zeros" if empty else "")
    buffer = BytesIO()
    np.save(buffer, vectors, allow_pickle=False)
    replace_files({out: buffer.getvalue()})
    console.print(f"wrote {out}", markup=False, soft_wrap=True)
    return vectors
