"""The journey: one stage's answer becomes the next one's problem, from invitation to a safe week.

``stages`` is the plot on one screen. ``choosing``, ``cargo``, ``guests``, ``week`` and
``sky`` are the hand-overs;
``run`` does a journey and keeps its letters; ``bundle`` packs it and proves it by recomputing.
"""

from stationmaster.journey.stages import NAMES, STEPS, Journey

__all__ = ["NAMES", "STEPS", "Journey"]
