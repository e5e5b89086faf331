"""Which rules bind a dossier, whom, and what cures it: transparent, dated, three-valued.

The station stays open; a rule belongs to the party that it binds. What is not known is asked, never
taken for no. No rule looks at nationality.
"""

from stationmaster.proposal.obligations.obligations import obligations
from stationmaster.proposal.obligations.rules import Rule, read_rules, shipped_rules

__all__ = ["Rule", "obligations", "read_rules", "shipped_rules"]
