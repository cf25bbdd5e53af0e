"""What a published copy must not tell: what one person wrote, and what one part hides of another."""

import pytest

from coprep import Baseline, Process, audit, ideas, protect, simulate
from coprep.findings import Verdict
from coprep.representation import assess

WRITTEN = "Trans woman (I use a wheelchair, call me on 0161 000 0000)"
SEX = Baseline.from_shares({"sex": {"Female": 0.51, "Male": 0.49}})


def everything(result):
    """All that a copy shows in any form."""
    return "".join([result.to_json(), result.to_html(), result.summary(), str(result)])


def people(counts):
    """A table of participants from counts of their sex."""
    labels = [name for name, n in counts.items() for _ in range(n)]
    return {"participant_id": list(range(len(labels))), "sex": labels}


@pytest.mark.parametrize("named", [[WRITTEN], [WRITTEN, "a second answer"], [WRITTEN] * 4])
def test_what_one_person_wrote_is_in_no_copy(named):
    counts = {"Female": 32, "Male": 32} | {name: named.count(name) for name in named}
    counted = assess(people(counts), SEX, unmatched="row")
    whole = audit(Process(people(counts), baseline=SEX))
    assert WRITTEN in counted.to_json()
    for safe in (counted.protect(), counted.protect().protect(9), whole.protect()):
        text = everything(safe)
        assert "wheelchair" not in text
        assert "0161" not in text
        assert {r["group"] for r in safe.rows.records()} <= {"Female", "Male", "other answers"}


def test_answers_of_few_are_told_together_where_they_are_enough():
    counts = {"Female": 32, "Male": 32, "a": 3, "b": 2, "c": 7}
    safe = assess(people(counts), SEX, unmatched="row").protect()
    told = {r["group"]: r["count"] for r in safe.rows.records()}
    assert told == {"Female": 32, "Male": 32, "other answers": 5, "c": 7}


def test_every_hidden_row_has_one_mark_and_one_sentence():
    lives = Baseline.from_shares({"e": {"A": 0.4, "B": 0.3, "C": 0.2, "D": 0.1}})
    result = assess({"e": {"A": 40, "B": 30, "C": 14, "D": 2}}, lives)
    safe = result.protect()
    hidden = [f for f in safe.findings if f.details.get("protected")]
    assert len(hidden) > 1
    assert len({f.reading.replace(f"“{f.group}”", "") for f in hidden}) == 1
    assert {f.verdict for f in hidden} == {Verdict.NOT_ASSESSABLE}
    for text in (safe.summary(), str(safe), safe.to_html()):
        assert "not shown" in text
        assert "not assessable" not in text.casefold()
    whole = audit(Process.from_counts({"e": {"A": 40, "B": 30, "C": 14, "D": 2}}, lives)).protect()
    assert "not assessable" not in str(whole).casefold()


def shown(audit, name):
    """A setting of every part of which rows are left."""
    return [part.settings[name] for part in audit.parts if len(part.rows)]


def hidden_groups(audit):
    return [(r["against"], r["group"]) for r in audit.rows.records() if r["count"] is None]


def test_two_baselines_of_one_stage_hide_the_same_groups():
    city = Baseline.from_shares({"e": {"White": 0.6, "Black": 0.1, "Asian": 0.3}}, area="City")
    region = Baseline.from_shares({"e": {"White": 0.8, "Black": 0.1, "Asian": 0.1}}, area="Region")
    counts = {"e": {"White": 40, "Black": 3, "Asian": 20}}
    safe = audit(Process.from_counts(counts, {"city": city, "region": region})).protect()
    assert shown(safe, "against") == ["City", "Region"]
    told = {(r["against"], r["group"]): r["count"] for r in safe.rows.records() if r["group"]}
    assert {group for (_, group), count in told.items() if count is not None} == {"White"}


def test_two_baselines_that_list_other_groups_are_not_shown_beside_one_another():
    city = Baseline.from_shares({"e": {"White": 0.7, "Black": 0.1, "Asian": 0.2}})
    region = Baseline.from_shares({"e": {"White": 0.85, "Black": 0.15}})
    counts = {"e": {"White": 40, "Black": 3, "Asian": 20}}
    first = assess(counts, city)
    second = assess(counts, region, unmatched="row")
    told = protect([first, second])
    assert [len(copy.rows) for copy in told] == [0, 3]
    assert any(note.code == "told_once" for note in told[0].notes)
    assert [row["count"] for row in told[1].rows.records()] == [None, None, 20]


def test_one_question_in_finer_and_coarser_groups_is_shown_in_the_coarser():
    counts = {
        "age10": {"16-24": 33, "25-34": 20, "35+": 40},
        "age5": {"16-19": 3, "20-24": 30, "25-29": 8, "30-34": 12, "35+": 40},
    }
    lives = Baseline.from_shares(
        {name: {g: 1 / len(groups) for g in groups} for name, groups in counts.items()}
    )
    safe = assess(counts, lives).protect()
    assert {r["attribute"]: r["count"] for r in safe.rows.records()} == {"age10": 40}
    calm = {**counts, "age5": {**counts["age5"], "16-19": 5, "20-24": 28}}
    assert len(assess(calm, lives).protect().rows) == 8


def test_stages_that_are_published_together_hide_the_same_groups():
    lives = Baseline.from_shares({"e": {"W": 0.7, "B": 0.1, "A": 0.2}})
    registered = assess({"e": {"W": 60, "B": 5, "A": 14}}, lives)
    came = assess({"e": {"W": 40, "B": 4, "A": 14}}, lives)
    for copy in protect([registered, came]):
        assert [r["group"] for r in copy.rows.records() if r["count"] is not None] == ["W"]
    assert registered.protect().rows == registered.rows


def test_what_was_published_before_is_known():
    lives = Baseline.from_shares({"e": {"a": 0.1, "b": 0.2, "c": 0.3, "d": 0.4}})
    before = assess({"e": {"a": 9, "b": 12, "c": 20, "d": 30}}, lives)
    now = assess({"e": {"a": 3, "b": 12, "c": 20, "d": 31}}, lives)
    alone = now.protect()
    assert [r["count"] for r in alone.rows.records()] == [None, None, 20, 31]
    # b is known to be 12, so that it covers nobody; of d one more came, which is few.
    [safe] = protect([now], previous=[before])
    assert [r["count"] for r in safe.rows.records()][0] is None
    assert [r["count"] for r in safe.rows.records()][3] is None
    hidden = protect([before], previous=[alone])[0]
    assert [r["count"] for r in hidden.rows.records()][:2] == [None, None]


def test_a_stage_does_not_tell_what_another_hides():
    lives = Baseline.from_shares({"e": {"W": 0.7, "B": 0.1, "A": 0.2}})
    counts = {
        "registered": {"e": {"W": 60, "B": 5, "A": 14}},
        "came": {"e": {"W": 40, "B": 4, "A": 14}},
    }
    safe = audit(Process.from_counts(counts, lives)).protect()
    hidden = [r["group"] for r in safe.rows.records() if r["group"] and r["count"] is None]
    assert sorted(hidden) == ["A", "A", "B", "B"]
    untouched = {name: {"e": {"W": 60, "B": 15, "A": 14}} for name in ("registered", "came")}
    safe = audit(Process.from_counts(untouched, lives)).protect()
    assert shown(safe, "stage") == ["registered", "came"]


def test_weighted_shares_go_where_a_row_is_hidden():
    lives = Baseline.from_shares({"sex": {"W": 0.6, "B": 0.2, "A": 0.2}})
    table = people({"W": 40, "B": 3, "A": 20})
    table["weight"] = [{"W": 1.0, "B": 2.0, "A": 1.2}[name] for name in table["sex"]]
    safe = assess(table, lives, weight="weight").protect()
    shown = next(r for r in safe.rows.records() if r["group"] == "W")
    assert shown["count"] == 40
    for name in ("share", "ratio", "ratio_low", "p_value", "difference"):
        assert shown[name] is None or shown[name] != shown[name]
    plain = assess(people({"W": 40, "B": 3, "A": 20}), lives).protect()
    assert next(r for r in plain.rows.records() if r["group"] == "W")["share"] == 40 / 63


def test_what_is_hidden_together_is_enough_people():
    lives = Baseline.from_shares({"e": {"a": 0.1, "b": 0.2, "c": 0.3, "d": 0.4}})
    safe = assess({"e": {"a": 1, "b": 3, "c": 20, "d": 30}}, lives).protect()
    counts = {"a": 1, "b": 3, "c": 20, "d": 30}
    hidden = [r["group"] for r in safe.rows.records() if r["count"] is None]
    assert sum(counts[name] for name in hidden) >= 5


def test_found_numbers_among_the_settings_and_runs_without_a_person_go():
    world, _ = simulate.world(people=40, ideas=24, rng=1)
    agenda = ideas.agenda(world, attribute="group", draws=19)
    assert "chi2" in agenda.settings
    safe = agenda.protect(30)
    assert "chi2" not in safe.settings
    assert safe.settings["draws"] == 19
    own = ideas.own_ideas(world, attribute="group", draws=19)
    assert any("robustness" in f.details for f in own.findings)
    assert not any("robustness" in f.details for f in own.protect().findings)
