"""Words that are distinctive of a group, and agreement between coders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from coprep.errors import InputError
from coprep.metrics._checks import Floats, Ints, choice, codes, number, numbers, share, whole
from coprep.metrics._streams import RNG
from coprep.metrics.inference._permutation import permutation_test

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_CHUNK = 4_000_000


def log_odds_prior(
    counts: ArrayLike,
    others: ArrayLike,
    *,
    prior: ArrayLike | None = None,
    prior_total: float = 500.0,
    variance: Literal["two", "four"] = "two",
) -> tuple[Floats, Floats]:
    """How much more typical is each word of one group than of the other?

    ``log((y1 + a) / (n1 + A - y1 - a)) - log((y2 + a) / (n2 + A - y2 - a))``, divided for z by
    ``sqrt(1 / (y1 + a) + 1 / (y2 + a))``. Words are not independent: a z beyond 1.96 is no evidence
    about the group, `distinctive_words` tests that.
    """
    first = numbers(counts, "counts", "nonnegative")
    second = numbers(others, "others", "nonnegative")
    if first.shape[-1:] != second.shape[-1:]:
        raise InputError.of(
            "counts and others differ in their number of words.", code="length", param="others"
        )
    choice(variance, "variance", ("two", "four"))
    pseudo = _prior(first + second, prior, prior_total)
    delta, error = _log_odds(first, second, pseudo, four=variance == "four")
    with np.errstate(divide="ignore", invalid="ignore"):
        return delta, np.asarray(delta / error)


def _prior(pooled: Floats, prior: ArrayLike | None, prior_total: float) -> Floats:
    if prior is not None:
        given = numbers(prior, "prior", "nonnegative", ndim=(0, 1))
        if given.ndim and given.shape != pooled.shape[-1:]:
            raise InputError.of("prior needs one number a word.", code="length", param="prior")
        return given
    with np.errstate(invalid="ignore"):
        total = number(prior_total, "prior_total", low=0.0)
        return np.asarray(pooled * (total / pooled.sum(axis=-1, keepdims=True)))


def _log_odds(
    first: Floats, second: Floats, pseudo: Floats, *, four: bool = False
) -> tuple[Floats, Floats]:
    words = first.shape[-1]
    size = np.broadcast_to(pseudo, (*pseudo.shape[:-1], words)).sum(axis=-1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        a = first + pseudo
        b = second + pseudo
        rest_a = first.sum(-1, keepdims=True) + size - a
        rest_b = second.sum(-1, keepdims=True) + size - b
        delta = np.log(a / rest_a) - np.log(b / rest_b)
        terms = 1.0 / a + 1.0 / b
        if four:
            terms = terms + 1.0 / rest_a + 1.0 / rest_b
        return delta, np.asarray(np.sqrt(terms))


@dataclass(frozen=True, slots=True, eq=False)
class DistinctiveWords:
    """Words of each group against those of everybody else, tested by relabelling authors.

    Attributes
    ----------
    log_odds, z : arrays of shape (groups, words)
        Above 0: more typical of the group. Nan for a word that was left out.
    p_value : array of shape (groups, words)
        Two-sided, for a word looked at alone.
    p_adjusted : array of shape (groups, words)
        The chance that any word of any group would reach this z if groups did not matter.
    uses : array of shape (groups, words)
        Times each group used each word.
    authors : array of shape (words,)
        How many authors used it.
    largest_author_share : array of shape (words,)
        Share of its uses that are one author's.
    draws : int
        Number of relabellings.
    exact : bool
        Whether all were enumerated.
    largest : array of shape (draws,)
        The largest absolute z of each relabelling: its 95% quantile times an error makes intervals
        that hold for all words at once.
    """

    log_odds: Floats
    z: Floats
    p_value: Floats
    p_adjusted: Floats
    uses: Floats
    authors: Ints
    largest_author_share: Floats
    draws: int
    exact: bool
    largest: Floats


def distinctive_words(
    author: ArrayLike,
    word: ArrayLike,
    uses: ArrayLike,
    groups: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    topics: ArrayLike | None = None,
    size: int | None = None,
    prior: float | None = None,
    prior_total: float = 500.0,
    min_authors: int = 3,
    draws: int = 999,
    max_exact: int = 20_000,
    rng: RNG = None,
) -> DistinctiveWords:
    """Which words belong to a group, and not merely to its loudest author?

    Parameters
    ----------
    author, word, uses : arrays of shape (n,)
        Triples: this author used this word so many times. Authors and words are coded from 0.
    groups : array of int of shape (authors,)
        Group of each author, coded from 0; author 0 is the first item.
    strata : array of int of shape (authors,), optional
        Authors exchange groups within these only, such as the topic they wrote most on.
    topics : array of int of shape (n,), optional
        The topic each triple stands in. The log odds that topics alone would give are then taken
        off.
    size : int, optional
        Number of groups when the last may be empty.
    prior : float, optional
        The same pseudo-count for each word; None takes them proportional to the pooled counts.
    prior_total : float
        Sum of proportional pseudo-counts.
    min_authors : int
        Words used by fewer authors are left out before anything is computed.
    draws, max_exact : int
        Random relabellings, unless there are at most ``max_exact`` in all.
    rng : int, numpy Generator or None
        Seed or generator.

    Returns
    -------
    DistinctiveWords

    Raises
    ------
    InputError
        For triples of different lengths, authors without a group, negative uses, and unusable
        options.

    Notes
    -----
    z of `log_odds_prior`, each group against the rest; the adjusted p value compares each with the
    largest absolute z of all words and groups under relabelling of authors. With topics, a group is
    expected to use each word as often as everybody does on the topics it wrote on; the log odds of
    what is expected, with the same prior, are subtracted. Authors who write on several topics
    cannot be exchanged within one alone: without this, groups that prefer different topics seem to
    prefer their words.

    References
    ----------
    Monroe, B. L., Colaresi, M. P. & Quinn, K. M. (2008). Fightin' words. Political Analysis 16(4),
    372-403.
    Westfall, P. & Young, S. (1993). Resampling-Based Multiple Testing. Wiley.

    Examples
    --------
    >>> found = distinctive_words([0, 1, 2, 3], [0, 0, 1, 1], [2, 2, 2, 2], [0, 0, 1, 1], min_authors=1)
    >>> found.exact, float(found.p_adjusted[0, 0].round(4))
    (True, 0.3333)
    """
    who = codes(author, "author")
    what = codes(word, "word")
    often = numbers(uses, "uses", "nonnegative", ndim=1)
    label = codes(groups, "groups", size=size)
    if len({len(who), len(what), len(often)}) > 1 or (len(who) and who.max() >= len(label)):
        raise InputError.of(
            "author, word and uses need one length, and groups one item for each author.",
            code="length",
            param="author",
        )
    matrix, authors, largest = _used(who, what, often, len(label))
    kept = np.flatnonzero(authors >= whole(min_authors, "min_authors", low=1))
    count = size if size is not None else int(label.max()) + 1
    shape = (count, len(authors))
    if not len(kept):
        nothing = np.full(shape, np.nan)
        return DistinctiveWords(
            nothing,
            nothing,
            nothing,
            nothing,
            _by_group(matrix, label, count),
            authors,
            largest,
            0,
            True,
            np.zeros(0),
        )
    pooled = np.asarray(matrix[kept].sum(axis=1)).ravel()
    expected = (
        None if topics is None else _Expected.of(who, what, often, topics, kept, authors=len(label))
    )
    compared = _Compared(matrix[kept], pooled, _prior(pooled, prior, prior_total), expected, count)
    test = permutation_test(
        compared.z_values,
        label,
        strata=strata,
        centre=0.0,
        standardise=False,
        draws=draws,
        max_exact=max_exact,
        rng=rng,
        chunk=max(1, _CHUNK // (count * max(len(kept), len(label)))),
    )
    log_odds = compared.log_odds_and_z(label[None, :])[0][0]

    def placed(values: Any) -> Floats:
        full = np.full(shape, np.nan)
        full[:, kept] = np.asarray(values).reshape(count, -1)
        return full

    return DistinctiveWords(
        log_odds=placed(log_odds),
        z=placed(test.statistic),
        p_value=placed(test.p_value),
        p_adjusted=placed(test.p_adjusted),
        uses=_by_group(matrix, label, count),
        authors=authors,
        largest_author_share=largest,
        draws=test.draws,
        exact=test.exact,
        largest=np.zeros(0) if test.largest is None else test.largest,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Compared:
    """Words by authors, their uses and pseudo-counts, and what topics alone would give: each group
    against the rest.
    """

    matrix: Any
    pooled: Floats
    pseudo: Floats
    expected: _Expected | None
    count: int

    def log_odds_and_z(self, rows: Ints) -> tuple[Floats, Floats]:
        """Log odds and z of each word for each group, over what topics alone would give; a row a
        labelling.
        """
        counted = _by_group_many(self.matrix, rows, self.count)
        log_odds, error = _log_odds(counted, self.pooled - counted, self.pseudo)
        if self.expected is not None:
            alone = self.expected.by_group(rows, self.count)
            log_odds = (
                log_odds - _log_odds(alone, np.maximum(self.pooled - alone, 0.0), self.pseudo)[0]
            )
        with np.errstate(divide="ignore", invalid="ignore"):
            return log_odds, log_odds / error

    def z_values(self, rows: Ints) -> Floats:
        """The z of every group and word, side by side; a row a labelling."""
        return self.log_odds_and_z(rows)[1].reshape(len(rows), -1)


@dataclass(frozen=True, slots=True, eq=False)
class _Expected:
    """How often everybody uses each word on each topic, and how much each author wrote on which."""

    rate: Any
    written: Any

    @classmethod
    def of(
        cls, who: Ints, what: Ints, often: Floats, topics: ArrayLike, kept: Ints, *, authors: int
    ) -> _Expected:
        from scipy.sparse import coo_matrix, diags_array

        topic = codes(topics, "topics", n=len(who))
        place = np.full(int(what.max(initial=-1)) + 1, -1, dtype=np.intp)
        place[kept] = np.arange(len(kept))
        rows = place[what] >= 0
        word = place[what[rows]]
        on = topic[rows]
        uses = often[rows]
        many = int(topic.max(initial=-1)) + 1
        written = coo_matrix((uses, (on, who[rows])), shape=(many, authors)).tocsr()
        total = np.asarray(written.sum(axis=1)).ravel()
        used = coo_matrix((uses, (word, on)), shape=(len(kept), many)).tocsr()
        return cls(
            used @ diags_array(np.divide(1.0, total, out=np.zeros(many), where=total > 0)), written
        )

    def by_group(self, rows: Ints, count: int) -> Floats:
        """Uses of each word that the topics of each group's authors would give: (rows, groups,
        words).
        """
        inside = [self.written @ (rows == g).astype(float).T for g in range(count)]
        return np.stack([np.asarray(self.rate @ part).T for part in inside], axis=1)


def _used(who: Ints, what: Ints, often: Floats, authors: int) -> tuple[Any, Ints, Floats]:
    """Words by authors as a sparse matrix, authors of each word, and its largest author's share."""
    from scipy.sparse import coo_matrix

    words = int(what.max(initial=-1)) + 1
    matrix = coo_matrix((often, (what, who)), shape=(words, authors)).tocsr()
    matrix.eliminate_zeros()
    used = np.asarray(np.diff(matrix.indptr), dtype=np.intp)
    total = np.asarray(matrix.sum(axis=1)).ravel()
    most = np.asarray(matrix.max(axis=1).todense()).ravel() if words else total
    return matrix, used, np.divide(most, total, out=np.full(words, np.nan), where=total > 0)


def _by_group(matrix: Any, label: Ints, count: int) -> Floats:
    """Uses of each word by each group."""
    return np.asarray(_by_group_many(matrix, label[None, :], count)[0])


def _by_group_many(matrix: Any, rows: Ints, count: int) -> Floats:
    """The same for many relabellings at once, of shape (rows, groups, words)."""
    return np.stack(
        [np.asarray(matrix @ (rows == g).astype(float).T).T for g in range(count)], axis=1
    )


def _rates(sums: Floats) -> tuple[Floats, Floats]:
    """Rates by group and their distance from everybody else's; sums of shape (draws, groups, 1 +
    terms).
    """
    rest = sums.sum(axis=1, keepdims=True) - sums
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = 100.0 * sums[..., 1:] / sums[..., :1]
        return rate, rate - 100.0 * rest[..., 1:] / rest[..., :1]


def _band(drawn: Floats, confidence: float) -> tuple[Floats, Floats]:
    tail = (1.0 - share(confidence, "confidence")) / 2.0
    low, high = np.quantile(drawn, [tail, 1.0 - tail], axis=0)
    return low, high


def krippendorff_alpha(ratings: ArrayLike) -> float:
    """Do coders agree beyond chance? Krippendorff's alpha for labels.

    Parameters
    ----------
    ratings : array of shape (units, coders)
        Codes of labels; nan where a coder did not code a unit.

    Returns
    -------
    float
        1 for full agreement, 0 for chance, below 0 for worse; nan when all labels are the same.

    Raises
    ------
    InputError
        For ratings that are not a table.

    Notes
    -----
    ``1 - observed / expected disagreement`` over the pairs of labels within units that two or more
    coders coded.

    References
    ----------
    Krippendorff, K. (2004). Content analysis: an introduction to its methodology, 2nd ed., chapter
    11. Sage.

    Examples
    --------
    >>> round(krippendorff_alpha([[0, 0], [1, 1], [0, 1], [0, 0]]), 4)
    0.5333
    """
    table = numbers(ratings, "ratings", "any", ndim=2)
    labels = np.unique(table[~np.isnan(table)])
    counts = (table[:, :, None] == labels).sum(axis=1).astype(float)
    counts = counts[counts.sum(axis=1) >= 2]
    coders = counts.sum(axis=1)
    total = counts.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        agreeing = ((counts * (counts - 1)).sum(axis=1) / (coders - 1)).sum()
        overall = counts.sum(axis=0)
        expected = (overall * (overall - 1)).sum() / (total - 1)
        return float(1.0 - np.float64(total - agreeing) / np.float64(total - expected))
