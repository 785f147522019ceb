"""The codes of a table, and what its lines say of each: target, net, a strategy that was chosen and its reason."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace

from models.codebook import FIXED, Code, Target, new_code_id
from models.coded.found import Fault
from models.coded.joined import name_key, seem_joined
from models.coded.source import CHOICE, Source
from models.errors import RechkiError
from models.phrases import PURPOSE_FRAME, WHY_FRAME
from models.plural import counted
from models.privacy.masking import masked
from models.strategy import Strategy, strategy_named
from models.tables.table import Row
from models.text import text_key

_TOLD = 5
_OF_A_CODE = {"target": "targets", "net": "nets", "strategy": "strategies", "strategy_reason": "reasons"}
_TARGETS: Mapping[str, Target] = {
    **dict.fromkeys(("yes", "y", "true", "1", "да", "целевой", "целевая", "целевое", "target"), Target.YES),
    **dict.fromkeys(("no", "n", "false", "0", "нет", "нецелевой", "нецелевая", "нецелевое", "не целевой"), Target.NO),
    **dict.fromkeys(("undecided", "?", "не решено", "еще не решено", "не решили", "пока не решено"), Target.UNDECIDED),
}


class Codes:
    """The codes that lines name, in the order they first appear, and what lines say of those of purposes."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._known = {name_key(code.name): code for code in FIXED}
        self._known_whys = dict(self._known)
        self._rows: dict[tuple[str, str], list[int]] = defaultdict(list)  # (kind of column, code's name) to its lines
        self._said: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)  # (target or net, word) to its line

    def code(self, row: Row, name: str, kind: str) -> Code:
        """Return the code of a name in the column `code` or `why_code`; another spelling is noted."""
        key = name_key(name)
        known, frame = (self._known, PURPOSE_FRAME) if kind == "code" else (self._known_whys, WHY_FRAME)
        code = known.setdefault(key, Code(new_code_id("", frame, "outside", key), name))
        self._rows[kind, code.name].append(row.number)
        if code.name != name and not code.fixed:
            detail = f"«{name}», read as «{code.name}»"
            self._source.note(row.number, self._source.columns[kind], Fault.SPELLING, detail)
        return code

    def note_about(self, row: Row, codes: list[Code]) -> None:
        """Keep what the line says of its codes: one word for all of them, or one for each, joined like the codes.

        Raises
        ------
        RechkiError
            When there are more or fewer words, or one is no target or strategy.
        """
        for kind in (kind for kind in _OF_A_CODE if kind in self._source.columns):
            words = self._source.words(row, kind)
            if len(words) not in (1, len(codes)):
                what, do = f"{len(words)} words for {len(codes)} codes", "Write one word, or one a code."
                raise self._source.wrong(row, kind, what, do)
            for code, word in zip(codes, words * len(codes) if len(words) == 1 else words, strict=False):
                if word:
                    self._said[code.code_id].setdefault((kind, self._value(row, kind, word)), row.number)

    def note_joined(self) -> None:
        """Note the codes that look like several, once a code: one line may hold several codes, joined by ``|`` only."""
        gone = {passed.row for passed in self._source.refused}
        taken = {key: kept for key, rows in self._rows.items() if (kept := [row for row in rows if row not in gone])}
        for kind in ("code", "why_code"):
            for name, parts in seem_joined(name for of, name in taken if of == kind).items():
                rows = taken[kind, name]
                detail = f"«{name}» in {counted(len(rows), 'row')}; codes: {', '.join(f'«{part}»' for part in parts)}"
                self._source.note(rows[0], self._source.columns[kind], Fault.JOINED, detail)

    def require_agreement(self) -> None:
        """Refuse the file when it says two things of one code: nobody but its owner can tell which is meant.

        Raises
        ------
        RechkiError
            Then, and when a strategy has no reason or a reason no strategy.
        """
        names = {code.code_id: code.name for code in self._known.values()}
        wrong = []
        for code_id, said in self._said.items():
            for kind, several in _OF_A_CODE.items():
                told = [f"{word} in row {line}" for (about, word), line in said.items() if about == kind]
                if len(told) > 1:
                    wrong.append(f"«{names[code_id]}» has {len(told)} {several}: {', '.join(told)}")
        if wrong:
            what = "; ".join(wrong[:_TOLD]) + (f"; and {len(wrong) - _TOLD} more" if len(wrong) > _TOLD else "")
            do = "Write the same in every line of a code, or only in one."
            raise RechkiError(what, str(self._source.table.path), do)
        self._require_reasons(names)

    def of_purposes(self, used: Collection[str]) -> tuple[Code, ...]:
        """Return the codes that rows carry, and the fixed ones, with what the table says of them."""
        return tuple(self._described(code) for code in self._known.values() if code.fixed or code.code_id in used)

    def of_reasons(self, used: Collection[str]) -> tuple[Code, ...]:
        """Return the codes of the reasons that rows carry, and the fixed ones; nothing without a column of them."""
        known = self._known_whys.values() if "why_code" in self._source.columns else ()
        return tuple(code for code in known if code.fixed or code.code_id in used)

    def _value(self, row: Row, kind: str, word: str) -> str:
        match kind:
            case "target":
                return self._target(row, word)
            case "strategy":
                return strategy_named(word, self._source.place(row.number, kind))
        return word

    def _target(self, row: Row, word: str) -> str:
        target = _TARGETS.get(text_key(word))
        if target is None:
            do = "Write yes, no or undecided (да, нет, не решено)."
            raise self._source.wrong(row, "target", f"{masked(word)!r} is no target", do)
        return str(target)

    def _require_reasons(self, names: Mapping[str, str]) -> None:
        """A strategy that was chosen comes with its reason, and a reason with its strategy."""
        for code_id, said in self._said.items():
            given = {kind: row for (kind, _), row in said.items() if kind in CHOICE}
            if len(given) == 1:
                ((kind, row),) = given.items()
                (missing,) = set(CHOICE) - {kind}
                what = f"«{names[code_id]}» has a {kind} and no {missing}"
                raise RechkiError(what, self._source.place(row, missing), "Write both, or neither.")

    def _described(self, code: Code) -> Code:
        if code.fixed:
            return code
        said = dict(self._said[code.code_id].keys())
        chosen = said.get("strategy")
        return replace(
            code,
            target=Target(said.get("target", Target.UNDECIDED)),
            net=said.get("net", ""),
            strategy=Strategy(chosen) if chosen else None,
            strategy_reason=said.get("strategy_reason", ""),
        )
