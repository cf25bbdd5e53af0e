"""Draws each detector's picture from the synthetic sample, with its words, where the pages of the guide include it."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

from coprep import from_json, ideas, read_baseline, read_participants, read_process, representation
from coprep.data.process.process import Process
from coprep.errors import CoprepWarning
from coprep.fairness import GroupTable, group_metrics
from coprep.results import Result
from coprep.report.alt_text import alternative
from coprep.wording.escape import markdown
from coprep.report.plots import svg

SAMPLE = "recovery-programme"
MOST = 24
_DRAWS = {"draws": 999, "rng": 1}
_WORDS = {
    "Social renter": ["council house*", "estate*", "landlord*", "repair*"],
    "Private renter": ["rent", "rents", "tenant*"],
    "Owner": ["homeowner*", "garden*", "driveway*"],
}


def _another_result() -> Result:
    """The answer for a real vote, whose ballots are not kept here."""
    kept = Path(__file__).parents[1] / "studies" / "results" / "warsaw_votes.json"
    return from_json(json.dumps(json.loads(kept.read_text(encoding="utf-8"))["2022 Srodmiescie"]))


PICTURES: dict[str, Callable[[Process], Result]] = {
    "self_serving": partial(ideas.self_serving, attribute="housing", **_DRAWS),
    "own_ideas": partial(ideas.own_ideas, attribute="housing", **_DRAWS),
    "rivals": partial(ideas.rivals, attribute="housing", **_DRAWS),
    "author_scores": partial(ideas.author_scores, attribute="housing"),
    "in_group": partial(ideas.in_group, attribute="area", **_DRAWS),
    "homophily": partial(ideas.homophily, attribute="area", **_DRAWS),
    "blocs": partial(ideas.blocs, attribute="housing", **_DRAWS),
    "dominance": partial(ideas.dominance, attribute="role", currency="words", **_DRAWS),
    "agenda": partial(ideas.agenda, attribute="role", **_DRAWS),
    "consensus": partial(ideas.consensus, attribute="gender", **_DRAWS),
    "adoption": partial(ideas.adoption, attribute="role", **_DRAWS),
    "responses": partial(ideas.responses, attribute="role", **_DRAWS),
    "outcome": partial(ideas.outcome, attribute="area", representation=False, **_DRAWS),
    "priorities": partial(ideas.priorities, attribute="housing", **_DRAWS),
    "vocabulary": partial(ideas.vocabulary, attribute="housing", show=4, **_DRAWS),
    "framing": partial(ideas.framing, attribute="housing", **_DRAWS),
    "suggest_beneficiaries": partial(
        ideas.suggest_beneficiaries, attribute="housing", lexicon=_WORDS
    ),
    "calibrate": partial(
        ideas.calibrate,
        detector=ideas.self_serving,
        attribute="housing",
        worlds=60,
        planted_worlds=30,
        draws=99,
        rng=1,
    ),
}


def draw_all(samples: Path, target: Path) -> None:
    """A picture, and a piece of Markdown with the picture, its words and its table's headline, for each detector.

    Parameters
    ----------
    samples : Path
        The folder of sample processes.
    target : Path
        Where pictures and pieces go.
    """
    target.mkdir(exist_ok=True)
    process = read_process(samples / SAMPLE)
    for name, ask in PICTURES.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CoprepWarning)
            result = ask(process)
        (target / f"{name}.svg").write_text(svg(result, most=MOST), encoding="utf-8")
        (target / f"{name}.md").write_text(
            _piece(name, result, target.name, "in the synthetic recovery programme"),
            encoding="utf-8",
        )
    result = _another_result()
    (target / "reweighted_outcome.svg").write_text(svg(result, most=MOST), encoding="utf-8")
    (target / "reweighted_outcome.md").write_text(
        _piece("reweighted_outcome", result, target.name, "in Śródmieście, Warsaw, 2022"),
        encoding="utf-8",
    )
    result = _leeds(samples / "leeds-climate-jury-2019")
    (target / "leeds.svg").write_text(svg(result, most=MOST), encoding="utf-8")
    (target / "leeds.md").write_text(
        _piece("leeds", result, target.name, "beside who lives there"), encoding="utf-8"
    )
    result = _sign_ups(samples / "sign-ups")
    (target / "sign_ups.svg").write_text(svg(result, most=MOST), encoding="utf-8")
    told = "made-up sign-ups beside the census of Manchester"
    (target / "sign_ups.md").write_text(
        _piece("sign_ups", result, target.name, told), encoding="utf-8"
    )


def _leeds(folder: Path) -> Result:
    """Who answered the letter in Leeds, by disability and by worry about the climate."""
    process = read_process(folder)
    return representation.assess(
        process.counts("respondents"),
        process.baseline,
        attributes=["disability", "climate_concern"],
        title="Who answered the letter in Leeds",
    )


def _sign_ups(folder: Path) -> Result:
    """Who signed up by age, from the workbook and the census file of the sample."""
    age = read_baseline(folder / "census2021-ts007-ltla.csv", area="Manchester", level="detailed")
    people = read_participants(folder / "responses.xlsx", baseline=age)
    title = "Who signed up, by age"
    return representation.assess(people, people.baseline, title=title)


def _piece(name: str, result: Result, folder: str, told: str) -> str:
    words = alternative(result, list(result.rows.records())).replace('"', "'")
    return "\n".join([
        f"```{{figure}} {folder}/{name}.svg",
        f":alt: {words}",
        "",
        f"{markdown(result.title)}, {told}. {markdown(result.headline)}",
        "```",
        "",
    ])  # fmt: skip


def draw_for_readme(target: Path = Path(__file__).parent / "_static") -> None:
    """The three pictures of the README, which shows one for each question."""
    samples = Path(__file__).parents[1] / "data" / "samples"
    adopted = ideas.adoption(read_process(samples / SAMPLE), attribute="role", **_DRAWS)
    admitted = GroupTable.from_counts(
        {
            "men": {"selected": 1198, "total": 2691},
            "women": {"selected": 557, "total": 1835},
        }
    )
    found = {
        "leeds": _leeds(samples / "leeds-climate-jury-2019"),
        "adoption": adopted,
        "berkeley": group_metrics(admitted, metrics=["selection_rate"]),
    }
    for name, result in found.items():
        (target / f"{name}.svg").write_text(svg(result, most=MOST), encoding="utf-8")


if __name__ == "__main__":
    draw_for_readme()
