"""What all results have in common."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from simrun import _html
from simrun.errors import MissingExtra

if TYPE_CHECKING:
    import pandas

#: The list that `records` and `to_pandas` make rows of, by kind, whatever the others hold. Of two, the second
#: where the first is empty; kinds that are a single answer have none.
TABLES: dict[str, tuple[str, ...]] = {
    "accuracy": ("results",),
    "block": (),
    "block-attributes": ("attributes",),
    "blocks": ("blocks",),
    "calibration": ("blocks",),
    "check": ("findings",),
    "compare": ("layers",),
    "compare-dump": ("outputs",),
    "compare-model": ("comparison.layers",),
    "fifo": ("fifos",),
    "fold": ("layers",),
    "frames": ("bits.outputs",),
    "hang": ("fifos",),
    "hazards": ("entries",),
    "reference": ("outputs",),
    "repeat": ("runs",),
    "replay": (),
    "run": ("fifos", "timings"),
    "stress": (),
    "sweep": ("front",),
    "throughput": ("nodes",),
    "trace": ("streams",),
}

#: What a part of a result is told by in one line.
TELLING = ("agrees", "fps", "cycles_per_frame", "node", "limit", "verdict", "lut", "bram_18k", "dsp")


class Record:
    """Part of a result."""

    __slots__ = ()


class Result:
    """A document that simrun printed. Its fields are those of the JSON Schema of its kind."""

    kind: ClassVar[str]
    schema_version: ClassVar[int]

    _document: dict[str, Any]
    _folding: dict[str, Any] | None
    _arrays: dict[str, Any]
    _page: str | None

    @classmethod
    def _of(
        cls,
        document: dict[str, Any],
        *,
        folding: dict[str, Any] | None = None,
        arrays: dict[str, Any] | None = None,
        page: str | None = None,
    ) -> Any:
        result = cls.read(document)
        object.__setattr__(result, "_document", document)
        object.__setattr__(result, "_folding", folding)
        object.__setattr__(result, "_arrays", arrays or {})
        object.__setattr__(result, "_page", page)
        return result

    @classmethod
    def read(cls, d: dict[str, Any]) -> Any:
        raise NotImplementedError

    @property
    def document(self) -> dict[str, Any]:
        """The JSON document as simrun printed it."""
        return self._document

    @property
    def folding(self) -> dict[str, Any]:
        """FINN's folding configuration that goes with this result (`fold`, `fifo`)."""
        if self._folding is None:
            raise AttributeError(f"a {type(self).__name__} has no folding; fold() and fifo() have one")
        return self._folding

    @property
    def arrays(self) -> dict[str, Any]:
        """The output tensors of `run(x)`, by name, as NumPy arrays."""
        return self._arrays

    def to_dict(self) -> dict[str, Any]:
        """The same as plain Python values."""
        copy: dict[str, Any] = json.loads(json.dumps(self._document))
        return copy

    def records(self) -> list[dict[str, Any]]:
        """The rows that make up this result: the nodes of `fps()`, the layers of `fold()` and `compare()`, the
        FIFOs of `fifo()`, `hang()` and `run()`, the outputs of `run(x)`.

        A kind has one table whatever the design; only a run without any FIFO has the timing of its nodes instead.
        """
        tables = (_at(self._document, path) for path in TABLES[self.kind])
        return [_flat(row) for row in next((rows for rows in tables if rows), [])]

    def to_pandas(self) -> pandas.DataFrame:
        """`records()` as a data frame. Needs `pip install simrun[pandas]`."""
        try:
            import pandas
        except ImportError as error:
            raise MissingExtra("pandas", "to_pandas()") from error
        return pandas.DataFrame(self.records())

    def plot(self, ax: Any = None) -> Any:
        """The picture of this result; returns the matplotlib axes. Needs `simrun[plot]`."""
        from simrun import _plot

        return _plot.plot(self, ax)

    def apply(self, model: Any) -> Any:
        """Writes the folding into a `ModelWrapper` (in place) or gives a design with it.

        What a model cannot take, such as the depths of FIFOs that it does not hold, is a `SimrunWarning`.
        """
        from simrun import _apply

        return _apply.apply(self, model)

    def __repr__(self) -> str:
        parts = [f"{k}={_shown(v)}" for k, v in self._summary()]
        return f"{type(self).__name__}({', '.join(parts)})"

    def _summary(self) -> list[tuple[str, Any]]:
        """The plain values, and those of the parts that say the most."""
        found: list[tuple[str, Any]] = []
        if not is_dataclass(self):
            return found
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool | int | float | str) and value != "":
                found.append((field.name, value))
            elif isinstance(value, Record):
                for name in TELLING:
                    part = getattr(value, name, None)
                    if isinstance(part, bool | int | float | str):
                        found.append((f"{field.name}.{name}", part))
            elif isinstance(value, tuple) and value and isinstance(value[0], Record):
                found.append((field.name, value))
        return found

    def _repr_html_(self) -> str:
        if self._page is not None:
            return _html.page(self._page)
        summary = [(k, v) for k, v in self._summary() if not isinstance(v, tuple)]
        return _html.result(type(self).__name__, self.kind, summary, self.records())


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return f"<{len(value)}>"
    return repr(value) if isinstance(value, str | bool) else _html.number(value)


def _at(document: dict[str, Any], path: str) -> list[dict[str, Any]]:
    """The list at `path`; none where a part on the way is null."""
    value: Any = document
    for name in path.split("."):
        value = (value or {}).get(name)
    return value or []


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """A row without nesting: `resources.LUT`."""
    flat: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, dict):
            for inner, part in value.items():
                flat[f"{key}.{inner}"] = part
        else:
            flat[key] = value
    return flat
