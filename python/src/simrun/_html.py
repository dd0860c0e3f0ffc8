"""Results in a notebook: the tables of the report page, or the page itself where the program wrote one."""

from __future__ import annotations

from html import escape
from typing import Any

#: Rows shown; all of them are in `records()` and `to_pandas()`.
MOST_ROWS = 60

#: Columns by kind, as the report page has them; all that hold something otherwise.
COLUMNS = {
    "throughput": (
        "name", "opType", "utilisation", "cyclesAlone", "expectedCycles", "resources.LUT", "resources.FF",
        "resources.BRAM_18K", "resources.URAM", "resources.DSP", "timing.basis",
    ),
    "check": ("level", "rule", "message"),
}

#: Columns that are a share from 0 to 1.
SHARES = ("utilisation", "resources.utilisation")

#: Columns by which rows are sorted, the greatest first.
ORDER = {"throughput": "utilisation"}

_STYLE = (
    "<style>.simrun table{border-collapse:collapse;margin:4px 0}"
    ".simrun th{text-align:left;font-weight:600;padding:1px 10px 1px 0}"
    ".simrun td{text-align:left;padding:1px 10px 1px 0;white-space:nowrap}"
    ".simrun td.n{text-align:right;font-variant-numeric:tabular-nums}"
    ".simrun i{display:inline-block;height:9px;background:#3a6ea5;margin-left:6px}</style>"
)


def page(document: str, height: int = 720) -> str:
    """A page of the program inside a cell. It can reach nothing outside of it."""
    return (
        f"<iframe style='width:100%;height:{height}px;border:0' sandbox='allow-scripts' "
        f'srcdoc="{escape(document, quote=True)}"></iframe>'
    )


def result(title: str, kind: str, summary: list[tuple[str, Any]], rows: list[dict[str, Any]]) -> str:
    """What a result says, then its rows."""
    head = "".join(f"<tr><th>{escape(k)}</th>{_cell(k, v)}</tr>" for k, v in summary)
    parts = [_STYLE, f"<b>{escape(title)}</b>", f"<table>{head}</table>" if head else ""]
    if rows:
        parts.append(_table(kind, rows))
    return "<div class='simrun'>" + "".join(parts) + "</div>"


def _table(kind: str, rows: list[dict[str, Any]]) -> str:
    order = ORDER.get(kind)
    if order:
        rows = sorted(rows, key=lambda row: -float(row.get(order) or 0))
    there = dict.fromkeys(n for row in rows for n, v in row.items() if v not in (None, "", [], {}))
    names = [n for n in COLUMNS.get(kind, tuple(there)) if n in there]
    body = "".join(
        "<tr>" + "".join(_cell(n, row.get(n)) for n in names) + "</tr>" for row in rows[:MOST_ROWS]
    )
    head = "".join(f"<th>{escape(n)}</th>" for n in names)
    more = f"<p>and {len(rows) - MOST_ROWS} more: records()</p>" if len(rows) > MOST_ROWS else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _cell(name: str, value: Any) -> str:
    if value is None:
        return "<td></td>"
    if name in SHARES and isinstance(value, int | float):
        width = round(80 * min(1.0, max(0.0, float(value))))
        return f"<td>{100 * value:.1f} %<i style='width:{width}px'></i></td>"
    if isinstance(value, bool):
        return f"<td>{'yes' if value else 'no'}</td>"
    if isinstance(value, int | float):
        return f"<td class='n'>{number(value)}</td>"
    if isinstance(value, list):
        return f"<td>{escape(', '.join(str(v) for v in value))}</td>"
    return f"<td>{escape(str(value))}</td>"


def number(value: float) -> str:
    """A number as a person reads it."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)
