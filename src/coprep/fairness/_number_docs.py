"""Knows what a function of scores or numbers says of itself: keywords, formula and its source, and an example."""

from __future__ import annotations

from collections.abc import Mapping

from coprep.fairness._contrast import Form
from coprep.fairness._docs import COMPARED, DWORK

__all__ = ["NUMBERS", "SCORES", "documented"]

_AGARWAL = (
    "Agarwal, A., Dudík, M. & Wu, Z. (2019). Fair regression: quantitative definitions and reduction-based\n"
    "    algorithms. ICML."
)
_BRIER = "Brier, G. W. (1950). Verification of forecasts expressed in terms of probability. Monthly Weather Review 78, 1-3."
_DAWID = "Dawid, A. P. (1982). The well-calibrated Bayesian. JASA 77, 605-610."
_DELONG = (
    "DeLong, E., DeLong, D. & Clarke-Pearson, D. (1988). Comparing the areas under two or more correlated receiver\n"
    "    operating characteristic curves: a nonparametric approach. Biometrics 44, 837-845."
)
_GOOD = "Good, I. J. (1952). Rational decisions. Journal of the Royal Statistical Society B 14, 107-114."
_NAEINI = (
    "Naeini, M., Cooper, G. & Hauskrecht, M. (2015). Obtaining well calibrated probabilities using Bayesian binning.\n"
    "    AAAI."
)
_WRIGHT = (
    "Wright, S. (1921). Correlation and causation. Journal of Agricultural Research 20, 557-585."
)

_FORMULAS: Mapping[str, tuple[str, str]] = {
    "roc_auc_score": ("``P(score of a positive > score of a negative)`` inside a group; ties count one half.", _DELONG),
    "brier_score": ("``mean((y_score - y_true)**2)``.", _BRIER),
    "log_loss": ("``-mean(log(probability given to what happened))``, in nats.", _GOOD),
    "mean_score": ("``mean(y_score)``.", DWORK),
    "calibration_in_the_large": ("``mean(y_true - y_score)``.", _DAWID),
    "expected_calibration_error": (
        "``sum over bins of n_b / n * |share of positives - mean score|``; ten bins of equal width. Above 0 by chance\n"
        "    alone: ``noise_floor``, of groups, is the mean over shuffles of their labels among rows of one bin.",
        _NAEINI,
    ),
    "mean_error": ("``mean(y_pred - y_true)``: errors of opposite signs cancel.", _AGARWAL),
    "mean_absolute_error": ("``mean(|y_pred - y_true|)``.", _AGARWAL),
    "mean_squared_error": ("``mean((y_pred - y_true)**2)``.", _AGARWAL),
    "root_mean_squared_error": ("``sqrt(mean((y_pred - y_true)**2))``.", _AGARWAL),
    "r2_score": ("``1 - sum((y_pred - y_true)**2) / sum((y_true - mean of the group)**2)``.", _WRIGHT),
}  # fmt: skip
"""The formula of each number, and where it was proposed."""


def documented(name: str, form: Form, question: str, first: str, shown: str) -> str:
    """The docstring of a function; ``first`` says what it takes, ``shown`` is what it gives for the example."""
    formula, source = _FORMULAS[name.removesuffix(f"_{form}")]
    example = (_SCORED if first is SCORES else _PREDICTED).format(name=name, shown=shown)
    return (
        f"{question}\n\n    Parameters\n    ----------\n{first}{_COMMON}{_RETURNS}"
        f"\n    Notes\n    -----\n    {formula}\n    {COMPARED[form]}\n"
        f"\n    References\n    ----------\n    {source}\n{example}"
    )


_SCORED = """
    Examples
    --------
    >>> from coprep import fairness
    >>> y_true = [1, 1, 0, 0, 1, 0, 0, 0]
    >>> y_score = [0.9, 0.6, 0.7, 0.2, 0.3, 0.8, 0.1, 0.4]
    >>> group = list("aaaabbbb")
    >>> round(fairness.{name}(y_true, y_score, sensitive_features=group), 3)
    {shown}
    """
_PREDICTED = """
    Examples
    --------
    >>> from coprep import fairness
    >>> y_true = [1, 2, 3, 6, 2, 4, 6, 8]
    >>> y_pred = [2, 2, 5, 5, 0, 5, 8, 5]
    >>> group = list("aaaabbbb")
    >>> round(fairness.{name}(y_true, y_pred, sensitive_features=group), 3)
    {shown}
    """
SCORES = """    y_true : array-like of shape (n,)
        Labels: bool, 0/1, or anything with ``pos_label``.
    y_score, y_pred : array-like of shape (n,)
        Scores or probabilities, by either name.
    pos_label : label, optional
        The value that counts as positive.
"""
NUMBERS = """    y_true, y_pred : array-like of shape (n,)
        Numeric outcomes and predictions.
"""
_COMMON = """    sensitive_features : array-like, data frame, mapping or 2-D array
        The groups; several columns are crossed.
    method : {"between_groups", "to_overall", "to_reference"}
        What each group is compared with: one another, everybody, one group.
    reference : label, optional
        The group to compare with; the answer is then signed, or a directed ratio.
    sample_weight : array-like of shape (n,), optional
        Weights from 0.
    missing : {"raise", "drop", "category"}
        What to do with missing values; "category" makes missing groups a group.
    undefined : {"strict", "skip"}
        Whether a group without a defined number makes the answer nan, or is left out and listed.
    confidence : float
        Level of the interval.
"""
_RETURNS = """
    Returns
    -------
    GroupedNumber
        A float with ``low``, ``high``, ``by_group``, ``groups``, ``n``, ``noise_floor``, ``undefined`` and
        ``no_limits``.

    Raises
    ------
    InputError
        Where columns do not fit together, values are missing, or labels or numbers are not understood.
"""
