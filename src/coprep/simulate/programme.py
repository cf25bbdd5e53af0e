"""Make a synthetic recovery programme in the style of Greater Manchester, every table of it."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coprep.simulate.draws import logistic
from coprep.simulate.phrases import BOROUGHS, COMMUNITY, IDEAS, OPENINGS, SESSIONS, TOPICS

SEED = 20260307
PEOPLE = 300
IDEA_COUNT = 200
SHOWN_EACH = 40
EXPORT = np.datetime64("2026-10-31")

# Ratio of the chance to come, by group.
_CAME: Mapping[str, Mapping[str, float]] = {
    "age_band": {"16-29": 0.5, "65+": 1.5},
    "housing": {"Social renter": 0.5},
}
_ROLES = {"public": 230, "practitioner": 50, "leader": 20}

PLANTED: Mapping[str, Any] = {
    "representation": {
        "what": "People came with these ratios to their share of the community (before the rest is scaled to 1).",
        "age_band": {"16-29": 0.5, "65+": 1.5},
        "housing": {"Social renter": 0.5},
        "nothing_planted": ["gender", "ethnicity", "disability", "area"],
    },
    "self_serving": {
        "what": "Part of ideas written for the author's own group, and how much less others support those.",
        "attribute": "housing",
        "excess_points": 35,
        "outsiders_support_points": -20,
        "nothing_planted": ["area"],
    },
    "in_group": {
        "what": "How much more people approve ideas for their own group.",
        "attribute": "area",
        "premium_points": 15,
        "nothing_planted": ["housing, apart from the outsiders' distance above"],
    },
    "dominance": {
        "what": "Ratio of words a head to those of the public; one author's part of all ideas, "
        "which is above what equal chances give and, by itself, too little to be called "
        "dominance.",
        "attribute": "role",
        "words_per_head": {"public": 1.0, "practitioner": 1.5, "leader": 4.0},
        "loudest_author_share_of_ideas": 0.1,
        "nothing_planted": ["gender"],
    },
    "adoption": {
        "what": "How much less likely the public's ideas are adopted at equal support.",
        "attribute": "role",
        "penalty_points": 30,
        "nothing_planted": ["gender"],
    },
    "responses": {
        "what": "Ratio of the rate at which ideas are answered, the public's to others'.",
        "attribute": "role",
        "rate_ratio": 0.4,
        "nothing_planted": ["gender"],
    },
    "attendance": {
        "what": "Chance to come to a session, by stage, of people with and without a disability.",
        "attribute": "disability",
        "design": {"Yes": 0.6, "No": 0.6},
        "delivery": {"Yes": 0.4, "No": 0.5},
        "review": {"Yes": 0.15, "No": 0.45},
    },
    "experience": {
        "what": "Points by which social renters felt less valued, on a scale of 1 to 5.",
        "attribute": "housing",
        "felt_valued": -0.9,
    },
    "unknown": {
        "what": "Part of people whose group is unknown, at random.",
        "housing": 0.06,
        "ethnicity": 0.04,
    },
}
"""The planted truth, as written to truth.json."""

Table = dict[str, list[Any]]


def recovery_programme(folder: str | PathLike[str]) -> Mapping[str, Any]:
    """Write the synthetic recovery programme into ``folder``, the same every time, and return the
    planted truth.

    Twelve tables, a baseline, ``process.toml``, ``truth.json`` and a README: about 300 people and
    200 ideas. Nothing in it is real but the names of places.

    Parameters
    ----------
    folder : str or path
        Where the files go; made if it is not there, and files of these names in it are written
        over.

    Returns
    -------
    mapping of str to anything
        What was planted, by topic, as in ``truth.json``.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> truth = recovery_programme(mkdtemp())
    >>> sorted(truth)[:4]
    ['adoption', 'attendance', 'dominance', 'experience']
    """
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    tables = _Programme(np.random.default_rng(SEED)).tables()
    for name, table in tables.items():
        _write(place / f"{name}.csv", table)
    (place / "truth.json").write_text(json.dumps(PLANTED, indent=2) + "\n", encoding="utf-8")
    (place / "process.toml").write_text(_SETTINGS, encoding="utf-8")
    (place / "README.md").write_text(_readme(tables), encoding="utf-8")
    return PLANTED


def _write(path: Path, table: Table) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table)
        writer.writerows(zip(*table.values(), strict=True))


class _Programme:
    """One draw of the programme, part by part in a fixed order."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def tables(self) -> dict[str, Table]:
        """All tables by name."""
        participants = self._participants()
        self._write_ideas()
        ratings = self._ratings()
        self._decide()
        return {
            "participants": participants,
            "ideas": self._ideas(),
            "idea_authors": self._idea_authors(),
            "beneficiaries": self._beneficiaries(),
            "ratings": ratings,
            "turns": self._turns(),
            "responses": self._responses(),
            "sessions": {
                name: list(column)
                for name, column in zip(
                    (
                        "session_id",
                        "stage",
                        "date",
                        "start",
                        "end",
                        "place",
                        "language",
                        "provisions",
                    ),
                    zip(*SESSIONS, strict=True),
                    strict=True,
                )
            },
            "attendance": self._attendance(),
            "experience": self._experience(),
            "priorities": self._priorities(),
            "need": _need(),
            "baseline": _baseline(),
        }

    def _drawn(self, attribute: str) -> NDArray[np.str_]:
        groups = COMMUNITY[attribute]
        chance = np.array(
            [share * _CAME.get(attribute, {}).get(g, 1.0) for g, share in groups.items()]
        )
        return self.rng.choice(np.array(list(groups)), PEOPLE, p=chance / chance.sum())

    def _participants(self) -> Table:
        self.ids = [f"P{i:03d}" for i in range(1, PEOPLE + 1)]
        self.of = {attribute: self._drawn(attribute) for attribute in COMMUNITY}
        roles = np.repeat(list(_ROLES), list(_ROLES.values()))
        self.of["role"] = self.rng.permutation(roles)
        needs = self.rng.choice(
            ["None", "Step-free access", "Interpreter", "Childcare", "Captions"],
            PEOPLE,
            p=[0.74, 0.1, 0.05, 0.07, 0.04],
        )
        written = {name: list(map(str, values)) for name, values in self.of.items()}
        written["housing"] = self._unknown(written["housing"], "", 0.06)
        written["ethnicity"] = self._unknown(written["ethnicity"], "Prefer not to say", 0.04)
        invited = np.datetime64("2026-01-12") + self.rng.integers(0, 14, PEOPLE)
        return {
            "participant_id": self.ids,
            **written,
            "access_need": list(map(str, needs)),
            "invited_at": list(map(str, invited)),
        }

    def _unknown(self, groups: list[str], word: str, part: float) -> list[str]:
        lost = self.rng.random(PEOPLE) < part
        return [word if gone else group for group, gone in zip(groups, lost, strict=True)]

    def _write_ideas(self) -> None:
        """Authors, topics, texts and whom each idea is for."""
        rng = self.rng
        zeal = rng.gamma(0.9, 1.0, PEOPLE)
        self.author = rng.choice(PEOPLE, IDEA_COUNT, p=zeal / zeal.sum())
        loud = int(np.flatnonzero(self.of["role"] == "practitioner")[0])
        self.author[rng.permutation(IDEA_COUNT)[: IDEA_COUNT // 10]] = loud
        self.topic = rng.integers(0, len(TOPICS), IDEA_COUNT)
        housing = np.array(list(COMMUNITY["housing"]))
        named = rng.choice(housing, IDEA_COUNT)
        self.serving = rng.random(IDEA_COUNT) < PLANTED["self_serving"]["excess_points"] / 100
        self.housing_for = np.where(self.serving, self.of["housing"][self.author], named)
        self.area_for = rng.choice(np.array(list(BOROUGHS)), IDEA_COUNT, p=list(BOROUGHS.values()))
        self.everywhere = rng.random(IDEA_COUNT) < 0.3
        self.created = np.datetime64("2026-03-07") + rng.integers(0, 36, IDEA_COUNT)
        self.idea_ids = [f"I{i:03d}" for i in range(1, IDEA_COUNT + 1)]

    def _ratings(self) -> Table:
        """Each person is shown 40 ideas and approves some."""
        rng = self.rng
        shown = np.zeros((PEOPLE, IDEA_COUNT), dtype=bool)
        order = np.argsort(rng.random((PEOPLE, IDEA_COUNT)), axis=1)[:, :SHOWN_EACH]
        np.put_along_axis(shown, order, True, axis=1)
        liking = rng.normal(-0.3, 0.8, PEOPLE)[:, None] + rng.normal(0, 0.6, IDEA_COUNT)
        chance = logistic(liking)
        own_area = (self.of["area"][:, None] == self.area_for) & ~self.everywhere
        chance = chance + PLANTED["in_group"]["premium_points"] / 100 * own_area
        outside = self.of["housing"][:, None] != self.of["housing"][self.author]
        chance = chance + PLANTED["self_serving"]["outsiders_support_points"] / 100 * (
            outside & self.serving
        )
        approved = (rng.random(chance.shape) < chance) & shown
        self.support = approved.sum(axis=0) / np.maximum(shown.sum(axis=0), 1)
        person, idea = np.nonzero(shown)
        return {
            "participant_id": [self.ids[p] for p in person],
            "idea_id": [self.idea_ids[i] for i in idea],
            "value": approved[person, idea].astype(int).tolist(),
            "kind": ["approve"] * len(person),
        }

    def _decide(self) -> None:
        public = self.of["role"][self.author] == "public"
        score = (self.support - self.support.mean()) / self.support.std()
        chance = logistic(0.2 + 0.9 * score) - PLANTED["adoption"]["penalty_points"] / 100 * public
        self.adopted = self.rng.random(IDEA_COUNT) < chance
        self.delivered = self.adopted & (self.rng.random(IDEA_COUNT) < 0.3)

    def _ideas(self) -> Table:
        rng = self.rng
        text = [
            f"{OPENINGS[rng.integers(len(OPENINGS))]} "
            f"{IDEAS[TOPICS[t]][rng.integers(len(IDEAS[TOPICS[t]]))]}"
            + ("." if everywhere else f" in {area}.")
            for t, area, everywhere in zip(self.topic, self.area_for, self.everywhere, strict=True)
        ]
        status = np.where(
            self.delivered, "delivered", np.where(self.adopted, "adopted", "rejected")
        )
        return {
            "idea_id": self.idea_ids,
            "author_id": [self.ids[a] for a in self.author],
            "text": text,
            "topic": [TOPICS[t] for t in self.topic],
            "stage": ["design"] * IDEA_COUNT,
            "created_at": list(map(str, self.created)),
            "cost": (np.round(rng.lognormal(9.5, 0.7, IDEA_COUNT), -2)).astype(int).tolist(),
            "status": list(map(str, status)),
        }

    def _idea_authors(self) -> Table:
        """Every author; one idea in twelve has a second one."""
        rng = self.rng
        table: Table = {"idea_id": [], "participant_id": []}
        for i, author in enumerate(self.author):
            second = int(rng.integers(PEOPLE)) if rng.random() < 1 / 12 else int(author)
            for person in dict.fromkeys((int(author), second)):
                table["idea_id"].append(self.idea_ids[i])
                table["participant_id"].append(self.ids[person])
        return table

    def _beneficiaries(self) -> Table:
        rows = [
            (i, "housing", group) for i, group in zip(self.idea_ids, self.housing_for, strict=True)
        ]
        areas = np.where(self.everywhere, "everyone", self.area_for)
        rows += [(i, "area", area) for i, area in zip(self.idea_ids, areas, strict=True)]
        columns = ("idea_id", "attribute", "group")
        return {name: [str(row[n]) for row in rows] for n, name in enumerate(columns)} | {
            "source": ["author"] * len(rows)
        }

    def _turns(self) -> Table:
        rng = self.rng
        ratio = PLANTED["dominance"]["words_per_head"]
        zeal = rng.gamma(1.2, 1.0, PEOPLE)
        person = np.repeat(np.arange(PEOPLE), rng.poisson(3 * zeal))
        person = rng.permutation(person)
        louder = np.array([ratio[role] for role in self.of["role"][person]])
        words = np.ceil(rng.lognormal(3, 0.6, len(person)) * louder).astype(int)
        session = np.sort(rng.integers(0, len(SESSIONS), len(person)))
        answers = [
            f"T{i:04d}" if i > 0 and session[i] == session[i - 1] and rng.random() < 0.4 else ""
            for i in range(len(person))
        ]
        return {
            "turn_id": [f"T{i:04d}" for i in range(1, len(person) + 1)],
            "session_id": [SESSIONS[s][0] for s in session],
            "participant_id": [self.ids[p] for p in person],
            "n_words": words.tolist(),
            "reply_to": answers,
        }

    def _responses(self) -> Table:
        """Answers given before the export; later ones are not there."""
        rng = self.rng
        public = self.of["role"][self.author] == "public"
        rate = np.where(public, PLANTED["responses"]["rate_ratio"], 1.0) * np.log(2) / 35
        at = self.created + np.ceil(rng.exponential(1, IDEA_COUNT) / rate).astype(int)
        answered = np.flatnonzero(at <= EXPORT)
        reasoned = rng.random(len(answered)) < 0.7
        return {
            "idea_id": [self.idea_ids[i] for i in answered],
            "at": [str(at[i]) for i in answered],
            "kind": ["reasoned" if r else "decision only" for r in reasoned],
            "responder_role": ["officer"] * len(answered),
            "outcome": ["adopted" if self.adopted[i] else "rejected" for i in answered],
        }

    def _attendance(self) -> Table:
        table: Table = {"participant_id": [], "session_id": []}
        for session in SESSIONS:
            chance = np.array([PLANTED["attendance"][session[1]][d] for d in self.of["disability"]])
            for person in np.flatnonzero(self.rng.random(PEOPLE) < chance):
                table["participant_id"].append(self.ids[person])
                table["session_id"].append(session[0])
        return table

    def _experience(self) -> Table:
        table: Table = {"participant_id": [], "item": [], "value": []}
        lower = PLANTED["experience"]["felt_valued"] * (self.of["housing"] == "Social renter")
        for item, shift in (
            ("felt_valued", lower),
            ("satisfied", np.zeros(PEOPLE)),
            ("trusts_process", np.zeros(PEOPLE)),
        ):
            value = np.clip(np.round(self.rng.normal(3.7 + shift, 0.9)), 1, 5).astype(int)
            for person in np.flatnonzero(self.rng.random(PEOPLE) < 0.7):
                table["participant_id"].append(self.ids[person])
                table["item"].append(item)
                table["value"].append(int(value[person]))
        return table

    def _priorities(self) -> Table:
        """Three topics a person, the first worth most."""
        table: Table = {"participant_id": [], "topic": [], "value": [], "kind": []}
        for person in self.ids:
            for value, topic in zip((3, 2, 1), self.rng.permutation(len(TOPICS))[:3], strict=True):
                table["participant_id"].append(person)
                table["topic"].append(TOPICS[topic])
                table["value"].append(value)
                table["kind"].append("points")
        return table


def _need() -> Table:
    rows = (
        ("Homes", "housing", "Social renter", 3),
        ("Homes", "housing", "Private renter", 2),
        ("Homes", "housing", "Owner", 1),
        ("Health and care", "age_band", "65+", 3),
        ("Jobs and skills", "age_band", "16-29", 3),
    )
    return {
        name: [row[n] for row in rows]
        for n, name in enumerate(("topic", "attribute", "group", "weight"))
    }


def _baseline() -> Table:
    rows: Sequence[tuple[str, str, int]] = [
        (attribute, group, round(100_000 * share))
        for attribute, groups in COMMUNITY.items()
        for group, share in groups.items()
    ]
    return {
        name: [row[n] for row in rows] for n, name in enumerate(("attribute", "group", "count"))
    }


_SETTINGS = """title = "Recovery programme (synthetic)"
selection = "open"
budget = 1500000

[baseline]
source = "Invented community of 100,000 people; no census"
area = "Greater Manchester (synthetic)"
date = "2026"

[sources]
everything = "Synthetic: written by python -m coprep.simulate; no person, idea or vote is real"

[labels.disability]
Yes = "disabled people"
No = "non-disabled people"

[labels.housing]
Owner = "home owners"
"Private renter" = "private renters"
"Social renter" = "social renters"

[labels.gender]
Woman = "women"
Man = "men"
"Another gender" = "people of another gender"

[labels.ethnicity]
Asian = "Asian people"
Black = "Black people"
Mixed = "people of mixed ethnicity"
Other = "people of another ethnic group"
White = "White people"
"""


def _readme(tables: Mapping[str, Table]) -> str:
    sizes = "\n".join(
        f"| {name}.csv | {len(next(iter(t.values()))):,} | {', '.join(t)} |"
        for name, t in tables.items()
    )
    told = "\n".join(
        f"- **{name.replace('_', ' ')}**: {_told(planted)}" for name, planted in PLANTED.items()
    )
    return _README.format(sizes=sizes, told=told)


def _told(planted: Mapping[str, Any]) -> str:
    lines = [str(planted["what"]) + "\n"]
    for name, value in planted.items():
        if name != "what":
            parts = value.items() if isinstance(value, Mapping) else ()
            text = ", ".join(f"{key} {number}" for key, number in parts) or value
            text = ", ".join(text) if isinstance(text, list) else text
            lines.append(f"  - {name.replace('_', ' ')}: {text}.")
    return "\n".join(lines)


_README = """# Recovery programme (synthetic)

A made-up co-production process in the style of a Greater Manchester recovery programme. **Nothing in it is real** but
the names of places: people, ideas, votes and answers were drawn at random, and what there is to be found was put there.

Written, the same every time, by

    python -m coprep.simulate data/samples/recovery-programme

| file | rows | columns |
|---|---|---|
{sizes}

`process.toml` holds title, budget and sources.

## What was planted

The same as numbers is in `truth.json`. An honest analysis finds these patterns, allowing for chance, and finds nothing
where nothing was planted.

{told}
"""
