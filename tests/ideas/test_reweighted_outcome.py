"""Would another list be the result: numbers of the reference cases, gates, and what is said."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.stats import t as student

from coprep import Baseline, Process, ideas
from coprep.ideas._consequences.cast import Cast
from coprep.ideas._consequences.newcomers import newcomers
from coprep.ideas._consequences.rules import Rule
from coprep.ideas._consequences.weighed import errors_of, room_of
from reference import cases

CASES = {case["id"]: case for case in cases("consequences", "reweighted")}
FULL = [name for name, case in CASES.items() if "y" in case["inputs"]]
KINDS = {"approval": "approve", "score": "score", "rank": "rank", "points": "points"}
# What the gates say where they come before the numbers: a group of two, and rooms of 10 and 20.
GATED = {"hand_two_groups": "not_assessable", "tie_at_the_cut": "not_assessable"}


def process_of(inputs, **more):
    """A process with the ballots of a reference case, and the community it is held against."""
    y = np.array([[np.nan if v is None else v for v in row] for row in inputs["y"]], float)
    n, m = y.shape
    kind = KINDS[inputs["kind"]]
    value = m - y if kind == "rank" else y
    person, idea = np.nonzero(~np.isnan(y))
    who = [f"p{v:04d}" for v in range(n)]
    what = [f"i{i:02d}" for i in range(m)]
    table = {"idea_id": what}
    if inputs["cost"] is not None:
        table["cost"] = inputs["cost"]
    process = Process(
        participants={"participant_id": who, **inputs["attributes"]},
        ideas=table,
        ratings={
            "participant_id": [who[v] for v in person],
            "idea_id": [what[i] for i in idea],
            "value": value[person, idea].tolist(),
            "kind": [kind] * len(person),
        },
        **more,
    )
    shares = inputs["shares"]
    baseline = Baseline.from_counts(
        {a: {g: 1e6 * s for g, s in by.items()} for a, by in shares.items()}
    )
    if inputs["shares_cov"] is not None:
        error = np.sqrt(np.diag(inputs["shares_cov"]))
        rows = [
            {"attribute": a, "group": g, "share": s, "moe": 1.645 * e}
            for a, by in shares.items()
            for (g, s), e in zip(by.items(), error, strict=True)
        ]
        baseline = Baseline.from_frame(
            {name: [row[name] for row in rows] for name in rows[0]}, share="share", moe="moe"
        )
    return process, baseline


def asked(inputs, **more):
    """The answer to a reference case."""
    process, baseline = process_of(inputs)
    kind, size = inputs["rule"]
    number = {
        "top": {"places": int(size)},
        "greedy": {"budget": size},
        "threshold": {"threshold": size},
    }
    if inputs["fraction"] is not None:
        more["population"] = 40
    return ideas.reweighted_outcome(process, baseline, **number[kind], draws=4000, rng=3, **more)


def numbers_of(found):
    """The columns of a result, in the order of the ideas, and its overall row."""
    order = np.argsort(found.rows["idea_id"])
    columns = {name: np.array(found.rows[name], dtype=object)[order] for name in found.rows.names}
    return columns, next(iter(found.overall.records()))


COLUMNS = {
    "seen": "support_seen",
    "support": "support",
    "effect": "effect",
    "newcomers": "newcomers_assumed",
    "newcomers_needed": "newcomers_needed",
    "bound_low": "bound_low",
    "bound_high": "bound_high",
    "chosen_seen": "chosen_seen",
    "chosen_reweighted": "chosen",
    "newcomers_possible": "newcomers_possible",
}
OVERALL = {
    "replaced": "replaced",
    "design_effect": "design_effect",
    "moved": "moved",
    "p_value": "p_value",
    "stability": "stability",
}


# One person of this case was shown nothing at all: in the reference in the room, here no voter.
NO_VOTER = {"not_all_shown"}


@pytest.mark.parametrize("name", FULL)
def test_numbers_from_tables_of_votes_are_those_of_the_reference(name):
    i = CASES[name]["inputs"]
    e = CASES[name]["expected"]
    y = np.array(i["y"], float)
    shown = None if not np.isnan(y).any() else csr_array((~np.isnan(y)).astype(float))
    cast = Cast(csr_array(np.nan_to_num(y)), shown, float(np.nanmin(y)), float(np.nanmax(y)))
    groups = {a: list(by) for a, by in i["shares"].items()}
    codes = np.stack([[groups[a].index(g) for g in i["attributes"][a]] for a in groups], axis=1)
    room = room_of(cast, codes, [np.array(list(by.values())) for by in i["shares"].values()])
    options = {
        "joint": i["method"] == "poststratify",
        "population": None if i["fraction"] is None else 40,
        "share_errors": [] if i["shares_cov"] is None else [np.array(i["shares_cov"])],
    }
    cost = np.ones(y.shape[1]) if i["cost"] is None else np.array(i["cost"], float)
    rule = Rule(i["rule"][0], i["rule"][1], cost, np.arange(len(cost)))
    far = newcomers(room, rule)
    errors = errors_of(room, **options)
    got = {
        "seen": room.seen,
        "support": room.support,
        "effect_se": errors.standard_errors,
        "support_se": errors_of(room, target="community", **options).standard_errors,
        "df": np.inf if e["df"] is None else errors.df,
        "weights_range": [room.weight.min(), room.weight.max()],
        "chosen_seen": rule.chosen(room.seen),
        "chosen_reweighted": rule.chosen(room.support),
        "replaced": room.replaced,
        "design_effect": room.design_effect,
        "newcomers": far.assumed,
        "newcomers_needed": far.needed,
        "newcomers_possible": far.possible,
        "bound_low": far.low,
        "bound_high": far.high,
    }
    for key, value in got.items():
        if e.get(key) is not None:
            want = np.array([np.nan if v is None else v for v in np.ravel(e[key])], float)
            np.testing.assert_allclose(np.ravel(value).astype(float), want, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("name", FULL)
def test_numbers_are_those_of_the_reference(name):
    case = CASES[name]
    expected = case["expected"]
    found = asked(case["inputs"])
    columns, overall = numbers_of(found)
    assert found.findings[0].verdict == GATED.get(name, expected["verdict"])
    if name in NO_VOTER:
        return
    for key, column in COLUMNS.items():
        if key in expected:
            want = np.array([np.nan if v is None else v for v in expected[key]], float)
            np.testing.assert_allclose(columns[column].astype(float), want, rtol=1e-8, atol=1e-9)
    for key, column in OVERALL.items():
        within = case["tolerance"].get(key, 1e-9)
        assert overall[column] == pytest.approx(expected[key], abs=within), key
    assert overall["moved_high"] == pytest.approx(expected["moved_high"], abs=0.05)
    low, high = expected["weights_range"]
    assert overall["largest_weight"] == pytest.approx(high)


@pytest.mark.parametrize("name", [name for name in FULL if name not in NO_VOTER])
@pytest.mark.parametrize(("target", "key"), [("room", "effect_se"), ("community", "support_se")])
def test_limits_are_those_of_the_reference(name, target, key):
    case = CASES[name]
    found = asked(case["inputs"], target=target)
    columns, _ = numbers_of(found)
    half = (columns["support_high"] - columns["support_low"]).astype(float) / 2
    want = np.array(case["expected"][key])
    if target == "room":
        df = case["expected"]["df"]
        factor = student.ppf(0.975, np.inf if df is None else df)
        np.testing.assert_allclose(half, factor * want, rtol=1e-7, atol=1e-9)
    else:
        ratio = half[want > 0] / want[want > 0]
        np.testing.assert_allclose(ratio, ratio[0], rtol=1e-7)
        assert ratio[0] >= 1.95
        assert found.findings[0].verdict in ("inconclusive", "not_assessable")


def grouped(counts, approvals, **more):
    """A process of people of some groups, of whom so many approve of each idea."""
    who, groups, rows = [], [], []
    for group, n in counts.items():
        for k in range(n):
            who.append(f"{group}{k:03d}")
            groups.append(group)
            rows += [(who[-1], f"i{i}", int(k < yes)) for i, yes in enumerate(approvals[group])]
    return Process(
        participants={"participant_id": who, "g": groups},
        ideas={"idea_id": sorted({idea for _, idea, _ in rows})},
        ratings={
            "participant_id": [person for person, _, _ in rows],
            "idea_id": [idea for _, idea, _ in rows],
            "value": [value for _, _, value in rows],
            "kind": ["approve"] * len(rows),
        },
        **more,
    )


def test_a_group_with_nobody_in_the_room_gives_bounds_and_no_invented_answer():
    case = CASES["absent_group"]
    counts = {g: n for g, n in case["inputs"]["group_counts"].items() if n}
    process = grouped(counts, case["inputs"]["approvals"])
    baseline = Baseline.from_counts(
        {"g": {g: 100 * s for g, s in case["inputs"]["shares"].items()}}
    )
    expected = case["expected"]
    for places in (1, 2):
        found = ideas.reweighted_outcome(process, baseline, places=places, rng=1)
        columns, _ = numbers_of(found)
        np.testing.assert_allclose(columns["bound_low"].astype(float), expected["low"], atol=1e-12)
        np.testing.assert_allclose(
            columns["bound_high"].astype(float), expected["high"], atol=1e-12
        )
        assert found.findings[0].verdict == expected[f"verdict_top{places}"]
        assert all(np.isnan(v) for v in columns["support"].astype(float))
    assert "“i0” would keep a place whatever they think" in found.findings[0].reading


def test_people_of_unknown_group_bound_the_answer():
    case = CASES["unknown_group"]
    process = grouped(case["inputs"]["group_counts"], case["inputs"]["approvals"])
    baseline = Baseline.from_counts(
        {"g": {g: 100 * s for g, s in case["inputs"]["shares"].items()}}
    )
    found = ideas.reweighted_outcome(process, baseline, places=1, rng=1)
    columns, overall = numbers_of(found)
    e = case["expected"]
    runs = np.array([e["left_out"], e["all_to_a"], e["all_to_b"]])
    np.testing.assert_allclose(columns["support_seen"].astype(float), e["seen"], atol=1e-12)
    np.testing.assert_allclose(columns["support"].astype(float), e["left_out"], atol=1e-12)
    np.testing.assert_allclose(columns["support_unknown_low"].astype(float), runs.min(axis=0))
    np.testing.assert_allclose(columns["support_unknown_high"].astype(float), runs.max(axis=0))
    assert overall["unknown"] == 20
    assert found.findings[0].verdict == "inconclusive"
