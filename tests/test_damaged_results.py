"""Results as plain data, there and back; and what is damaged on the way is refused in words."""

import copy
import importlib.util
import json
import pickle
from dataclasses import asdict
from pathlib import Path

import pytest

import coprep
from coprep import Baseline, InputError
from coprep.representation import assess

ROOT = Path(__file__).parents[1]
spec = importlib.util.spec_from_file_location("damage", ROOT / "studies" / "damaged_results.py")
assert spec is not None
assert spec.loader is not None
damage = importlib.util.module_from_spec(spec)
spec.loader.exec_module(damage)


@pytest.fixture(scope="module")
def texts():
    return damage.originals()


def test_every_original_comes_back_as_it_was(texts):
    for text in texts:
        assert coprep.from_json(text).to_json() == text


def test_two_thousand_damaged_results_raise_nothing_foreign(texts):
    found = damage.block(-1, 2_000, texts)
    assert set(found) == {"refused", "taken"}
    assert min(found.values()) > 100


def test_the_whole_study_was_run_and_found_nothing_foreign():
    kept = json.loads(damage.KEPT.read_text(encoding="utf-8"))
    assert kept["results"] == damage.WORLDS == sum(kept["outcomes"].values())
    assert set(kept["outcomes"]) == {"refused", "taken"}
    guide = (ROOT / "docs" / "trust.md").read_text(encoding="utf-8")
    for n in kept["outcomes"].values():
        assert f"{n:,}" in guide


@pytest.fixture
def result():
    lives = Baseline.from_shares({"sex": {"Female": 0.51, "Male": 0.49}})
    return assess({"sex": {"Female": 12, "Male": 30}}, lives)


def changed(result, *path, to):
    """The JSON of a result with another value at a place."""
    data = result.to_dict()
    *before, last = path
    home = data
    for step in before:
        home = home[step]
    home[last] = to
    return json.dumps(data)


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("findings", 0, "verdict"), "guilty"),
        (("findings", 0, "p_value"), "small"),
        (("findings", 0, "n"), True),
        (("findings", 0, "caveats"), "none"),
        (("findings", 0, "estimate"), [1, 2]),
        (("findings", 0, "estimate", "low"), 10**400),
        (("findings",), {"a": 1}),
        (("title",), ["a"]),
        (("settings",), [1]),
        (("settings", "confidence"), "95%"),
        (("settings", "protected"), {"min_count": 5}),
        (("settings", "rng"), 10**400),
        (("picture", "band"), [0.8]),
        (("picture", "value"), "nowhere"),
        (("picture", "kind"), "pie"),
        (("rows", "columns", "count"), [10**30, 1]),
        (("rows", "columns", "count"), ["many", "few"]),
        (("rows", "kinds", "count"), "colour"),
        (("rows", "columns", "verdict"), ["guilty", "under"]),
        (("rows",), None),
    ],
)
def test_a_damaged_result_is_refused_and_the_place_is_named(result, path, to):
    with pytest.raises(InputError):
        coprep.from_json(changed(result, *path, to=to))


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "9" * 5_000, '{"format": 2, "kind":', "null", "[]"]
)
def test_what_is_no_result_is_refused(text):
    with pytest.raises(InputError):
        coprep.from_json(text)


def test_nesting_without_end_is_refused_at_the_door(result):
    deep = 1
    for _ in range(300):
        deep = {"a": deep}
    with pytest.raises(InputError, match="deep"):
        coprep.from_json(changed(result, "settings", "x", to=deep))


def test_what_a_later_version_adds_to_a_finding_is_passed_over(result):
    data = result.to_dict()
    data["findings"][0]["strength"] = "strong"
    data["later"] = 1
    assert coprep.from_json(json.dumps(data)) == result


def test_half_a_character_has_a_form_in_json(result):
    lives = Baseline.from_shares({"sex": {"Fem\udcffale": 0.51, "Male": 0.49}})
    odd = coprep.from_json(changed(result, "title", to="half \ud800"))
    for one in (odd, assess({"sex": {"Male": 3}}, lives)):
        assert coprep.from_json(one.to_json().encode("utf-8").decode("utf-8")) == one


def test_encoders_and_copies_find_plain_data(result):
    columns = dict(result.rows)
    assert tuple(result.rows) == result.rows.names == tuple(columns)
    assert columns["group"] == ("Female", "Male")
    assert asdict(result)["rows"] == result.rows
    assert copy.deepcopy(result) == pickle.loads(pickle.dumps(result)) == result
    encoded = json.dumps(result, default=lambda one: one.to_dict())
    assert json.loads(encoded) == result.to_dict()
