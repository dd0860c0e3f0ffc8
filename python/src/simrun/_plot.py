"""Pictures of results."""

from __future__ import annotations

from typing import Any

from simrun.errors import MissingExtra


def plot(result: Any, ax: Any = None) -> Any:
    """Bars of the number that matters in each row of `result`."""
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise MissingExtra("plot", "plot()") from error
    rows = result.records()
    label, number, title = _axes(result.kind, rows)
    if ax is None:
        _, ax = plt.subplots(figsize=(8, max(2.0, 0.28 * len(rows) + 1)))
    names = [str(row.get(label, i)) for i, row in enumerate(rows)]
    values = [float(row.get(number) or 0) for row in rows]
    ax.barh(range(len(values)), values, color="#3a6ea5")
    ax.set_yticks(range(len(names)), names)
    ax.invert_yaxis()
    ax.set_xlabel(number)
    ax.set_title(title)
    ax.figure.tight_layout()
    return ax


def _axes(kind: str, rows: list[dict[str, Any]]) -> tuple[str, str, str]:
    wanted = {
        "throughput": ("name", ("cyclesAlone", "expectedCycles"), "cycles per frame"),
        "fifo": ("name", ("depthAfter",), "words per FIFO"),
        "fold": ("node", ("after.cycles",), "cycles per frame, folded"),
        "run": ("name", ("maxOccupancy",), "most words in each FIFO"),
        "hang": ("name", ("finalOccupancy",), "words in each FIFO at the end"),
        "compare": ("node", ("maximumError", "differing"), "error per layer"),
        "compare-model": ("node", ("maximumError", "differing"), "error per layer"),
    }.get(kind)
    first = rows[0] if rows else {}
    if wanted:
        for name in wanted[1]:
            if name in first:
                return wanted[0], name, wanted[2]
    numbers = [k for k, v in first.items() if isinstance(v, int | float) and not isinstance(v, bool)]
    names = [k for k, v in first.items() if isinstance(v, str)]
    return names[0] if names else "", numbers[0] if numbers else "", kind
