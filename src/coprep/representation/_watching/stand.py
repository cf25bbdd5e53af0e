"""Turns what it takes to continue a monitor into plain data, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from coprep.data.baseline.baseline import Baseline
from coprep.data.baseline.profile import Profile
from coprep.errors import InputError
from coprep.findings import Note
from coprep.representation._options import Options
from coprep.representation._watching.arrivals import (
    Arrivals,
)
from coprep.wording.labels import listed


def check_later(came: Arrivals, stand: Mapping[str, Any]) -> None:
    """Refuse arrivals that are not all later than those before: a time counts as a whole."""
    if not stand or came.when is None:
        return
    if came.order != stand["order"]:
        raise InputError.of(
            "the order of these arrivals is told otherwise than before: by "
            f"{'dates' if came.order == 'time' else 'numbers'}.",
            code="bad_order",
            param="order",
        )
    last = _time_from(stand["last"], came.order)
    if came.when[0] <= last:
        raise InputError.of(
            f"arrivals of {came.said(0)} are not later than the last before, of {stand['last']}.",
            code="not_later",
            param="order",
            got=came.said(0),
            expected=f"later than {stand['last']}",
            hint="extend by whole days (or whatever the order counts), one after the other; where "
            "earlier arrivals became known later, begin anew with all of them.",
        )


def _time_from(said: str, order: str) -> Any:
    """A time from words that `said_time` made."""
    return np.datetime64(said.replace(" ", "T")) if order == "time" else float(said)


def same_attributes(found: Sequence[Any], stand: Mapping[str, Any]) -> None:
    now = {item.profile.attribute for item in found}
    if now != set(stand["courses"]):
        odd = sorted(now ^ set(stand["courses"]))
        raise InputError.of(
            f"only some of the arrivals have {listed(odd)}.",
            code="different_attributes",
            param="more",
            got=tuple(odd),
        )


def options_to_plain(options: Options) -> dict[str, Any]:
    """What was asked, as plain data that `Options.of_reading` takes."""
    return {one.name: getattr(options, one.name) for one in fields(options) if one.name != "ticks"}


def baseline_to_plain(baseline: Baseline) -> dict[str, Any]:
    """The baseline as far as arrivals are compared with it."""
    return {
        "source": baseline.source,
        "area": baseline.area,
        "date": baseline.date,
        "universe": baseline.universe,
        "kind": baseline.kind,
        "notes": list(baseline.notes),
        "profiles": [
            {
                "attribute": p.attribute,
                "groups": list(p.groups),
                "shares": p.shares.tolist(),
                "counts": None if p.counts is None else p.counts.tolist(),
                "moe": None if p.moe is None else p.moe.tolist(),
                "rounding": p.rounding,
                "overlapping": p.overlapping,
            }
            for p in baseline.profiles.values()
        ],
    }


def baseline_from_plain(data: Mapping[str, Any]) -> Baseline:
    """The baseline as `baseline_to_plain` wrote it."""
    profiles = {
        p["attribute"]: Profile(
            p["attribute"],
            tuple(p["groups"]),
            np.array(p["shares"], dtype=float),
            None if p["counts"] is None else np.array(p["counts"], dtype=float),
            None if p["moe"] is None else np.array(p["moe"], dtype=float),
            float(p["rounding"]),
            bool(p["overlapping"]),
        )
        for p in data["profiles"]
    }
    notes = tuple(Note(n["code"], n["text"], n["values"]) for n in data["notes"])
    return Baseline(
        profiles, data["source"], data["area"], data["date"], data["universe"], data["kind"], notes
    )
