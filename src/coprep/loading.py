"""Bring back a saved result as the kind that was written."""

from __future__ import annotations

import importlib
from typing import Any

from coprep.results import Result, data_of

__all__ = ["from_json"]

MODULES = {
    "audit": "coprep.auditing.result",
    "fairness.abroca": "coprep.fairness.abroca",
    "fairness.adverse_impact": "coprep.fairness.adverse_impact",
    "fairness.calibration": "coprep.fairness.calibration",
    "fairness.group_metrics": "coprep.fairness.group_metrics",
    "fairness.grouped": "coprep.fairness.metric",
    "fairness.inequality": "coprep.fairness.inequality",
    "fairness.metric": "coprep.fairness.metric",
    "fairness.ranking": "coprep.fairness.ranking",
    "fairness.stratified_effect": "coprep.fairness.stratified_effect",
    "fairness.subgroups": "coprep.fairness.worst_subgroup",
    "gallery": "coprep.auditing.gallery",
    "ideas.adoption": "coprep.ideas.adoption",
    "ideas.agenda": "coprep.ideas.agenda",
    "ideas.attendance": "coprep.ideas.attendance",
    "ideas.author_scores": "coprep.ideas.author_scores",
    "ideas.blocs": "coprep.ideas.blocs",
    "ideas.calibration": "coprep.ideas.calibrate",
    "ideas.consensus": "coprep.ideas.consensus",
    "ideas.dominance": "coprep.ideas.dominance",
    "ideas.experience": "coprep.ideas.experience",
    "ideas.framing": "coprep.ideas.framing",
    "ideas.homophily": "coprep.ideas.homophily",
    "ideas.in_group": "coprep.ideas.in_group",
    "ideas.outcome": "coprep.ideas.outcome",
    "ideas.own_ideas": "coprep.ideas.own_ideas",
    "ideas.pipeline": "coprep.ideas.pipeline",
    "ideas.priorities": "coprep.ideas.priorities",
    "ideas.responses": "coprep.ideas.responses",
    "ideas.reweighted_outcome": "coprep.ideas.reweighted_outcome",
    "ideas.rivals": "coprep.ideas.rivals",
    "ideas.self_serving": "coprep.ideas.self_serving",
    "ideas.suggest_beneficiaries": "coprep.ideas.suggest_beneficiaries",
    "ideas.vocabulary": "coprep.ideas.vocabulary",
    "representation": "coprep.representation._result",
    "representation.intersections": "coprep.representation.intersections",
    "representation.plan": "coprep.representation.plan",
    "representation.change": "coprep.representation.compare",
    "representation.monitor": "coprep.representation.monitor",
    "representation.recruit": "coprep.representation.recruit",
    "representation.seats": "coprep.representation.seats",
    "representation.stages": "coprep.representation.stages",
    "representation.weights": "coprep.representation.weights",
}
"""Where each kind of result is defined, so that reading one loads nothing else."""


def from_json(text: str) -> Result:
    """Bring back a result that was written with `Result.to_json`.

    Parameters
    ----------
    text : str
        The JSON text.

    Returns
    -------
    Result
        Of the kind that was written.

    Raises
    ------
    InputError
        Where the text is not JSON, not a result of this library, in a format this version does not
        read, or damaged.

    Examples
    --------
    >>> from coprep import Baseline
    >>> from coprep.representation import assess
    >>> lives_there = Baseline.from_shares({"sex": {"Female": 0.51, "Male": 0.49}})
    >>> who_came = assess({"sex": {"Female": 12, "Male": 9}}, lives_there)
    >>> from_json(who_came.to_json()) == who_came
    True
    """
    data = data_of(text)
    _load_kinds(data)
    return Result.from_dict(data)


def _load_kinds(data: Any) -> None:
    """Load the kinds of a result and of the results within it.

    A kind of one's own is known as soon as its class is.
    """
    if not isinstance(data, dict):
        return
    module = MODULES.get(str(data.get("kind")))
    if module is not None:
        importlib.import_module(module)
    parts = data.get("parts")
    for part in parts if isinstance(parts, list) else ():
        _load_kinds(part)
