"""Commands for any table: no study, no server."""

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import Share

app = typer.Typer()


@app.command()
def cluster(
    file: Annotated[Path, typer.Argument(help="Any table: CSV, Excel, JSON lines.", show_default=False)],
    text: Annotated[str, typer.Option(help="The column with the answers.")],
    identity: Annotated[
        str | None, typer.Option("--id", help="The column that names the rows; else their numbers.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where to write OUT.csv; the groups go to OUT.groups.csv.")] = None,
    map_file: Annotated[Path | None, typer.Option("--map", help="Where to write a map of the answers (HTML).")] = None,
) -> None:
    """Group the answers of one column of any table: no study, no server.

    Example: [bold]rechki cluster answers.csv --text "Почему вы выбрали нас?" --out groups.csv --map map.html[/bold]
    """
    from flows.clustering import cluster_file

    cluster_file(file, text, identity, out, map_file)


@app.command()
def suggest(
    coded: Annotated[Path, typer.Option(help="A coded table: the column of --text and the column of --code.")],
    new: Annotated[Path, typer.Option(help="The table to be coded, with the column of --text.")],
    text: Annotated[str, typer.Option(help="The column with the answers, in both tables.")],
    code: Annotated[str, typer.Option(help="The column with the codes; several are joined by |.")],
    out: Annotated[Path, typer.Option(help="Where to write the suggestions (CSV), a line for every row of --new.")],
    identity: Annotated[
        str | None, typer.Option("--id", help="The column of --new that names its rows; else their numbers.")
    ] = None,
) -> None:
    """Suggest codes for new answers, learned from coded ones, and mark new themes: no study, no server.

    Example: [bold]rechki suggest --coded wave1.csv --new wave2.csv --text answer --code code --out suggested.csv[/bold]
    """
    from flows.suggesting import suggest_file

    suggest_file(coded, new, text, code, out, identity)


@app.command()
def embed(
    file: Annotated[Path, typer.Argument(help="Any table: CSV, Excel, JSON lines.", show_default=False)],
    text: Annotated[str, typer.Option(help="The column with the answers.")],
    out: Annotated[Path, typer.Option(help="Where to write the vectors: a NumPy file, float32, one line a row.")],
    encoder: Annotated[
        str | None, typer.Option(help="bundled, bundled-plain, a folder, or a model's name; else bundled.")
    ] = None,
) -> None:
    """Write the vectors of one column of any table: unit length, centred, in the order of the rows.

    Personal data are masked first, and texts that differ only in case, spaces or punctuation at the end get one vector;
    the mean is taken over the different texts, so that of the rows is not exactly zero, and one text alone is not
    centred. An empty row is a line of zeros.

    Example: [bold]rechki embed answers.csv --text "Почему вы выбрали нас?" --out vectors.npy[/bold]
    """
    from flows.embedding import embed_file

    embed_file(file, text, out, encoder)


@app.command()
def balance(
    file: Annotated[Path, typer.Argument(help="A table coded by hand: card_id, code, score; CSV, Excel, JSON lines.")],
    out: Annotated[
        Path | None, typer.Option(help="The folder for the report; without it the table is printed.")
    ] = None,
    settings: Annotated[
        Path | None,
        typer.Option(help="A YAML file with sections of study.yaml."),
    ] = None,
    share: Share = False,
) -> None:
    """Compute the served balance of codings made outside Rechki: no study, no server.

    Columns (Russian headers are understood; more in docs/columns.md):

    - card_id, code, score: needed; several codes of a cell are joined by |
    - row: number of the purpose; without it each line is a row of its own
    - respondent, wave: of a card; who answered, and when
    - target, net, strategy, strategy_reason: of a code, in any of its lines
    - text, why, why_code: the words, the reason, codes of the reason
    - nps, csi_…, segment, revenue, margin, stage … : measured by stream

    Settings (explained in configs/study.yaml):

    - balance: weights (row or 1/k), over, under, certain, interval …
    - scale, cards (handed_out, dayfirst), measures, share (respondents)
    - title, report (language: ru or en)

    Example: [bold]rechki balance coded.csv --out report[/bold]
    """
    from flows.balance import balance_file

    balance_file(file, out, settings, share)
