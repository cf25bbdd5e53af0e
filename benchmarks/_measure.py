"""What the benchmarks share: a clock that others at work on the machine do not move, memory, and a line a result.

Times are processor time of all threads of this process, unless a line says otherwise. A call that runs alone on a quiet
machine takes no longer than that by the clock on the wall, so a target in seconds that is met in processor time is met
there too. Work that is shared among cores is timed by the clock on the wall, and so is what it is compared with: that is
what somebody waits for. What a ratio compares is taken in turns.
"""

from __future__ import annotations

import importlib.util
import sys
import time
import tracemalloc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

try:
    import resource
except ImportError:  # Windows
    resource = None

__all__ = ["Line", "children", "clock", "held", "in_turns", "installed", "show", "traced", "wall"]

Now = Callable[[], float]
wall: Now = time.perf_counter


def clock(job: Callable[[], Any], now: Now = time.process_time) -> tuple[float, Any]:
    """Processor seconds, or seconds by another clock, and the answer."""
    start = now()
    answer = job()
    return now() - start, answer


def in_turns(
    calls: Mapping[str, Callable[[], object]], repeats: int, now: Now = time.process_time
) -> dict[str, float]:
    """The shortest time of each call, all of them taken once a round; the first round only warms up."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(1 + repeats):
        for name, call in calls.items():
            times[name].append(clock(call, now)[0])
    return {name: min(taken[1:]) for name, taken in times.items()}


def children() -> float:
    """Processor seconds of the processes this one has started and seen end."""
    if resource is None:
        return float("nan")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def held() -> float:
    """The most memory this process has held so far, in MB: the interpreter, its libraries and the data among it."""
    if resource is None:
        return float("nan")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1e6 if sys.platform == "darwin" else 1e3)


def traced(call: Callable[[], object]) -> float:
    """The most memory of Python and numpy that a call holds at once beyond what was there, in MB."""
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    call()
    most = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    return most / 1e6


def installed(*packages: str) -> bool:
    """Whether a peer can be compared with; says so if it is left out."""
    absent = [name for name in packages if importlib.util.find_spec(name) is None]
    if absent:
        print(f"left out: {', '.join(absent)} not installed")
    return not absent


@dataclass(frozen=True)
class Line:
    """One result: a number in a unit, and the target it is held against."""

    what: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None

    @property
    def target(self) -> str:
        """The target in words."""
        if self.most is not None:
            return f"at most {self.most:,g}"
        return "" if self.least is None else f"at least {self.least:,g}"

    @property
    def met(self) -> str:
        """Whether it is met."""
        if self.most is None and self.least is None:
            return ""
        good = (
            self.value <= self.most if self.most is not None else self.value >= (self.least or 0.0)
        )
        return "met" if good else "MISSED"


def show(title: str, lines: list[Line]) -> None:
    """A line a result, as soon as they are known."""
    print(f"\n{title}")
    for line in lines:
        number = f"{line.value:,.3g}" if abs(line.value) < 100 else f"{line.value:,.0f}"
        print(
            f"  {line.what:<74} {number:>10} {line.unit:<5} {line.target:<16} {line.met}",
            flush=True,
        )
