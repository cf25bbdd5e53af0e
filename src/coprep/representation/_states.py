"""How a group stands: what its sentences, its next step and the headline go by."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """What can be said of a group; finer than its verdict, which follows from it."""

    FLAGGED = "flagged"
    OTHER_SIDE = "other_side"  # of a pair of which the other group says all there is to say
    IN_LINE = "in_line"
    DIFFERS_IN_BAND = "differs_in_band"  # beyond chance, and shown to be too little to matter
    DIFFERS = "differs"  # beyond chance; whether by enough to matter is open
    TURNED_BY_UNKNOWN = "turned_by_unknown"  # people of unknown group could take the verdict away
    RESTS_ON_ONE = "rests_on_one"  # one person fewer would take the verdict away
    RESTS_ON_FEW = "rests_on_few"  # a few heavy weights carry the group, or all others
    FEW_CLUSTERS = "few_clusters"  # too few households, schools or meetings to know their spread
    NEAREST = "nearest"  # as near to its share as whole people allow; too few to show more
    CANNOT_TELL = "cannot_tell"
    AIMED = "aimed"  # held against a quota or a target
    NOT_COMPARED = "not_compared"

    @property
    def is_unclear(self) -> bool:
        """Whether there are too few people to tell anything."""
        return self in (
            State.NEAREST,
            State.CANNOT_TELL,
            State.RESTS_ON_ONE,
            State.RESTS_ON_FEW,
            State.FEW_CLUSTERS,
        )

    @classmethod
    def of(cls, *, in_line: bool, differs: bool, nearest: bool) -> State:
        """The state of a group without a flag, where nothing but its own numbers decides."""
        if in_line and differs:
            return cls.DIFFERS_IN_BAND
        if in_line:
            return cls.IN_LINE
        if differs:
            return cls.DIFFERS
        if nearest:
            return cls.NEAREST
        return cls.CANNOT_TELL
