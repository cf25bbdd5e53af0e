"""Weights made to reach known totals, and what they do to uncertainty."""

import csv
import json

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from coprep.errors import InputError
from coprep.metrics.weighting import (
    calibrate,
    calibrated_variance,
    calibration_bounds,
    kish_design_effect,
    kish_effective_n,
    poststratify,
    rake,
    trim,
)
from reference import HERE, agree, params

ORACLES = HERE / "oracles" / "representation"
with (ORACLES / "data_weights_microdata.csv").open(encoding="utf-8") as file:
    ROWS = list(csv.DictReader(file))
with (ORACLES / "data_weights_expected.csv").open(encoding="utf-8") as file:
    EXPECTED = list(csv.DictReader(file))
REFERENCE = json.loads((ORACLES / "22_calibration.json").read_text(encoding="utf-8"))["cases"]

LEVELS = {"gender": ["F", "M"], "age": ["18-34", "35-54", "55+"], "region": ["north", "south"]}
TOTALS = [[5100, 4900], [2800, 3400, 3800], [4200, 5800]]
GROUPS = np.array([[LEVELS[name].index(row[name]) for name in LEVELS] for row in ROWS])
BASE = np.array([float(row["base"]) for row in ROWS])
EQUAL = np.ones(len(ROWS))
DISABLED = np.array([float(row["disabled"]) for row in ROWS])
PSU = np.array([int(row["psu"]) for row in ROWS])
STRATUM = np.array([int(row["stratum"]) for row in ROWS])


def made(name):
    """The weights of a reference case, the base weights they start from, and what they were made for."""
    start = EQUAL if "equal" in name or name == "poststratify_gender" or "logit" in name else BASE
    if name == "poststratify_gender":
        return poststratify(start, TOTALS[0], groups=GROUPS[:, 0]), start, GROUPS[:, 0]
    if name.startswith("rak"):
        return rake(start, TOTALS, groups=GROUPS), start, GROUPS
    if name.startswith("logit") or name == "calibrate_logit_bounded":
        low, high = (0.55, 1.9) if "1.9" in name else (0.5, 2)
        options = {"distance": "logit", "bounds": (low, high)}
    else:
        options = {"distance": "raking" if "raking" in name else "linear"}
    return calibrate(start, TOTALS, groups=GROUPS, **options), start, GROUPS


@pytest.mark.parametrize("name", [name for name in EXPECTED[0] if name != "id"])
def test_weights_are_those_of_r_survey(name):
    agree(made(name)[0], [row[name] for row in EXPECTED], 1e-6)


WEIGHTED = [
    case
    for start in ("poststratify", "rake", "calibrate")
    for case in params("representation", "11_weights", start)
]


@pytest.mark.parametrize("case", WEIGHTED)
def test_what_weights_look_like(case):
    w = made(case["id"])[0]
    e = case["expected"]
    got = {
        "deff_kish": kish_design_effect(len(w), w.sum(), (w**2).sum()),
        "ess": kish_effective_n(w.sum(), (w**2).sum()),
        "min": w.min(),
        "max": w.max(),
        "sum": w.sum(),
        "cv": np.std(w) / w.mean(),
        "weights_first10": w[:10],
        "weighted_share_disabled": w @ DISABLED / w.sum(),
        "weighted_gender_F": w[GROUPS[:, 0] == 0].sum() / w.sum(),
    }
    assert set(got) == set(e)
    for name, want in e.items():
        agree(got[name], want, case["rel_tol"])


@pytest.mark.parametrize("name", [name for name in REFERENCE if "jackknife" not in name])
def test_errors_know_of_the_calibration(name):
    e = REFERENCE[name]
    w, start, groups = made(name)
    design = {"clusters": PSU, "strata": STRATUM} if "clustered" in name else {}
    agree(w @ DISABLED / w.sum(), e["share_disabled"], 1e-7)
    aware = calibrated_variance(DISABLED, w, groups=groups, base=start, **design)
    agree(np.sqrt(aware), e.get("se_calibration_aware", e.get("se")), 1e-6)
    if "first10" in e:
        agree(w[:10], e["first10"], 1e-6)
        agree(np.sqrt(calibrated_variance(DISABLED, w)), e["se_weights_taken_as_fixed"], 1e-6)


def test_the_jackknife_rakes_anew_without_each_person():
    e = REFERENCE["raking_from_base_jackknife"]
    shares = []
    for out in range(len(ROWS)):
        start = np.where(np.arange(len(ROWS)) == out, 0.0, BASE)
        w = rake(start, TOTALS, groups=GROUPS, tolerance=1e-11)
        shares.append(w @ DISABLED / w.sum())
    n = len(ROWS)
    agree(np.sqrt((n - 1) / n * np.sum((np.array(shares) - np.mean(shares)) ** 2)), e["se"], 1e-4)


def test_a_row_of_several_people_is_as_many_rows():
    keys, first, people = np.unique(
        np.column_stack([GROUPS, DISABLED]), axis=0, return_index=True, return_counts=True
    )
    w = rake(EQUAL, TOTALS, groups=GROUPS)
    merged = rake(people, TOTALS, groups=keys[:, :3].astype(int)) / people
    agree(merged, w[first], 1e-9)
    agree(
        calibrated_variance(keys[:, 3], merged, groups=keys[:, :3], people=people),
        calibrated_variance(DISABLED, w, groups=GROUPS),
        1e-9,
    )


@st.composite
def tables(draw):
    """A joint table with people everywhere, and margins of another one."""
    shape = tuple(draw(st.lists(st.integers(2, 4), min_size=1, max_size=3)))
    counts = st.integers(1, 50)
    size = int(np.prod(shape))
    table = np.array(draw(st.lists(counts, min_size=size, max_size=size)), float).reshape(shape)
    other = np.array(draw(st.lists(counts, min_size=size, max_size=size)), float).reshape(shape)
    return table, other


def margins(table):
    return [
        table.sum(axis=tuple(a for a in range(table.ndim) if a != axis))
        for axis in range(table.ndim)
    ]


@given(tables())
def test_raked_tables_have_the_margins_and_keep_odds_ratios(drawn):
    table, other = drawn
    raked = rake(table, margins(other))
    for got, want in zip(margins(raked), margins(other), strict=True):
        agree(got, want, 1e-7)
    changes = np.log(raked) - np.log(table)
    effects = sum(
        np.expand_dims(
            changes.mean(axis=tuple(b for b in range(table.ndim) if b != axis)),
            tuple(b for b in range(table.ndim) if b != axis),
        )
        for axis in range(table.ndim)
    )
    agree(effects - (table.ndim - 1) * changes.mean(), changes, 0, 1e-6)


@given(tables())
def test_a_table_is_raked_as_its_rows_are_and_entropy_is_raking(drawn):
    table, other = drawn
    groups = np.indices(table.shape).reshape(table.ndim, -1).T
    raked = rake(table, margins(other))
    agree(rake(table.ravel(), margins(other), groups=groups), raked.ravel(), 1e-9)
    entropy = calibrate(table, margins(other), distance="raking")
    agree(entropy, raked, 1e-5)


@given(tables(), st.randoms(use_true_random=False))
def test_weights_do_not_depend_on_the_order_of_rows_or_names_of_groups(drawn, random):
    table, other = drawn
    groups = np.indices(table.shape).reshape(table.ndim, -1).T
    order = list(range(len(groups)))
    random.shuffle(order)
    turned = [np.array(random.sample(range(size), size)) for size in table.shape]
    totals = margins(other)
    renamed = [total[np.argsort(turn)] for total, turn in zip(totals, turned, strict=True)]
    codes = np.stack([turn[code] for turn, code in zip(turned, groups.T, strict=True)], axis=1)
    for distance in ("linear", "raking"):
        once = calibrate(table.ravel(), totals, groups=groups, distance=distance)
        again = calibrate(table.ravel()[order], renamed, groups=codes[order], distance=distance)
        agree(again, once[order], 1e-6, 1e-6)


@settings(deadline=None)
@given(tables())
def test_bounds_that_work_work_and_tighter_ones_do_not(drawn):
    table, other = drawn
    low, high = calibration_bounds(table, margins(other))
    assert 0 <= low <= 1 + 1e-9 and high >= 1 - 1e-9
    assume(low < 0.99 and high > 1.01)
    assert not np.isnan(
        calibration_bounds(table, margins(other), low=low * 0.999, high=high * 1.001).low
    )
    if low > 0:
        tight = calibration_bounds(table, margins(other), low=low * 1.01)
        assert np.isnan(tight.high) or tight.high / (low * 1.01) >= high / low * (1 - 1e-6)
    for distance in ("linear", "raking", "logit"):
        bounds = (low * 0.9, high * 1.1)
        w = calibrate(table, margins(other), distance=distance, bounds=bounds)
        factors = w / table * table.sum() / other.sum()
        assert factors.min() >= bounds[0] - 1e-9 and factors.max() <= bounds[1] + 1e-9
        for got, want in zip(margins(w), margins(other), strict=True):
            agree(got, want, 1e-6)
        with pytest.raises(InputError, match="wide enough are") as error:
            calibrate(
                table, margins(other), distance=distance, bounds=(max(low, 0.01) ** 0.5, 1.0000001)
            )
        assert error.value.code == "bounds_too_narrow"


def test_base_weights_within_a_cell_keep_their_ratio():
    base = np.array([1, 2, 3, 4, 5, 6.0])
    groups = [[0, 0], [0, 0], [0, 1], [1, 0], [1, 1], [1, 1]]
    totals = [[0.6, 0.4], [0.5, 0.5]]
    for w in (
        rake(base, totals, groups=groups),
        calibrate(base, totals, groups=groups),
        poststratify(base, totals[0], groups=[g[0] for g in groups]),
    ):
        agree(w[1] / w[0], 2, 1e-12)
        agree(w[5] / w[4], 1.2, 1e-12)


def test_a_group_that_is_to_be_nobody_gets_weight_zero():
    base = [[1, 2, 3], [4, 5, 6]]
    totals = [[1, 1], [0, 1, 1]]
    for w in (
        rake(base, totals),
        *(calibrate(base, totals, distance=d) for d in ("linear", "raking")),
    ):
        agree(w[:, 0], [0, 0], 0)
        agree(w.sum(axis=0), [0, 1, 1], 1e-9)
    agree(poststratify([3, 4], [0, 2]), [0, 2], 1e-12)


@pytest.mark.parametrize("make", [rake, calibrate, calibration_bounds])
def test_nobody_can_stand_for_an_absent_group(make):
    with pytest.raises(InputError, match=r"totals\[1\] has 0.1 for group 2") as error:
        make([1, 1, 1, 1], [[0.5, 0.5], [0.5, 0.4, 0.1]], groups=[[0, 0], [0, 1], [1, 0], [1, 1]])
    assert error.value.code == "absent_group"
    assert error.value.got == ((1, 2),)


def test_a_group_whose_people_all_lack_a_place_elsewhere_is_absent():
    with pytest.raises(InputError, match=r"totals\[0\] has 1 for group 1"):
        rake([[1, 1], [0, 1]], [[1, 1], [2, 0]])


def test_totals_that_contradict_the_people_are_refused_and_named():
    # Nobody is both in the second row and the second column; rows want more there than columns have.
    table = [[5, 5], [5, 0]]
    with pytest.raises(InputError, match="no weights reach them all") as error:
        rake(table, [[0.2, 0.8], [0.5, 0.5]])
    assert error.value.code == "out_of_reach"
    assert np.isnan(calibration_bounds(table, [[0.2, 0.8], [0.5, 0.5]]).low)
    for distance in ("linear", "raking"):
        bounded = {"distance": distance, "bounds": (0.1, 10)}
        with pytest.raises(InputError, match="contradict"):
            calibrate(table, [[0.2, 0.8], [0.5, 0.5]], **bounded)
    with pytest.raises(InputError, match="only weights of 0 for some people"):
        rake(table, [[0.5, 0.5], [0.5, 0.5]], max_sweeps=50)
    assert calibration_bounds(table, [[0.5, 0.5], [0.5, 0.5]]).low == 0


def test_one_community_has_one_total():
    with pytest.raises(InputError, match=r"totals\[0\] adds to 1 and totals\[1\] to 1.1"):
        rake([[1, 1], [1, 1]], [[0.5, 0.5], [0.5, 0.6]])


def test_bad_input_is_told():
    with pytest.raises(InputError, match="one axis an attribute"):
        rake([1, 1], [[1, 1], [1, 1]])
    with pytest.raises(InputError, match="groups has the shape"):
        rake([1, 1], [[1, 1], [1, 1]], groups=[0, 1])
    with pytest.raises(InputError, match="codes below 2"):
        rake([1, 1, 1], [[1, 1]], groups=[0, 1, 2])
    with pytest.raises(InputError, match="needs bounds"):
        calibrate([1, 1], [[1, 1]], distance="logit")
    with pytest.raises(InputError, match="one below and one above 1"):
        calibrate([1, 1], [[1, 1]], bounds=(1.5, 2))
    with pytest.raises(InputError, match="did you mean 'raking'"):
        calibrate([1, 1], [[1, 1]], distance="rakign")
    with pytest.raises(InputError, match="cannot all lie between"):
        trim([1, 2, 3], high=1)
    with pytest.raises(InputError, match="cannot be told apart"):
        calibrated_variance([1, 0], [1, 1], people=[1, 2], clusters=[0, 1])
    with pytest.raises(InputError, match="no mean is defined"):
        calibrated_variance([1, 0], [0, 0])


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=30), st.floats(1, 5), st.floats(0, 1))
def test_trimmed_weights_keep_their_sum_their_order_and_the_limits(weights, above, below):
    w = np.array(weights)
    high, low = w.mean() * above, w.mean() * below
    trimmed = trim(w, high=high, low=low)
    agree(trimmed.sum(), w.sum(), 1e-9)
    assert trimmed.min() >= low * (1 - 1e-9) and trimmed.max() <= high * (1 + 1e-9)
    assert (np.diff(trimmed[np.argsort(w)]) >= -1e-9).all()
    twice = trim(np.append(w[0], w), high=high * 10, people=np.append(1, np.ones(len(w))))
    agree(twice.sum(), w.sum() + w[0], 1e-9)


def test_trimming_within_the_limits_changes_nothing():
    agree(trim([1, 2, 3], high=3, low=1), [1, 2, 3], 1e-12)
    agree(trim([0, 0], high=3), [0, 0], 0)


def test_a_single_person_has_no_variance_to_tell():
    assert np.isnan(calibrated_variance([1.0], [1.0]))
    both = calibrated_variance([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], [1, 1, 2])
    assert both.shape == (2,)
    agree(both[0], calibrated_variance([1.0, 0.0, 1.0], [1, 1, 2]), 1e-12)


def test_the_variance_after_calibration_is_what_redrawing_shows():
    rng = np.random.default_rng(5)
    shares = np.array([0.3, 0.7])
    level = np.array([0.2, 0.8])
    estimates, variances = [], []
    for _ in range(600):
        group = rng.choice(2, size=300, p=[0.6, 0.4])
        y = (rng.random(300) < level[group]).astype(float)
        w = poststratify(np.ones(300), shares, groups=group)
        estimates.append(w @ y)
        variances.append(float(calibrated_variance(y, w, groups=group)))
    assert abs(np.mean(variances) / np.var(estimates) - 1) < 0.12
