"""The week's engine against the proven optima of a public library of project schedules.

A project of PSPLIB becomes a day: its jobs are musts commanded from the ground, its resources are
facilities, a period is a slot. All jobs fit until the proven shortest makespan; not a slot less.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from stationmaster.measure import moment
from stationmaster.timeline.activity import Activity, After, Use
from stationmaster.timeline.build import build
from stationmaster.timeline.check import faults
from stationmaster.timeline.letters import CrewMember, Facility, GroundRules, WeekProblem
from stationmaster.timeline.outcome import Kind, Status, WeekPlan

MONDAY = moment("2026-03-02")
SLOT_MIN = 5
AWAKE = GroundRules(sessions=(), sleep_min=0, post_sleep_min=0, pre_sleep_min=0, conference_min=0, meal_min=0)
Job = tuple[int, tuple[int, ...], tuple[int, ...]]


def day_of(jobs: dict[str, Job], capacity: tuple[int, ...], makespan: int) -> WeekProblem:
    """The project as a day that ends after so many slots; jobs: (duration, demands, successors)."""
    before: dict[str, list[str]] = {name: [] for name in jobs}
    for name, (_, _, successors) in jobs.items():
        for then in successors:
            if str(then) in jobs:
                before[str(then)].append(name)
    end = MONDAY.replace(hour=makespan * SLOT_MIN // 60, minute=makespan * SLOT_MIN % 60)
    activities = tuple(
        Activity(
            code=f"J{name}",
            title=f"Job {name}",
            duration_min=duration * SLOT_MIN,
            priority_weight=1.0,
            must=True,
            crew_count=0,
            uses=tuple(Use(facility=f"R{r}", units=d) for r, d in enumerate(demands, 1) if d),
            after=tuple(After(activity=f"J{other}") for other in before[name]),
            latest=end,
        )
        for name, (duration, demands, _) in jobs.items()
    )
    return WeekProblem(
        code="PSPLIB",
        start=MONDAY,
        days=1,
        slot_min=SLOT_MIN,
        crew=(CrewMember(code="C1", role="watch", skills=()),),
        rules=AWAKE,
        devices=(),
        activities=activities,
        facilities=tuple(
            Facility(code=f"R{r}", name=f"Resource {r}", users_at_once=c) for r, c in enumerate(capacity, 1)
        ),
    )


def read_sm(path: Path) -> tuple[dict[str, Job], tuple[int, ...]]:
    """Jobs and capacities of a PSPLIB file; the two jobs without length are left out."""
    text = path.read_text(encoding="ascii")
    links = re.search(r"PRECEDENCE RELATIONS:\n.*\n([\d\s]+)\*", text)
    needs = re.search(r"REQUESTS/DURATIONS:\n.*\n-+\n([\d\s]+)\*", text)
    levels = re.search(r"RESOURCEAVAILABILITIES:\n.*\n([\d ]+)", text)
    assert links and needs and levels
    successors = {row.split()[0]: tuple(map(int, row.split()[3:])) for row in links[1].splitlines()}
    jobs = {}
    for row in needs[1].splitlines():
        name, _, duration, *demands = row.split()
        if int(duration):
            jobs[name] = (int(duration), tuple(map(int, demands)), successors[name])
    return jobs, tuple(map(int, levels[1].split()))


def held_to(jobs: dict[str, Job], capacity: tuple[int, ...], optimum: int) -> None:
    fits = day_of(jobs, capacity, optimum)
    plan = build(fits)
    assert (plan.status, faults(fits, plan)) == (Status.OPTIMAL, ())
    assert finish(plan) == optimum
    short = build(day_of(jobs, capacity, optimum - 1))
    assert short.status is Status.INFEASIBLE
    assert short.conflict


def finish(plan: WeekPlan) -> int:
    """The slot at which the last job ends."""
    last = max(i.end for i in plan.items if i.kind is Kind.ACTIVITY)
    return int((last - MONDAY).total_seconds()) // (60 * SLOT_MIN)


def typed_in(folder: Path) -> tuple[dict[str, Job], tuple[int, ...]]:
    """The one project whose figures stand in the golden folder."""
    with (folder / "j3033_3.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    jobs = {
        row["job"]: (
            int(row["duration"]),
            tuple(int(row[f"r{r}"]) for r in range(1, 5)),
            tuple(map(int, row["successors"].split())),
        )
        for row in rows
        if row["job"] != "capacity"
    }
    capacity = next(row for row in rows if row["job"] == "capacity")
    return jobs, tuple(int(capacity[f"r{r}"]) for r in range(1, 5))


def optima(folder: Path) -> dict[str, int]:
    """The proven shortest makespans."""
    with (folder / "optima.csv").open(encoding="utf-8") as file:
        return {row["instance"]: int(row["makespan"]) for row in csv.DictReader(file)}


GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "timeline-psplib"
#: Those that take more than a second or two to prove.
SLOW = ("j3025_4", "j3029_7")


def test_golden_project_j3033_3_fits_its_optimum_and_not_a_slot_less() -> None:
    held_to(*typed_in(GOLDEN), optima(GOLDEN)["j3033_3"])


def test_golden_projects_of_psplib_fit_their_optima_and_not_a_slot_less(shared_data: Path) -> None:
    for name, optimum in optima(GOLDEN).items():
        if name not in SLOW:
            held_to(*read_sm(shared_data / "scheduling" / "j30" / f"{name}.sm"), optimum)


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_golden_slow_projects_of_psplib(shared_data: Path, name: str) -> None:
    held_to(*read_sm(shared_data / "scheduling" / "j30" / f"{name}.sm"), optima(GOLDEN)[name])


def test_golden_typed_figures_are_those_of_the_file(shared_data: Path) -> None:
    assert typed_in(GOLDEN) == read_sm(shared_data / "scheduling" / "j30" / "j3033_3.sm")
