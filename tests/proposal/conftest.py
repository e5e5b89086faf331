"""A small station, a call and a dossier that fit each other; each test changes one thing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from stationmaster.proposal.letters import (
    CallTerms,
    CountryRow,
    Dossier,
    Funding,
    Hazard,
    Kind,
    Mode,
    Needs,
    Operation,
    Partner,
    ProposalProblem,
    SanctionsList,
)
from stationmaster.station.letters import (
    ColdStowage,
    CrewPlan,
    DataLink,
    Mechanism,
    Module,
    OrbitFacts,
    Port,
    Rack,
    Station,
    Vehicle,
)


def port(code: str, size: str, count: int, mass_kg: float, power_w: float, *views: str) -> Port:
    return Port(
        code=code,
        name=code,
        module="LAB",
        size=size,
        count=count,
        mass_limit_kg=mass_kg,
        power_w=power_w,
        data_gb_d=100.0,
        views=views,
        estimate=True,
    )


def rack(code: str, *offers: str, power_w: float = 1000.0, share: float = 1.0) -> Rack:
    return Rack(
        code=code,
        name=f"rack {code}",
        module="LAB",
        facility=bool(offers),
        offers=offers,
        mass_limit_kg=500.0,
        power_w=power_w,
        data_gb_d=50.0,
        payload_share=share,
        estimate=True,
    )


def vehicle(code: str, up_kg: float, up_l: float, down_kg: float, late: bool) -> Vehicle:
    return Vehicle(
        code=code,
        name=code.title(),
        kind="cargo",
        up_mass_kg=up_kg,
        up_volume_l=up_l,
        down_mass_kg=down_kg,
        cold_volume_l=0.0,
        seats=0,
        late_load=late,
        estimate=True,
    )


@pytest.fixture(scope="session")
def station() -> Station:
    return Station(
        code="TST",
        name="Test station",
        operator="Nobody",
        collected="2026-11-23",
        orbit=OrbitFacts(
            catalogue_id=1,
            companions=(),
            altitude_min_km=380.0,
            altitude_max_km=400.0,
            inclination_deg=41.5,
            hard_body_radius_m=30.0,
            estimate=True,
        ),
        crew=CrewPlan(
            nominal=3,
            handover=6,
            work_h=6.5,
            work_days_week=5,
            saturday_work_h=0.0,
            sleep_h=8.5,
            sleep_start_h=21.5,
            exercise_h=2.0,
            meal_h=1.0,
            utilisation_week_h=36.0,
            estimate=True,
        ),
        data=DataLink(downlink_mbit_s=1200.0, recorder_gb=4000.0, payload_gb_d=300.0, estimate=True),
        modules=(Module(code="LAB", name="Laboratory", estimate=True),),
        racks=(
            rack("R-FLUID", "fluid-physics", power_w=800.0),
            rack("R-COMB", "combustion", "fluid-physics", power_w=1200.0),
            rack("R-BOX", "glovebox", "cold-stowage", power_w=300.0),
            rack("R-KEPT", "cold-atom", share=0.0),
            rack("R-FREE"),
            rack("R-HALF", share=0.5),
            rack("R-OWN", share=0.0),
        ),
        ports=(
            port("P-SMALL", "small", 12, 100.0, 300.0, "earth", "ram"),
            replace(port("P-MED", "medium", 6, 400.0, 400.0, "earth", "ram"), payload_count=2),
            replace(port("P-MED-SKY", "medium", 7, 400.0, 400.0, "sky"), payload_count=2),
            replace(port("P-BIG", "large", 3, 2000.0, 1500.0, "earth", "sky"), payload_count=0),
        ),
        channels=(),
        mechanisms=(
            Mechanism(
                code="AL",
                name="cargo airlock",
                kind="airlock",
                module="LAB",
                mass_limit_kg=400.0,
                estimate=True,
            ),
            Mechanism(
                code="ARM-1",
                name="large arm",
                kind="arm",
                module="LAB",
                mass_limit_kg=2e4,
                operations_week_count=1.0,
                estimate=True,
            ),
            Mechanism(
                code="ARM-2",
                name="small arm",
                kind="arm",
                module="LAB",
                mass_limit_kg=50.0,
                operations_week_count=2.0,
                estimate=True,
            ),
        ),
        cold=(
            ColdStowage(
                code="C80", name="-80", module="LAB", volume_l=60.0, temperature_c=-80.0, estimate=True
            ),
            ColdStowage(
                code="C20", name="-20", module="LAB", volume_l=40.0, temperature_c=-20.0, estimate=True
            ),
            ColdStowage(code="C4", name="+4", module="LAB", volume_l=80.0, temperature_c=4.0, estimate=True),
            ColdStowage(
                code="I37", name="+37", module="LAB", volume_l=20.0, temperature_c=37.0, estimate=True
            ),
        ),
        exercise=(),
        vehicles=(
            vehicle("FREIGHTER", 7000.0, 20000.0, 0.0, late=False),
            vehicle("CAPSULE", 80.0, 200.0, 60.0, late=True),
        ),
    )


@pytest.fixture(scope="session")
def terms() -> CallTerms:
    return CallTerms(
        code="T-1",
        opens=datetime(2018, 5, 28, tzinfo=UTC),
        closes=datetime(2018, 9, 30, 23, 59, 59, tzinfo=UTC),
        modes=tuple(m.value for m in Mode),
        fields=("astronomy", "fluids"),
        eligible_kinds=tuple(k.value for k in Kind),
        members_only=True,
        offer={
            "rack_share": 3.0,
            "ports": 6.0,
            "power_w": 2500.0,
            "data_gb_d": 200.0,
            "up_mass_kg": 350.0,
            "up_volume_l": 900.0,
            "down_mass_kg": 20.0,
            "cold_volume_l": 70.0,
            "crew_time_h": 140.0,
            "arm_operations": 6.0,
        },
        operator_country="CHN",
    )


COUNTRIES = (
    CountryRow(code="KEN", name="Kenya", member=True, economy="developing"),
    CountryRow(code="USA", name="United States of America", member=True, economy="developed"),
    CountryRow(code="CHN", name="China", member=True, economy="developing"),
    CountryRow(code="IND", name="India", member=True, economy="developing"),
    CountryRow(code="AND", name="Andorra", member=True, economy=None),
    CountryRow(code="VAT", name="Holy See", member=False),
)


@pytest.fixture(scope="session")
def dossier() -> Dossier:
    return Dossier(
        code="P-TEST",
        title="A camera",
        mode=Mode.OUTSIDE_OWN,
        field="astronomy",
        aims="To look.",
        method="By looking.",
        results="Pictures.",
        principal_investigator="PI-TEST",
        partners=(
            Partner(
                institution="A university", kind=Kind.UNIVERSITY, country="KEN", work_share=0.6, lead=True
            ),
            Partner(institution="An institute", kind=Kind.INSTITUTE, country="IND", work_share=0.4),
        ),
        needs=Needs(
            up_mass_kg=60.0,
            up_volume_l=100.0,
            power_w=250.0,
            data_gb_d=10.0,
            crew_time_h=4.0,
            ports=1,
            port_size="small",
            duration_d=70.0,
        ),
        operations=(
            Operation(name="Install", duration_min=60, crew_count=1),
            Operation(name="Run", duration_min=30, crew_count=0, after="Install", power_w=200.0),
        ),
        hazards=(Hazard(kind="electrical", severity="critical", controls=2),),
        funding=(Funding(country="KEN", kind="national-agency", secured=True),),
        goals=(9, 17),
        endorsed=True,
        submitted="2018-09-30",
    )


@pytest.fixture(scope="session")
def problem(dossier: Dossier, terms: CallTerms, station: Station) -> ProposalProblem:
    empty = SanctionsList(name="none listed", retrieved=datetime(2018, 9, 1, tzinfo=UTC).date(), entities=())
    return ProposalProblem(
        dossier=dossier, terms=terms, station=station, countries=COUNTRIES, sanctions=empty
    )
