"""The invitation: what is offered, to whom, until when, by which rules.

What it decides: nothing yet; it fixes the terms before a dossier is opened.
In: ``call.toml`` and the frozen country table. Out: :class:`Call`, :class:`Countries`.
Verified by ``check.faults(call, countries)``, from the two alone: 193 Member States, dates in
order, weights that sum to one, floors that can be met.
"""

from stationmaster.call.countries import Countries, groups, read_countries
from stationmaster.call.letters import Call, Country, Criterion, Offer, Policy

__all__ = ["Call", "Countries", "Country", "Criterion", "Offer", "Policy", "groups", "read_countries"]
