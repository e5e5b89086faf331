"""How a stage is built, how long a function may be, and what nothing may be called."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from types import ModuleType

import pytest
from house_code import SOURCE, STAGES, Code

LINES_LIMIT = 50
POSITIONAL_LIMIT = 7
EXPORTS_LIMIT = 12
FORBIDDEN_NAMES = {"utils", "util", "common", "helpers", "helper", "manager", "misc"}
LONG_BECAUSE = re.compile(r"long because \S+", re.IGNORECASE)


# ------------------------------------------------------------------------------ functions


def too_long(module: Code) -> Iterator[str]:
    lines = module.text.splitlines()
    for function in module.functions():
        assert function.end_lineno is not None
        length = function.end_lineno - function.lineno + 1
        text = "\n".join(lines[max(0, function.lineno - 3) : function.end_lineno])
        if length > LINES_LIMIT and not LONG_BECAUSE.search(text):
            yield f"{module.place}:{function.lineno} {function.name} ({length} lines)"


def test_no_function_is_over_fifty_lines_unless_it_says_why(code: Mapping[str, Code]) -> None:
    assert [found for module in code.values() for found in too_long(module)] == []


def test_no_function_takes_many_positional_parameters(code: Mapping[str, Code]) -> None:
    # The parameters of a command are the options of its command line, and are given by name there.
    many = [
        f"{module.place}:{function.lineno} {function.name}"
        for module in code.values()
        if not module.name.startswith("stationmaster.cli.")
        for function in module.functions()
        if len([a for a in function.args.args if a.arg not in ("self", "cls")]) > POSITIONAL_LIMIT
    ]
    assert many == []


# ---------------------------------------------------------------------------------- names


def test_nothing_is_called_utils(code: Mapping[str, Code]) -> None:
    bad = [name for name in code if FORBIDDEN_NAMES & set(re.split(r"[._]", name))]
    assert bad == []


def public_names(module: Code) -> Iterator[str]:
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id


def test_no_public_name_is_one_letter(code: Mapping[str, Code]) -> None:
    # A type variable is read where it stands; T is its usual name.
    short = [
        f"{module.place} {name}"
        for module in code.values()
        for name in public_names(module)
        if len(name) == 1 and name != "T"
    ]
    assert short == []


def test_an_exports_list_is_short_and_true(modules: Mapping[str, ModuleType]) -> None:
    for name, module in modules.items():
        names = getattr(module, "__all__", ())
        assert len(names) <= EXPORTS_LIMIT, f"{name} exports {len(names)} names"
        assert [one for one in names if not hasattr(module, one)] == [], name


# ------------------------------------------------------------------------------- the skeleton


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_has_its_signpost_letters_and_check(stage: str, code: Mapping[str, Code]) -> None:
    signpost = ast.get_docstring(code[f"stationmaster.{stage}"].tree) or ""
    assert len(signpost.split()) >= 30, "the signpost says what comes in, what goes out, what verifies it"
    assert re.search(r"\bin\b", signpost, re.IGNORECASE)
    assert re.search(r"\bout\b", signpost, re.IGNORECASE)
    assert "check.faults" in signpost
    assert f"stationmaster.{stage}.letters" in code
    check = code[f"stationmaster.{stage}.check"]
    assert "faults" in public_names(check)


@pytest.mark.parametrize("stage", STAGES)
def test_every_reason_of_a_stage_is_a_sentence(stage: str, modules: Mapping[str, ModuleType]) -> None:
    module = modules.get(f"stationmaster.{stage}.reasons")
    if module is None:
        assert stage == "call", "only the call gives no reasons: it decides nothing yet"
        return
    for reason, sentence in module.REASONS.items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", reason), reason
        assert sentence.strip() == sentence, reason
        assert sentence[-1] in ".?", reason


# -------------------------------------------------------------- a checker shares nothing with a maker


def reach(start: str, code: Mapping[str, Code], inside: str) -> set[str]:
    """What a module imports of its own stage, however far; letters and reasons end the way."""
    found: set[str] = set()
    todo = [start]
    while todo:
        name = todo.pop()
        if name in found or not name.startswith(inside):
            continue
        found.add(name)
        if not is_common_ground(name):
            todo.extend(code[name].imports)
    return found


def is_common_ground(name: str) -> bool:
    """What both sides may read: the letters that they exchange, and the sentences of their reasons."""
    return name.rsplit(".", 1)[1] in ("activity", "letters", "outcome", "reasons")


def only_data(module: Code) -> bool:
    """A table that both sides read: names and values, and no procedure."""
    return not any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in ast.walk(module.tree))


def shared(stage: str, code: Mapping[str, Code]) -> list[str]:
    """Where a maker imports what the checker of its stage stands on."""
    home = f"stationmaster.{stage}"
    checker = reach(f"{home}.check", code, f"{home}.")
    own = {name for name in checker if not is_common_ground(name) and not only_data(code[name])}
    return [
        f"{name} imports {used}, which the checker stands on"
        for name, module in code.items()
        if name.startswith(f"{home}.") and name not in checker
        for used in sorted(module.imports & own)
    ]


@pytest.mark.parametrize("stage", STAGES)
def test_what_a_checker_uses_no_maker_uses(stage: str, code: Mapping[str, Code]) -> None:
    assert shared(stage, code) == []


def test_the_rule_sees_a_checker_that_leans_on_a_maker() -> None:
    def module(name: str, text: str, *imports: str) -> tuple[str, Code]:
        whole = f"stationmaster.orbit.{name}"
        uses = frozenset(f"stationmaster.orbit.{one}" for one in imports)
        return whole, Code(whole, SOURCE / "orbit" / f"{name}.py", ast.parse(text), text, uses)

    procedure, table = "def work():\n    return 1\n", "NAMES = (1, 2)\n"
    honest = dict(
        [
            module("letters", "class Problem:\n    pass\n"),
            module("names", table),
            module("margins", procedure, "letters", "names"),
            module("check", procedure, "letters", "margins"),
            module("events", procedure, "letters", "names"),
            module("predict", procedure, "events"),
        ]
    )
    assert shared("orbit", honest) == []
    leaning = {**honest, **dict([module("check", procedure, "events")])}
    assert shared("orbit", leaning) == [
        "stationmaster.orbit.predict imports stationmaster.orbit.events, which the checker stands on"
    ]


def test_the_stages_are_the_folders() -> None:
    folders = {path.parent.name for path in SOURCE.glob("*/check.py")}
    assert folders - {"desk"} == set(STAGES), "the desk is no stage of the journey; its checker has own tests"
