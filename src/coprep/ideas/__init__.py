"""Question 2: whose ideas? Self-serving and dominant-group bias, with null models that hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coprep._lazy import attach

if TYPE_CHECKING:
    from coprep.ideas.adoption import Adoption as Adoption
    from coprep.ideas.adoption import adoption as adoption
    from coprep.ideas.agenda import Agenda as Agenda
    from coprep.ideas.agenda import agenda as agenda
    from coprep.ideas.author_scores import AuthorScores as AuthorScores
    from coprep.ideas.author_scores import author_scores as author_scores
    from coprep.ideas.blocs import Blocs as Blocs
    from coprep.ideas.blocs import blocs as blocs
    from coprep.ideas.calibrate import Calibration as Calibration
    from coprep.ideas.calibrate import calibrate as calibrate
    from coprep.ideas.consensus import Consensus as Consensus
    from coprep.ideas.consensus import consensus as consensus
    from coprep.ideas.dominance import Dominance as Dominance
    from coprep.ideas.dominance import dominance as dominance
    from coprep.ideas.framing import Framing as Framing
    from coprep.ideas.framing import framing as framing
    from coprep.ideas.homophily import Endorsements as Endorsements
    from coprep.ideas.homophily import homophily as homophily
    from coprep.ideas.in_group import InGroup as InGroup
    from coprep.ideas.in_group import in_group as in_group
    from coprep.ideas.outcome import Outcome as Outcome
    from coprep.ideas.outcome import outcome as outcome
    from coprep.ideas.own_ideas import OwnIdeas as OwnIdeas
    from coprep.ideas.own_ideas import own_ideas as own_ideas
    from coprep.ideas.priorities import Priorities as Priorities
    from coprep.ideas.priorities import priorities as priorities
    from coprep.ideas.responses import Responses as Responses
    from coprep.ideas.responses import responses as responses
    from coprep.ideas.rivals import Rivals as Rivals
    from coprep.ideas.rivals import rivals as rivals
    from coprep.ideas.self_serving import SelfServing as SelfServing
    from coprep.ideas.self_serving import self_serving as self_serving
    from coprep.ideas.suggest import SuggestedBeneficiaries as SuggestedBeneficiaries
    from coprep.ideas.suggest import suggest_beneficiaries as suggest_beneficiaries
    from coprep.ideas.vocabulary import Vocabulary as Vocabulary
    from coprep.ideas.vocabulary import vocabulary as vocabulary

_NAMES = {
    "adoption": ["Adoption", "adoption"],
    "agenda": ["Agenda", "agenda"],
    "author_scores": ["AuthorScores", "author_scores"],
    "blocs": ["Blocs", "blocs"],
    "calibrate": ["Calibration", "calibrate"],
    "consensus": ["Consensus", "consensus"],
    "dominance": ["Dominance", "dominance"],
    "framing": ["Framing", "framing"],
    "homophily": ["Endorsements", "homophily"],
    "in_group": ["InGroup", "in_group"],
    "outcome": ["Outcome", "outcome"],
    "own_ideas": ["OwnIdeas", "own_ideas"],
    "priorities": ["Priorities", "priorities"],
    "responses": ["Responses", "responses"],
    "rivals": ["Rivals", "rivals"],
    "self_serving": ["SelfServing", "self_serving"],
    "suggest": ["SuggestedBeneficiaries", "suggest_beneficiaries"],
    "vocabulary": ["Vocabulary", "vocabulary"],
}

attach(__name__, _NAMES)
