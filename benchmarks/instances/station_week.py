"""Made-up weeks of any size, after what is published of the station's planning.

Chains of one to five activities with lags (24 h and two hours either way among them), daily series,
skills, named crew, work for one or two, racks and shared things, power and heat, relay contact,
overpasses, quiet; 18 % musts that can all be met; a spacewalk, a docking and a reboost in the week.
More crew time is asked for than there is.
"""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

from stationmaster.timeline.activity import Activity, After, Draw, Load, Mode, Use
from stationmaster.timeline.letters import WeekProblem

from . import station
from .planting import WORK, Planting

#: Minutes of crewed activities, and of those commanded from the ground.
CREWED = (10, 15, 20, 30, 45, 60, 90, 120)
GROUND = (30, 60, 90, 120, 180, 240)
WEIGHTS = (4.0, 8.0, 12.0, 20.0, 30.0, 40.0)
MUSTS = 0.18
#: Shortest and longest minutes between the end of one and the start of the next.
LAGS = ((0, 240), (30, 480), (60, None), (0, 1440), (1320, 1560), (1320, 1560))


def station_week(
    crew: int, activities: int, seed: int, *, stores: bool = True, loads: bool = True, modes: float = 0.0
) -> WeekProblem:
    """A week for so many crew and activities.

    Args:
        crew: members, three or more.
        activities: how many, the crew's routine apart.
        seed: the same gives the same week.
        stores: with a data recorder, a heat store and freezer openings.
        loads: with a thermal loop.
        modes: share of single-person activities that take less time for some of the crew.
    """
    rng = random.Random(f"{crew} {activities} {seed}")
    members = station.crew(crew, rng)
    names = [member.code for member in members]
    blocked = station.events(names, stores)
    work_h = _work_h(crew)
    problem = WeekProblem(
        code=f"week-{crew}-{activities}-{seed}",
        start=station.MONDAY,
        crew=members,
        rules=station.rules(crew),
        devices=station.devices(crew),
        activities=(),
        facilities=station.facilities(rng),
        channels=station.channels(crew, loads),
        stores=station.stores(crew, work_h) if stores else (),
        eclipses=station.eclipses(),
        windows=station.windows(rng),
        blocked=blocked,
    )
    maker = _Maker(problem, rng, names, modes)
    chains = list[list[Activity]]()
    while (left := activities - sum(map(len, chains))) > 0:
        chains.append(maker.chain(len(chains) + 1, left))
    demand = min(1.6, max(1.26, 1.26 + 0.34 * (activities / crew - 105) / 28))
    chains = _scaled(chains, demand * work_h * 60)
    chains = _musts(problem, rng, chains, round(MUSTS * activities))
    return replace(problem, activities=tuple(itertools.chain(*chains)))


def _work_h(crew: int) -> float:
    """Hours of work the whole crew has in the week, spacewalk and docking taken off."""
    return crew * sum(WORK) / 12 - 2 * 6.5 - 3.0


class _Maker:
    """Makes chains of activities."""

    def __init__(self, problem: WeekProblem, rng: random.Random, names: list[str], modes: float) -> None:
        self.problem, self.rng, self.names, self.modes = problem, rng, names, modes
        self.racks = [f.code for f in problem.facilities if f.code.startswith("RACK")]
        self.loop = any(channel.code == "LOOP" for channel in problem.channels)

    def chain(self, number: int, left: int) -> list[Activity]:
        """A chain of at most so many activities: steps of one experiment, or a daily series."""
        rng = self.rng
        rack = rng.choice(self.racks)
        if left >= 5 and rng.random() < 0.06:
            return self._series(number, rack)
        found = list[Activity]()
        size = min(left, rng.choices((1, 2, 3, 4, 5), (35, 25, 18, 12, 10))[0])
        for step in range(1, size + 1):
            code = f"A{number:03}-{step}"
            one = self._ground(code, rack) if rng.random() < 0.15 else self._crewed(code, rack)
            if found:
                shortest, longest = rng.choice(LAGS)
                link = After(activity=found[-1].code, lag_shortest_min=shortest, lag_longest_min=longest)
                one = replace(one, after=(link,))
                before = found[-1]
                if one.crew_count and before.crew_count >= one.crew_count and rng.random() < 0.2:
                    keep = {"skill": before.skill, "skilled_count": None, "eligible": before.eligible}
                    one = replace(one, same_crew_as=before.code, modes=(), **keep)
            found.append(one)
        return found

    def _series(self, number: int, rack: str) -> list[Activity]:
        first = self._crewed(f"A{number:03}-1", rack)
        first = replace(
            first, duration_min=min(30, first.duration_min), around=(), inside=(), modes=(),
            earliest=None, latest=None,
        )  # fmt: skip
        return [
            replace(
                first, code=f"A{number:03}-{n}", series=f"A{number:03}", occurrence=n,
                gap_shortest_min=1320, gap_longest_min=1560,
            )
            for n in range(1, 6)
        ]  # fmt: skip

    def _crewed(self, code: str, rack: str) -> Activity:
        rng = self.rng
        duration = rng.choices(CREWED, (10, 15, 20, 25, 12, 10, 5, 3))[0]
        count = 2 if rng.random() < 0.12 else 1
        skill = rng.choice(station.SKILLS) if rng.random() < 0.5 else ""
        one = Activity(
            code=code,
            title=f"Experiment {code}",
            duration_min=duration,
            priority_weight=rng.choice(WEIGHTS),
            crew_count=count,
            skill=skill,
            skilled_count=1 if count == 2 and skill else None,
            eligible=tuple(sorted(rng.sample(self.names, 2))) if count == 1 and rng.random() < 0.15 else (),
            **self._things(rack),
        )
        one = self._times(one)
        if one.eligible and skill:
            one = replace(one, skill="")
        return self._ways(one) if self.modes and rng.random() < self.modes else one

    def _things(self, rack: str) -> dict[str, object]:
        """Facilities, power, heat and stores of a crewed activity."""
        rng, found = self.rng, dict[str, object]()
        where = rng.choices(
            (rack, "GLOVEBOX", "WORKBENCH", "AIRLOCK", "ARM", "FREEZER", ""), (48, 11, 11, 2, 5, 12, 11)
        )[0]
        if where:
            found["uses"] = (Use(facility=where),)
        if rng.random() < 0.5:
            watts = float(rng.randrange(50, 401, 10))
            found |= {"power_w": watts, "channel": rng.choice(("1A", "2B"))}
            if self.loop:
                found["loads"] = (Load(channel="LOOP", power_w=watts),)
        draws = []
        if self.problem.stores:
            if where == "FREEZER":
                draws.append(Draw(store="OPENINGS", amount_units=1.0))
            if rng.random() < 0.25:
                draws.append(Draw(store="RECORDER", amount_units=float(rng.randint(1, 12))))
            if "power_w" in found and rng.random() < 0.3:
                draws.append(Draw(store="HEAT", amount_units=rng.randint(2, 12) / 4))
        return found | ({"draws": tuple(draws)} if draws else {})

    def _times(self, one: Activity) -> Activity:
        rng, roll = self.rng, self.rng.random()
        if roll < 0.05:
            return replace(
                one,
                around=(f"target-{rng.randint(1, station.TARGETS):02}",),
                duration_min=rng.choice((10, 15)),
            )
        if roll < 0.30:
            return replace(one, inside=("relay",), duration_min=min(60, one.duration_min))
        if roll < 0.42:
            return replace(one, quiet=("docking", "reboost"))
        if roll < 0.48:
            return replace(
                one, quiet=("docking", "reboost", "exercise"), duration_min=min(45, one.duration_min)
            )
        if roll < 0.55:
            day = rng.randrange(4)
            return replace(one, earliest=station.at(day, 0), latest=station.at(day + 3, 0))
        return one

    def _ways(self, one: Activity) -> Activity:
        if one.crew_count != 1 or one.around:
            return one
        able = [
            m.code
            for m in self.problem.crew
            if (not one.eligible or m.code in one.eligible) and (not one.skill or one.skill in m.skills)
        ]
        used = {"uses": one.uses, "draws": one.draws, "power_w": one.power_w}
        quick = Mode(code="practised", duration_min=one.duration_min, eligible=(able[0],), **used)
        slow = Mode(
            code="first-time",
            duration_min=one.duration_min * 3 // 2,
            eligible=tuple(able[1:]) or (able[0],),
            **used,
        )
        return replace(one, modes=(quick, slow))

    def _ground(self, code: str, rack: str) -> Activity:
        rng = self.rng
        watts = float(rng.randrange(50, 301, 10))
        roll = rng.random()
        arm = roll < 0.1
        quiet: tuple[str, ...] = ("sleep",) if arm else (("docking", "reboost") if roll < 0.4 else ())
        draws = (Draw(store="RECORDER", amount_units=float(rng.randint(2, 10))),)
        relayed = rng.random() < 0.25
        return Activity(
            code=code,
            title=f"Run {code}",
            duration_min=60 if arm or relayed else rng.choice(GROUND),
            priority_weight=rng.choice(WEIGHTS),
            crew_count=0,
            uses=(Use(facility="ARM" if arm else rack),),
            power_w=watts,
            channel=rng.choice(("1A", "2B")),
            loads=(Load(channel="LOOP", power_w=watts),) if self.loop else (),
            draws=draws if self.problem.stores and rng.random() < 0.4 else (),
            inside=("relay",) if relayed else (),
            quiet=quiet,
        )


def _scaled(chains: list[list[Activity]], asked_min: float) -> list[list[Activity]]:
    """The chains with crewed durations stretched so that they ask for so much crew time in all."""
    total = sum(a.duration_min * a.crew_count for chain in chains for a in chain)
    factor = asked_min / total

    def stretched(a: Activity) -> Activity:
        if not a.crew_count:
            return a
        longest = 60 if a.inside or "exercise" in a.quiet else 150
        modes = tuple(replace(m, duration_min=_rounded(m.duration_min * factor, longest)) for m in a.modes)
        return replace(a, duration_min=_rounded(a.duration_min * factor, longest), modes=modes)

    return [[stretched(a) for a in chain] for chain in chains]


def _rounded(minutes: float, longest: int) -> int:
    return min(longest, max(5, 5 * round(minutes / 5)))


def _musts(
    problem: WeekProblem, rng: random.Random, chains: list[list[Activity]], wanted: int
) -> list[list[Activity]]:
    """The chains, so many of their activities musts: those a hidden plan has found a place for."""
    planting, left, chosen = Planting(problem, rng), wanted, set[int]()
    for number in rng.sample(range(len(chains)), len(chains)):
        if len(chains[number]) <= left and planting.plant(chains[number]):
            chosen.add(number)
            left -= len(chains[number])
    return [
        [replace(a, must=True) for a in chain] if number in chosen else chain
        for number, chain in enumerate(chains)
    ]
