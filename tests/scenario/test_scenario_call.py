from __future__ import annotations

import csv
from pathlib import Path

import pytest

from stationmaster.call.check import faults
from stationmaster.call.letters import Call, Country
from stationmaster.measure.time import moment
from stationmaster.proposal.letters import Dossier, Mode


@pytest.fixture(scope="module")
def totals(root: Path) -> dict[str, int]:
    with (root / "golden" / "first-call" / "totals.csv").open() as file:
        return {row["what"]: int(row["count"]) for row in csv.DictReader(file)}


def test_golden_the_nine_come_to_the_published_countries_and_institutions(
    dossiers: dict[str, Dossier], totals: dict[str, int]
) -> None:
    real = [d for d in dossiers.values() if not d.synthetic]
    assert {d.outcome_2019 for d in real} == {"accepted", "conditional"}
    assert sum(d.outcome_2019 == "accepted" for d in real) == totals["accepted"]
    assert sum(d.outcome_2019 == "conditional" for d in real) == totals["conditional"]
    assert len({c for d in real for c in d.countries}) == totals["chosen countries"]
    assert len({p.institution for d in real for p in d.partners}) == totals["chosen institutions"]


def test_golden_all_proposals_come_to_the_published_totals(
    dossiers: dict[str, Dossier], call: Call, totals: dict[str, int]
) -> None:
    every = list(dossiers.values())
    assert len(every) == totals["applications"]
    assert len({c for d in every for c in d.countries}) == totals["countries"]
    assert len({p.institution for d in every for p in d.partners}) == totals["teams"]
    assert {d.field for d in every} == set(call.fields)
    assert len(call.fields) == totals["fields"]
    assert call.policy.shortlist == totals["shortlisted"]
    assert call.policy.choose == totals["accepted"] + totals["conditional"]


def test_golden_the_interim_count_is_as_published(
    dossiers: dict[str, Dossier], totals: dict[str, int]
) -> None:
    early = [d for d in dossiers.values() if (d.facts or {})["counted"] == "interim"]
    outside = [d for d in early if d.mode is Mode.OUTSIDE_OWN]
    assert len(early) == totals["interim applications"]
    assert len({c for d in early for c in d.countries}) == totals["interim countries"]
    assert len(outside) == totals["interim outside"]
    assert len(early) - len(outside) == totals["interim inside"]


def test_golden_the_country_table_holds_the_member_states(
    countries: tuple[Country, ...], totals: dict[str, int], dossiers: dict[str, Dossier]
) -> None:
    assert len(countries) == totals["member states"]
    assert all(c.member and c.regional_group for c in countries)
    assert {c for d in dossiers.values() for c in d.countries} <= {c.code for c in countries}


def test_the_country_table_is_that_of_the_sources(countries: tuple[Country, ...], shared_data: Path) -> None:
    with (shared_data / "countries" / "countries_un.csv").open(encoding="utf-8") as file:
        rows = {row["iso3"]: row for row in csv.DictReader(file) if row["un_regional_group"]}
    assert {c.code for c in countries} == set(rows)
    for country in countries:
        row = rows[country.code]
        names = (country.en, country.fr, country.es, country.ru, country.zh, country.ar)
        assert names == tuple(row[language] for language in ("en", "fr", "es", "ru", "zh", "ar"))
        assert (country.economy or "") == row["wesp_2020"]
        assert country.m49 == int(row["m49"])
        if country.code != "VUT":  # left the list before the edition of 2021
            assert country.least_developed == (row["ldc_2021"] == "Y")


def test_both_calls_can_be_issued(call: Call, countries: tuple[Country, ...], iss_call: Call) -> None:
    assert faults(call, countries) == ()
    assert faults(iss_call, countries) == ()


def test_the_real_outcome_keeps_every_floor_and_fits_the_offer(
    call: Call, countries: tuple[Country, ...], dossiers: dict[str, Dossier]
) -> None:
    real = [d for d in dossiers.values() if not d.synthetic]
    table = {c.code: c for c in countries}
    teams = {c for d in real for c in d.countries}
    policy = call.policy
    assert len(real) == policy.choose
    assert len(teams) >= policy.min_countries
    assert len({table[c].regional_group for c in teams}) >= policy.min_groups
    leads = [d.lead.country for d in real]
    assert sum(not table[c].flown_before for c in leads) >= policy.min_first_time
    assert max(leads.count(c) for c in leads) <= policy.max_per_lead_country
    assert max([d.field for d in real].count(f) for f in call.fields) <= policy.max_per_field
    for mode, least in (policy.min_per_mode or {}).items():
        assert sum(d.mode == mode for d in real) >= least
    for name in RESOURCES:
        assert sum(getattr(d.needs, name) for d in real) <= getattr(call.offer, name), name


RESOURCES = (
    "rack_share",
    "ports",
    "power_w",
    "data_gb_d",
    "up_mass_kg",
    "up_volume_l",
    "down_mass_kg",
    "cold_volume_l",
    "crew_time_h",
    "arm_operations",
)


@pytest.mark.parametrize("name", RESOURCES)
def test_the_call_is_over_subscribed(call: Call, dossiers: dict[str, Dossier], name: str) -> None:
    asked = sum(getattr(d.needs, name) for d in dossiers.values())
    assert 1.5 < asked / getattr(call.offer, name) < 3.5


def test_everything_was_handed_in_while_the_call_was_open(call: Call, dossiers: dict[str, Dossier]) -> None:
    for name, dossier in dossiers.items():
        assert call.opens <= moment(dossier.submitted) <= call.closes, name
