"""Words of official forms and what they stand for; a list is named wherever it decides."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from coprep.data.label_matching import WORDS, bare
from coprep.data.labels import fold, is_unknown
from coprep.data.ready_crosswalks import ASIAN, BLACK, MIXED, OTHER, WHITE

UNKNOWN_LIST = "unknown"
_DECLINED = frozenset(
    {"prefer not to say", "i prefer not to say", "id prefer not to say", "prefer not to answer"}
    | {
        "rather not say",
        "i d rather not say",
        "not sure",
        "dont know",
        "do not know",
        "not disclosed",
    }
    | {"declined", "decline to state", "decline to answer", "do not wish to answer"}
    | {"no answer", "not stated", "not provided", "undisclosed", "not applicable", "unsure"}
    | {"prefer not to disclose", "do not wish to say", "i do not wish to say", "keine angabe"}
    | {"dont want to say", "rather not answer", "prefer not to state"}
)
# The questions of the census forms of 2021 in England, and of forms that copy them.
_CENSUS_2021: Mapping[str, frozenset[str]] = {
    ASIAN: frozenset(
        {"asian or asian british", "asian/asian british", "asian, asian british or asian welsh"}
        | {"asian", "asian british", "asian, asian british", "asian / asian british"}
    ),
    BLACK: frozenset(
        {"black, black british, caribbean or african", "black or black british"}
        | {"black, african, caribbean or black british", "black/african/caribbean/black british"}
        | {"black, black british, black welsh, caribbean or african", "black", "black british"}
        | {"black, black british", "black african, caribbean or black british"}
    ),
    MIXED: frozenset(
        {"mixed or multiple ethnic groups", "mixed/multiple ethnic groups", "mixed"}
        | {"mixed or multiple ethnic group", "mixed / multiple ethnic groups", "mixed heritage"}
        | {"mixed/multiple ethnic group", "mixed or multiple"}
    ),
    WHITE: frozenset({"white", "white british or other white"}),
    OTHER: frozenset({"other ethnic group", "any other ethnic group", "another ethnic group"}),
}
# The detailed answers of that form, and of forms with the harmonised list that came before it.
_DETAILED: Mapping[str, frozenset[str]] = {
    WHITE: frozenset(
        {"english, welsh, scottish, northern irish or british", "white british", "white irish"}
        | {"english/welsh/scottish/northern irish/british", "gypsy or irish traveller", "roma"}
        | {"any other white background", "white other", "other white", "white english"}
        | {"british, english, welsh, northern irish or scottish", "irish traveller"}
    ),
    MIXED: frozenset(
        {"white and black caribbean", "white and black african", "white and asian"}
        | {"any other mixed or multiple background", "any other mixed/multiple ethnic background"}
        | {"any other mixed background", "other mixed", "mixed white and asian"}
        | {"mixed white and black caribbean", "mixed white and black african", "mixed other"}
    ),
    ASIAN: frozenset(
        {"indian", "pakistani", "bangladeshi", "chinese", "any other asian background"}
        | {"other asian", "asian other", "british indian", "british pakistani", "asian indian"}
        | {"british bangladeshi", "british asian", "asian pakistani", "asian bangladeshi"}
    ),
    BLACK: frozenset(
        {"african", "caribbean", "black african", "black caribbean", "other black", "black other"}
        | {"any other black, black british or caribbean background", "any other black background"}
        | {"any other black/african/caribbean background", "black british african"}
    ),
    OTHER: frozenset({"arab"}),
}
_PARENT = re.compile(r"(.+?)\s*(?:\s[-–—]\s|:\s)\s*(.+)")
CENSUS_LIST = "Census 2021, England"
_GROUP = {bare(word): bare(group) for group, words in _CENSUS_2021.items() for word in words}
_GROUP |= {bare(group): bare(group) for group in _CENSUS_2021}
_GROUP |= {bare(word): bare(group) for group, words in _DETAILED.items() for word in words}
_PLAIN = frozenset(fold(word) for words in WORDS.values() for word in words)


def is_declined(word: str) -> bool:
    """Whether a word says that somebody will not, or cannot, say.

    >>> is_declined("I'd rather not say"), is_declined("None")
    (True, False)
    """
    return is_unknown(word) or bare(word).replace("'", "") in _DECLINED


def by_list(word: str, groups: Sequence[str]) -> str | None:
    """The one group of the census that a word of its form stands for.

    >>> by_list("Black or Black British", [BLACK, WHITE]) == BLACK
    True
    """
    meant = _meant(word)
    alike = [group for group in groups if meant is not None and _GROUP.get(bare(group)) == meant]
    return alike[0] if len(alike) == 1 else None


def _meant(word: str) -> str | None:
    """The group of a word of the form, or of a parent and its part, such as "White - Irish"."""
    found = _GROUP.get(bare(word))
    parts = _PARENT.fullmatch(word)
    if found is not None or parts is None:
        return found
    part = _GROUP.get(bare(parts[2]))
    parent = _GROUP.get(bare(parts[1]))
    is_other = bare(parts[2]).startswith(("any other", "other"))
    return parent if parent is not None and (part == parent or is_other) else None


def in_a_list(word: str) -> bool:
    """Whether a word stands in a list, so that it tells of nobody."""
    return is_declined(word) or _meant(word) is not None or fold(word) in _PLAIN


def words_of_lists() -> tuple[str, ...]:
    """All words of the lists, for cells in which several are joined."""
    return tuple(word for words in _CENSUS_2021.values() for word in words) + tuple(_CENSUS_2021)
