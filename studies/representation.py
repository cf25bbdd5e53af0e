"""How often `assess` raises a false alarm or gives a false all-clear, and what it can see.

Enumerates every possible count where it can and simulates with fixed seeds where it cannot. Remake the committed
numbers with ``python studies/representation.py`` (about twenty minutes on one core).
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy import stats

from coprep.metrics.shares._proportions import proportion_interval
from coprep.representation._judge import Counts, judge
from coprep.representation._options import Options

OPTIONS = Options()
SIZES = (20, 50, 100, 200, 500, 1000, 2000, 5000)
SHARES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.18, 0.3, 0.45, 0.5, 0.6)
PROFILES = {
    "even thirds": (1 / 3, 1 / 3, 1 / 3),
    "four age bands": (0.24, 0.25, 0.24, 0.27),
    "six ethnic groups": (0.765, 0.136, 0.047, 0.03, 0.017, 0.005),
    "ten wards": (0.1,) * 10,
}
HERE = Path(__file__).parent


def counts(x, n, share, *, se=0.0, population=None, weights=None, heaviest=(1.0, 1.0)):
    """Counts for many possible outcomes at once."""
    x = np.asarray(x, dtype=float)
    n = np.broadcast_to(np.asarray(n, dtype=float), x.shape)
    share = np.broadcast_to(np.asarray(share, dtype=float), x.shape)
    w, w2, all_w, all_w2 = weights if weights is not None else (x, x, n, n)
    error = np.broadcast_to(np.asarray(se, dtype=float), x.shape)
    return Counts(
        *(x, n, w, w2, all_w, all_w2, share, error),
        rounding=np.zeros(x.shape),
        weighted=weights is not None,
        population=population,
        heaviest=heaviest[0],
        heaviest_other=heaviest[1],
    )


def pair(given):
    """Of many outcomes of a two-group attribute: is the group flagged, called in line; is either group flagged?

    Both groups are judged, because the attribute is flagged when either is.
    """
    ours, theirs = judge(given, OPTIONS), judge(given.others, OPTIONS)
    told = ~(given.rests_on_few | given.others.rests_on_few)
    out = []
    for side in (ours, theirs):
        low = told & (side.p_value <= OPTIONS.alpha) & (side.ratio < OPTIONS.band[0])
        high = told & (side.p_value <= OPTIONS.alpha) & (side.ratio > OPTIONS.band[1])
        out.append((low, high, told & (side.p_in_line <= OPTIONS.alpha)))
    any_flag = out[0][0] | out[0][1] | out[1][0] | out[1][1]
    in_line = out[0][2] & ~any_flag
    return {"under": out[0][0], "over": out[0][1], "in_line": in_line, "any_flag": any_flag}


def enumerate_pairs(sizes=SIZES, shares=SHARES) -> Iterator[dict[str, object]]:
    """Two groups, exact baseline: every count from 0 to n with its probability."""
    for n, share in itertools.product(sizes, shares):
        x = np.arange(n + 1)
        told = pair(counts(x, n, share))

        def rate(name, ratio, x=x, n=n, share=share, told=told):
            if ratio * share > 1:
                return None
            return float(stats.binom.pmf(x, n, ratio * share)[told[name]].sum())

        yield {
            "n": n,
            "share": share,
            "false_alarm": rate("any_flag", 1.0),
            "false_all_clear": max(
                rate("in_line", 0.8 - 1e-12), rate("in_line", 1.25 + 1e-12) or 0.0
            ),
            "power_under_half": rate("under", 0.5),
            "power_in_line": rate("in_line", 1.0),
        }


def enumerate_baseline_error(
    sizes=(20, 50, 100, 500), shares=(0.005, 0.02, 0.05, 0.1, 0.3, 0.6), cvs=(0.05, 0.2)
) -> Iterator[dict[str, object]]:
    """The baseline is a survey's estimate: counts enumerated, the estimate integrated over its normal error."""
    z = np.linspace(-4.5, 4.5, 31)
    weight = stats.norm.pdf(z) / stats.norm.pdf(z).sum()
    for n, share, cv in itertools.product(sizes, shares, cvs):
        se = cv * share
        x = np.arange(n + 1)
        sd = np.sqrt(n * share * (1 - share))
        reach = 6 * sd + 10 + 0.25 * n * share  # both edges of the band, with room
        x = x[np.abs(x - n * share) < reach]
        estimate = np.clip(share + se * z, 1e-6, 1 - 1e-6)
        xs, es = np.meshgrid(x, estimate, indexing="ij")
        told = pair(counts(xs.ravel(), n, es.ravel(), se=se))
        flag = told["any_flag"].reshape(xs.shape) @ weight
        edge = [
            told["in_line"].reshape(xs.shape) @ weight @ stats.binom.pmf(x, n, min(1.0, r * share))
            for r in (0.8, 1.25)
            if r * share < 1
        ]
        yield {
            "n": n,
            "share": share,
            "cv_of_baseline": cv,
            "false_alarm": float(flag @ stats.binom.pmf(x, n, share)),
            "false_all_clear": float(max(edge)),
        }


def enumerate_small_population(
    populations=(100, 300, 1000), shares=(0.05, 0.1, 0.2, 0.5)
) -> Iterator[dict[str, object]]:
    """Draws without replacement from a village, a school, a workplace."""
    for population, share in itertools.product(populations, shares):
        size = round(share * population)
        for n in sorted({max(10, population // 10), population // 4, population // 2}):
            x = np.arange(max(0, n - (population - size)), min(n, size) + 1)
            told = pair(counts(x, n, size / population, population=population))
            below, above = int(np.ceil(0.8 * size)) - 1, int(np.floor(1.25 * size)) + 1
            edges = [
                stats.hypergeom.pmf(x, population, k, n)[told["in_line"]].sum()
                for k in (below, above)
                if 0 <= k <= population
            ]
            yield {
                "population": population,
                "n": n,
                "share": share,
                "false_alarm": float(
                    stats.hypergeom.pmf(x, population, size, n)[told["any_flag"]].sum()
                ),
                "false_all_clear": float(max(edges)),
            }


def lookup(n, share):
    """The judgement of every count from 0 to n."""
    return judge(counts(np.arange(n + 1), n, share), OPTIONS)


def family(outcomes, n, profile):
    """For each outcome (a row of counts): is any group flagged, and which groups are in line?"""
    tables = [lookup(n, share) for share in profile]
    stack = {
        name: np.column_stack([getattr(t, name)[outcomes[:, i]] for i, t in enumerate(tables)])
        for name in ("p_value", "p_in_line", "ratio")
    }
    p, line = (holm(stack[name]) for name in ("p_value", "p_in_line"))
    flag = (p <= OPTIONS.alpha) & (
        (stack["ratio"] < OPTIONS.band[0]) | (stack["ratio"] > OPTIONS.band[1])
    )
    return flag, (line <= OPTIONS.alpha) & ~flag


def holm(p):
    """Holm's adjustment of every row at once; agrees with `adjust_p_values`, as the tests check."""
    order = np.argsort(p, axis=1, kind="stable")
    k = p.shape[1]
    ordered = np.take_along_axis(p, order, axis=1) * np.arange(k, 0, -1)
    out = np.empty_like(p)
    np.put_along_axis(out, order, np.minimum(np.maximum.accumulate(ordered, axis=1), 1), axis=1)
    return out


def compositions(n, k):
    """Every way to share n people out among k groups."""
    bars = np.array(list(itertools.combinations(range(n + k - 1), k - 1)))
    edges = np.column_stack([np.full(len(bars), -1), bars, np.full(len(bars), n + k - 1)])
    return np.diff(edges, axis=1) - 1


def many_groups(sizes=SIZES, draws=200_000, seed=20261123) -> Iterator[dict[str, object]]:
    """More than two groups under Holm: all outcomes where they are few, else fixed-seed draws."""
    for (name, profile), n in itertools.product(PROFILES.items(), sizes):
        k = len(profile)
        exact = k <= 4 and n <= {3: 200, 4: 50}.get(k, 0)
        generator = np.random.default_rng([seed, n, k])
        truth = np.array(profile)
        edge = truth.copy()
        edge[0] *= 0.8 - 1e-12
        edge[1:] *= (1 - edge[0]) / edge[1:].sum()
        found = {}
        for world, p in (("parity", truth), ("edge", edge)):
            if exact:
                outcomes = compositions(n, k)
                weight = stats.multinomial.pmf(outcomes, n, p)
            else:
                outcomes = generator.multinomial(n, p, size=draws)
                weight = np.full(draws, 1 / draws)
            flag, line = family(outcomes, n, profile)
            found[world] = float(weight @ flag.any(axis=1)), float(weight @ line[:, 0])
        yield {
            "profile": name,
            "groups": k,
            "n": n,
            "how": "enumerated" if exact else f"{draws:,} draws",
            "false_alarm": found["parity"][0],
            "false_all_clear": found["edge"][1],
        }


def weighted(
    sizes=(50, 100, 200, 500, 2000), shares=(0.02, 0.05, 0.1, 0.18, 0.3, 0.5), draws=4_000, seed=7
):
    """Weights that vary by chance, and weights that undo an over- or under-recruitment of the group."""
    for n, share, spread, oversampled in itertools.product(
        sizes, shares, (0.5, 1.0), (0.5, 1.0, 2.0)
    ):
        generator = np.random.default_rng(
            [seed, n, int(1000 * share), int(10 * spread), int(oversampled)]
        )
        chance = oversampled * share / (oversampled * share + 1 - share)
        member = generator.random((draws, n)) < chance
        w = np.exp(spread * generator.standard_normal((draws, n)))
        w = w / np.where(member, oversampled, 1.0)
        sums = ((w * member).sum(1), (w**2 * member).sum(1), w.sum(1), (w**2).sum(1))
        heaviest = ((w * member).max(1), (w * ~member).max(1))
        told = pair(counts(member.sum(1), n, share, weights=sums, heaviest=heaviest))
        yield {
            "n": n,
            "share": share,
            "spread_of_log_weights": spread,
            "over_recruited": oversampled,
            "draws": draws,
            "false_alarm": float(told["any_flag"].mean()),
        }


def coverage(sizes=(10, 20, 50, 100, 500), points=999) -> Iterator[dict[str, object]]:
    """Exact coverage of the intervals of a share over a grid of true shares."""
    truth = np.arange(1, points + 1) / (points + 1)
    for n, method in itertools.product(sizes, ("exact", "wilson", "jeffreys", "mid-p")):
        x = np.arange(n + 1)
        low, high = proportion_interval(x, n, confidence=0.95, method=method)
        inside = (low[:, None] <= truth) & (truth <= high[:, None])
        covered = (stats.binom.pmf(x[:, None], n, truth) * inside).sum(0)
        yield {
            "n": n,
            "method": method,
            "mean": float(covered.mean()),
            "minimum": float(covered.min()),
        }


STUDIES = {
    "two_groups": enumerate_pairs,
    "many_groups": many_groups,
    "baseline_error": enumerate_baseline_error,
    "small_population": enumerate_small_population,
    "weighted": weighted,
    "coverage": coverage,
}


def check(found) -> list[str]:
    """Where a promise is not kept: above alpha by more than simulation can explain, or below nominal coverage."""
    broken = []
    for study, rows in found.items():
        for row in rows:
            for name in ("false_alarm", "false_all_clear"):
                if name in row and row[name] > _most(row):
                    broken.append(f"{study}: {name} {row[name]:.4f} at {row}")
            if row.get("method") == "exact" and row["minimum"] < 0.95 - 1e-9:
                broken.append(f"{study}: coverage {row['minimum']:.4f} at {row}")
    return broken


def _most(row) -> float:
    draws = (
        int(str(row.get("draws", row.get("how", "0"))).split()[0].replace(",", "") or 0)
        if "draws" in str(row)
        else 0
    )
    return (
        OPTIONS.alpha + 1e-9
        if not draws
        else float(stats.binom.ppf(0.999, draws, OPTIONS.alpha)) / draws
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE / "results" / "representation.json")
    parser.add_argument("--only", choices=STUDIES, action="append")
    asked = parser.parse_args()
    found = json.loads(asked.out.read_text()) if asked.only and asked.out.exists() else {}
    for name in asked.only or STUDIES:
        found[name] = list(STUDIES[name]())
        worst = {
            k: max((r[k] for r in found[name] if k in r), default=None)
            for k in ("false_alarm", "false_all_clear")
        }
        print(
            name,
            len(found[name]),
            "cells; worst",
            {k: round(v, 4) for k, v in worst.items() if v is not None},
        )
    asked.out.parent.mkdir(exist_ok=True)
    asked.out.write_text(json.dumps(found, indent=1) + "\n")
    for line in check(found):
        print("NOT KEPT", line)


if __name__ == "__main__":
    main()
