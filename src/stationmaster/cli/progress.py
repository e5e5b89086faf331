"""Progress for people: a bar on what takes over two seconds, nothing where no terminal listens."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

QUIET_S = 2.0


class Bars:
    """One bar for the stage at work; quiet when standard error is not a terminal, or ``quiet``.

    The bar appears only once the work has lasted two seconds.
    """

    def __init__(self, stages: tuple[str, ...], quiet: bool = False) -> None:
        self.stages = stages
        self.quiet = quiet or not sys.stderr.isatty()
        self.began = time.monotonic()
        #: Stands beside the bar: how good the answer is so far.
        self.note = ""
        self._bars: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Bars:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """A stage went on: ``done`` of ``total`` steps (total 0: it begins)."""
        if self.quiet or time.monotonic() - self.began < QUIET_S:
            return
        bars = self._bars or self._open()
        assert self._task is not None
        place = self.stages.index(stage) if stage in self.stages else len(self.stages)
        part = done / total if total else 0.0
        bars.update(self._task, completed=place + part, description=f"{stage:<10} {self.note}".rstrip())

    def _open(self) -> Progress:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._bars = bars
        self._task = bars.add_task("", total=len(self.stages) + 1)
        bars.start()
        return bars
