"""Lay the audit of a process out as one self-contained page; what stands where is in its template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from coprep.report.html import template
from coprep.report.page import POLICY
from coprep.version import __version__


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do next, with its time word."""

    when: str
    text: str


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One bar of a funnel."""

    name: str
    n: str
    note: str
    width: str


@dataclass(frozen=True, slots=True)
class Funnel:
    """People, or ideas, from step to step; ``kind`` is p or i and sets the colour."""

    name: str
    kind: str
    steps: Sequence[FunnelStep]


@dataclass(frozen=True, slots=True)
class Share:
    """One bar of the ladder."""

    width: str
    text: str


@dataclass(frozen=True, slots=True)
class LadderStep:
    """One row of the ladder: a share for each role."""

    name: str
    of: str
    shares: Sequence[Share]


@dataclass(frozen=True, slots=True)
class Ladder:
    """Each role's share from step to step."""

    title: str
    roles: Sequence[str]
    steps: Sequence[LadderStep]


@dataclass(frozen=True, slots=True)
class LotteryRow:
    """One group: who came, beside what a fair lottery gives."""

    name: str
    status: str
    count: str
    total: str
    expected: str
    range: str
    say: str
    drawn: bool
    at: str = ""
    expected_at: str = ""
    band_left: str = ""
    band_width: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """The groups of one attribute."""

    name: str
    rows: Sequence[LotteryRow]


@dataclass(frozen=True, slots=True)
class Lottery:
    """Who came, beside a fair lottery, on one scale."""

    title: str
    scale: str
    panels: Sequence[Panel]


@dataclass(frozen=True, slots=True)
class Dot:
    """One point of a line."""

    x: str
    y: str
    text_y: str
    text: str


@dataclass(frozen=True, slots=True)
class StageLine:
    """The share of a group that came to each stage; ``kind`` is ld for the finding's group."""

    name: str
    kind: str
    points: str
    range: str
    dots: Sequence[Dot]


@dataclass(frozen=True, slots=True)
class StageName:
    """A stage under its points."""

    x: str
    text: str


@dataclass(frozen=True, slots=True)
class Stages:
    """Who came to each stage, the finding's group beside another."""

    title: str
    words: str
    lines: Sequence[StageLine]
    names: Sequence[StageName]


@dataclass(frozen=True, slots=True)
class NeedCell:
    """How many sessions of a stage provided for a need."""

    text: str
    none: bool


@dataclass(frozen=True, slots=True)
class NeedRow:
    """One access need."""

    name: str
    people: str
    cells: Sequence[NeedCell]


@dataclass(frozen=True, slots=True)
class Needs:
    """Access needs and what sessions provided."""

    title: str
    stages: Sequence[str]
    rows: Sequence[NeedRow]


@dataclass(frozen=True, slots=True)
class ToldRow:
    """What one role was told."""

    name: str
    of: str
    parts: Sequence[Share]
    counts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Told:
    """What authors were told about their ideas."""

    title: str
    answers: Sequence[str]
    rows: Sequence[ToldRow]


@dataclass(frozen=True, slots=True)
class FeltRow:
    """How one group answered."""

    name: str
    status: str
    share: str
    range: str
    people: str
    answered: str
    at: str
    band_left: str
    band_width: str


@dataclass(frozen=True, slots=True)
class Felt:
    """How the groups of an attribute answered one question about taking part."""

    title: str
    rows: Sequence[FeltRow]


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One meeting."""

    when: str
    stage: str
    where: str
    language: str
    provided: str
    came: str


@dataclass(frozen=True, slots=True)
class Sessions:
    """The meetings."""

    title: str
    rows: Sequence[SessionRow]


@dataclass(frozen=True, slots=True)
class MilestoneView:
    """One milestone: its day, its name, what became of it; ``kind`` is ok, late or open."""

    day: str
    name: str
    state: str
    kind: str


@dataclass(frozen=True, slots=True)
class SeatRow:
    """Seats that were meant for a role or one of its groups, and how many were filled."""

    name: str
    seats: str
    filled: str
    say: str


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """One measure in one group, before and after."""

    measure: str
    group: str
    before: str
    after: str
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """What moved since an earlier audit."""

    lead: str
    moved: Sequence[str] = ()
    more: str = ""
    unmoved: Sequence[str] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding in full: its title, its reading, another explanation, a next step."""

    title: str
    reading: str
    innocent: str
    next_step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipleView:
    """One principle: card and section."""

    name: str
    anchor: str
    question: str
    headline: str
    act: int
    alike: int
    open: int
    asked: int
    before: Sequence[str] = ()
    ladder: Ladder | None = None
    charts: Sequence[Lottery] = ()
    stages: Stages | None = None
    needs: Needs | None = None
    told: Told | None = None
    findings: Sequence[FindingView] = ()
    felt: Sequence[Felt] = ()
    also: Sequence[str] = ()
    in_line: Sequence[str] = ()
    cannot_tell: Sequence[str] = ()
    sessions: Sessions | None = None
    seats: Sequence[SeatRow] = ()

    @property
    def is_told(self) -> bool:
        """Whether there is anything to say below the card."""
        described = (self.ladder, self.stages, self.needs, self.told, self.sessions)
        return bool(
            self.asked or self.charts or self.seats or any(one is not None for one in described)
        )


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that was not collected."""

    what: str
    cannot_say: str
    table: str
    columns: str


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file that was read, and the SHA-256 of its bytes."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """What became of one question."""

    status: str
    text: str


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One indicator: a cell an attribute, or one across all of them."""

    name: str
    cells: Sequence[MatrixCell]
    across: int = 1


@dataclass(frozen=True, slots=True)
class MatrixGroup:
    """The indicators of one principle."""

    name: str
    rows: Sequence[MatrixRow]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Everything that was asked, by attribute."""

    attributes: Sequence[str]
    groups: Sequence[MatrixGroup]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """All that the page of an audit says."""

    title: str
    facts: str
    headline: str
    principles: Sequence[PrincipleView]
    matrix: Matrix
    sources: Sequence[str] = ()
    impact: Sequence[str] = ()
    steps: Sequence[Step] = ()
    funnels: Sequence[Funnel] = ()
    milestones: Sequence[MilestoneView] = ()
    outcomes: Sequence[OutcomeRow] = ()
    change: ChangeView | None = None
    gaps: Sequence[Gap] = ()
    certainty: Sequence[str] = ()
    conflicts: Sequence[str] = ()
    annex_charts: Sequence[Lottery] = ()
    notes: Sequence[str] = field(default_factory=tuple)
    methods: str = ""
    files: Sequence[FileRow] = ()


def audit_page(page: AuditPage) -> str:
    """The page as HTML: one file, no script, no network."""
    return template("audit.html.j2").render(policy=POLICY, version=__version__, page=page)
