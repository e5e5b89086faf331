"""The sentences behind the reason codes of a crew plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

#: code -> sentence; facts are filled in by ``measure.reasons.say``.
REASONS: Final[Mapping[str, str]] = {
    # why a seat cannot be promised
    "no-prime": "Seat {seat}: no candidate is left whom no gate stopped.",
    "no-backup": "Seat {seat}: it asks for a backup, and only one candidate is left.",
    "training-late": "Training is {days} days late; the earliest launch that would do is {launches}.",
    "training-never": "No training fits, even for launches three years later.",
    "late-start": "Seat {seat}: training had to begin by {latest}; it begins on {start}.",
    "late-critical": "What decides: {chain}.",
    "late-waiver": "Leaving out any one of these would make it fit: {courses}.",
    "late-backup": "The primes alone would be in time.",
    "no-ride-home": "No vehicle brings the guest of {seat} home after {shortest} to {longest} days.",
    "no-seats": "There are not enough seats home for everybody within the rules.",
    "helps-limit": "It would do if stays of more than {limit} days were allowed.",
    "helps-consent": "It would do if every resident could be asked to stay longer.",
    "helps-commander": "It would do if nobody had to command a vehicle on its way home.",
    "helps-places": "It would do with more sleeping places or lifeboat seats.",
    # why an experiment is not in the guest's week
    "not-taught": "No course of the seat teaches {skills}.",
    "week-too-short": "It takes {needed} days on board with {session} minutes each; {days} have them.",
    "too-heavy": "It is too heavy for what the seat may carry: {amounts}.",
    "waits-for": "It must follow {after}, which is not chosen.",
    "worth-less": "Instead of others it would lower the worth of the week from {value} to {with_value}.",
    "no-week": "It does not fit into the week, even alone.",
}

#: what keeps a course from beginning earlier -> words; ``{of}`` is the course behind it.
LINKS: Final[Mapping[str, str]] = {
    "after": "must follow {of}",
    "trainee": "the trainee is busy with {of}",
    "centre": "the centre is full with {of}",
    "season": "waits for its season",
    "launch": "wears off, so waits for the launch to come near",
    "closed": "waits for the centre to open",
    "first": "begins on the first day of training",
    "order": "another order of courses would end later",
}
