"""Counts of what makes code hard to read only fall; `ratchet.py` says how they are counted."""

import pytest

from house.ratchet import count, habits, kept, risen

CODE = """
def _used_once(a):
    return 1 if a else 2 if a is None else 3


def _used_twice():
    x, y = 1, 2
    x, y = y, x
    (p, q), r = divmod(7, 2), 3
    return x if y else (p if q else r)


def public():
    first, second = divmod(7, 2)
    return _used_once(_used_twice()) + _used_twice()
"""


@pytest.mark.parametrize(
    ("habit", "size"),
    [
        ("ternaries", 4),
        ("nested ternaries", 2),
        ("parallel assignments", 2),
        ("helpers with one caller", 1),
        ("lines over 100 characters", 1),
    ],
)
def test_it_counts_what_it_says(habit, size):
    assert habits([CODE + "# " + "x" * 99])[habit] == size


def test_a_rise_in_one_package_is_found_though_another_has_fallen():
    before = {"ternaries": {"data": 3, "ideas": 9}}
    assert not risen({"ternaries": {"data": 3, "ideas": 7}}, before)
    assert risen({"ternaries": {"data": 4, "ideas": 0, "new": 1}}, before) == [
        "ternaries in data: 4, was 3",
        "ternaries in new: 1, was 0",
    ]


def test_no_count_has_risen():
    hint = "write it plainer; where code only moved, run `python tests/house/ratchet.py`"
    assert not risen(count(), kept()), hint
