"""What a run keeps in place of a file that it may not pass on: the guests' file without its candidates.

Whoever has a run's bundle can recompute it; nobody learns from it how a candidate stands at a gate, not
even from a digest, which would betray a guess. So the disclosed problem is what a scenario holds, what
its digest is taken over and what stands among a run's inputs. Read again, it discloses itself.
"""

from __future__ import annotations

import json

from stationmaster.crew.letters import CrewProblem
from stationmaster.measure.letters import plain

HEAD = """\
# Kept by a run in place of the guests' own file: candidates by their part in the crew, gates as counts.
"""


def guests_file(problem: CrewProblem) -> bytes:
    """A disclosed problem as the text of a TOML file; its own remarks are left out."""
    lines = [HEAD]
    for name, value in plain(problem).items():
        if isinstance(value, list):
            items = "".join(f"  {_toml(item)},\n" for item in value)
            lines.append(f"{name} = [\n{items}]\n")
        else:
            lines.append(f"{name} = {_toml(value)}\n")
    return "".join(lines).encode()


def _toml(value: object) -> str:
    """A plain value in one line; what is None is left out of its table."""
    if isinstance(value, dict):
        pairs = (f"{json.dumps(key)} = {_toml(one)}" for key, one in value.items() if one is not None)
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    # JSON's numbers, truth values and strings are TOML's, but for one character that TOML escapes.
    return json.dumps(value).replace("\x7f", "\\u007f")
