"""The scorecards of the scenario: made up, from a seed, with the spread that real reviews have.

``python make_cards.py`` writes ``cards-1.csv`` and ``cards-2.csv`` beside this file; with
``--check`` it writes nothing and exits with 1 when a file differs. There is one card for every
reviewer, proposal and criterion: the card this reviewer would hand in if asked. Only those of the
pairs that are assigned ever count.

The spread is that of the 978 papers of ICLR 2018 (public reviews on a scale from 1 to 10): mean
scores of a paper have a standard deviation of 1.22, the scores of one paper 0.99. Three readings
were usual, so the quality behind the means spreads by sqrt(1.22^2 - 0.99^2 / 3) = 1.08. A reading
here is the weighted mean over the criteria: severity, taste and what is left of the noise of two
criteria come to sqrt(0.5^2 + 0.8^2 + 0.29^2) = 0.99.

The nine projects that were really chosen get a quality from the part of that distribution above
its 75th percentile, because a real panel found them to be among the best. So nothing about their
merit may be concluded from this scenario.

Each number depends on the seed and on the names it belongs to, through SHA-256, and on nothing
else: neither order nor version of Python matters.
"""

from __future__ import annotations

import csv
import hashlib
import io
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from statistics import NormalDist
from typing import Any

FOLDER = Path(__file__).resolve().parent
SEED = 2018
MEAN = 5.4
QUALITY_SD = 1.08
SEVERITY_SD = 0.5
TASTE_SD = 0.8  # of one reviewer for one proposal, alike on all criteria
NOISE_SD = 0.4  # of one criterion on one card
SIDE_SD = 0.3  # how far a proposal's quality on one criterion lies from its quality as a whole
TOP_FROM = 0.75
LOWEST, HIGHEST, STEP = 1.0, 10.0, 0.5


def uniform(*names: str) -> float:
    """A number above 0 and below 1 that belongs to these names."""
    digest = hashlib.sha256("|".join((str(SEED), *names)).encode()).digest()
    return (int.from_bytes(digest[:6]) + 0.5) / 2**48


def normal(sd_score: float, *names: str) -> float:
    """A draw from the normal distribution that belongs to these names."""
    return NormalDist().inv_cdf(uniform(*names)) * sd_score


def quality(dossier: dict[str, Any]) -> float:
    """How good the proposal is, as points from the mean; from the upper quarter where it was chosen."""
    draw = uniform("quality", dossier["code"])
    if dossier.get("outcome_2019"):
        draw = TOP_FROM + (1 - TOP_FROM) * draw
    return NormalDist().inv_cdf(draw) * QUALITY_SD


def hardness(dossier: dict[str, Any], offer: dict[str, Any]) -> float:
    """The largest part of an offered resource that it asks for, at most 1."""
    needs = dossier["needs"]
    parts = [needs.get(name, 0) / amount for name, amount in offer.items() if _is_amount(amount)]
    return float(min(max(parts), 1.0))


def _is_amount(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def lean(criterion: str, dossier: dict[str, Any], offer: dict[str, Any]) -> float:
    """What a reader can see of the dossier itself: a few tenths of a point, by criterion."""
    ease = 0.3 - hardness(dossier, offer)
    if criterion.endswith("FEASIBILITY"):
        return ease + (0.0 if dossier["method"] else -2.0)
    if criterion == "S2-RESOURCES":
        return 2 * ease
    if criterion == "S2-SAFETY":
        worst = [hazard["severity"] for hazard in dossier.get("hazards", [])]
        return -0.4 if "catastrophic" in worst else 0.2 if worst else -1.0
    if criterion == "S2-FUNDING":
        sources = dossier.get("funding", [])
        return 1.6 * (sum(s["secured"] for s in sources) / len(sources) - 0.5) if sources else -1.5
    return 0.0


def score(reviewer: str, criterion: str, dossier: dict[str, Any], offer: dict[str, Any]) -> float:
    """The score on the card, to half a point and within the scale."""
    name = dossier["code"]
    value = (
        MEAN
        + quality(dossier)
        + normal(SIDE_SD, "side", name, criterion)
        + lean(criterion, dossier, offer)
        - normal(SEVERITY_SD, "severity", reviewer)
        + normal(TASTE_SD, "taste", reviewer, name)
        + normal(NOISE_SD, "noise", reviewer, name, criterion)
    )
    return min(max(round(value / STEP) * STEP, LOWEST), HIGHEST)


def rows(stage: int) -> Iterator[tuple[str, str, str, str]]:
    """The cards of one stage, sorted by reviewer and proposal."""
    call = tomllib.loads((FOLDER / "call.toml").read_text(encoding="utf-8"))
    criteria = [c["code"] for c in call["criteria"] if c["stage"] == stage]
    paths = (FOLDER / "proposals").glob("*.toml")
    dossiers = [tomllib.loads(path.read_text(encoding="utf-8")) for path in paths]
    dossiers.sort(key=lambda dossier: dossier["code"])
    with (FOLDER / "reviewers.csv").open(encoding="utf-8", newline="") as file:
        reviewers = sorted(row["code"] for row in csv.DictReader(file))
    for reviewer in reviewers:
        for dossier in dossiers:
            for criterion in criteria:
                points = score(reviewer, criterion, dossier, call["offer"])
                yield reviewer, dossier["code"], criterion, f"{points:.1f}"


def text(stage: int) -> str:
    """The whole CSV file of one stage."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("reviewer", "proposal", "criterion", "score"))
    writer.writerows(rows(stage))
    return out.getvalue()


def main(arguments: list[str]) -> int:
    """Write both files, or check them; 1 when a checked file differs."""
    differ = False
    for stage in (1, 2):
        path = FOLDER / f"cards-{stage}.csv"
        if "--check" in arguments:
            same = path.is_file() and path.read_bytes() == text(stage).encode()
            print(f"{path.name}: {'as made' if same else 'differs from what the seed gives'}")
            differ = differ or not same
        else:
            path.write_bytes(text(stage).encode())
    return int(differ)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
