"""A scenario: the folder of data that a journey starts from, read whole and held against itself.

``scenario.toml`` names the other files. A variant (``extends = "../css-2018"``) takes every file that
it does not name itself from the scenario it extends. Contradictions between files - a country that
is not in the table, a facility nobody offers, a reviewer who leads a proposal - are refused here,
with file, line and field, before any stage begins.

``letters`` is what the files hold, ``layers`` finds them, ``read`` reads them, ``agreement`` is what
they must agree on.
"""

from stationmaster.scenario.letters import SCENARIO_FILE, Scenario, ScenarioFile, SystemOperation
from stationmaster.scenario.read import read_scenario

__all__ = ["SCENARIO_FILE", "Scenario", "ScenarioFile", "SystemOperation", "read_scenario"]
