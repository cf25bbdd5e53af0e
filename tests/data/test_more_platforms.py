"""ConvoKit, CONSUL Democracy and Loomio: layouts as these write them, with made-up cells."""

import json

import numpy as np
import pytest

from coprep import read_process
from coprep.errors import InputError


def corpus(folder, *, old=False, speakers=True):
    names = ("user", "root", "reply-to") if old else ("speaker", "conversation_id", "reply_to")
    rows = [
        ("a", "ann", "a", None, "More trees in our street?"),
        ("b", "bob", "a", "a", "Yes"),
        ("c", "[deleted]", "a", "b", "No no"),
        ("d", "ann", "d", None, "Buses"),
    ]
    lines = [
        {"id": i, names[0]: who, names[1]: root, names[2]: reply, "text": text, "timestamp": 0}
        for i, who, root, reply, text in rows
    ]
    text = "\n".join(json.dumps(line) for line in lines)
    (folder / "utterances.jsonl").write_text(text, encoding="utf-8")
    if speakers:
        told = {
            "ann": {"meta": {"gender": "f", "posts": [1, 2]}, "vectors": []},
            "bob": {"meta": {"gender": "m"}},
            "cyd": {"meta": {"gender": "f"}},
        }
        (folder / "speakers.json").write_text(json.dumps(told), encoding="utf-8")
    return folder


@pytest.mark.parametrize("old", [False, True])
def test_a_corpus_of_conversations(tmp_path, old):
    process = read_process(corpus(tmp_path, old=old), format="convokit")
    assert process.people == ("ann", "bob", "cyd") and process.attributes == ("gender",)
    turns = process.turns
    assert turns.sessions == ("a", "d") and turns.words.tolist() == [5, 1, 2, 1]
    assert turns.reply_to.tolist() == [-1, 0, 1, -1] and turns.person.tolist() == [0, 1, -1, 0]
    assert {"nobody_in_particular", "columns_not_used"} <= {n.code for n in process.notes}


def test_a_corpus_without_speakers_or_with_something_else(tmp_path):
    assert read_process(corpus(tmp_path, speakers=False), format="convokit").people == (
        "ann",
        "bob",
    )
    (tmp_path / "utterances.jsonl").write_text("[1]", encoding="utf-8")
    with pytest.raises(InputError, match=r"utterances.jsonl, line 1 is no JSON object"):
        read_process(tmp_path, format="convokit")
    (tmp_path / "utterances.jsonl").write_text('{"id": 1, "text": "x"}', encoding="utf-8")
    with pytest.raises(InputError, match="has no field 'conversation_id' or 'root'"):
        read_process(tmp_path, format="convokit")


CONSUL = """ID,Title,Description,Supports,Administrator,Valuator,Valuation Group,Scope of operation,Feasibility,Val. Fin.,Unfeasibility explanation,Selected,Show to valuators,Author username,Created at{more}
1,Trees,x,14,-,-,-,Gracia,"Feasible (€20,000.00)",Yes,-,Yes,No,ann,2026-01-01 10:00:00{one}
2,Paths,x,3,-,-,-,Sants,Unfeasible,Yes,too dear,No,No,bob,2026-01-02 10:00:00{two}
3,Lamps,x,5,-,-,-,Sants,Feasible (1500),Yes,-,No,No,bob,2026-01-02 10:00:00{two}
4,Bins,x,0,-,-,-,Sants,Undecided,No,-,No,No,cyd,2026-01-03 10:00:00{two}
"""


def test_investments(tmp_path):
    file = tmp_path / "budget_investments.csv"
    file.write_text(CONSUL.format(more="", one="", two=""), encoding="utf-8")
    process = read_process(file, format="consul")
    assert process.people == ("ann", "bob", "cyd") and "ratings" not in process.tables
    ideas = process.ideas
    assert ideas.status == ("shortlisted", "rejected", "rejected", "submitted")
    assert ideas.cost[:1].tolist() == [20000] and ideas.cost[2] == 1500
    assert np.isnan(ideas.cost[[1, 3]]).all() and ideas.support.tolist() == [14, 3, 5, 0]
    assert ideas.areas == ("Gracia", "Sants")
    assert len(process.responses) == 1 and "winners_unknown" in [n.code for n in process.notes]


def test_investments_with_winners_and_a_row_a_comment(tmp_path):
    file = tmp_path / "budget_investments.csv"
    more = ",Winner,Comment ID,Comment Author,Comment Content,Comment Parent"
    text = CONSUL.format(more=more, one=",Yes,7,a@b.example,I think so,", two=",No,,,,")
    again = text.splitlines()[1].replace(",7,a@b.example,I think so,", ",8,c@d.example,No,7")
    file.write_text(text + again + "\n", encoding="utf-8")
    process = read_process(file, format="consul")
    assert process.ideas.status[0] == "adopted" and len(process.ideas) == 4
    assert process.turns.reply_to.tolist() == [-1, 0] and process.turns.sessions == ("1",)
    file.write_text("ID,Title\n1,x\n", encoding="utf-8")
    with pytest.raises(InputError, match="has no column 'author username'"):
        read_process(file, format="consul")


LOOMIO = """Export for Gardeners

Groups (1)
Id,Key,Name,Description,Created at
1,k,Gardeners,,2026-01-01 10:00:00 UTC

Memberships (3)
Group,User,User name,Admin,Created at,Accepted at
1,7,Ann,true,2026-01-01 10:00:00 UTC,
1,8,Bob,false,2026-01-01 10:00:00 UTC,
2,7,Ann,false,2026-01-01 10:00:00 UTC,

Discussions (1)
Id,Group,Author,Author name,Title,Description,Created at
1,1,7,Ann,Trees,Where shall we plant?,2026-01-01 10:00:00 UTC

Comments (2)
Id,Group,Discussion,Author,Discussion title,Author name,Body,Created at
5,1,1,8,Trees,Bob,"By the school, (2)
perhaps",2026-01-02 10:00:00 UTC
6,1,1,9,Trees,Cyd,No,2026-01-03 10:00:00 UTC

Polls (1)
Id,Key,Discussion,Group,Author,Title,Details,Closing at,Closed at,Created at,Poll type
3,p,1,1,7,Plant oaks,by May,,,2026-01-04 10:00:00 UTC,proposal

Stances (2)
Id,Poll,Participant,Reason,Latest,Created at,Updated at
1,3,7,yes,true,2026-01-05 10:00:00 UTC,
2,3,8,,true,2026-01-05 10:00:00 UTC,
"""


def test_a_group_export(tmp_path):
    file = tmp_path / "export.csv"
    file.write_text(LOOMIO, encoding="utf-8")
    process = read_process(file, format="loomio")
    assert process.people == ("7", "8", "9")
    assert process.counts()["admin"] == {"No": 1, "Yes": 1, "unknown": 1}
    assert process.ideas.text == ("Plant oaks by May",)
    assert process.ledger("turns").amounts.tolist() == [1, 1, 1]
    assert process.ledger("words").amounts.tolist() == [4, 5, 1]
    assert "choices_unknown" in [note.code for note in process.notes]
    file.write_text("Id,Title\n1,x\n", encoding="utf-8")
    with pytest.raises(InputError, match="none of the sections"):
        read_process(file, format="loomio")
    file.write_text("Comments (1)\nId,Author\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="section Comments has no column 'discussion'"):
        read_process(file, format="loomio")
