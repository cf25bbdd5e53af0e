"""Lay out the pictures of an audit's page: each is a table of which one column is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from coprep.auditing.group_names import GroupNames
from coprep.auditing.lottery import judged_groups, lottery, whole
from coprep.auditing.principle import Principle
from coprep.findings import Finding, Verdict
from coprep.report.audit_page import (
    Dot,
    Felt,
    FeltRow,
    Funnel,
    FunnelStep,
    Ladder,
    LadderStep,
    Lottery,
    LotteryRow,
    NeedCell,
    NeedRow,
    Needs,
    Panel,
    SessionRow,
    Sessions,
    Share,
    StageLine,
    StageName,
    Stages,
    Told,
    ToldRow,
)
from coprep.report.sentences import aim_of
from coprep.wording.names import opening, plainly
from coprep.wording.numbers import count_of

if TYPE_CHECKING:
    from coprep.auditing.result import Audit

_WIDEST = 75.0
"""How much of its cell the longest bar of the ladder takes, in percent: its number stands beside."""
_FIRST_SCREEN = 4
"""More attributes than this are told in the annex where nothing was found in them."""
_ROLE_ORDER = ("public", "practitioner", "leader")
_STEPS = {
    "list": "On the list",
    "words": "Words spoken",
    "ideas": "Ideas written",
    "adopted": "Ideas adopted",
    "delivered": "Ideas delivered",
    "written": "Written",
    "answered": "Answered",
}


def funnels_of(audit: Audit) -> list[Funnel]:
    """People and ideas from step to step; one step alone is no journey."""
    found = []
    for name, kind, table in (("People", "p", audit.people), ("Ideas", "i", audit.ideas)):
        rows = list(table.records())
        if len(rows) > 1:
            found.append(Funnel(name, kind, [_funnel_step(row, rows[0], kind) for row in rows]))
    return found


def _funnel_step(row: Mapping[str, Any], first: Mapping[str, Any], kind: str) -> FunnelStep:
    n = row["n"] or 0
    part = n / first["n"] if first["n"] else 0.0
    step = row["step"]
    if kind == "p":
        # A stage that is read off a list of sessions is a place; a published one names people.
        at = f"At {plainly(step)}" if first["step"] == "list" else opening(step)
        name = "On the list" if step == "list" else at
        note = "" if row is first else f"{part:.0%} of the first"
    else:
        name = {"adopted": "Adopted", "delivered": "Delivered"}.get(step) or _STEPS[step]
        people = count_of(row["people"] or 0, "person", "people")
        note = f"by {people}" if row is first else f"{part:.0%}; ideas of {people}"
    return FunnelStep(name, f"{n:,}", note, f"{min(100 * part, 100):.1f}")


def ladder_chart(audit: Audit, names: GroupNames) -> Ladder | None:
    """Each role's share from step to step."""
    rows = list(audit.ladder.records())
    if not rows:
        return None
    roles = _ordered(dict.fromkeys(row["role"] for row in rows))
    steps = []
    for step in dict.fromkeys(row["step"] for row in rows):
        own = {row["role"]: row for row in rows if row["step"] == step}
        first = next(iter(own.values()))
        of = f"{first['total']:,.0f} {first['unit']}"
        shares = [
            Share(f"{_WIDEST * own[role]['share']:.1f}", f"{own[role]['share']:.0%}")
            for role in roles
        ]
        name = "Words spoken" if step == "words" and first["unit"] == "words" else _STEPS[step]
        steps.append(LadderStep(name, of, shares))
    first_share = {row["role"]: row["share"] for row in rows if row["step"] == rows[0]["step"]}
    last_share = {row["role"]: row["share"] for row in rows if row["step"] == rows[-1]["step"]}
    changed = max(roles, key=lambda role: abs(last_share[role] - first_share[role]))
    verb = "falls" if last_share[changed] < first_share[changed] else "grows"
    title = (
        f"The share of {names.of('role', changed)} {verb} from {first_share[changed]:.0%} to "
        f"{last_share[changed]:.0%}"
    )
    return Ladder(title, [_capital(names.of("role", role)) for role in roles], steps)


def _ordered(roles: Mapping[str, None]) -> list[str]:
    known = [role for role in _ROLE_ORDER if role in roles]
    return known + [role for role in roles if role not in known]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# -- who came --------------------------------------------------------------------------------------


def lottery_charts(audit: Audit, names: GroupNames) -> tuple[list[Lottery], list[Lottery]]:
    """Who came beside a fair lottery: what stands in the text, and what in the annex."""
    found = [f for f in audit.findings if f.question == "representation"]
    charts = dict.fromkeys(str(f.details.get("indicator")) for f in found)
    shown: list[Lottery] = []
    annexed: list[Lottery] = []
    for indicator in charts:
        own = [f for f in found if f.details.get("indicator") == indicator]
        by_attribute: dict[str, list[Finding]] = {}
        for finding in own:
            by_attribute.setdefault(finding.attribute or "", []).append(finding)
        told = {name: fs for name, fs in by_attribute.items() if any(f.verdict.is_flag for f in fs)}
        rest = {name: fs for name, fs in by_attribute.items() if name not in told}
        # The shortest of the others keep those with findings company.
        for name in sorted(rest, key=lambda name: len(rest[name])):
            if len(told) < _FIRST_SCREEN:
                told[name] = rest[name]
        rest = {name: fs for name, fs in by_attribute.items() if name not in told}
        prefix = compared_at(own[0])
        shown.append(_lottery(prefix + _finding_title(own), told, names))
        if rest:
            listed = ", ".join(plainly(name) for name in rest)
            annexed.append(_lottery(f"{prefix}{opening(listed)}", rest, names))
    return shown, annexed


def compared_at(finding: Finding) -> str:
    """At which stage, and against what, people were compared, in front of what is said of it."""
    stage = finding.details.get("stage")
    against = finding.details.get("against")
    of_who_came = finding.question in {"representation", "intersections"}
    if not of_who_came or not (stage or against):
        return ""
    said = [plainly(str(stage))] if stage else []
    said += [f"against {against}"] if against else []
    return f"{_capital(', '.join(said))}: "


def _finding_title(findings: Sequence[Finding]) -> str:
    flagged = [str(f.details.get("title")) for f in findings if f.verdict.is_flag]
    if flagged:
        return "; ".join(flagged[:3])
    if all(f.verdict is Verdict.NOT_ASSESSABLE for f in findings):
        return "Who came, beside quotas and targets"
    return "Nobody is shown to be missing or many"


def _lottery(title: str, groups: Mapping[str, Sequence[Finding]], names: GroupNames) -> Lottery:
    largest = 0.0
    for findings in groups.values():
        for finding in findings:
            values = finding.values
            if _is_drawn(finding):
                judged = judged_groups(findings)
                _, high = lottery(float(values["baseline"]), values["total"], judged)
                largest = max(largest, values["participants"] / values["total"])
                largest = max(largest, high / values["total"])
    scale = min(1.0, max(0.1, -(-largest // 0.1) * 0.1))
    panels = [
        Panel(opening(name), _lottery_rows(findings, scale, names))
        for name, findings in groups.items()
    ]
    return Lottery(title, f"{100 * scale:.0f}", panels)


def _lottery_rows(findings: Sequence[Finding], scale: float, names: GroupNames) -> list[LotteryRow]:
    # Of two groups the smaller is shown: the other says the same again.
    shown = list(findings)
    if len(shown) == 2 and all(map(_is_drawn, shown)):
        shown = [min(shown, key=lambda f: float(f.values["baseline"]))]
    return [_lottery_row(finding, judged_groups(findings), scale, names) for finding in shown]


def _is_drawn(finding: Finding) -> bool:
    """Whether a group's people can be drawn beside a lottery: its figures are there."""
    values = finding.values
    return bool(values.get("total")) and "participants" in values and "baseline" in values


def _lottery_row(finding: Finding, judged: int, scale: float, names: GroupNames) -> LotteryRow:
    values = finding.values
    name = _capital(names.of(finding.attribute, finding.group or ""))
    if not _is_drawn(finding):
        return LotteryRow(name, "unk", "–", "–", "–", "", _not_told(finding), drawn=False)
    total = values["total"]
    count = values["participants"]
    low, high = lottery(float(values["baseline"]), total, judged)
    per = 100 / (scale * total)
    tested = not aim_of(finding)
    return LotteryRow(
        name,
        _status(finding),
        f"{count:,.0f}",
        f"{total:,.0f}",
        whole(values["expected"]),
        f"({low:,} to {high:,})" if tested else "",
        _said(finding, low, high),
        drawn=True,
        at=f"{min(count * per, 100):.1f}",
        expected_at=f"{min(values['expected'] * per, 100):.1f}",
        band_left=f"{low * per:.1f}",
        # What was filled to a quota was no lottery: it has no band.
        band_width=f"{min((high - low) * per, 100 - low * per):.1f}" if tested else "0",
    )


def _status(finding: Finding) -> str:
    if aim_of(finding):
        return "aim"
    if finding.verdict.is_flag:
        return "act"
    return "ok" if finding.verdict is Verdict.IN_LINE else "unk"


def _not_told(finding: Finding) -> str:
    return finding.reading or "not shown"


def _said(finding: Finding, low: int, high: int) -> str:
    """What can be said of a group, in the five forms of a page."""
    values = finding.values
    count = values["participants"]
    expected = values["expected"]
    if finding.verdict is Verdict.NOT_ASSESSABLE:
        aim = aim_of(finding)
        return f"{aim}, not tested" if aim else finding.reading or "not tested"
    if finding.verdict.is_flag:
        return "fewer than chance gives" if count < expected else "more than chance gives"
    if finding.verdict is Verdict.IN_LINE:
        return "close to their share"
    if count < low or count > high:
        more = "more" if count > expected else "fewer"
        return f"{more} than chance gives; perhaps too little to matter"
    if abs(count - expected) <= 0.5:
        return "as near as whole people allow"
    shows = values.get("detectable_ratio")
    from_where = int(-(-float(shows) * expected // 1)) if shows else 0
    if from_where < 1:
        return "as chance gives; too few to show a gap"
    return f"as chance gives; below {from_where:,} would show"


# -- stages, needs, answers ------------------------------------------------------------------------


def stage_lines(audit: Audit, principle: Principle, names: GroupNames) -> Stages | None:
    """Who came to each stage, of the group with a finding and the one it is compared with."""
    told = [f for f in principle.findings if f.question == "attendance"]
    if not told:
        return None
    finding = told[0]
    same = [
        f for f in audit.findings if f.question == "attendance" and f.attribute == finding.attribute
    ]
    pairs = [_two_shares(f, str(finding.group), str(finding.values["other"])) for f in same]
    if len(pairs) < 2 or any(pair is None for pair in pairs):
        return None
    xs = [60 + 240 * i / (len(pairs) - 1) for i in range(len(pairs))]
    lines = []
    for place, (group, kind) in enumerate(((finding.group, "ld"), (finding.values["other"], "ln"))):
        shares = [pair[place] for pair in pairs if pair is not None]
        ys = [178 - 150 * share for share in shares]
        offset = 18 if kind == "ld" else -9
        dots = [
            Dot(f"{x:.0f}", f"{y:.1f}", f"{y + offset:.1f}", f"{share:.0%}")
            for x, y, share in zip(xs, ys, shares, strict=True)
        ]
        points = " ".join(f"{dot.x},{dot.y}" for dot in dots)
        name = _capital(names.of(finding.attribute, str(group)))
        said = ", ".join(f"{share:.0%}" for share in shares)
        lines.append(StageLine(name, kind, points, said, dots))
    stages = [plainly(str(f.values["about"])) for f in same]
    words = "; ".join(f"{line.name}: {line.range}" for line in lines)
    title = str(finding.details.get("title") or "Who came to each stage")
    places = [StageName(f"{x:.0f}", _capital(s)) for x, s in zip(xs, stages, strict=True)]
    return Stages(title, f"At {', '.join(stages)}. {words}.", lines, places)


def _two_shares(finding: Finding, group: str, other: str) -> tuple[float, float] | None:
    """The shares of two groups, where a finding is about these two."""
    values = finding.values
    held = {
        finding.group: (values["yes"], values["of"]),
        values["other"]: (values["other_yes"], values["other_of"]),
    }
    if set(held) != {group, other} or not all(of for _, of in held.values()):
        return None
    return held[group][0] / held[group][1], held[other][0] / held[other][1]


def needs_chart(audit: Audit) -> Needs | None:
    """Access needs and how many sessions of each stage provided for them."""
    rows = list(audit.needs.records())
    if not rows:
        return None
    stages = list(dict.fromkeys(row["stage"] for row in rows))
    lines = []
    people = 0
    for need in dict.fromkeys(row["need"] for row in rows):
        own = {row["stage"]: row for row in rows if row["need"] == need}
        cells = [
            NeedCell(
                f"{own[stage]['sessions_with']} of {own[stage]['sessions']}",
                own[stage]["sessions_with"] == 0,
            )
            for stage in stages
        ]
        n = next(iter(own.values()))["people"]
        people += n
        lines.append(NeedRow(_capital(plainly(need)), f"{n:,}", cells))
    title = f"{count_of(people, 'person', 'people')} named an access need; sessions that provided for it"
    return Needs(title, [_capital(plainly(stage)) for stage in stages], lines)


def told_chart(audit: Audit, names: GroupNames) -> Told | None:
    """What the authors of each role were told."""
    rows = list(audit.told.records())
    if not rows:
        return None
    answers = list(dict.fromkeys(row["answer"] for row in rows))
    roles = _ordered(dict.fromkeys(row["role"] or "" for row in rows))
    lines = []
    for role in roles:
        own = {row["answer"]: row for row in rows if (row["role"] or "") == role}
        of = next(iter(own.values()))["of"]
        if not of:
            continue
        parts = [_part(own[answer]["ideas"], of) for answer in answers]
        name = _capital(names.of("role", role)) if role else "Everybody"
        counts = [f"{own[answer]['ideas']:,}" for answer in answers]
        lines.append(ToldRow(name, count_of(of, "idea"), parts, counts))
    waiting = sum(row["ideas"] for row in rows if row["answer"] == answers[-1])
    title = f"{count_of(waiting, 'idea')} have no answer" if waiting else "Every idea has an answer"
    return Told(title, [_capital(answer) for answer in answers], lines)


def _part(n: int, of: int) -> Share:
    if not n:
        return Share("", "")
    share = n / of
    return Share(f"{100 * share:.2f}", f"{share:.0%}" if share >= 0.08 else "")


def felt_charts(audit: Audit, principle: Principle, names: GroupNames) -> list[Felt]:
    """How each group answered a question in which a finding was made."""
    from coprep.metrics.shares import proportion_interval

    charts = []
    for finding in principle.findings:
        if finding.question != "experience":
            continue
        item = str(finding.values["about"])
        shares = _answers(audit, item, str(finding.attribute))
        asked = {
            row["group"]: row
            for row in audit.answered.records()
            if row["item"] == item and row["attribute"] == finding.attribute
        }
        rows = []
        for group, (yes, of) in shares.items():
            if not of:
                continue
            interval = proportion_interval(yes, of)
            low, high = float(interval[0]), float(interval[1])
            n = asked[group]
            rows.append(
                FeltRow(
                    _capital(names.of(finding.attribute, group)),
                    "act" if group == finding.group else "",
                    f"{yes / of:.0%}",
                    f"({100 * low:.0f} to {100 * high:.0f}%)",
                    f"{yes:,} of {of:,}",
                    f"{n['answered']:,} of {n['of']:,}",
                    f"{100 * yes / of:.1f}",
                    f"{100 * low:.1f}",
                    f"{100 * (high - low):.1f}",
                )
            )
        charts.append(Felt(f"“{opening(item)}”, by {plainly(str(finding.attribute))}", rows))
    return charts


def _answers(audit: Audit, item: str, attribute: str) -> dict[str, tuple[int, int]]:
    """How many of each group agreed, of those who answered."""
    return {
        row["group"]: (row["agreed"] or 0, row["answered"] or 0)
        for row in audit.answered.records()
        if row["item"] == item and row["attribute"] == attribute
    }


def sessions_chart(audit: Audit) -> Sessions | None:
    """The meetings, with the weekdays they were on."""
    rows = list(audit.sessions.records())
    if not rows:
        return None
    lines = [
        SessionRow(
            _when(row),
            plainly(row["stage"] or ""),
            row["place"] or "",
            row["language"] or "",
            row["provisions"] or "none recorded",
            "" if row["came"] is None else f"{row['came']:,}",
        )
        for row in rows
    ]
    days = {_weekday(row["date"]) for row in rows if row["date"]}
    bare = sum(row["provisions"] is None for row in rows)
    title = f"{count_of(len(rows), 'session')}"
    if len(days) == 1 and len(rows) > 1:
        title += f", all on a {_WEEKDAYS[days.pop()]}"
    if bare:
        title += f"; {bare} with no provision recorded"
    return Sessions(title, lines)


_WEEKDAYS = {
    "Mon": "Monday",
    "Tue": "Tuesday",
    "Wed": "Wednesday",
    "Thu": "Thursday",
    "Fri": "Friday",
    "Sat": "Saturday",
    "Sun": "Sunday",
}


def _weekday(moment: str) -> str:
    return list(_WEEKDAYS)[date.fromisoformat(moment[:10]).weekday()]


def _when(row: Mapping[str, Any]) -> str:
    if not row["date"]:
        return ""
    day = date.fromisoformat(row["date"][:10])
    hours = [part[11:16] for part in (row["start"] or "", row["end"] or "") if len(part) > 15]
    said = f"{_weekday(row['date'])} {day.day} {day:%b %Y}"
    return f"{said}, {' to '.join(hours)}" if hours else said
