"""The JSON of results beside their JSON Schema."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import jsonschema
import pytest

from coprep.loading import MODULES
from coprep.schemas import schemas

ROOT = Path(__file__).parents[1]


def _module(path: Path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def known():
    return schemas()


@pytest.fixture(scope="module")
def originals():
    damage = _module(ROOT / "studies" / "damaged_results.py")
    return [json.loads(text) for text in damage.originals()]


def test_there_is_one_a_kind_and_each_is_sound(known):
    assert set(known) == set(MODULES)
    for schema in known.values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_what_is_written_fits_its_schema(known, originals):
    kinds = set()
    for data in originals:
        for one in (data, *data.get("parts", ())):
            jsonschema.Draft202012Validator(known[one["kind"]]).validate(one)
            kinds.add(one["kind"])
    assert len(kinds) >= 10


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("findings", 0, "verdict"), "guilty"),
        (("findings", 0, "n"), "many"),
        (("rows",), {"columns": {}}),
        (("rows", "kinds"), {"group": "colour"}),
        (("settings",), [1]),
        (("format",), 99),
        (("kind",), "other"),
    ],
)
def test_what_is_damaged_does_not_fit(known, originals, path, to):
    data = next(one for one in originals if one["kind"] == "representation")
    damaged = json.loads(json.dumps(data))
    home = damaged
    for step in path[:-1]:
        home = home[step]
    home[path[-1]] = to
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(known["representation"]).validate(damaged)


def test_new_fields_are_allowed(known, originals):
    data = {**next(one for one in originals if one["kind"] == "representation"), "new": 1}
    jsonschema.Draft202012Validator(known["representation"]).validate(data)


def test_the_pages_hold_a_file_a_kind(tmp_path):
    docs = _module(ROOT / "docs" / "_schemas.py")
    docs.write_schemas(tmp_path)
    names = {file.name for file in tmp_path.iterdir()}
    assert names == {f"{kind}.json" for kind in MODULES}
