from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stationmaster.call.countries import ATTRIBUTES, Countries, first_time, groups, read_countries
from stationmaster.call.letters import Country
from stationmaster.measure.errors import StationError

HEADER = (
    "code,code2,m49,en,fr,es,ru,zh,ar,member,region,regional_group,economy,least_developed,"
    "least_developed_until,landlocked_developing,small_island,flown_before"
)
KENYA = (
    "KEN,KE,404,Kenya,Kenya,Kenya,Кения,肯尼亚,كينيا,true,Africa,African,developing,false,,false,false,true"
)
NEPAL = (
    "NPL,NP,524,Nepal,Népal,Nepal,Непал,尼泊尔,نيبال,true,Asia,Asia-Pacific,developing,true,2026-11-24,"
    "true,false,false"
)
GERMANY = (
    "DEU,DE,276,Germany,Allemagne,Alemania,Германия,德国,ألمانيا,true,Europe,Western European and others,"
    "developed,false,,false,false,true"
)


def table(folder: Path, *rows: str) -> Path:
    path = folder / "countries.csv"
    path.write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def countries(root: Path) -> Countries:
    return read_countries(root / "scenarios" / "css-2018" / "countries.csv")


def test_a_row_is_read_whole(tmp_path: Path) -> None:
    nepal = read_countries(table(tmp_path, KENYA, NEPAL)).of("NPL")
    assert (nepal.m49, nepal.zh, nepal.ar, nepal.ru) == (524, "尼泊尔", "نيبال", "Непал")
    assert nepal.least_developed_until == date(2026, 11, 24)
    assert (nepal.member, nepal.landlocked_developing, nepal.flown_before) == (True, True, False)


def test_the_six_languages_are_there_for_every_member(countries: Countries) -> None:
    for country in countries.members:
        for name in (country.ar, country.zh, country.en, country.fr, country.ru, country.es):
            assert name.strip(), country.code


@pytest.mark.parametrize(
    "wrong",
    ["DE", "GER", "Germany", "germany ", "Allemagne", "Alemania", "Германия", "德国", "276", "Germani"],
)
def test_a_wrong_code_is_answered_with_the_one_that_was_meant(countries: Countries, wrong: str) -> None:
    with pytest.raises(StationError) as caught:
        countries.of(wrong, file="p.toml", line=4, field="partners[1].country")
    assert str(caught.value) == (
        f"p.toml, line 4, partners[1].country: {wrong} is not a known country code; "
        "did you mean DEU (Germany)?"
    )


@given(text=st.text(max_size=40))
@settings(max_examples=40, deadline=None)
def test_any_text_is_answered(countries: Countries, text: str) -> None:
    assert countries.meant(text)


@pytest.mark.parametrize(
    ("row", "field", "value"),
    [
        (KENYA.replace("KEN,", "ken,"), "code", "ken"),
        (KENYA.replace("KE,404", "KEN,404"), "code2", "KEN"),
        (KENYA.replace("404", "4040"), "m49", "4040"),
        (KENYA.replace("404", "four"), "m49", "four"),
        (KENYA.replace("true,Africa", "yes,Africa"), "member", "yes"),
        (NEPAL.replace("2026-11-24", "2026-11-31"), "least_developed_until", "2026-11-31"),
    ],
)
def test_a_bad_row_is_refused_at_its_place(tmp_path: Path, row: str, field: str, value: str) -> None:
    with pytest.raises(StationError) as caught:
        read_countries(table(tmp_path, GERMANY, row))
    facts = caught.value.facts
    assert (facts["line"], facts["field"]) == (3, field)
    assert value in str(facts["value"])
    assert str(facts["file"]).endswith("countries.csv")


def test_a_code_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StationError, match=r"line 4, code: KEN stands twice"):
        read_countries(table(tmp_path, KENYA, NEPAL, KENYA))
    twice = read_countries(table(tmp_path, KENYA)).rows * 2
    with pytest.raises(StationError):
        Countries(twice)


def test_an_unknown_column_and_a_short_row_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(HEADER.replace("region,", "continent,", 1) + "\n" + KENYA + "\n", encoding="utf-8")
    with pytest.raises(StationError, match="continent"):
        read_countries(path)
    with pytest.raises(StationError, match="17 cells"):
        read_countries(table(tmp_path, KENYA.rsplit(",", 1)[0]))


def test_least_developed_until_the_day_before_graduation(tmp_path: Path) -> None:
    nepal = read_countries(table(tmp_path, NEPAL)).of("NPL")
    last = datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC)
    assert groups(nepal, "least_developed", last) == ("least_developed",)
    assert groups(nepal, "least_developed", last + timedelta(seconds=1)) == ()
    assert groups(nepal, "least_developed", date(2026, 11, 23)) == ("least_developed",)


def test_groups_by_every_attribute(tmp_path: Path) -> None:
    rows = read_countries(table(tmp_path, KENYA, NEPAL))
    kenya, nepal, day = rows.of("KEN"), rows.of("NPL"), date(2018, 5, 28)
    assert [groups(kenya, name, day) for name in ATTRIBUTES] == [
        ("KEN",),
        ("Africa",),
        ("African",),
        ("developing",),
        (),
        (),
        (),
        (),
    ]
    assert groups(nepal, "landlocked_developing", day) == ("landlocked_developing",)
    assert groups(nepal, "first_time", day) == ("first_time",)
    assert first_time(rows) == (nepal,)
    with pytest.raises(StationError, match="regional_group"):
        groups(kenya, "regional_grup", day)


def test_golden_groups_have_the_published_number_of_members(countries: Countries, root: Path) -> None:
    with (root / "golden" / "countries" / "groups.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            day = date.fromisoformat(row["day"])
            inside = [c for c in countries.members if row["group"] in groups(c, row["attribute"], day)]
            assert len(inside) == int(row["members"]), row
    day = date(2021, 9, 27)
    african = [c for c in countries if groups(c, "least_developed", day) and c.region == "Africa"]
    assert len(african) == 33


def test_an_attribute_that_is_not_stated_is_no_group() -> None:
    bare = Country(
        code="AAA",
        code2="AA",
        m49=1,
        en="A",
        fr="A",
        es="A",
        ru="А",
        zh="甲",
        ar="ا",
        member=True,
        region="X",
    )
    assert groups(bare, "economy", date(2020, 1, 1)) == ()
    assert groups(bare, "first_time", date(2020, 1, 1)) == (), "what is not known is not counted"
