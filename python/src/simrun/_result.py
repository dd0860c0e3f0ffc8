"""What all results have in common."""

from __future__ import annotations

import html
import json
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from simrun.errors import MissingExtra

if TYPE_CHECKING:
    import pandas

#: The field that `to_pandas` makes rows of, by kind; the longest list of records otherwise.
TABLES = {"throughput": "nodes", "fifo": "fifos", "compare": "layers", "check": "findings"}


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

    @classmethod
    def _of(
        cls,
        document: dict[str, Any],
        *,
        folding: dict[str, Any] | None = None,
        arrays: dict[str, Any] | None = None,
    ) -> Any:
        result = cls.read(document)
        object.__setattr__(result, "_document", document)
        object.__setattr__(result, "_folding", folding)
        object.__setattr__(result, "_arrays", arrays or {})
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
        """The rows that make up this result: nodes, FIFOs, layers, points."""
        key = TABLES.get(self.kind) or self._longest()
        rows = self._document.get(key, []) if key else []
        return [_flat(row) for row in rows]

    def _longest(self) -> str | None:
        lists = [
            (len(v), k)
            for k, v in self._document.items()
            if isinstance(v, list) and v and isinstance(v[0], dict)
        ]
        return max(lists)[1] if lists else None

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
        """Writes the folding into a `ModelWrapper` (in place) or gives a design with it."""
        from simrun import _apply

        return _apply.apply(self, model)

    def __repr__(self) -> str:
        parts = [f"{k}={v}" for k, v in self._summary()]
        return f"{type(self).__name__}({', '.join(parts)})"

    def _summary(self) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        if not is_dataclass(self):
            return found
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, bool | int | str) and value != "":
                found.append((field.name, f"{value!r}" if isinstance(value, str) else f"{value}"))
            elif isinstance(value, float):
                found.append((field.name, f"{value:.6g}"))
            elif isinstance(value, Record):
                for name in ("fps", "cycles_per_frame", "node", "limit"):
                    part = getattr(value, name, None)
                    if part is not None:
                        text = f"{part:.6g}" if isinstance(part, float) else f"{part!r}"
                        found.append((f"{field.name}.{name}", text))
        return found

    def _repr_html_(self) -> str:
        head = "".join(
            f"<tr><th style='text-align:left'>{html.escape(k)}</th>"
            f"<td style='text-align:left'>{html.escape(v)}</td></tr>"
            for k, v in self._summary()
        )
        rows = self.records()
        names = list(dict.fromkeys(name for row in rows for name in row))
        table = ""
        if rows:
            body = "".join(
                "<tr>" + "".join(f"<td>{_cell(row.get(n))}</td>" for n in names) + "</tr>"
                for row in rows[:60]
            )
            columns = "".join(f"<th>{html.escape(n)}</th>" for n in names)
            more = f"<p>and {len(rows) - 60} more</p>" if len(rows) > 60 else ""
            table = f"<table><thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table>{more}"
        title = html.escape(type(self).__name__)
        return f"<div class='simrun'><b>{title}</b><table>{head}</table>{table}</div>"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    return html.escape(str(value))


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
