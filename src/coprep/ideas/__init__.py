"""Question 2: whose ideas? Self-serving and dominant-group bias, with null models that hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coprep._lazy import attach

if TYPE_CHECKING:
    from coprep.ideas.adoption import *
    from coprep.ideas.agenda import *
    from coprep.ideas.author_scores import *
    from coprep.ideas.blocs import *
    from coprep.ideas.calibrate import *
    from coprep.ideas.consensus import *
    from coprep.ideas.dominance import *
    from coprep.ideas.framing import *
    from coprep.ideas.homophily import *
    from coprep.ideas.in_group import *
    from coprep.ideas.outcome import *
    from coprep.ideas.own_ideas import *
    from coprep.ideas.priorities import *
    from coprep.ideas.responses import *
    from coprep.ideas.rivals import *
    from coprep.ideas.self_serving import *
    from coprep.ideas.suggest import *
    from coprep.ideas.vocabulary import *

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
