"""Find what groups may like in ideas besides whose they are, so that it can be taken out.

A group may be found on the side of its own ideas though it prefers nobody: because it likes a
topic, was there in the weeks or at the session in which its ideas were put, tells good from bad
ideas better or worse than others, or lives nearby. What was recorded is taken as it is. What was
not shows in that people of one and the same group differ along the same lines: a preference that
all of a group share does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coprep.metrics._streams import stream

if TYPE_CHECKING:
    from coprep.ideas._votes.premium import Residuals
    from coprep.ideas._votes.shared_preference import SharedPreference
    from coprep.metrics._checks import Floats, Ints

MOST_TASTES = 1_000
"""More groups times columns than this are not taken out."""

_MOST_LEVELS = 12
_MOST_LINES = 4
_MOST_IDEAS = 3_000
_MOST_CELLS = 4_000_000
_SHUFFLES = 9
_ROUNDING = 1e-9
_RELIABLE = 0.2
_APART = 4.0  # how many times what chance gives groups' means must vary to be told apart


@dataclass(frozen=True, slots=True, eq=False)
class Tastes:
    """Columns of what ideas differ in, (ideas, columns), and what they are in words."""

    columns: Floats
    names: tuple[str, ...]
    # standard error of the part that is taken out for good ideas, relative to it: how reliably
    # ideas are measured is itself only estimated
    doubt: float = 0.0

    @property
    def said(self) -> str:
        """What is taken out, in words."""
        if not self.names:
            return "with errors by person and idea"
        every = ", ".join(self.names[:-1])
        named = f"{every} and {self.names[-1]}" if every else self.names[-1]
        return f"with each group's liking for {named} taken out"


def indicators(codes: Ints, *, most: int | None = None) -> Floats:
    """A column a value of a context; where there are more than ``most`` the rarest are one."""
    kinds, place, many = np.unique(codes, return_inverse=True, return_counts=True)
    order = np.lexsort((kinds, -many))
    rank = np.empty(len(kinds), dtype=np.intp)
    rank[order] = np.arange(len(kinds))
    level = rank[place.reshape(-1)]
    if most is not None:
        level = np.minimum(level, most - 1)
    return np.eye(int(level.max()) + 1)[level]


def tastes_of(
    cells: Residuals,
    codes: Ints,
    member: Floats,
    quality: Floats,
    contexts: Mapping[str, Ints],
    *,
    seed: int,
    asked: Floats | None = None,
) -> Tastes:
    """What can be taken out here: quality, contexts recorded, and lines along which people differ.

    ``asked`` are columns that are taken out anyway.
    """
    groups = int(codes.max()) + 1
    information = np.bincount(cells.idea, cells.weight, minlength=cells.ideas)
    spread = float((cells.residual**2).sum() / max(float(cells.weight.sum()), 1e-300))
    error = spread / np.maximum(information, 1e-300)
    good = calibrated(np.nan_to_num(quality), member, error)
    found = [("good ideas", good[:, None])] if np.ptp(good) > _ROUNDING else []
    found += [
        (_NOUNS[name], indicators(held, most=_MOST_LEVELS)) for name, held in contexts.items()
    ]
    lines = lines_of(cells, codes, member, seed)
    if lines.shape[1]:
        found.append(("whatever people of one group differ in", lines))
    room = MOST_TASTES // max(groups, 1)
    columns = [] if asked is None else [asked]
    names = []
    for name, held in found:
        if sum(part.shape[1] for part in columns) + held.shape[1] <= room:
            columns.append(held)
            names.append(name)
    many = np.concatenate(columns, axis=1) if columns else np.zeros((cells.ideas, 0))
    return Tastes(many, tuple(names), _doubt(np.nan_to_num(quality), member, error))


def _doubt(x: Floats, member: Floats, error: Floats) -> float:
    """How far off, relatively, the reliability of a measure may be, taken generously.

    A variance among n ideas is known to within its root of 2 / n, and the less reliable the
    measure, the more that moves what is taken out.
    """
    spread, real, _ = _variances(x, member, error)
    part = real / spread if spread > 0 else 0.0
    if part <= 0:
        return 0.0
    return float(2.0 * np.sqrt(2.0 / len(x)) * (1.0 - part) / part)


def _variances(x: Floats, member: Floats, error: Floats) -> tuple[float, float, Floats]:
    """Variance within groups' ideas, the part of it that is no error, and groups' means."""
    design = np.column_stack([np.ones(len(x)), member])
    usual = design @ np.linalg.lstsq(design, x, rcond=None)[0]
    spread = float(np.mean((x - usual) ** 2))
    real = max(spread - float(np.mean(np.minimum(error, spread))), 0.0)
    return spread, real, np.asarray(usual)


def calibrated(x: Floats, member: Floats, error: Floats, *, reliable: float = _RELIABLE) -> Floats:
    """What ideas are expected to have of something measured with error, given whose they are.

    A noisy measure taken out as it stands leaves some of what it measures behind, and if groups'
    ideas differ in it that reads as a preference. The expectation leaves nothing behind. Where
    groups' ideas do not measurably differ in it, and less than ``reliable`` of what varies is no
    error, only how ideas of one group differ is kept: means of groups would then be noise that
    looks like whose an idea is.
    """
    spread, real, usual = _variances(x, member, error)
    rank = int(np.linalg.matrix_rank(np.column_stack([np.ones(len(x)), member])))
    left = max(len(x) - rank, 1)
    apart = float(np.sum((usual - x.mean()) ** 2)) / max(rank - 1, 1)
    told_apart = apart > _APART * spread * len(x) / left or real > reliable * spread
    means = usual if told_apart else np.full(len(x), x.mean())
    return np.asarray(means + real / (real + error + 1e-300) * (x - usual))


_NOUNS = {
    "topic": "topics",
    "stage": "stages",
    "session": "sessions",
    "week": "weeks",
    "language": "languages",
    "area": "areas",
}


def lines_of(cells: Residuals, codes: Ints, member: Floats, seed: int) -> Floats:
    """Lines along which people of one group differ in what they like, (ideas, lines).

    Principal directions of residuals less each group's mean of the idea, of more weight than any
    has when the signs of all residuals are drawn at random.
    """
    people = cells.people
    ideas = cells.ideas
    if not 3 <= ideas <= _MOST_IDEAS:
        return np.zeros((ideas, 0))
    step = max(1, -(-people * ideas // _MOST_CELLS))
    kept = cells.person % step == 0
    table = np.zeros((-(-people // step), ideas))
    table[cells.person[kept] // step, cells.idea[kept]] = _less_group_means(cells, codes)[kept]
    sizes, vectors = np.linalg.eigh(table.T @ table)
    generator = stream(seed, "lines along which people differ")
    chance = 0.0
    for _ in range(_SHUFFLES):
        flipped = table * generator.choice((-1.0, 1.0), size=table.shape)
        chance = max(chance, float(np.linalg.eigvalsh(flipped.T @ flipped)[-1]))
    many = min(int((sizes > chance).sum()), _MOST_LINES)
    lines = []
    for size, line in zip(sizes[::-1][:many], vectors.T[::-1][:many], strict=True):
        noise = np.full(ideas, chance / size * float(line.var()))
        lines.append(calibrated(line, member, noise, reliable=1.0))
    return np.stack(lines, axis=1) if lines else np.zeros((ideas, 0))


def _less_group_means(cells: Residuals, codes: Ints) -> Floats:
    """Residuals less the mean of the idea in the person's group."""
    place = codes[cells.person] * cells.ideas + cells.idea
    size = (int(codes.max()) + 1) * cells.ideas
    sums = np.bincount(place, cells.residual, minlength=size)
    mean = sums / np.maximum(np.bincount(place, minlength=size), 1)
    return np.asarray(cells.residual - mean[place])


@dataclass(frozen=True, slots=True, eq=False)
class Conditioned:
    """The premium once tastes are taken out: pooled and by group, with p values; nan unknown.

    ``shared`` says what part of the premium nearly all people of a group have, where they follow
    something else.
    """

    said: str
    effect: float
    p_value: float
    group_effect: Floats
    group_p: Floats
    shared: SharedPreference | None


def alike(contexts: Mapping[str, Ints], names: Sequence[str]) -> Floats | None:
    """Indicator columns of the named contexts side by side; None for no name."""
    held = [indicators(contexts[name]) for name in names]
    return np.concatenate(held, axis=1) if held else None
