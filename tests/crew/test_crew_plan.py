"""Training, seats and weeks: against rules, brute force and calendars counted by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations, pairwise, product

import pytest
from crew_problems import MONDAY, candidate, course, experiment, flight, moment, shipped, small, with_seat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stationmaster.crew import Centre, CrewPlan, CrewProblem, Gate
from stationmaster.crew.check import faults
from stationmaster.crew.letters import Booked, Season
from stationmaster.crew.plan import plan
from stationmaster.crew.seats import effect, stay_d, travellers
from stationmaster.crew.week import guest_week
from stationmaster.measure.letters import from_json, to_json

DAY = timedelta(days=1)


def begins(found: CrewPlan, who: str = "KE-1") -> dict[str, date]:
    return {one.course: one.start for one in found.training.bookings if one.trainee == who}


def codes(found: CrewPlan) -> list[str]:
    return [one.code for one in found.reasons]


# ----------------------------------------------------------------------------- training


def test_a_training_counted_by_hand() -> None:
    """Two places: both take ``first``, then ``beside`` at half a day each, then ``last`` together."""
    problem = small()
    found = plan(problem)
    assert faults(problem, found) == ()
    assert found.stands and found.training.proven
    # 5 + 10 + 5 days of teaching, Monday to Friday, from Monday 2 March: over on Friday the 27th
    assert found.training.seats[0].ready == date(2026, 3, 28)
    assert begins(found)["last"] == date(2026, 3, 23)
    # the launch is a Wednesday, 10 June: four weeks back from the Tuesday before, weekends not counted
    assert found.training.seats[0].latest_start == date(2026, 5, 13)
    assert {one.slack_d for one in found.training.bookings if one.course == "last"} == {72}


def test_a_centre_with_one_place_takes_one_after_the_other() -> None:
    problem = small(
        centres=(Centre(code="C", name="C", places=1, estimate=True),),
        courses=(course("first", 5), course("last", 5, after=("first",))),
    )
    found = plan(problem)
    assert faults(problem, found) == ()
    assert found.training.seats[0].ready == date(2026, 3, 28)
    assert any(link.why == "centre" for link in found.training.chain)


def test_a_course_waits_for_its_season_and_its_centre() -> None:
    shut = Booked(start=date(2026, 4, 6), end=date(2026, 4, 8))
    problem = small(
        centres=(Centre(code="C", name="C", places=2, booked=(shut,), estimate=True),),
        courses=(course("last", 3, season=(Season(start="04-04", end="05-01"),)),),
    )
    found = plan(problem)
    assert begins(found)["last"] == date(2026, 4, 8)
    assert found.training.chain[-1].why == "season"
    assert faults(problem, found) == ()


def test_a_season_over_new_year() -> None:
    winter = Season(start="12-15", end="03-10")
    assert [winter.holds(date(2026, m, d)) for m, d in ((12, 14), (12, 15), (1, 1), (3, 10), (3, 11))] == [
        False, True, True, True, False,
    ]  # fmt: skip


def test_what_comes_too_late_says_what_decides_and_when_it_would_do() -> None:
    """A winter course with the winter over: the next one is nine months away."""
    winter = (Season(start="01-10", end="03-05"),)
    problem = small(
        courses=(
            course("first", 5),
            course("winter", 3, after=("first",), season=winter, continuous=True),
            course("last", 5, after=("winter",), together=True),
        )
    )
    found = plan(problem)
    assert faults(problem, found) == ()
    assert codes(found)[:2] == ["training-late", "late-start"]
    assert not found.training.fits
    # without the first course, the winter one would still have found its last days
    assert found.training.would_fit_without == ("first", "winter")
    assert begins(found)["winter"] == date(2027, 1, 10)
    # Sunday to Tuesday in the woods, then Wednesday to the Tuesday after: over on the 20th of January
    assert found.training.seats[0].launch == date(2027, 1, 20)
    assert found.training.late_d == (date(2027, 1, 20) - date(2026, 6, 10)).days
    assert [(link.course, link.why) for link in found.training.chain] == [
        ("winter", "season"),
        ("last", "after"),
    ]
    # it had to be over by 5 March: five days of teaching, from Wednesday, then the last three days of it
    assert found.training.seats[0].latest_start == date(2026, 2, 24)


def test_a_course_that_wears_off_is_taken_before_the_launch() -> None:
    problem = small(courses=(course("last", 3, begins_within_d=10, over_before_d=2),))
    launch = MONDAY + timedelta(days=100)
    found = plan(problem)
    last = next(one for one in found.training.bookings)
    assert launch - timedelta(days=10) <= last.start and last.end <= launch - timedelta(days=2)
    assert faults(problem, found) == ()


def test_the_next_candidate_moves_up_when_a_gate_stops_one() -> None:
    people = (candidate("KE-1", medical=Gate.FAIL), candidate("KE-2"), candidate("KE-3"))
    problem = small(nominations=people)
    found = plan(problem)
    assert (found.crews[0].prime, found.crews[0].backup) == ("KE-2", "KE-3")
    assert {one.trainee for one in found.training.bookings} == {"KE-2", "KE-3"}
    assert (found.crews[0].gates[0].failed, found.crews[0].gates[0].passed) == (1, 2)
    assert faults(problem, found) == ()
    alone = small(nominations=people[:2])
    assert codes(plan(alone)) == ["no-backup"]
    nobody = small(nominations=people[:1])
    assert codes(plan(nobody)) == ["no-prime"] and faults(nobody, plan(nobody)) == ()


def test_a_language_is_learnt_to_the_level_of_the_seat() -> None:
    levels = tuple(
        course(f"m{n}", 2, language="mandarin", level=n, after=(f"m{n - 1}",) if n > 1 else ())
        for n in (1, 2, 3)
    )
    problem = with_seat(small(courses=(*levels, course("last", 1))), language="mandarin", level=2)
    assert set(begins(plan(problem))) == {"m1", "m2", "last"}
    able = replace(problem, nominations=(candidate("KE-1", passed=("m1",)), candidate("KE-2")))
    found = plan(able)
    assert set(begins(found)) == {"m2", "last"} and set(begins(found, "KE-2")) == {"m1", "m2", "last"}
    assert faults(able, found) == ()


@st.composite
def trainings(draw: st.DrawFn) -> CrewProblem:
    count = draw(st.integers(1, 5))
    parts = []
    for n in range(count):
        winter = draw(st.sampled_from([(), (), (Season(start="03-20", end="05-15"),)]))
        parts.append(
            course(
                f"c{n}",
                draw(st.integers(1, 8)),
                centre=draw(st.sampled_from("CD")),
                load_percent=draw(st.sampled_from([30, 50, 70, 100])),
                after=tuple(f"c{k}" for k in range(n) if draw(st.booleans()) and draw(st.booleans())),
                season=winter,
                continuous=draw(st.booleans()),
                together=draw(st.booleans()),
                begins_within_d=draw(st.sampled_from([None, None, 40])),
            )
        )
    booked = draw(
        st.lists(
            st.builds(
                lambda day, length, places: Booked(
                    start=MONDAY + day * DAY, end=MONDAY + (day + length) * DAY, places=places
                ),
                st.integers(0, 60), st.integers(1, 12), st.sampled_from([None, 1]),
            ),
            max_size=2,
        )
    )  # fmt: skip
    centres = (
        Centre(code="C", name="C", places=draw(st.integers(1, 3)), booked=tuple(booked), estimate=True),
        Centre(code="D", name="D", places=2, weekdays=(1, 2, 3, 4, 5, 6, 7), estimate=True),
    )
    people = tuple(
        candidate(f"KE-{n}", available=MONDAY + timedelta(days=draw(st.integers(0, 40)))) for n in (1, 2)
    )
    needs = tuple(f"c{n}" for n in range(count))
    return with_seat(small(courses=tuple(parts), centres=centres, nominations=people), needs=needs)


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(trainings())
def test_no_training_exceeds_a_centre_or_comes_before_what_it_stands_on(problem: CrewProblem) -> None:
    found = plan(problem)
    assert faults(problem, found) == ()


@settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(trainings())
def test_the_earliest_launch_that_would_do_is_the_earliest(problem: CrewProblem) -> None:
    """Launched on that day it fits; a day earlier it does not."""
    found = plan(problem).training
    for early in (0, 1) if found.late_d else (0,):
        days = found.late_d - early
        moved = tuple(
            flight(
                "B", one.launches.date() + timedelta(days=days), one.lands.date() + timedelta(days=days + 400)
            ) if one.code == "B" else one
            for one in problem.flights
        )  # fmt: skip
        assert plan(replace(problem, flights=moved)).training.fits == (early == 0)


# -------------------------------------------------------------------------------- seats


def brute(problem: CrewProblem) -> tuple[float, float, float] | None:
    """The best of all ways home: days of missing residents, longest stay, days of change."""
    people = travellers(problem)
    best = None
    for homes in product(problem.flights, repeat=len(people)):
        figures = judged(problem, people, homes)
        if figures is not None and (best is None or figures < best):
            best = figures
    return best


def judged(problem, people, homes):  # type: ignore[no-untyped-def]
    stays, changes = [], 0.0
    for one, home in zip(people, homes, strict=True):
        stay = stay_d(one.up, home)
        if home.undocks <= one.up.docks:
            return None
        if one.seat is not None:
            if not one.seat.stay_shortest_d <= stay <= one.seat.stay_longest_d:
                return None
            continue
        planned = problem.flight(one.planned)
        if home.code != planned.code and stay > problem.rules.stay_limit_d:
            return None
        if home.lands > planned.lands and not one.may_stay:
            return None
        stays.append(stay)
        changes += abs(stay - stay_d(one.up, planned))
    for craft in problem.flights:
        riders = [one for one, home in zip(people, homes, strict=True) if home.code == craft.code]
        if len(riders) > craft.seats or (riders and not any(craft.vehicle in one.commands for one in riders)):
            return None
    moments = sorted({m for one in problem.flights for m in (one.docks, one.undocks)})
    short = 0.0
    for here, there in pairwise(moments):
        on = [o for o, home in zip(people, homes, strict=True) if o.up.docks <= here < home.undocks]
        boats = sum(one.seats for one in problem.flights if one.docks <= here < one.undocks)
        if len(on) > min(boats, problem.rules.sleeping_places):
            return None
        usual = sum(
            problem.flight(one.up).docks <= here < problem.flight(one.down).undocks
            for one in problem.residents
        )
        here_now = sum(one.seat is None for one in on)
        short += max(usual - here_now, 0) * (there - here).total_seconds() / 86400
    return round(short, 2), round(max(stays), 2), round(changes, 2)


@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    st.lists(st.booleans(), min_size=6, max_size=6),
    st.integers(150, 400),
    st.integers(4, 6),
    st.integers(2, 12),
)
def test_seats_home_are_the_best_of_all_ways(may: list[bool], limit: int, places: int, weeks: int) -> None:
    base = small()
    launch = MONDAY + timedelta(days=100)
    problem = replace(
        base,
        residents=tuple(replace(one, may_stay=m) for one, m in zip(base.residents, may, strict=True)),
        rules=replace(base.rules, stay_limit_d=float(limit), sleeping_places=places),
        flights=(
            *base.flights,
            flight("C", launch + timedelta(days=20 * weeks), launch + timedelta(days=300)),
        ),
    )
    found, why = effect(problem)
    best = brute(problem)
    assert (best is not None) == found.possible == (not why)
    if best is not None:
        change = sum(abs(one.longer_d) for one in found.rides if not one.guest and one.up)
        assert (round(found.short_person_d, 2), round(found.longest_stay_d, 2)) == pytest.approx(
            best[:2], abs=0.02
        )
        assert change == pytest.approx(best[2], abs=0.03)


def test_what_stands_in_the_way_of_a_seat_home() -> None:
    base = small()
    nobody = replace(base, residents=tuple(replace(one, may_stay=False) for one in base.residents))
    found = plan(nobody)
    assert not found.effect.possible and set(codes(found)) == {"no-seats", "helps-consent"}
    assert faults(nobody, found) == ()
    short = replace(base, rules=replace(base.rules, stay_limit_d=200.0))
    assert set(codes(plan(short))) == {"no-seats", "helps-limit"}
    crowded = replace(base, rules=replace(base.rules, sleeping_places=5))
    assert set(codes(plan(crowded))) == {"no-seats", "helps-places"}
    never = with_seat(base, stay_shortest_d=20.0, stay_longest_d=30.0)
    assert codes(plan(never)) == ["no-ride-home"]


def test_a_free_seat_lengthens_nobody() -> None:
    base = small()
    people = tuple(one for one in base.residents if one.code not in ("A3", "B3"))
    problem = with_seat(replace(base, residents=people), takes="")
    found, _ = effect(problem)
    assert found.longer_d == 0.0 and found.short_person_d == 0.0 and found.handover_saved_h == 0.0


# ------------------------------------------------------------------------ the week on board


@settings(max_examples=15, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(1, 9), st.integers(2, 8), st.integers(0, 4)), min_size=1, max_size=6))
def test_the_week_is_worth_as_much_as_the_best_of_all_choices(offered: list[tuple[int, int, int]]) -> None:
    """One session each, so that a choice fits if its sessions fit into the days as bins."""
    experiments = tuple(
        experiment(f"X{n}", float(worth), 30 * size, up_mass_kg=float(mass), skills=("general",))
        for n, (worth, size, mass) in enumerate(offered)
    )
    problem = small(experiments=experiments)
    seat = problem.seats[0]
    found = guest_week(problem, seat)
    best = 0.0
    for count in range(len(experiments) + 1):
        for chosen in combinations(experiments, count):
            if sum(one.up_mass_kg for one in chosen) > seat.up_mass_kg:
                continue
            for days in product(range(len(seat.day_work_min)), repeat=count):
                used = [0] * len(seat.day_work_min)
                for one, day in zip(chosen, days, strict=True):
                    used[day] += one.session_min
                if all(u <= most for u, most in zip(used, seat.day_work_min, strict=True)):
                    best = max(best, sum(one.worth_weight for one in chosen))
                    break
    assert found.worth_value == found.bound_value == best


def test_experiments_follow_each_other_and_say_why_they_are_left_out() -> None:
    problem = small(
        experiments=(
            experiment("A", 1.0, 60),
            experiment("B", 9.0, 100, sessions=2, gap_d=2, after=("A",)),
            experiment("HEAVY", 9.0, 10, up_mass_kg=6.0),
            experiment("LONG", 9.0, 200, sessions=3),
            experiment("UNTAUGHT", 9.0, 10, skills=("surgery",)),
            experiment("LATER", 2.0, 10, after=("HEAVY",)),
            experiment("POOR", 0.5, 240, sessions=2),
        ),
        courses=(*small().courses, course("surgery", 1, teaches=("surgery",))),
    )
    found = plan(problem)
    assert faults(problem, found) == ()
    week = found.weeks[0]
    days = {code: [one.day for one in week.sessions if one.experiment == code] for code in "AB"}
    assert days == {"A": [2], "B": [3, 5]}
    why = {one.experiment: one.reasons[0].code for one in week.left_out}
    assert why == {
        "HEAVY": "too-heavy", "LONG": "week-too-short", "UNTAUGHT": "not-taught", "LATER": "waits-for",
        "POOR": "worth-less",
    }  # fmt: skip
    assert week.member_work_min == {"G": 240} and week.skills == ("general",)


# --------------------------------------------------------------------------------- letters


def test_the_letters_survive_a_round_trip_and_the_plan_is_the_same_again() -> None:
    problem = shipped("css-2018")
    assert from_json(CrewProblem, to_json(problem)) == problem
    small_one = small()
    found = plan(small_one)
    assert from_json(CrewPlan, to_json(found)) == found
    assert to_json(plan(small_one)) == to_json(found)
    assert moment(MONDAY).tzinfo is not None
