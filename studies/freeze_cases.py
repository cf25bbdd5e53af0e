"""The questions that studies/freeze.py asks: on samples, in made worlds, and on real data."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from freeze_calls import (
    FAIR,
    FAIR_MOVED,
    GIVEN,
    METRICS,
    METRICS_MOVED,
    ONLY_GAPS,
    ONLY_RATE_GAPS,
    ONLY_RATES,
)

import coprep
from coprep import Baseline, Process, fairness, ideas, metrics, representation, simulate

SAMPLES = Path(__file__).parent.parent / "data" / "samples"
Case = tuple[str, str, Callable[[], Any]]


def cases() -> Iterator[Case]:
    """All questions in a fixed order."""
    for make in (metrics_cases, assess_cases, fairness_cases, detector_cases, real_cases):
        yield from make()


# -- processes: made, sampled, real ----------------------------------------------------------------

THREE = {"a": 0.5, "b": 0.3, "c": 0.2}
FOUR = {"a": 0.4, "b": 0.3, "c": 0.27, "d": 0.03}
WORLDS: dict[str, dict[str, Any]] = {
    "two groups, planted": {
        "people": 120, "ideas": 90, "self_serving": 0.3, "in_group": 0.2, "adoption": 0.3,
        "words": 12,
    },
    "three groups, unknown, loud": {
        "people": 150, "ideas": 120, "groups": THREE, "missing": 0.2, "loud": 1, "seen": 0.4,
        "activity": 1.0, "everyone": 0.2, "priorities": 0.4, "own_words": 0.2, "words": 15,
        "answers": 0.5, "talk": 2.0,
    },
    "scores": {
        "people": 100, "ideas": 80, "kind": "score", "own_ideas": 0.2, "rivals": 0.1,
        "shunned": 0.2, "seen": 0.3,
    },
    "one choice, four groups": {
        "people": 160, "ideas": 60, "kind": "choose_one", "groups": FOUR, "confounding": 1.0,
        "need": 0.5, "specialisation": 0.5,
    },
    "agreement, tiny": {"people": 24, "ideas": 30, "kind": "agree", "pets": 0.3},
}  # fmt: skip
"""Made processes by name, with what is planted in them."""

DETECTORS = [
    "self_serving",
    "own_ideas",
    "rivals",
    "author_scores",
    "in_group",
    "homophily",
    "blocs",
    "dominance",
    "agenda",
    "vocabulary",
    "framing",
    "consensus",
    "outcome",
    "adoption",
    "responses",
    "priorities",
]
OPTIONS: dict[str, list[dict[str, Any]]] = {
    "self_serving": [{"within": None, "material": 2.0}],
    "author_scores": [{"within": None, "min_ideas": 2}],
    "in_group": [{"within": "topic", "pairs": False, "confidence": 0.9}],
    "homophily": [{"exposure": False}, {"relation": "replies"}],
    "dominance": [
        {"currency": "words"},
        {"currency": "turns"},
        {"currency": "votes"},
        {"least": 1, "voice": 5.0},
    ],
    "rivals": [{"close": 5}],
    "outcome": [{"weigh": "count", "band": (0.5, 2.0)}, {"representation": False}],
    "adoption": [{"bands": 3, "confidence": 0.9}, {"second": "exchangeable"}],
    "responses": [{"within": None, "horizon": 14.0}],
    "priorities": [{"weigh": "cost"}],
    "vocabulary": [{"within": None, "min_authors": 2, "prior_total": 100.0}],
    "consensus": [
        {"attribute": None, "clusters": 3, "bridging": True},
        {"threshold": 0.6, "prior": 1.0},
    ],
}
REAL_DETECTORS = [
    "in_group",
    "homophily",
    "blocs",
    "dominance",
    "agenda",
    "consensus",
    "outcome",
    "adoption",
    "responses",
]


def detector_cases() -> Iterator[Case]:
    """Every detector on the sample programme and in made worlds."""
    programme = coprep.read_process(SAMPLES / "recovery-programme")
    for attribute in programme.attributes:
        yield from _detected("recovery-programme", programme, attribute, DETECTORS, draws=149)
    yield from _optioned("recovery-programme", programme, "ethnicity", draws=149)
    for seed, (name, strengths) in enumerate(WORLDS.items()):
        process, _ = simulate.world(rng=seed, **strengths)
        yield from _detected(name, process, "group", DETECTORS, draws=199)
        yield from _optioned(name, process, "group", draws=99)
        yield "audit", name, lambda process=process: coprep.audit(process, rng=0)
    process, _ = simulate.world(rng=9, people=60, ideas=40, self_serving=0.4)
    for name in ("in_group", "adoption"):
        options = {
            "attribute": "group",
            "worlds": 6,
            "planted_worlds": 3,
            "points": (10.0,),
            "draws": 39,
            "rng": 0,
        }
        ask = getattr(ideas, name)
        yield "ideas.calibrate", name, lambda ask=ask, o=options: ideas.calibrate(process, ask, **o)


def _detected(
    where: str, process: Any, attribute: str, names: list[str], draws: int
) -> Iterator[Case]:
    for name in names:
        options = {"attribute": attribute, "draws": draws, "rng": 0}
        yield (
            f"ideas.{name}",
            f"{where}, {attribute}",
            lambda name=name, options=options: getattr(ideas, name)(process, **options),
        )


def _optioned(where: str, process: Any, attribute: str, draws: int) -> Iterator[Case]:
    for name, several in OPTIONS.items():
        for given in several:
            options = {"attribute": attribute, "draws": draws, "rng": 1, **given}
            yield (
                f"ideas.{name}",
                f"{where}, {attribute}, {given}",
                lambda name=name, options=options: getattr(ideas, name)(process, **options),
            )


def real_cases() -> Iterator[Case]:
    """A few detectors on real ballots, where they are there."""
    folder = os.environ.get("COPREP_REFERENCE_DATA")
    if not folder:
        return
    root = Path(folder)
    processes = {
        "Rembertow 2023": lambda: coprep.read_pabulib(
            root / "pabulib_warsaw" / "Poland_Warszawa_2023_Rembertow.pb"
        ),
        "Zurich D10": lambda: coprep.read_pabulib(
            root / "pabulib_zurich_experiment" / "Switzerland_Zurich_D10.pb"
        ),
        "Seattle": lambda: coprep.read_polis(root / "polis" / "15-per-hour-seattle"),
        "Bowling Green volunteers": lambda: coprep.read_polis(root / "polis" / "bg2050-volunteers"),
        "London": lambda: coprep.read_polis(root / "polis" / "london.youth.policing"),
        "Barcelona": lambda: coprep.read_decidim(
            root / "decidim_barcelona_pam" / "proposals.csv",
            root / "decidim_barcelona_pam" / "comments.csv",
        ),
        "Wroclaw 2015": lambda: _wroclaw(root / "pabulib_wroclaw", "wroclaw_2015_up_to_150"),
    }
    for name, read in processes.items():
        process = read()
        yield "process", name, lambda process=process: _shape(process)
        for attribute in list(process.attributes)[:2]:
            yield from _detected(name, process, attribute, REAL_DETECTORS, draws=49)
    yield from open_data_cases(root)


def open_data_cases(root: Path) -> Iterator[Case]:
    """A weighted survey beside its population, and incomes in a census."""
    folder = root / "process_mysociety_councillor_survey_2020"
    asked, cells = (
        pd.read_csv(folder / f"{name}.csv") for name in ("respondents", "population_cells")
    )
    attributes = ["country", "council_type", "male"]
    known = Baseline.from_microdata(cells, attributes=attributes, weight="count")
    for weight in (None, "published_weight"):
        yield (
            "representation.assess",
            f"councillors, {weight}",
            lambda weight=weight: representation.assess(
                asked, known, attributes=attributes, weight=weight, unmatched="row", rng=0
            ),
        )
    adults = pd.read_csv(root / "adult-min" / "adult_min.csv.gz")
    earns = (adults["income_gt_50k"]).astype(int)
    works = (adults["hours_per_week"] > 40).astype(int)
    groups = adults[["race", "sex"]]
    yield (
        "fairness.group_metrics",
        "adults",
        lambda: fairness.group_metrics(earns, works, sensitive_features=groups),
    )
    yield (
        "fairness.adverse_impact",
        "adults",
        lambda: fairness.adverse_impact(None, earns, sensitive_features=groups),
    )


def _wroclaw(folder: Path, name: str) -> Process:
    """Aggregated choose-one ballots, a person a vote: every fortieth."""
    votes = pd.read_csv(folder / f"{name}_votes_aggregated.csv")
    votes = votes.loc[votes.index.repeat(votes["n_votes"])].iloc[::40].reset_index(drop=True)
    projects = pd.read_csv(folder / f"{name}_projects.csv")
    people = [f"v{row}" for row in range(len(votes))]
    chosen = votes["project_id"].astype(str)
    participants = {"participant_id": people, "sex": votes["sex"], "age": votes["age_band"]}
    ratings = {"participant_id": people, "idea_id": chosen, "value": 1, "kind": "choose_one"}
    status = np.where(projects["selected"] == 1, "adopted", "rejected")
    listed = {
        "idea_id": projects["project_id"].astype(str),
        "cost": projects["cost"],
        "status": status,
    }
    return Process(pd.DataFrame(participants), pd.DataFrame(listed), ratings=pd.DataFrame(ratings))


def _shape(process: Any) -> dict[str, Any]:
    return {
        "people": len(process.people),
        "ideas": len(process.ideas),
        "attributes": len(process.attributes),
    }


# -- who came --------------------------------------------------------------------------------------


def assess_cases() -> Iterator[Case]:
    """Audits of the samples, and `assess` of made tables with every option."""
    for folder in sorted(SAMPLES.iterdir()):
        process = coprep.read_process(folder)
        yield "audit", folder.name, lambda process=process: coprep.audit(process, rng=0)
        yield (
            "audit",
            f"{folder.name}, options",
            lambda process=process: coprep.audit(
                process, confidence=0.9, band=(0.5, 2.0), population=5000, rng=1
            ),
        )
    frame = people_frame()
    shares = {
        "gender": {"Women": 0.51, "Men": 0.48, "Another": 0.01},
        "age": {"16-29": 0.25, "30-44": 0.27, "45-64": 0.3, "65+": 0.18},
    }
    margins = {"gender": {"Women": 0.01, "Men": 0.01, "Another": 0.002}}
    counts = {
        name: {group: round(20000 * share) for group, share in groups.items()}
        for name, groups in shares.items()
    }
    several = {"languages": {"Urdu": 0.1, "Polish": 0.05, "English": 0.97}}
    known = Baseline.from_counts(counts)
    sampled = Baseline.from_shares(shares, moe=margins, size=400)
    rounded = Baseline.from_shares(shares, rounding=0.01)
    target = Baseline.from_shares(shares, kind="target")
    tables = {
        "gender": {"Women": 12, "Men": 30, "Another": 0},
        "age": {"16-29": 3, "30-44": 14, "45-64": 15, "65+": 8},
    }
    asked: dict[str, tuple[Any, Baseline, dict[str, Any]]] = {
        "rows": (frame, known, {}),
        "rows, sampled baseline": (frame, sampled, {}),
        "rows, rounded baseline": (frame, rounded, {}),
        "rows, target": (frame, target, {}),
        "weights": (frame, known, {"weight": "weight"}),
        "weights, sampled baseline": (frame, sampled, {"weight": "weight", "family": "all"}),
        "population": (frame, known, {"population": 900}),
        "quotas": (frame, known, {"selection": "quota", "quotas": ["gender"]}),
        "random": (frame, known, {"selection": "random", "confidence": 0.99, "band": (0.9, 1.1)}),
        "counts": (tables, known, {}),
        "counts of more": (tables, known, {"total": 60}),
        "counts, target": (tables, target, {}),
        "counts, sampled": (tables, sampled, {"population": 2000}),
        "three people": ({"gender": {"Women": 1, "Men": 2}}, known, {"attributes": "gender"}),
        "overlapping": (
            frame,
            Baseline.from_shares(several, overlapping=["languages"]),
            {"overlapping": ["languages"]},
        ),
        "recode": (frame, known, {"recode": {"gender": {"Another": "Women"}}, "unmatched": "row"}),
    }
    for how in ("exact", "wilson", "jeffreys", "mid-p"):
        asked[f"interval {how}"] = (frame, known, {"interval": how})
    for how in ("holm", "hommel", "bh", "by", "bonferroni", "none"):
        asked[f"adjust {how}"] = (tables, sampled, {"adjust": how, "family": "all"})
    for name, (participants, baseline, options) in asked.items():
        yield (
            "representation.assess",
            name,
            lambda p=participants, b=baseline, o=options: representation.assess(p, b, rng=0, **o),
        )


def people_frame() -> pd.DataFrame:
    """140 people, some of whom did not say who they are."""
    rng = np.random.default_rng(5)
    gender = rng.choice(["Women", "Men", "Another", "unknown"], 140, p=[0.33, 0.55, 0.02, 0.1])
    age = rng.choice(["16-29", "30-44", "45-64", "65+", ""], 140, p=[0.1, 0.3, 0.35, 0.2, 0.05])
    languages = rng.choice(
        ["English", "English; Urdu", "English; Polish", "Polish", "unknown"], 140
    )
    weight = np.round(np.exp(rng.normal(0, 0.5, 140)), 3)
    columns = {"gender": gender, "age": age, "languages": languages, "weight": weight}
    return pd.DataFrame(columns).replace({"age": {"": None}})


# -- who gets what ---------------------------------------------------------------------------------

RATES = [
    "selection_rate",
    "base_rate",
    "true_positive_rate",
    "false_positive_rate",
    "true_negative_rate",
    "false_negative_rate",
    "positive_predictive_value",
    "negative_predictive_value",
    "false_discovery_rate",
    "false_omission_rate",
    "accuracy",
    "balanced_accuracy",
    "error_rate",
    "f1_score",
]
PAIRED = [
    "demographic_parity",
    "equalized_odds",
    "equal_opportunity",
    "treatment_equality",
    "conditional_use_accuracy",
]
SCORES = {
    "roc_auc_score": "by_group difference ratio group_min",
    "log_loss": "by_group difference ratio group_max",
    "brier_score": "by_group difference group_max",
    "expected_calibration_error": "by_group difference group_max",
    "mean_score": "by_group difference ratio",
    "calibration_in_the_large": "by_group difference",
}
ERRORS = {
    "mean_absolute_error": "by_group difference ratio group_max",
    "mean_squared_error": "by_group difference ratio group_max",
    "root_mean_squared_error": "by_group difference ratio group_max",
    "mean_error": "by_group difference",
    "r2_score": "by_group difference group_min",
}


def metric(name: str, between: str, *columns: Any, **options: Any) -> Any:
    """A metric by its name, from the one function or from the function of that name."""
    suffix = "" if between == "by_group" else f"_{between}"
    kept = name in ("demographic_parity", "equalized_odds", "equal_opportunity")
    if hasattr(fairness, "metric") and not kept:
        return fairness.metric(name, *columns, between=between, **options)
    return getattr(fairness, name + suffix)(*columns, **options)


def decisions() -> dict[str, Any]:
    """400 decisions on people of three groups, with weights, scores and amounts."""
    rng = np.random.default_rng(11)
    group = rng.choice(["a", "b", "c"], 400, p=[0.5, 0.35, 0.15])
    merit = rng.normal(0, 1, 400) + 0.3 * (group == "a")
    score = np.round(1 / (1 + np.exp(-merit - rng.normal(0, 0.7, 400))), 3)
    return {
        "g": group,
        "h": rng.choice(["x", "y"], 400),
        "district": rng.choice(["east", "west"], 400),
        "gm": np.where(rng.random(400) < 0.05, None, group),
        "y": (merit + rng.normal(0, 0.8, 400) > 0).astype(int),
        "p": (score > 0.5).astype(int),
        "score": score,
        "w": np.round(rng.gamma(2, 0.5, 400) + 0.1, 3),
        "amount": np.round(merit + rng.normal(0, 0.4, 400), 3),
        "guess": np.round(merit, 3),
        "np": np,
    }


def fairness_cases() -> Iterator[Case]:
    """Every metric between groups in every way, and every result about decisions."""
    data = decisions()
    binary = dict.fromkeys(RATES, "by_group difference ratio group_min group_max")
    binary |= dict.fromkeys(PAIRED, "difference ratio")
    for names, columns, given, of_gaps in (
        (binary, ("y", "p"), GIVEN | ONLY_RATES, ONLY_GAPS | ONLY_RATE_GAPS),
        (SCORES, ("y", "score"), GIVEN, ONLY_GAPS),
        (ERRORS, ("amount", "guess"), GIVEN, ONLY_GAPS),
    ):
        values = [data[column] for column in columns]
        for name, betweens in names.items():
            for between in betweens.split():
                ways = given | (of_gaps if between in ("difference", "ratio") else {})
                for text in ways.values():
                    options = eval(f"dict({text})", data)
                    yield (
                        "fairness.metric",
                        f"{name}, {between}, {text}",
                        lambda n=name, b=between, v=values, o=options: metric(n, b, *v, **o),
                    )
    words = {
        name: getattr(fairness, name) for name in dir(fairness) if not name.startswith("_")
    } | data
    for call in FAIR:
        yield f"fairness.{call.partition('(')[0]}", call, lambda call=call: eval(call, words)
    for old, new in FAIR_MOVED:
        yield "fairness.moved", old, lambda old=old, new=new: either(old, new, words)


def either(old: str, new: str, words: dict[str, Any]) -> Any:
    """The answer of the new call, or of the old one where there is no new one yet."""
    absent = (AttributeError, ImportError, NameError, TypeError)
    try:
        return eval(new, words)
    except (*absent, coprep.InputError) as refused:
        try:
            return eval(old, words)
        except absent as again:
            if isinstance(refused, coprep.InputError):
                raise refused from again
            raise LookupError(f"{refused}; {again}") from again


# -- the numbers alone -----------------------------------------------------------------------------


def numbers() -> dict[str, Any]:
    """Scalars and arrays of every shape that the functions of `metrics` take."""
    rng = np.random.default_rng(3)
    code = rng.integers(0, 3, 60)
    score = np.round(rng.uniform(0.02, 0.98, 60), 3)
    value = rng.gamma(2.0, 2.0, 60)
    pairs = np.array([(i, j) for i in range(12) for j in range(8) if rng.random() < 0.8])
    membership = rng.random((30, 3)) < 0.5
    return {
        "np": np,
        "x": np.array([0, 3, 12, 40, 60]),
        "n": np.array([20, 30, 40, 60, 60]),
        "s": np.array([0.1, 0.25, 0.3, 0.55, 0.99]),
        "group_size": np.array([100, 250, 300, 550, 990]),
        "counts": np.array([[20, 50, 18], [3, 0, 9]]),
        "base": np.array([0.3, 0.45, 0.25]),
        "v": np.round(value, 3),
        "v_counts": np.floor(value).astype(int),
        "w": np.round(rng.uniform(0.3, 2.5, 60), 3),
        "g": code,
        "h": rng.integers(0, 2, 60),
        "h7": rng.integers(0, 7, 60),
        "y": (rng.random(60) < score).astype(int),
        "score": score,
        "members": np.stack([code == k for k in range(3)]).T,
        "confusion": np.array([[[30, 12], [8, 25]], [[22, 5], [9, 10]], [[6, 2], [3, 4]]]),
        "rates": np.array([0.5, 0.32, 0.41]),
        "sizes": np.array([80, 40, 20]),
        "selected": np.array([[10, 4], [20, 30]]),
        "sizes2": np.array([[40, 30], [50, 60]]),
        "strata": np.array([[[10, 30], [4, 26]], [[20, 30], [30, 30]], [[5, 2], [1, 6]]]),
        "people": np.array([300, 200, 250, 250]),
        "took": np.array([60, 20, 30, 45]),
        "benefit": rng.random((30, 3)) < 0.4,
        "membership": membership,
        "blocks": rng.integers(0, 4, 30),
        "authors": rng.integers(0, 20, 30),
        "three": np.array([0.5, 0.3, 0.2]),
        "mixing": np.array([[40.0, 12, 5], [10, 20, 4], [6, 3, 8]]),
        "author": np.repeat(np.arange(24), 5),
        "word": rng.integers(0, 12, 120),
        "uses": rng.integers(1, 6, 120),
        "person": pairs[:, 0],
        "idea": pairs[:, 1],
        "value": rng.integers(1, 6, len(pairs)).astype(float),
        "own": pairs[:, 0] % 8 == pairs[:, 1],
        "ballots": rng.random((14, 6)) < 0.45,
        "weights": rng.normal(0, 1, (14, 6)),
        "costs": np.array([60.0, 90, 120, 45, 80, 150]),
        "adopted": np.array([True, False, True, False, False, False]),
        "agree": rng.integers(2, 9, (5, 3)),
        "seen": np.full((5, 3), 10),
        "p_values": np.array([1e-20, 0.001, 0.012, 0.03, 0.2, 0.9]),
        "coded": rng.integers(0, 3, (20, 2)),
        "hits": rng.integers(0, 6, 25),
        "trials": np.full(25, 8),
        "small": np.array([[12, 3, 9], [7, 20, 2], [15, 8, 30]]),
        "_some": lambda found, names: {name: getattr(found, name) for name in names.split()},
        "_test": lambda found: {"statistic": found.statistic, "p_value": found.p_value},
    }


def metrics_cases() -> Iterator[Case]:
    """Every function of `metrics` that stays, at its old address or in its topic."""
    words = {**numbers(), "m": metrics}
    for topic in METRICS:
        try:
            words[topic] = importlib.import_module(f"coprep.metrics.{topic}")
        except ImportError:  # as it was before there were topics
            continue
    for topic, calls in METRICS.items():
        for call in calls:
            old, new = f"m.{call}", f"{topic}.{call}"
            yield f"metrics.{topic}", call, lambda old=old, new=new: either(old, new, words)
    for old, new in METRICS_MOVED:
        topic = next(name for name in METRICS if f"{name}." in new)
        yield f"metrics.{topic}", old, lambda old=old, new=new: either(old, new, words)
