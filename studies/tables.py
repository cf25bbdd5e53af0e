"""Writes the tables of docs/trust.md from studies/results; run it after the studies: ``python studies/tables.py``."""

from __future__ import annotations

import json
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "results"


def table(heads, rows) -> list[str]:
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    return [*lines, *("| " + " | ".join(str(c) for c in row) + " |" for row in rows), ""]


def percent(value, digits=1) -> str:
    return "–" if value is None else f"{100 * value:.{digits}f}%"


def worst(rows, name):
    return max((r[name] for r in rows if r.get(name) is not None), default=None)


def by(rows, *names):
    groups = {}
    for row in rows:
        groups.setdefault(tuple(row[n] for n in names), []).append(row)
    return groups


def representation(found) -> list[str]:
    out = ["### Two groups, exact baseline (every possible count)", ""]
    rows = []
    for (n,), cells in by(found["two_groups"], "n").items():
        tenth = next(c for c in cells if c["share"] == 0.1)
        half = next(c for c in cells if c["share"] == 0.5)
        rows.append(
            (
                f"{n:,}",
                percent(worst(cells, "false_alarm")),
                percent(worst(cells, "false_all_clear")),
                percent(tenth["power_under_half"], 0),
                percent(half["power_under_half"], 0),
                percent(tenth["power_in_line"], 0),
                percent(half["power_in_line"], 0),
            )
        )
    out += table(
        (
            "people",
            "worst false alarm",
            "worst false all-clear",
            "finds a halved 10% group",
            "finds a halved 50% group",
            "shows a 10% group in line",
            "shows a 50% group in line",
        ),
        rows,
    )
    out += ["### Several groups, adjusted by Holm", ""]
    rows = [
        (
            name,
            cells[0]["groups"],
            percent(worst(cells, "false_alarm")),
            percent(worst(cells, "false_all_clear")),
        )
        for (name,), cells in by(found["many_groups"], "profile").items()
    ]
    out += table(
        ("profile", "groups", "worst false alarm over n", "worst false all-clear over n"), rows
    )
    out += ["### A small population", ""]
    rows = [
        (f"{n:,}", percent(worst(cells, "false_alarm")), percent(worst(cells, "false_all_clear")))
        for (n,), cells in by(found["small_population"], "population").items()
    ]
    out += table(("people to draw from", "worst false alarm", "worst false all-clear"), rows)
    out += ["### A baseline with an error of its own", ""]
    rows = [
        (
            percent(cv, 0),
            f"{n:,}",
            percent(worst(cells, "false_alarm")),
            percent(worst(cells, "false_all_clear")),
        )
        for (cv, n), cells in by(found["baseline_error"], "cv_of_baseline", "n").items()
    ]
    out += table(
        ("standard error over share", "people", "worst false alarm", "worst false all-clear"), rows
    )
    out += ["### Weights", ""]
    rows = [
        (spread, over, percent(worst(cells, "false_alarm")))
        for (spread, over), cells in by(
            found["weighted"], "spread_of_log_weights", "over_recruited"
        ).items()
    ]
    out += table(
        (
            "spread of log weights",
            "group over-recruited by",
            "worst false alarm (4,000 draws a cell)",
        ),
        rows,
    )
    out += [
        "### Coverage of intervals of a share, nominal 95% (enumerated over 999 true shares)",
        "",
    ]
    rows = [
        (n, *(f"{percent(c['mean'])} / {percent(c['minimum'])}" for c in cells))
        for (n,), cells in by(found["coverage"], "n").items()
    ]
    out += table(
        ("people", *(f"{m}: mean / lowest" for m in ("exact", "Wilson", "Jeffreys", "mid-p"))), rows
    )
    return out


def fairness(found) -> list[str]:
    rows = [
        (
            r["setting"],
            r["metric"].replace("_", " "),
            r["method"],
            percent(r["true_gap"], 0),
            percent(r["coverage"]),
            percent(r["width"]),
            f"{r['sims']:,}",
        )
        for r in found["rows"]
    ]
    return table(
        ("setting", "metric", "interval", "true gap", "coverage", "mean width", "simulations"), rows
    )


def ideas(found) -> list[str]:
    innocent, planted = [r for r in found if not r["planted"]], [r for r in found if r["planted"]]
    out = ["### Worlds without bias: the worst of each detector", ""]
    rows = []
    for (name,), cells in by(innocent, "detector").items():
        loud, bold = max(cells, key=lambda r: r["alarm"]), max(cells, key=lambda r: r["pattern"])
        covered = [c["covered"] for c in cells if c["covered"] is not None]
        rows.append(
            (
                name,
                len(cells),
                f"{percent(loud['alarm'])} ({loud['world']})",
                percent(worst(cells, "group_alarm")),
                f"{percent(bold['pattern'])} ({bold['world']})" if bold["pattern"] else "0%",
                f"{percent(min(covered))} to {percent(max(covered))}" if covered else "–",
            )
        )
    out += table(
        (
            "detector",
            "worlds",
            "most alarms at 5%",
            "most group alarms at 5%",
            "most patterns",
            "95% interval covers",
        ),
        rows,
    )
    out += ["### Worlds with something to be found", ""]
    rows = [
        (
            r["detector"],
            r["world"],
            percent(r["alarm"]),
            percent(r["pattern"]),
            percent(r["covered"]),
            number(r["truth"]),
            number(r["effect"]),
        )
        for r in planted
    ]
    out += table(
        (
            "detector",
            "planted",
            "p at most 0.05",
            "called a pattern",
            "95% interval covers",
            "true effect",
            "mean effect",
        ),
        rows,
    )
    out += ["### Worlds without bias, cell by cell", ""]
    rows = [
        (
            r["detector"],
            r["world"],
            f"{r['assessed']:,} of {r['worlds']:,}",
            percent(r["alarm"]),
            percent(r["group_alarm"]),
            percent(r["pattern"]),
            percent(r["covered"]),
        )
        for r in innocent
    ]
    return out + table(
        (
            "detector",
            "world",
            "assessed",
            "p at most 0.05",
            "some group's p at most 0.05",
            "called a pattern",
            "95% interval covers",
        ),
        rows,
    )


def other_worlds(found) -> list[str]:
    out = ["### Whose ideas, in worlds of another make", ""]
    for planted, head in ((False, "nothing is there"), (True, "something is there")):
        rows = [
            (
                row["case"],
                f"{row['worlds']:,}",
                row["patterns"],
                percent(row["patterns"] / row["worlds"]),
                percent(row["alarms"] / row["worlds"]),
                percent(row["least"], 0) if row["least"] else "–",
            )
            for row in found
            if row["planted"] is planted
        ]
        out += table(
            (head, "worlds", "with a pattern", "share", "p at most 0.05", "promised"), rows
        )
    return out


def another_result(found) -> list[str]:
    """What was said of made-up votes, and how often it was not true."""
    heads = (
        "people",
        "rule",
        "groups differ by (logits)",
        "truly another list",
        "another on paper",
        "untrue",
        "**pattern**",
        "untrue",
        "**stays**",
        "untrue",
        "95% intervals hold",
    )
    counted = (
        "truly_another",
        "on_paper",
        "on_paper_untrue",
        "pattern",
        "pattern_untrue",
        "stays",
        "stays_untrue",
        "coverage",
    )
    votes = min(row["votes"] for row in found["rows"])
    rows = [
        (
            f"{row['people']:,}",
            row["rule"],
            f"{row['taste']:g}",
            *(percent(row[name] / row["votes"]) for name in counted),
        )
        for row in found["rows"]
    ]
    return [f"### Another result ({votes:,} made-up votes a row)", "", *table(heads, rows)]


def number(value) -> str:
    return "–" if value is None else f"{value:.1f}".replace("-0.0", "0.0")


def main() -> None:
    def load(name):
        path = RESULTS / f"{name}.json"
        return json.loads(path.read_text()) if path.exists() else None

    lines = [
        "<!-- Made by studies/tables.py from studies/results; not to be edited by hand. -->",
        "",
        "## Who came",
        "",
        *representation(load("representation")),
        "## Who gets what",
        "",
        *fairness(load("fairness_coverage")),
    ]
    if load("ideas"):
        lines += ["## Whose ideas", "", *ideas(load("ideas"))]
    if load("other_worlds"):
        lines += other_worlds(load("other_worlds"))
    if load("another_result"):
        lines += another_result(load("another_result"))
    (HERE.parent / "docs" / "trust_tables.md").write_text(
        "\n".join(lines).rstrip() + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
