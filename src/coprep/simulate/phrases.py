"""Hold the words of the synthetic recovery programme: places, groups, topics, ideas."""

from __future__ import annotations

from collections.abc import Mapping

BOROUGHS: Mapping[str, float] = {
    "Bolton": 0.10,
    "Bury": 0.07,
    "Manchester": 0.19,
    "Oldham": 0.08,
    "Rochdale": 0.08,
    "Salford": 0.10,
    "Stockport": 0.10,
    "Tameside": 0.08,
    "Trafford": 0.08,
    "Wigan": 0.12,
}

COMMUNITY: Mapping[str, Mapping[str, float]] = {
    "age_band": {"16-29": 0.25, "30-44": 0.26, "45-64": 0.29, "65+": 0.20},
    "gender": {"Woman": 0.505, "Man": 0.485, "Another gender": 0.01},
    "ethnicity": {"Asian": 0.14, "Black": 0.05, "Mixed": 0.03, "Other": 0.02, "White": 0.76},
    "disability": {"Yes": 0.19, "No": 0.81},
    "housing": {"Owner": 0.58, "Private renter": 0.20, "Social renter": 0.22},
    "area": BOROUGHS,
}
"""Shares of an invented community; round numbers, no census."""

TOPICS = (
    "Digital access",
    "Green spaces",
    "Health and care",
    "Homes",
    "Jobs and skills",
    "Safe streets",
    "Town centres",
    "Transport",
)

OPENINGS = (
    "We could",
    "The council should",
    "It would help to",
    "I would like to",
    "Our community needs to",
    "Let us",
)

IDEAS: Mapping[str, tuple[str, ...]] = {
    "Digital access": (
        "lend laptops from libraries",
        "offer free public wifi in community halls",
        "run drop-in sessions on using services online",
        "keep a telephone line for people without a computer",
    ),
    "Green spaces": (
        "plant trees along the main roads",
        "reopen the allotments with shared tools",
        "light the canal paths in winter",
        "let schools look after a pocket park",
    ),
    "Health and care": (
        "bring a mobile clinic to the estates twice a month",
        "pay neighbours to check on people who live alone",
        "open a walk-in listening service",
        "train volunteers to go along to appointments",
    ),
    "Homes": (
        "insulate homes street by street",
        "set up a repair service with a fair price list",
        "publish every landlord's repair record",
        "help people to swap homes that no longer fit",
    ),
    "Jobs and skills": (
        "guarantee apprentices a place in public building works",
        "start evening courses in care and construction",
        "give small grants to people who start a trade",
        "pay for childcare during training",
    ),
    "Safe streets": (
        "slow the traffic around schools",
        "put crossings where older people shop",
        "bring back park wardens",
        "repair broken street lights within a week",
    ),
    "Town centres": (
        "fill empty shops with community projects",
        "hold a monthly market for local makers",
        "make the first hour of parking free",
        "add benches and public toilets",
    ),
    "Transport": (
        "run buses until midnight",
        "cap the fare for a day on all buses",
        "link the hospitals by a direct bus",
        "build safe places to lock bicycles",
    ),
}

SESSIONS = (
    (
        "S1",
        "design",
        "2026-03-07",
        "2026-03-07T10:00",
        "2026-03-07T13:00",
        "Bolton Library",
        "English",
        "step-free",
    ),
    (
        "S2",
        "design",
        "2026-03-21",
        "2026-03-21T18:00",
        "2026-03-21T20:30",
        "Online",
        "English",
        "captions",
    ),
    (
        "S3",
        "design",
        "2026-04-11",
        "2026-04-11T10:00",
        "2026-04-11T13:00",
        "Manchester Hall",
        "English; Urdu",
        "childcare",
    ),
    (
        "S4",
        "delivery",
        "2026-06-06",
        "2026-06-06T10:00",
        "2026-06-06T13:00",
        "Salford Centre",
        "English",
        "step-free",
    ),
    (
        "S5",
        "delivery",
        "2026-06-20",
        "2026-06-20T18:00",
        "2026-06-20T20:30",
        "Online",
        "English",
        "captions",
    ),
    (
        "S6",
        "review",
        "2026-09-12",
        "2026-09-12T18:00",
        "2026-09-12T20:30",
        "Stockport Hall",
        "English",
        "",
    ),
)
"""session_id, stage, date, start, end, place, language, provisions."""
