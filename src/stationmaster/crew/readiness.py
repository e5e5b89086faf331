"""Training as an answer: earliest readiness, each course's slack, the critical chain, what is too late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from stationmaster.crew.letters import CrewProblem
from stationmaster.crew.nominations import Trainee, needed, trainees
from stationmaster.crew.outcome import Booking, Link, SeatCrew, SeatTraining, Training
from stationmaster.crew.training import REACH_D, Found, Key, Model, latest_start


def training(problem: CrewProblem, crews: tuple[SeatCrew, ...]) -> Training | None:
    """The earliest training of everybody who trains; None where no launch within three years would do."""
    people = trainees(problem, crews)
    if not any(one.courses for one in people):
        return Training(
            fits=True, late_d=0, bookings=(), seats=_nothing_to_learn(problem, people), chain=(),
            would_fit_without=(), prime_alone=True, proven=True,
        )  # fmt: skip
    delay, proven = _delay(problem, people)
    if delay is None:
        return None
    model = Model(problem, people, delay_most=delay)
    model.cp.add(model.delay == delay)
    found = model.search(model.readiness(), "least")
    if found is None:
        return None
    slack = _slacks(problem, people, found)
    rank = {one.code: number for number, one in enumerate(people)}
    bookings = tuple(
        Booking(
            trainee=key[0], course=key[1], start=date.fromordinal(begin),
            end=date.fromordinal(model.tables[key[1]].ends[begin]), slack_d=slack[key],
        )
        for key, begin in sorted(found.begins.items(), key=lambda one: (one[1], rank[one[0][0]], one[0]))
    )  # fmt: skip
    seats, seats_proven = _seats(problem, people, bookings, delay)
    late = delay > 0
    return Training(
        fits=not late,
        late_d=delay,
        bookings=bookings,
        seats=seats,
        chain=_Chain(model, found).links(),
        would_fit_without=_waivers(problem, people) if late else (),
        prime_alone=not late or _delay(problem, trainees(problem, crews, backups=False))[0] == 0,
        proven=proven and found.proven and seats_proven,
    )


def _nothing_to_learn(problem: CrewProblem, people: tuple[Trainee, ...]) -> tuple[SeatTraining, ...]:
    seats = []
    for seat in dict.fromkeys(one.seat for one in people):
        launch = problem.flight(problem.seat(seat).flight).launches.date()
        ready = date.fromordinal(max(one.available for one in people if one.seat == seat))
        slack = (launch - ready).days
        seats.append(SeatTraining(seat=seat, launch=launch, ready=ready, slack_d=slack, latest_start=launch))
    return tuple(seats)


def _delay(problem: CrewProblem, people: tuple[Trainee, ...]) -> tuple[int | None, bool]:
    """The least days by which all launches have to come later, and whether that is proven."""
    on_time = Model(problem, people)
    if on_time.search(on_time.delay, "least") is not None:
        return 0, True
    later = Model(problem, people, delay_most=REACH_D)
    found = later.search(later.delay, "least")
    return (found.delay_d, found.proven) if found else (None, True)


def _slacks(problem: CrewProblem, people: tuple[Trainee, ...], found: Found) -> dict[Key, int]:
    """How much later each course could begin, the others rearranged and the launches kept."""
    model = Model(problem, people, delay_most=found.delay_d)
    model.cp.add(model.delay == found.delay_d)
    likes = {one.code: (one.seat, one.available, one.courses) for one in people}
    latest: dict[object, int] = {}  # who trains for the same from the same day has the same room
    slacks = {}
    for key, begin in found.begins.items():
        like = (likes[key[0]], key[1])
        if like not in latest:
            most = model.search(model.begin[key], "most")
            latest[like] = most.value if most else begin
        slacks[key] = latest[like] - begin
    return slacks


def _seats(
    problem: CrewProblem, people: tuple[Trainee, ...], bookings: tuple[Booking, ...], delay: int
) -> tuple[tuple[SeatTraining, ...], bool]:
    told, proven = [], True
    for seat in dict.fromkeys(one.seat for one in people):
        own = {one.code for one in people if one.seat == seat}
        launch = problem.flight(problem.seat(seat).flight).launches.date()
        kept = date.fromordinal(launch.toordinal() + delay)
        first = date.fromordinal(min(one.available for one in people if one.seat == seat))
        ready = max((one.end for one in bookings if one.trainee in own), default=first)
        latest, sure = latest_start(problem, people, seat)
        proven = proven and sure
        told.append(
            SeatTraining(
                seat=seat, launch=kept, ready=ready, slack_d=(kept - ready).days, latest_start=latest
            )
        )
    return tuple(told), proven


def _waivers(problem: CrewProblem, people: tuple[Trainee, ...]) -> tuple[str, ...]:
    """Courses of which leaving out any one would make the training fit the launches as asked."""
    codes = dict.fromkeys(code for one in people for code in needed(problem, problem.seat(one.seat)))
    fits = []
    for code in codes:
        model = Model(problem, people, without=code)
        if model.search(model.delay, "least") is not None:
            fits.append(code)
    return tuple(fits)


@dataclass(frozen=True)
class _Chain:
    """What keeps the training from ending earlier, followed back from the course that ends last."""

    model: Model
    found: Found

    def links(self) -> tuple[Link, ...]:
        """The chain, the earliest course first."""
        told: list[Link] = []
        rank = {one.code: number for number, one in enumerate(self.model.people)}
        last = sorted(self.found.begins, key=lambda one: (self._end(one), rank[one[0]], one), reverse=True)
        # what waits for the launch is never what makes the training long
        key: Key | None = next((one for one in last if self._why(one)[0] != "launch"), last[0])
        while key is not None and all((link.trainee, link.course) != key for link in told):
            why, behind = self._why(key)
            told.append(Link(trainee=key[0], course=key[1], why=why, of=behind[1] if behind else ""))
            key = behind
        return tuple(reversed(told))

    def _end(self, key: Key) -> int:
        return self.model.tables[key[1]].ends[self.found.begins[key]]

    def _why(self, key: Key) -> tuple[str, Key | None]:
        """Why a course does not begin earlier, and the course behind that."""
        begin = self.found.begins[key]
        course = self.model.problem.course(key[1])
        one = next(one for one in self.model.people if one.code == key[0])
        before = [(key[0], code) for code in course.after if (key[0], code) in self.found.begins]
        last = max(before, key=self._end, default=None)
        bound = max(self._end(last), one.available) if last else one.available
        table = self.model.tables[key[1]]
        days = range(bound, begin)
        earlier = [day for day in days if day in table.ends and self._near_enough(key, day)]
        if earlier:
            return self._held(key, earlier[-1])
        if any(day in table.ends for day in days):
            return "launch", None
        if course.season and any(day in table.open_days for day in days):
            return "season", None
        if last and self._end(last) == bound:
            return "after", last
        return ("first", None) if not any(day in table.open_days for day in days) else ("closed", None)

    def _near_enough(self, key: Key, day: int) -> bool:
        course = self.model.problem.course(key[1])
        one = next(one for one in self.model.people if one.code == key[0])
        launch = self.model.launch[one.seat] + self.found.delay_d
        return course.begins_within_d is None or day >= launch - course.begins_within_d

    def _held(self, key: Key, day: int) -> tuple[str, Key | None]:
        """Who is in the way of beginning on an earlier day: the one of them that ends last."""
        end = self.model.tables[key[1]].ends[day]
        centre = self.model.problem.course(key[1]).centre
        meets = [
            other for other, begin in self.found.begins.items()
            if other != key and begin < end and day < self._end(other) and begin < self.found.begins[key]
        ]  # fmt: skip
        own = [other for other in meets if other[0] == key[0]]
        load = sum(self.model.problem.course(code).load_percent for _, code in [*own, key])
        if own and load > 100:
            return "trainee", max(own, key=self._end)
        same = [other for other in meets if self.model.problem.course(other[1]).centre == centre]
        return ("centre", max(same, key=self._end)) if same else ("order", None)
