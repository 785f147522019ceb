"""spss.csv and spss.sps in GNU PSPP, which reads the language of SPSS: the counts of the report, and every label."""

import csv
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from english import in_english

from models.balance import CodedRow, fixed_counts, net_balance, served_balance
from models.codebook import FIXED, NO_ANSWER, Code
from models.criteria import criteria_of
from reports.data import Reasons, Report
from reports.spss import spss_csv, spss_syntax

Table = list[list[str]]
EVIL = "it's '.\r\nDELETE VARIABLES c001.\r\nHOST COMMAND=['touch pwned'].\r\n* \"кавычки\" $codes /* "


@pytest.fixture(scope="module")
def run(pspp: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Report, str], list[tuple[str, Table]]]:
    def run(report: Report, commands: str) -> list[tuple[str, Table]]:
        """Run the syntax of a report and some commands after it; return the tables PSPP prints, with their titles."""
        folder = tmp_path_factory.mktemp("pspp")
        (folder / "spss.csv").write_bytes(spss_csv(report))
        (folder / "spss.sps").write_bytes(spss_syntax(report))
        (folder / "run.sps").write_text(f"INSERT FILE='spss.sps' ENCODING='UTF-8'.\n{commands}\n", "utf-8")
        arguments = [pspp, "run.sps", "-o", "out.csv", "-O", "format=csv"]
        done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, timeout=60)
        said = (folder / "out.csv").read_text("utf-8")
        assert (done.returncode, done.stderr, done.stdout) == (0, "", "")
        assert not re.search(r"\b(error|warning):", said)
        assert {path.name for path in folder.iterdir()} == {"spss.csv", "spss.sps", "run.sps", "out.csv"}
        return tables(folder / "out.csv")

    return run


def tables(path: Path) -> list[tuple[str, Table]]:
    found: list[tuple[str, Table]] = []
    with path.open(encoding="utf-8", newline="") as lines:
        for line in csv.reader(lines):
            if line and line[0].startswith("Table: "):
                found.append((line[0].removeprefix("Table: "), []))
            elif line and found:
                found[-1][1].append(line)
    return found


def frequencies(table: Table) -> dict[str, int]:
    """What a table of FREQUENCIES counts: by label, the missing ones apart."""
    kind, counts = "", {}
    for head, label, count, *_ in table[1:]:
        kind = head or kind
        counts["missing" if kind == "Missing" else label or kind] = int(count)
    return counts


@pytest.fixture
def hostile(report: Report) -> Report:
    """Two nets, a second wave, unscored rows and rows without a wave; names that would end a string and a command."""
    rows = [
        *(row if row.card_id != "solve1" else replace(row, wave="") for row in report.coded),
        CodedRow("both", 1, "both", "1", 5, frozenset(["solve", "evil", "loyal"])),
    ]
    names = {"evil": EVIL, "silent": "Я" * 400}
    codes = tuple(
        replace(
            code,
            name=names.get(code.code_id, code.name),
            net={"loyal": "Вторая '", "evil": EVIL}.get(code.code_id, code.net),
        )
        for code in report.codes
    )
    settings = report.settings.balance
    tables = {
        "balance": served_balance(rows, codes, settings),
        "nets": net_balance(rows, codes, settings),
        "fixed": fixed_counts(rows, codes),
    }
    return replace(report, coded=tuple(rows), codes=codes, **tables)


@pytest.fixture
def reasoned(hostile: Report) -> Report:
    """Reasons too: of rows with a purpose and of one without, two of one row; none of the other rows was coded."""
    whys = (Code("w1", EVIL), Code("w2", "Скорость"), Code("w3", "Никем не назван"), *FIXED)
    rows = [replace(row, codes=frozenset(["w1", "w2"] if at % 3 else ["w2"])) for at, row in enumerate(hostile.coded)]
    rows = [
        *rows[:9],
        replace(rows[9], codes=frozenset([NO_ANSWER])),
        CodedRow("alone", 2, "x", "7", 5, frozenset(["w1"])),
    ]
    tables = criteria_of(hostile.coded, hostile.codes, rows, whys, hostile.settings.balance)
    return in_english(replace(hostile, reasons=Reasons(tables, whys, {}, coded=tuple(rows))))


def test_reasons_are_a_set_of_their_own(
    reasoned: Report, run: Callable[[Report, str], list[tuple[str, Table]]]
) -> None:
    assert reasoned.reasons
    lines = reasoned.reasons.tables.table.to_dict("records")
    names = [f"r{at + 1:03}" for at in range(len(lines) + 1)]
    commands = [f"FREQUENCIES VARIABLES={' '.join(['c001', 'n001', *names])}."]
    commands += [f"TEMPORARY.\nSELECT IF {name} = 1.\nFREQUENCIES VARIABLES=score." for name in names]
    found = run(reasoned, "\n".join([*commands, "MRSETS /DISPLAY NAME=ALL."]))
    counted = [frequencies(table) for _, table in found if table[0][2:3] == ["Frequency"]]
    whole, scores = counted[2 : 2 + len(names)], counted[2 + len(names) :]
    cases = len(reasoned.coded) + 1
    assert [of["Total"] for of in counted[: 2 + len(names)]] == [cases] * (2 + len(names))
    assert {of["missing"] for of in counted[:2]} == {1}, "the row without a purpose has no value of its codes"
    assert {of["missing"] for of in whole} == {cases - len(reasoned.reasons.coded)}
    for of, score, line in zip(whole, scores, lines, strict=False):
        assert of.get("yes", 0) == line["rows"]
        assert score.get("missing", 0) == line["rows"] - line["n"]
        assert score.get("expectations were exceeded", 0) + score.get("expectations were fully met", 0) == line["met"]
    assert whole[-1]["yes"] == 1, "No answer"
    sets = {line[0]: line for title, table in found if title == "Multiple Response Sets" for line in table[1:]}
    assert set(sets) == {"$codes", "$nets", "$reasons"}
    assert sets["$reasons"][1:5] == ["Criteria", "Dichotomies", "1", "\n".join(names)]


@pytest.mark.parametrize("which", ["report", "outside", "hostile"])
def test_frequencies_are_those_of_the_report(
    which: str, run: Callable[[Report, str], list[tuple[str, Table]]], request: pytest.FixtureRequest
) -> None:
    report: Report = request.getfixturevalue(which)
    lines = pd.concat([report.balance, report.fixed, report.nets], ignore_index=True).to_dict("records")
    names = [f"c{at + 1:03}" for at in range(len(report.balance) + len(report.fixed))]
    names += [f"n{at + 1:03}" for at in range(len(report.nets))]
    commands = [f"FREQUENCIES VARIABLES={' '.join(names)}."]
    commands += [f"TEMPORARY.\nSELECT IF {name} = 1.\nFREQUENCIES VARIABLES=score." for name in names]
    found = [frequencies(table) for _, table in run(report, "\n".join(commands)) if table[0][2:3] == ["Frequency"]]
    assert len(found) == 2 * len(names)
    for whole, scores, line in zip(found, found[len(names) :], lines, strict=False):
        assert whole.get("да", 0) == line["rows"]
        assert whole["Total"] == len(report.coded)
        if line["n"] == line["n"]:  # fixed codes have none
            assert scores.get("missing", 0) == line["rows"] - line["n"]
            fives = scores.get(report.settings.scale[5], 0)
            assert fives == round(line["e"] * line["n"] / 100 if line["n"] else 0)


def test_labels_values_and_sets_arrive(hostile: Report, run: Callable[[Report, str], list[tuple[str, Table]]]) -> None:
    found = run(hostile, "DISPLAY DICTIONARY.\nMRSETS /DISPLAY NAME=ALL.")
    (variables,) = [table for title, table in found if title == "Variables"]
    labels = {line[0]: line[2] for line in variables[1:]}
    names = [hostile.balance.code[at] for at in range(len(hostile.balance))]
    evil = " ".join(EVIL.split())
    assert labels[f"c{names.index(EVIL) + 1:03}"] == evil
    assert labels[f"c{names.index('Я' * 400) + 1:03}"] == "Я" * 126 + "…"
    assert set(labels.values()) >= {"=Дело & <i>", "Вторая '", "Нет ответа", "Оценка"}
    assert {line[0]: line[3] for line in variables[1:]}["score"] == "Ordinal"
    sets = {line[0]: line for title, table in found if title == "Multiple Response Sets" for line in table[1:]}
    assert set(sets) == {"$codes", "$nets"}
    assert sets["$codes"][1:4] == ["Потоки", "Dichotomies", "1"]
    assert sets["$codes"][4].split() == [name for name in labels if re.fullmatch(r"c\d+", name)]
    assert sets["$nets"][4].split() == ["n001", "n002", "n003"]


def test_missing_scores_and_waves_are_called_so(
    hostile: Report, run: Callable[[Report, str], list[tuple[str, Table]]]
) -> None:
    wave, score = (frequencies(table) for title, table in run(hostile, "FREQUENCIES VARIABLES=wave score.")[-2:])
    assert wave["missing"] == sum(not row.wave for row in hostile.coded) == 1
    assert wave["=2"] == sum(row.wave == "=2" for row in hostile.coded)
    assert score["missing"] == sum(row.score is None for row in hostile.coded)
    assert NO_ANSWER in {code for row in hostile.coded for code in row.codes}


def test_an_empty_report_runs(empty: Report, run: Callable[[Report, str], list[tuple[str, Table]]]) -> None:
    run(empty, "")
