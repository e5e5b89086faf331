"""What a dossier is charged of each resource that the call offers."""

from __future__ import annotations

from collections.abc import Mapping

from stationmaster.proposal.letters import RESOURCES, Dossier


def costs(dossier: Dossier) -> Mapping[str, float]:
    """Resource -> amount, as the dossier asks, to the sixth decimal.

    Each need is charged once, whole: power and data as the rate while it runs, crew time, mass and
    volume over its life on board.
    """
    return {name: round(float(getattr(dossier.needs, name)), 6) for name in RESOURCES}
