"""The report's pages: whole, well-formed, self-contained, safe against what a dossier may hold."""

from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag

import pytest
from tests.report.conftest import HOSTILE  # type: ignore[import-not-found]

from stationmaster.journey.run import Run
from stationmaster.journey.stages import NAMES, Journey
from stationmaster.measure.reasons import Reason
from stationmaster.report.site import PAGES, write_site
from stationmaster.timeline.outcome import Status, Unplaced

VOID = {"meta", "link", "img", "br", "hr", "input"}
#: Elements that load something, and the attribute that names it.
LOADS = {"script": "src", "img": "src", "link": "href", "iframe": "src", "object": "data", "source": "src",
         "image": "href", "use": "href", "embed": "src", "video": "src", "audio": "src"}  # fmt: skip


class Page(HTMLParser):
    """A strict reader: every element that opens is closed, in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[str] = []
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.scripts = 0
        self.handlers: list[str] = []
        self.text: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()
        self.faults += [f"<{tag}> is never closed" for tag in self.stack]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        if len(given) != len(attrs):
            self.faults.append(f"<{tag}> has an attribute twice")
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.scripts += tag == "script"
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
        if tag in LOADS and given.get(LOADS[tag]):
            self.loads.append(str(given[LOADS[tag]]))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.stack or self.stack[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.stack[-1:]} at {self.getpos()}")
            return
        self.stack.pop()

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def pages(folder: Path) -> dict[str, Page]:
    return {
        str(path.relative_to(folder)): Page(path.read_text("utf-8"))
        for path in sorted(folder.rglob("*.html"))
    }


@pytest.fixture(scope="session")
def read(site: Path) -> dict[str, Page]:
    return pages(site)


def test_there_is_a_page_for_each_stage_and_each_proposal(site: Path, small_run: Run) -> None:
    names = {path.name for path in site.glob("*.html")}
    assert names == {page.file for page in PAGES}
    proposals = {path.stem for path in (site / "proposals").glob("*.html")}
    assert proposals == {dossier.code for dossier in small_run.journey.scenario.dossiers}


def test_every_page_is_well_formed(read: dict[str, Page]) -> None:
    assert {name: page.faults for name, page in read.items() if page.faults} == {}


def test_no_id_stands_twice_on_a_page(read: dict[str, Page]) -> None:
    assert [name for name, page in read.items() if len(set(page.ids)) != len(page.ids)] == []


def test_every_internal_link_leads_somewhere(site: Path, read: dict[str, Page]) -> None:
    broken = []
    for name, page in read.items():
        for link in page.links + page.loads:
            path, fragment = urldefrag(link)
            if re.match(r"https?://", path):
                continue
            target = ((site / name).parent / path).resolve() if path else (site / name).resolve()
            known = read.get(str(target.relative_to(site.resolve())))
            if not target.is_file() or (fragment and (known is None or fragment not in known.ids)):
                broken.append((name, link))
    assert broken == []


def test_nothing_is_loaded_from_a_network_and_no_script_runs(site: Path, read: dict[str, Page]) -> None:
    for name, page in read.items():
        assert page.scripts == 0, name
        assert page.handlers == [], name
        assert {Path(load).name for load in page.loads} == {"style.css"}, name
    style = (site / "style.css").read_text("utf-8")
    assert "url(" not in style
    assert "@import" not in style


def test_what_a_dossier_says_is_text_and_never_markup(site: Path, read: dict[str, Page]) -> None:
    for path in site.rglob("*.html"):
        text = path.read_text("utf-8")
        assert "<script" not in text, path.name
        assert "<img" not in text, path.name
    assert HOSTILE in "".join(read["proposals/P-TUMORS.html"].text)
    assert HOSTILE in "".join(read["proposals.html"].text)


def test_the_same_run_gives_the_same_bytes(site: Path, small_run: Run, tmp_path: Path) -> None:
    again = tmp_path / "again"
    write_site(small_run, again)
    first = {p.relative_to(site): p.read_bytes() for p in site.rglob("*") if p.is_file()}
    second = {p.relative_to(again): p.read_bytes() for p in again.rglob("*") if p.is_file()}
    assert first == second


def test_every_page_that_shows_the_sky_says_that_it_is_synthetic(site: Path) -> None:
    for name in ("index.html", "safety.html", "orbit.html", "timeline.html", "provenance.html"):
        assert "synthetic population" in (site / name).read_text("utf-8").lower(), name
    assert "screening only" in (site / "index.html").read_text("utf-8").lower()


def test_made_up_proposals_carry_a_badge_and_real_ones_do_not(site: Path, small_run: Run) -> None:
    for dossier in small_run.journey.scenario.dossiers:
        text = (site / "proposals" / f"{dossier.code}.html").read_text("utf-8")
        assert ("badge synthetic" in text) == dossier.synthetic, dossier.code


def test_reviewers_are_not_named_on_any_page_but_where_a_checker_names_them(
    small_run: Run, read: dict[str, Page]
) -> None:
    codes = re.compile("|".join(re.escape(r.code) for r in small_run.journey.scenario.reviewers))
    for name, page in read.items():
        if name != "provenance.html":
            assert not codes.search(" ".join(page.text)), name


def test_every_picture_has_words_and_every_table_a_caption(read: dict[str, Page]) -> None:
    for name, page in read.items():
        pictures = [attributes for tag, attributes in page.tags if tag == "svg"]
        assert all(p.get("role") == "img" and p.get("aria-label") for p in pictures), name
        tags = [tag for tag, _ in page.tags]
        assert tags.count("table") == tags.count("caption"), name


def test_each_decision_says_why_in_a_sentence(small_run: Run, site: Path) -> None:
    for decision in small_run.journey.answers["selection"].decisions:
        text = (site / "proposals" / f"{decision.candidate}.html").read_text("utf-8")
        assert "What was decided" in text
        assert decision.reasons


def test_the_whole_timetable_stands_in_tables(small_run: Run, site: Path) -> None:
    text = (site / "timeline.html").read_text("utf-8")
    rows = sum(
        part.count("<tr") - 1
        for part in text.split("Times are UTC")[1:]
        for part in [part.split("</table>")[0]]
    )
    assert rows == sum(
        item.start < small_run.journey.problems["timeline"].span.end
        and item.start >= small_run.journey.problems["timeline"].start
        for item in small_run.journey.answers["timeline"].items
    )


@pytest.mark.parametrize("until", NAMES)
def test_a_run_that_stops_early_leaves_out_the_pages_it_cannot_fill(
    small_run: Run, tmp_path: Path, until: str
) -> None:
    done = NAMES[: NAMES.index(until) + 1]
    whole = small_run.journey
    journey = Journey(
        whole.scenario,
        whole.sky,
        problems={name: whole.problems[name] for name in done},
        answers={name: whole.answers[name] for name in done},
    )
    run = dataclasses.replace(
        small_run, journey=journey, stages={name: small_run.stages[name] for name in done}
    )
    write_site(run, tmp_path)
    found = pages(tmp_path)
    assert {page.file for page in PAGES if set(page.needs) <= set(done)} == {
        name for name in found if "/" not in name
    }
    for name, page in found.items():
        assert page.faults == [], name
        for link in page.links:
            path, _ = urldefrag(link)
            assert not path or ((tmp_path / name).parent / path).is_file(), (name, link)


def test_answers_with_nothing_in_them_are_told_too(small_run: Run, tmp_path: Path) -> None:
    whole = small_run.journey
    week, sky, manifest = (whole.answers[name] for name in ("timeline", "safety", "manifest"))
    left = tuple(
        Unplaced(activity=one.code, reasons=(Reason("no-plan"),))
        for one in whole.problems["timeline"].activities
    )
    nothing = {
        "timeline": dataclasses.replace(week, items=(), unplaced=left, status=Status.NOT_FOUND),
        "safety": dataclasses.replace(sky, conjunctions=(), closest=None, companions=(), unusable=()),
        "manifest": dataclasses.replace(manifest, berths=()),
    }
    journey = Journey(
        whole.scenario, whole.sky, problems=whole.problems, answers={**whole.answers, **nothing}
    )
    write_site(dataclasses.replace(small_run, journey=journey), tmp_path)
    found = pages(tmp_path)
    assert {name: page.faults for name, page in found.items() if page.faults} == {}
    assert "Nothing comes within 10 km." in " ".join(found["safety.html"].text)
    assert "There is no plan of the week" in " ".join(found["timeline.html"].text)
