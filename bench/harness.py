"""Variants of one task, timed in turn: wall and CPU seconds, memory, and ratios.

Their results must be equal. The figures come out as a table and as JSON.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType

import psutil
from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Facts:
    """What a result holds; equal results have equal facts.

    `checksum` does not depend on the order of rows.
    """

    rows: int
    events: int
    steps: int
    checksum: str


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to do the task.

    `before` sets up and `facts` (none for a floor) reads the result, both untimed; `action` is
    timed.
    """

    name: str
    action: Callable[[], None]
    facts: Callable[[], Facts] | None = None
    before: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Wall of variant `name` ÷ wall of variant `against`, at most `goal`; none is only reported."""

    name: str
    against: str
    goal: float | None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the bench. `notes` say what the figures do not."""

    title: str
    variants: tuple[Variant, ...]
    comparisons: tuple[Comparison, ...]
    events: int
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Seconds:
    """Seconds of each timed round of a variant, and the peak memory of its Python workers in GB."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    workers_gb: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Line:
    """One comparison as measured; `seconds` and `rows` are those of `name`."""

    name: str
    against: str
    ratio: float
    cpu_ratio: float
    goal: float | None
    met: bool
    seconds: float
    cpu_seconds: float
    rows: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a part."""

    part: Part
    facts: dict[str, Facts]
    seconds: dict[str, Seconds]
    lines: tuple[Line, ...]
    is_equal: bool


class Tree:
    """CPU seconds of this process and all below it, and the workers' memory, while it is open.

    Below it are the JVM and Python workers. `workers_gb` is the largest sum seen of the resident
    memory of Spark's Python workers; pages that they share count in each. The JVM takes all the
    memory it is given and keeps it, so its memory says nothing.

    The tree is sampled, and a process that has ended keeps its last sample: Spark's worker daemon
    ignores SIGCHLD, so the kernel credits the time of an ended worker to nobody. What a process
    uses after its last sample is lost.
    """

    def __init__(self, every: float = 0.1) -> None:
        self.seconds, self.workers_gb = 0.0, 0.0
        self._every, self._over = every, threading.Event()
        self._first: dict[tuple[int, float], float] = {}
        self._last: dict[tuple[int, float], float] = {}
        self._watch = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Tree:
        self._first = self._sample()
        self._watch.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._watch.join()
        self._last |= self._sample()
        self.seconds = sum(
            used - self._first.get(process, 0.0) for process, used in self._last.items()
        )

    def _run(self) -> None:
        while not self._over.wait(self._every):
            self._last |= self._sample()

    def _sample(self) -> dict[tuple[int, float], float]:
        used_by_process, resident = {}, 0
        me = psutil.Process()
        for process in [me, *me.children(recursive=True)]:
            try:
                times = process.cpu_times()
                used_by_process[process.pid, process.create_time()] = times.user + times.system
                is_worker = process is not me and process.name().startswith("python")
                resident += process.memory_info().rss if is_worker else 0
            except psutil.Error:  # ended since it was listed
                continue
        self.workers_gb = max(self.workers_gb, resident / 2**30)
        return used_by_process


def run_part(part: Part, rounds: int) -> Outcome:
    """Warm up with one round, check that results are equal, then time the rounds.

    Each round begins with another variant.
    """
    facts: dict[str, Facts] = {}
    for variant in part.variants:
        variant.before()
        variant.action()
        if variant.facts:
            # now: the next variant may write to the same place
            facts[variant.name] = variant.facts()
    is_equal = len(set(facts.values())) == 1 and all(
        f.events == part.events for f in facts.values()
    )
    seconds = {v.name: Seconds() for v in part.variants}
    for n in range(rounds if is_equal else 0):
        for variant in part.variants[n:] + part.variants[:n]:
            variant.before()
            with Tree() as tree:
                began = time.perf_counter()
                variant.action()
                seconds[variant.name].wall.append(time.perf_counter() - began)
            seconds[variant.name].cpu.append(tree.seconds)
            seconds[variant.name].workers_gb.append(tree.workers_gb)
    lines = tuple(compared(c, seconds, facts) for c in part.comparisons) if is_equal else ()
    return Outcome(part, facts, seconds, lines, is_equal)


def compared(comparison: Comparison, seconds: dict[str, Seconds], facts: dict[str, Facts]) -> Line:
    """Give the ratios of a comparison, of the minimum of the rounds."""
    name, against = comparison.name, comparison.against
    wall, cpu = min(seconds[name].wall), min(seconds[name].cpu)
    ratio, cpu_ratio = wall / min(seconds[against].wall), cpu / min(seconds[against].cpu)
    rows = facts[name].rows if name in facts else None
    return Line(
        name,
        against,
        ratio=round(ratio, 3),
        cpu_ratio=round(cpu_ratio, 3),
        goal=comparison.goal,
        met=comparison.goal is None or ratio <= comparison.goal,
        seconds=round(wall, 3),
        cpu_seconds=round(cpu, 3),
        rows=rows,
    )


def print_outcome(outcome: Outcome) -> None:
    """Print the seconds and facts of each variant, and the ratios."""
    console = Console(width=120)
    variants = Table(
        "variant",
        title=f"{outcome.part.title}: {outcome.part.events} events, minimum of the rounds",
    )
    for head in ("wall s", "CPU s", "workers GB", "rows", "events", "steps", "checksum"):
        variants.add_column(head, justify="right")
    for variant in outcome.part.variants:
        taken, facts = outcome.seconds[variant.name], outcome.facts.get(variant.name)
        timed = [f"{min(s):.2f}" if s else "" for s in (taken.wall, taken.cpu)]
        timed.append(f"{max(taken.workers_gb):.2f}" if taken.workers_gb else "")
        variants.add_row(
            variant.name, *timed, *([str(v) for v in asdict(facts).values()] if facts else [])
        )
    console.print(variants)
    if not outcome.is_equal:
        console.print(
            "[bold]Results differ[/bold] (rows, events, steps or checksum, above): "
            "nothing was timed."
        )
    else:
        console.print(ratios(outcome.lines))
    for note in outcome.part.notes:
        console.print(f"- {note}", markup=False)


def ratios(lines: tuple[Line, ...]) -> Table:
    """The table of comparisons."""
    table = Table("variant", "against")
    for head in ("wall ratio", "CPU ratio", "goal (wall)", ""):
        table.add_column(head, justify="right")
    for line in lines:
        goal = "" if line.goal is None else f"{line.goal:.1f}"
        met = "" if line.goal is None else "met" if line.met else "[bold]missed[/bold]"
        table.add_row(
            line.name, line.against, f"{line.ratio:.2f}", f"{line.cpu_ratio:.2f}", goal, met
        )
    return table


def write_outcome(outcome: Outcome, path: Path) -> Path:
    """Write one entry per comparison as JSON; none when results differ."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        json.dumps([asdict(line) for line in outcome.lines], indent=2) + "\n", encoding="utf-8"
    )
    return path
