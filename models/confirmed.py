"""What a study has learned from people: its confirmed phrases with their vectors, and the codes they carry."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.codebook import Codebook
from models.coding import PhraseState
from models.encoder.load import Encoder
from models.encoder.space import Vectors
from models.planning import Phrase
from models.store import vectors
from models.store.database import Transaction
from models.suggest import Coded
from models.text import text_key


@dataclass(frozen=True)
class Confirmed:
    """The confirmed phrases of a code frame.

    Attributes
    ----------
    keys : sequence of n str
        Text keys of the different phrases, in the order of `coded.vectors`.
    coded : Coded
    """

    keys: Sequence[str]
    coded: Coded

    def carry_a_frame(self, asked: Collection[str], fewest: int) -> bool:
        """Tell whether new phrases can be judged against the codes.

        That takes two codes with phrases, so many phrases as can be grouped at all, and that most of those people were
        asked about are confirmed: else a code that nobody has come to yet would look like a new theme.

        Parameters
        ----------
        asked : collection of str
            Text keys of the phrases that were proposed or asked about.
        """
        used = int(self.coded.carries.any(axis=0).sum())
        return used > 1 and len(self.keys) >= fewest and 2 * len(self.keys) >= len(asked)


def read_confirmed(
    tx: Transaction,
    encoder: Encoder,
    codebook: Codebook,
    phrases: Mapping[str, Phrase],
    states: Mapping[str, PhraseState],
    also: Sequence[str] = (),
) -> tuple[Confirmed, Vectors]:
    """Read what is confirmed, and the centred vectors of further texts by their keys, shape (len(also), d).

    Fixed codes and non-answers are left out. The vectors of all texts and names must have been remembered.
    """
    codes = [code for code in codebook.active() if not code.fixed]
    place = {code.code_id: at for at, code in enumerate(codes)}
    carried: dict[str, set[int]] = defaultdict(set)
    for phrase_id, state in states.items():
        held = {place[code] for code in state.codes if code in place}
        if held and not phrases[phrase_id].non_answer:
            carried[phrases[phrase_id].text_key] |= held
    keys = sorted(carried)
    carries = np.zeros((len(keys), len(codes)), bool)
    for at, key in enumerate(keys):
        carries[at, sorted(carried[key])] = True
    named, told = [text_key(code.name) for code in codes], [text_key(code.definition) for code in codes]
    of = list(dict.fromkeys([*named, *filter(None, told), *keys, *also]))
    vector = dict(zip(of, vectors.read_centred(tx, encoder, of), strict=True))
    nothing = np.zeros(sum(encoder.blocks), np.float32)

    def stacked(wanted: Iterable[str]) -> Vectors:
        return np.array([vector.get(key, nothing) for key in wanted], np.float32).reshape(-1, len(nothing))

    coded = Coded(list(place), stacked(named), stacked(keys), carries, stacked(told))
    return Confirmed(keys, coded), stacked(also)
