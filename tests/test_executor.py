from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from stationmaster.executor import Executor, ProcessExecutor, RayExecutor, SerialExecutor, executor
from stationmaster.measure import StationError


def weigh(item: int, shared: dict[str, Any]) -> int:
    return item * int(shared["factor"])


def fail(item: int, shared: None) -> int:
    if item == 3:
        raise StationError("bad-value", value=item, expected="another number")
    return item


def die_once(item: int, shared: str) -> int:
    mark = Path(shared) / f"died-{item}"
    if item == 4 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return -item


def die_always(item: int, shared: None) -> int:
    if item == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return item


@pytest.fixture(scope="module")
def cluster() -> Any:
    ray = pytest.importorskip("ray", reason="the Ray executor is an extra: not installed, not tested")
    here = str(Path(__file__).parent.parent)
    os.environ["PYTHONPATH"] = os.pathsep.join([here, os.environ.get("PYTHONPATH", "")])
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, object_store_memory=100_000_000)
    yield ray
    ray.shutdown()


def same_from(engine: Executor, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    results = engine.map(weigh, range(9), shared={"factor": 3}, progress=lambda *step: seen.append(step))
    assert results == [0, 3, 6, 9, 12, 15, 18, 21, 24]
    assert seen[-1] == (9, 9)
    assert [done for done, _ in seen] == list(range(1, 10))
    assert engine.map(weigh, [], shared={"factor": 3}) == []
    with pytest.raises(StationError, match="another number"):
        engine.map(fail, range(9))


def test_serial(tmp_path: Path) -> None:
    same_from(SerialExecutor(), tmp_path)


def test_processes_give_the_same_and_outlive_a_killed_worker(tmp_path: Path) -> None:
    engine = ProcessExecutor(2)
    same_from(engine, tmp_path)
    assert engine.map(die_once, range(7), shared=str(tmp_path)) == [0, -1, -2, -3, -4, -5, -6]
    assert (tmp_path / "died-4").exists()
    with pytest.raises(StationError, match="a worker died 3 times"):
        engine.map(die_always, [1])


@pytest.mark.slow
def test_ray_gives_the_same_and_outlives_a_killed_worker(cluster: Any, tmp_path: Path) -> None:
    engine = RayExecutor()
    same_from(engine, tmp_path)
    assert engine.map(die_once, range(7), shared=str(tmp_path)) == [0, -1, -2, -3, -4, -5, -6]
    assert (tmp_path / "died-4").exists()


def test_an_unknown_executor_is_refused() -> None:
    with pytest.raises(StationError, match="did you mean process"):
        executor("proces")
    assert isinstance(executor("serial"), SerialExecutor)


def die_beside(item: int, shared: None) -> int:
    if item == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.3)
    return item


def fail_late(item: int, shared: None) -> int:
    if item == 1:
        time.sleep(1.0)
    if item > 0:
        raise StationError("bad-value", value=f"the value {item}", expected="another number")
    return item


def test_the_item_that_kills_is_blamed_and_not_its_neighbour() -> None:
    with pytest.raises(StationError, match="a worker died 3 times at item 3 of 4"):
        ProcessExecutor(3).map(die_beside, range(4))


def test_the_first_item_that_fails_is_told_whichever_ends_first() -> None:
    for engine in (SerialExecutor(), ProcessExecutor(3)):
        with pytest.raises(StationError, match="the value 1,"):
            engine.map(fail_late, range(3))
