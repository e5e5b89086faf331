"""What a search may spend."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

#: How often somebody looks whether a search has to end.
LOOK_AGAIN_S = 0.1


@dataclass
class Clock:
    """What is left of an effort: deterministic seconds of the solver, or seconds by the clock.

    ``stop`` ends every search at the next chance, with what it has.
    """

    effort_s: float
    by_wall: bool = False
    stop: threading.Event = field(default_factory=threading.Event)
    spent_s: float = 0.0
    began_s: float = field(default_factory=time.monotonic)

    @property
    def left_s(self) -> float:
        """Seconds that are left (0 when told to stop)."""
        if self.stop.is_set():
            return 0.0
        return max(0.0, self.effort_s - (time.monotonic() - self.began_s if self.by_wall else self.spent_s))

    @property
    def gone_share(self) -> float:
        """The share of the effort that is gone by the clock; 0 where it does not go by the clock."""
        if not self.by_wall:
            return 0.0
        return 1.0 if self.effort_s <= 0 else min(1.0, 1.0 - self.left_s / self.effort_s)

    def part(self, share: float) -> Clock:
        """A clock over a share of what is left."""
        return Clock(share * self.left_s, self.by_wall, self.stop)

    def keep(self, seconds: float) -> None:
        """Put seconds by for what comes after the search; half of the effort at most."""
        self.effort_s -= min(seconds, 0.5 * self.left_s)
