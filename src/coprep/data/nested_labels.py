"""Tell whether one set of groups divides another further, by ages or by names."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from coprep.data.age_bands import Band, band_of


def is_finer(fine: Collection[str], coarse: Collection[str]) -> bool:
    """Whether groups divide those of another coding further, as their bands or names say.

    >>> is_finer({"16-19", "20-24", "25+"}, {"16-24", "25+"})
    True
    >>> is_finer({"White: British", "White: Irish", "Black"}, {"White", "Black"})
    True
    >>> is_finer({"Female", "Male"}, {"16-24", "25+"})
    False
    """
    if len(fine) <= len(coarse):
        return False
    bands = {label: band_of(label) for label in (*fine, *coarse)}
    homes = [[big for big in coarse if _is_within(small, big, bands)] for small in fine]
    return all(homes) and len({big for found in homes for big in found}) == len(coarse)


def _is_within(small: str, big: str, bands: Mapping[str, Band | None]) -> bool:
    """Whether one label is a part of another: a band in a band, or a longer name."""
    if small == big or small.casefold().startswith((f"{big.casefold()}:", f"{big.casefold()} ")):
        return True
    inner = bands[small]
    outer = bands[big]
    return inner is not None and outer is not None and outer.holds(inner)
