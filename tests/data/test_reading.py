"""How participants are to be read, as files say it."""

import tomllib

import pytest

from coprep import InputError
from coprep.data.reading import READING_KEYS, Reading


def test_every_key_has_an_example_that_can_be_copied():
    for name, key in READING_KEYS.items():
        given = tomllib.loads(key.example)
        assert list(given) == [name]
        assert Reading.of(given) != Reading()


def test_a_rule_holds_everywhere_or_in_one_attribute():
    reading = Reading.of(
        {
            "recode": {"W": "Female", "age": {"W": "65+"}},
            "outside": {"area": ["Elsewhere"]},
        }
    )
    assert reading.rules("sex") == {"W": "Female"}
    assert reading.rules("age") == {"W": "65+"}
    assert reading.left_outside("area") == ("Elsewhere",)
    assert reading.left_outside("sex") == ()
    assert Reading.of({"outside": "Elsewhere"}).left_outside("sex") == ("Elsewhere",)


def test_ticks_stand_in_one_cell_or_in_columns():
    assert Reading.of({"overlapping": ["languages"]}).several == ("languages",)
    by_column = Reading.of({"overlapping": {"languages": {"Urdu": "lang_urdu"}}})
    assert by_column.several == ("languages",)
    assert by_column.ticks == {"languages": {"Urdu": "lang_urdu"}}


def test_two_readings_are_joined_and_the_second_goes_first():
    one = Reading.of({"recode": {"sex": {"W": "Female", "M": "Male"}}, "unknown": ["?"]})
    two = Reading.of({"recode": {"sex": {"W": "Woman"}, "age": {"old": "65+"}}, "weight": "w"})
    both = one | two
    assert both.recode == {"sex": {"W": "Woman", "M": "Male"}, "age": {"old": "65+"}}
    assert (both.weight, both.unknown) == ("w", ("?",))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("columns", ["age"]),
        ("columns", {"Age": 3}),
        ("columns", {"Age": ""}),
        ("person", 3),
        ("weight", ["w"]),
        ("weight", " "),
        ("overlapping", True),
        ("overlapping", ["a", 3]),
        ("overlapping", {"languages": ["Urdu"]}),
        ("recode", "W"),
        ("recode", {"W": 0x10**5000}),
        ("recode", {"sex": {"W": ["Female"]}}),
        ("unknown", {"sex": "?"}),
        ("outside", {"area": {"Elsewhere": True}}),
        ("outside", 2.5),
        ("labels", {"Yes": "disabled people"}),
        ("labels", {"disability": {"Yes": None}}),
    ],
)
def test_what_is_of_another_form_is_refused_with_a_line_to_copy(name, value):
    with pytest.raises(InputError) as caught:
        Reading.of({name: value}, where="process.toml")
    assert "process.toml" in str(caught.value)
    assert caught.value.param == name
    assert caught.value.hint is not None
    assert READING_KEYS[name].example in caught.value.hint


def test_every_problem_is_told_at_once():
    with pytest.raises(InputError) as caught:
        Reading.of({"weigth": "w", "columns": 3, "unknown": 4})
    assert len(caught.value.problems) == 3
    assert "weight" in str(caught.value)
