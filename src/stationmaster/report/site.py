"""Write the report of a run: a folder of pages that opens from disk, with no network and no script."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup, escape

from stationmaster.executor import Progress, no_progress
from stationmaster.journey.run import Run
from stationmaster.measure.files import inside, write_whole
from stationmaster.report import words
from stationmaster.report.page import STYLE, style, templates, tidy
from stationmaster.report.story import STANDING_WORDS, Story
from stationmaster.report.views import (
    call,
    crew,
    dossier,
    front,
    laboratory,
    manifest,
    milestones,
    orbit,
    proposals,
    provenance,
    review,
    safety,
    selection,
    timeline,
)


@dataclass(frozen=True)
class Page:
    """A page of the report: its file's stem, its name in the navigation, the stages it needs."""

    stem: str
    name: str
    needs: tuple[str, ...]
    view: Callable[[Story], dict[str, Any]]

    @property
    def file(self) -> str:
        """The page's file."""
        return f"{self.stem}.html"


#: The stops of the line, in the order of the journey.
PAGES = (
    Page("index", "Overview", (), front.view),
    Page("call", "Call", ("call",), call.view),
    Page("proposals", "Proposals", (), proposals.view),
    Page("review", "Review", ("review-1",), review.view),
    Page("selection", "Selection", ("shortlist",), selection.view),
    Page("laboratory", "Policies", ("laboratory",), laboratory.view),
    Page("manifest", "Manifest", ("manifest",), manifest.view),
    Page("crew", "Crew", ("crew",), crew.view),
    Page("orbit", "Orbit", ("orbit",), orbit.view),
    Page("timeline", "Week", ("timeline",), timeline.view),
    Page("safety", "Safety", ("safety",), safety.view),
    Page("milestones", "After", ("milestones",), milestones.view),
    Page("provenance", "Provenance", (), provenance.view),
)


def write_site(run: Run, folder: Path, progress: Progress = no_progress) -> Path:
    """Write the report into ``folder``: ``index.html``, a page for each stage done, one per proposal.

    The same run gives the same bytes. Pages of stages that were not done are left out.

    Returns:
        The path of ``index.html``.
    """
    story = Story(run)
    pages = tuple(page for page in PAGES if story.has(*page.needs))
    environment = _environment(story)
    total = len(pages) + len(story.dossiers)
    write_whole(folder / STYLE, style())
    for number, page in enumerate(pages):
        shared = {"story": story, "pages": pages, "here": page.stem, "base": ""}
        text = environment.get_template(f"{page.stem}.html.j2").render(**shared, **page.view(story))
        write_whole(folder / page.file, tidy(text))
        progress(number + 1, total)
    template = environment.get_template("proposal.html.j2")
    for number, code in enumerate(story.dossiers, len(pages)):
        shared = {"story": story, "pages": pages, "here": "proposals", "base": "../"}
        text = template.render(**shared, **dossier.view(story, code))
        write_whole(inside(folder, f"proposals/{code}.html"), tidy(text))
        progress(number + 1, total)
    return folder / "index.html"


def _environment(story: Story) -> Environment:
    """The templates, with the words of a report and links to its pages."""
    environment = templates()
    for one in (
        words.name, words.day, words.day_short, words.moment, words.number, words.brief, words.percent,
        words.probability, words.listed, words.counted, words.whole,
    ):  # fmt: skip
        environment.filters[one.__name__] = one
    environment.filters["linked"] = _Links(story)
    environment.globals["standing_words"] = STANDING_WORDS
    environment.globals["level_words"] = words.LEVELS
    return environment


class _Links:
    """Turns the codes of proposals in a sentence into links to their pages."""

    def __init__(self, story: Story) -> None:
        codes = sorted((re.escape(code) for code in story.dossiers), key=len, reverse=True)
        self.pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(codes)})(?![\w-])") if codes else None
        self.titles = {code: one.title for code, one in story.dossiers.items()}

    def __call__(self, text: str, base: str) -> Markup:
        """The sentence, escaped, with links; ``base`` leads from the page to the report's folder."""
        if self.pattern is None:
            return escape(text)
        parts, end = [], 0
        for found in self.pattern.finditer(text):
            link = Markup('<a href="{}proposals/{}.html" title="{}">{}</a>')
            parts.append(escape(text[end : found.start()]))
            parts.append(link.format(base, found[0], self.titles[found[0]], found[0]))
            end = found.end()
        return Markup("").join([*parts, escape(text[end:])])
