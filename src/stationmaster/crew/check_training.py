"""The training, held against the calendar: day by day, trainee by trainee, place by place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from stationmaster.crew.letters import Centre, Course, CrewProblem
from stationmaster.crew.outcome import Booking, CrewPlan
from stationmaster.measure.reasons import Fault

_DAY = timedelta(days=1)


def training_faults(problem: CrewProblem, plan: CrewPlan) -> Iterator[Fault]:
    """What is wrong with the training of a plan."""
    training = plan.training
    if not training.bookings and not training.fits:
        return  # it says that there is no training at all; nothing was planned
    known = {course.code for course in problem.courses}
    people = {code: crew.seat for crew in plan.crews for code in (crew.prime, crew.backup) if code}
    for one in training.bookings:
        if one.course not in known or one.trainee not in people:
            yield Fault("unknown", one.course, f"{one.trainee} in {one.course}: neither was asked for.")
            return
    for one in training.bookings:
        yield from _lasts(problem, one)
        yield from _before_launch(problem, plan, one, people[one.trainee])
    for code, seat in people.items():
        yield from _complete(problem, plan, code, seat)
    yield from _together(problem, plan)
    yield from _room(problem, plan)
    yield from _figures(problem, plan, people)


def _days(one: Booking) -> Iterator[date]:
    day = one.start
    while day < one.end:
        yield day
        day += _DAY


def _open(centre: Centre, day: date, every_day: bool) -> bool:
    for one in centre.booked:
        if one.places is None and one.start <= day < one.end:
            return False
    return every_day or day.isoweekday() in centre.weekdays


def _lasts(problem: CrewProblem, one: Booking) -> Iterator[Fault]:
    course = problem.course(one.course)
    centre = next(c for c in problem.centres if c.code == course.centre)
    where = f"{one.trainee} {one.course}"
    days = list(_days(one))
    taught = [day for day in days if _open(centre, day, course.continuous)]
    if len(taught) != course.duration_d:
        says = f"{where} has {len(taught)} open days of {course.duration_d}."
        yield Fault("duration", where, says)
    if course.continuous and len(taught) != len(days):
        yield Fault("continuous", where, f"{where} is interrupted.")
    if days and taught and (days[0] != taught[0] or days[-1] != taught[-1]):
        yield Fault("closed", where, f"{where} begins or ends on a day when {centre.name} is closed.")
    if course.season and not any(all(_in(part.start, part.end, d) for d in days) for part in course.season):
        yield Fault("season", where, f"{where} lies outside its season.")


def _in(start: str, end: str, day: date) -> bool:
    """Whether a day lies between two days of the year, tried in this year and the one before."""
    for year in (day.year - 1, day.year):
        first = _of_year(year, start, up=True)
        last = _of_year(year if start <= end else year + 1, end, up=False)
        if first <= day <= last:
            return True
    return False


def _of_year(year: int, text: str, up: bool) -> date:
    """A day of a year; the 30th of February is the next one there is, or the last before."""
    month, day = (int(part) for part in text.split("-"))
    while day > 28:
        try:
            return date(year, month, day)
        except ValueError:
            if up:
                return date(year, month + 1, 1)
            day -= 1
    return date(year, month, day)


def _launch(problem: CrewProblem, plan: CrewPlan, seat: str) -> date:
    asked = problem.flight(problem.seat(seat).flight).launches.date()
    return asked + plan.training.late_d * _DAY


def _before_launch(problem: CrewProblem, plan: CrewPlan, one: Booking, seat: str) -> Iterator[Fault]:
    course, launch = problem.course(one.course), _launch(problem, plan, seat)
    candidate = next(c for c in problem.nominations if c.code == one.trainee)
    where = f"{one.trainee} {one.course}"
    if one.start < candidate.available:
        yield Fault("too-early", where, f"{where} begins before {candidate.available}.")
    if one.end + course.over_before_d * _DAY > launch:
        yield Fault("too-late", where, f"{where} is not over {course.over_before_d} days before {launch}.")
    if course.begins_within_d is not None and one.start < launch - course.begins_within_d * _DAY:
        yield Fault("worn-off", where, f"{where} begins over {course.begins_within_d} days before {launch}.")
    if one.slack_d < 0:
        yield Fault("slack", where, f"{where} has a slack below zero.")


def _complete(problem: CrewProblem, plan: CrewPlan, code: str, seat_code: str) -> Iterator[Fault]:
    """All that the seat needs, once each, what it stands on first; nothing that was passed again."""
    passed = set(next(c for c in problem.nominations if c.code == code).passed)
    seat = problem.seat(seat_code)
    wanted = set(seat.needs)
    if seat.language:
        wanted |= {c.code for c in problem.courses if (c.language, c.level) == (seat.language, seat.level)}
    wanted -= passed
    before: dict[str, Course] = {c.code: c for c in problem.courses}
    grown = True
    while grown:
        more = {need for course in wanted for need in before[course].after} - wanted - passed
        grown = bool(more)
        wanted |= more
    own = {one.course: one for one in plan.training.bookings if one.trainee == code}
    count = Counter(one.course for one in plan.training.bookings if one.trainee == code)
    for course in sorted(wanted - set(own)):
        yield Fault("missing", f"{code} {course}", f"{code} is not trained in {course}.")
    for course in sorted(set(own) - wanted):
        yield Fault("needless", f"{code} {course}", f"{code} does not need {course}.")
    for course, times in count.items():
        if times > 1:
            yield Fault("twice", f"{code} {course}", f"{code} takes {course} {times} times.")
    for one in own.values():
        for need in before[one.course].after:
            if need in own and own[need].end > one.start:
                yield Fault(
                    "order", f"{code} {one.course}", f"{code} begins {one.course} before {need} is over."
                )


def _together(problem: CrewProblem, plan: CrewPlan) -> Iterator[Fault]:
    for crew in plan.crews:
        for course in problem.courses:
            begins = {
                one.start for one in plan.training.bookings
                if one.course == course.code and one.trainee in (crew.prime, crew.backup)
            }  # fmt: skip
            if course.together and len(begins) > 1:
                yield Fault(
                    "together", course.code, f"Seat {crew.seat}: {course.code} is not taken together."
                )


def _room(problem: CrewProblem, plan: CrewPlan) -> Iterator[Fault]:
    """Every day: nobody busy beyond the day, no centre beyond its places."""
    busy: Counter[tuple[str, date]] = Counter()
    taken: Counter[tuple[str, date]] = Counter()
    for one in plan.training.bookings:
        course = problem.course(one.course)
        for day in _days(one):
            busy[one.trainee, day] += course.load_percent
            taken[course.centre, day] += 1
    for (who, day), load in sorted(busy.items()):
        if load > 100:
            yield Fault("overload", f"{who} {day}", f"{who} is busy {load} per cent of {day}.")
    places = {centre.code: centre for centre in problem.centres}
    for (where, day), count in sorted(taken.items()):
        others = sum(
            min(one.places, places[where].places)
            for one in places[where].booked
            if one.places is not None and one.start <= day < one.end
        )
        if count + others > places[where].places:
            yield Fault("full", f"{where} {day}", f"{where} holds {count + others} trainees on {day}.")


def _figures(problem: CrewProblem, plan: CrewPlan, people: dict[str, str]) -> Iterator[Fault]:
    """Readiness, slack and the chain, as the plan tells them."""
    training = plan.training
    if training.fits != (training.late_d == 0):
        yield Fault("late", "training", "It says both that the training fits and that it is late.")
    for told in training.seats:
        ends = [one.end for one in training.bookings if people[one.trainee] == told.seat]
        launch = _launch(problem, plan, told.seat)
        if told.launch != launch:
            yield Fault("launch", told.seat, f"Seat {told.seat}: the launch is {launch}, not {told.launch}.")
        if ends and told.ready != max(ends):
            yield Fault("ready", told.seat, f"Seat {told.seat} is ready on {max(ends)}, not {told.ready}.")
        if told.slack_d != (launch - told.ready).days:
            yield Fault("slack", told.seat, f"Seat {told.seat}: the slack to the launch is not so.")
        first = min(
            (one.start for one in training.bookings if people[one.trainee] == told.seat), default=None
        )
        if training.fits and first and (told.latest_start is None or told.latest_start < first):
            says = f"Seat {told.seat}: training began on {first} and is in time, so that was not too late."
            yield Fault("latest-start", told.seat, says)
    have = {(one.trainee, one.course): one for one in training.bookings}
    for here, there in pairwise(training.chain):
        one, two = have.get((here.trainee, here.course)), have.get((there.trainee, there.course))
        if one is None or two is None or there.of != here.course or one.start >= two.start:
            yield Fault("chain", there.course, f"The chain breaks between {here.course} and {there.course}.")
