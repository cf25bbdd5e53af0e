"""Joiners that spelling needs stay; alone they are escaped, since they make two labels look the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import coprep
from coprep.wording import escape
from coprep.wording.joiners import FLAGS, JOINERS, TAGS, belongs
from coprep.wording.labels import show

SPELT = (
    "👨‍👩‍👧",  # a family
    "👩🏽‍💻",  # with a skin tone
    "❤️‍🔥",  # behind a variation selector
    "🙂‍↔️",  # an arrow that is mathematics by category
    "می‌خواهم",  # Persian: I want
    "क्‍ष",  # Hindi: a half form
    "ක්‍රීඩා",  # Sinhala: sport
    "അവന്‍",  # Malayalam: he, with the joiner at the end
    "র‍্যাব",  # Bengali: the joiner before the virama
)
STRAY = ("a\u200db", "Fe\u200cmale", "\u200d", "\u200cخ", "میا\u200c", "خ\u200da", "1\u200d2")
STRAY += ("👩\u200c💻", "👩\u200d", "👩\u200da", "\u200d💻")
DANGEROUS = "\u202e\u202a\u2066\u200e\u200f\u061c\u200b\u2060\ufeff\x00\x1b\n\u2028\u00ad\u180e"


@pytest.mark.parametrize("label", SPELT)
def test_what_belongs_to_the_spelling_is_shown_as_it_is(label):
    assert JOINERS & set(label)
    assert show(label) == f"'{label}'" and show([label]) == f"['{label}']"
    assert escape.visible(label) == label
    who = coprep.representation.assess(
        {"who": {label: 3, "x": 9}}, coprep.Baseline.from_counts({"who": {label: 50, "x": 50}})
    )
    assert label in who.findings[0].reading and label in who.to_html() and label in who.summary()


@pytest.mark.parametrize("label", STRAY)
def test_a_stray_joiner_is_escaped(label):
    for shown in (show(label), escape.visible(label)):
        assert not JOINERS & set(shown)
        assert "\\u200" in shown


@given(st.text(st.sampled_from([*JOINERS, *DANGEROUS, *"ab\\'\"👩💻خیक्ক"])))
def test_no_joiner_stays_where_it_does_not_belong_and_nothing_else_unseen_stays(text):
    for shown in (show(text), show(text, longest=8), escape.visible(text)):
        assert not set(DANGEROUS) & set(shown)
        for i, character in enumerate(shown):
            if character in JOINERS:
                assert belongs(character, shown[i - 1 : i], shown[i + 1 : i + 2])


def test_a_cut_leaves_no_joiner_at_its_edge():
    for longest in range(4, 12):
        for cut in (show("می‌" * 9, longest=longest), escape.shorten("می‌" * 9, longest)):
            assert len(cut) <= longest and "\u200c…" not in cut and "…\u200c" not in cut


def test_text_that_looks_like_an_escape_stays_text():
    assert show(r"خ\u200cخ") == r"'خ\\u200cخ'"


ENGLAND, SCOTLAND, WALES = FLAGS


@pytest.mark.parametrize("label", [*FLAGS, f"a {SCOTLAND}", ENGLAND + WALES, f"{WALES} Cymru"])
def test_the_flags_that_are_written_with_tags_are_shown_as_they_are(label):
    assert show(label) == f"'{label}'" and show([label]) == f"['{label}']"
    assert escape.visible(label) == escape.html(label) == label
    assert escape.width(label) == escape.width("".join(c for c in label if c not in TAGS))
    who = coprep.representation.assess(
        {"who": {label: 3, "x": 9}}, coprep.Baseline.from_counts({"who": {label: 50, "x": 50}})
    )
    assert label in who.findings[0].reading and label in who.to_html() and label in who.summary()


@pytest.mark.parametrize(
    "label",
    [
        SCOTLAND[:-1],  # without its end
        SCOTLAND[1:],  # without the flag it changes
        SCOTLAND.replace(
            "\U000e0073", "\U000e0041"
        ),  # no flag that anybody draws: it would look like a plain one
        "\U0001f3f4\U000e007f",
        f"Fe{SCOTLAND[1:]}male",
    ],
)
def test_tags_that_make_no_known_flag_are_escaped(label):
    for shown in (show(label), escape.visible(label)):
        assert not TAGS & set(shown) and "\\U000e00" in shown


@pytest.mark.parametrize("flag", FLAGS)
def test_a_cut_goes_through_no_flag(flag):
    for longest in range(4, 40):
        for cut in (show(flag * 9, longest=longest), escape.shorten(flag * 9, longest)):
            assert len(cut) <= longest and not TAGS & set("".join(cut.split(flag)))


def test_hints_spell_names_as_they_are_spelt():
    label = "می\u200cخواهم"
    baseline = coprep.Baseline.from_counts({label: {"a": 5, "b": 5}})
    with pytest.raises(coprep.InputError) as caught:
        baseline.profile(label + "ها")
    assert label in str(caught.value.hint)
    with pytest.raises(coprep.InputError) as caught:
        coprep.representation.assess({"id": [1], label + "ها": ["a"]}, baseline)
    assert f"'{label}'" in caught.value.hint and f"'{label}ها'" in caught.value.hint
