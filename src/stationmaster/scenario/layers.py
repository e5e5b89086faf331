"""Where a scenario's files lie: its own folder, else the folder of the scenario it extends."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from stationmaster.measure.errors import StationError
from stationmaster.measure.files import inside, read_toml_placed
from stationmaster.measure.letters import Source
from stationmaster.scenario.letters import SCENARIO_FILE, ScenarioFile

LAYERS_LIMIT = 5
#: So many proposals are judged in one call; a run's bundle then stays within its limit of entries.
PROPOSALS_LIMIT = 1_500
#: Folders of a run's kept inputs that are not the scenario's own.
RESERVED = ("base", "stations", "catalogue")


@dataclass(frozen=True)
class Layer:
    """One scenario folder: its file, and where its fields stand."""

    folder: Path
    fields: ScenarioFile
    source: Source


def layers_of(folder: Path) -> tuple[Layer, ...]:
    """The scenario and those it extends, nearest first."""
    layers: list[Layer] = []
    while True:
        fields, source = read_toml_placed(ScenarioFile, folder / SCENARIO_FILE)
        layers.append(Layer(folder, fields, source))
        if fields.extends is None:
            return tuple(layers)
        if len(layers) == LAYERS_LIMIT:
            raise StationError(
                "contradiction",
                **source.place(("extends",)),
                value=fields.extends,
                other="a scenario that extends it",
                expected=f"at most {LAYERS_LIMIT} scenarios in a row",
            )
        folder = _extended(folder, fields.extends, source)


def _extended(folder: Path, name: str, source: Source) -> Path:
    try:
        target = (folder / name).resolve()
        if not (target / SCENARIO_FILE).is_file():
            raise ValueError(name)
    except (OSError, RuntimeError, ValueError):
        raise StationError(
            "bad-value",
            **source.place(("extends",)),
            value=name,
            expected=f"the folder of a scenario, which holds {SCENARIO_FILE}",
        ) from None
    return target


@dataclass(frozen=True)
class Finder:
    """Finds each field in the nearest layer that gives it, and remembers the files it opened.

    ``files`` maps the names under which a run keeps its inputs to the files themselves.
    """

    layers: tuple[Layer, ...]
    files: dict[str, Path]

    def __post_init__(self) -> None:
        for depth, layer in enumerate(self.layers):
            self.files[f"{'base/' * depth}{SCENARIO_FILE}"] = layer.folder / SCENARIO_FILE

    def layer(self, name: str) -> Layer:
        """The nearest layer that gives a field."""
        for layer in self.layers:
            if getattr(layer.fields, name) is not None:
                return layer
        raise StationError(
            "missing-field", **self.layers[-1].source.place((name,)), expected="a value in scenario.toml"
        )

    def place(self, name: str) -> dict[str, object]:
        """Where a field of ``scenario.toml`` stands."""
        return self.layer(name).source.place((name,))

    def value(self, name: str) -> object:
        """The value of a field of ``scenario.toml``."""
        return getattr(self.layer(name).fields, name)

    def has(self, name: str) -> bool:
        """Whether any layer gives the field."""
        return any(getattr(layer.fields, name) is not None for layer in self.layers)

    def file(self, name: str) -> Path:
        """The file that a field names."""
        layer = self.layer(name)
        return self._keep(layer, name, str(getattr(layer.fields, name)))

    def many(self, name: str) -> tuple[Path, ...]:
        """The files that a field lists."""
        layer = self.layer(name)
        return tuple(self._keep(layer, name, given) for given in getattr(layer.fields, name))

    def folder_files(self, name: str, ending: str) -> tuple[Path, ...]:
        """The files of a folder with that ending, in the order of their names."""
        layer = self.layer(name)
        given = str(getattr(layer.fields, name))
        folder = self._inside(layer, name, given)
        try:
            names = sorted(path.name for path in folder.iterdir() if path.suffix == ending)
        except OSError:
            raise StationError(
                "bad-value", **layer.source.place((name,)), value=given, expected="a folder"
            ) from None
        if not names:
            raise StationError("missing-field", file=str(folder), expected=f"one {ending} file or more")
        if len(names) > PROPOSALS_LIMIT:
            raise StationError(
                "too-large", file=str(folder), value=f"{len(names)} files", limit=f"{PROPOSALS_LIMIT}"
            )
        return tuple(self._keep(layer, name, f"{given}/{one}") for one in names)

    def _inside(self, layer: Layer, name: str, given: str) -> Path:
        try:
            return inside(layer.folder, given)
        except StationError as error:
            raise StationError(error.code, **{**error.facts, **layer.source.place((name,))}) from None

    def _keep(self, layer: Layer, name: str, given: str) -> Path:
        path = self._inside(layer, name, given)
        kept = path.relative_to(layer.folder.resolve()).as_posix()
        if kept.split("/")[0] in RESERVED:
            raise StationError(
                "bad-value",
                **layer.source.place((name,)),
                value=given,
                expected=f"a folder of another name than {', '.join(RESERVED)}",
            )
        self.files[f"{'base/' * self.layers.index(layer)}{kept}"] = path
        return path
