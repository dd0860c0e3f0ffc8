"""What the program says of its progress, as a line on a terminal or a bar in a notebook."""

from __future__ import annotations

import re
import sys
from typing import Any, Protocol


class Progress(Protocol):
    """Something that shows where the work stands."""

    def line(self, text: str) -> None: ...
    def end(self) -> None: ...


def wanted(stated: bool | None) -> bool:
    """Whether progress is shown: as stated, or where somebody looks on."""
    if stated is not None:
        return stated
    return sys.stderr.isatty() or in_notebook()


def in_notebook() -> bool:
    """Whether this is a notebook's kernel."""
    return "ipykernel" in sys.modules


def shown() -> Progress:
    """The way of showing it here."""
    if in_notebook():
        try:
            return Cell()
        except ImportError:
            pass
    return Line()


def share(text: str) -> float | None:
    """How much is done of `FIFO depths 3/8, 2 s left`, from 0 to 1."""
    found = re.search(r" (\d+)/(\d+)(?:,|$)", text)
    return min(1.0, int(found[1]) / int(found[2])) if found and int(found[2]) else None


class Line:
    """One line on standard error that is written over."""

    def __init__(self) -> None:
        self.width = 0

    def line(self, text: str) -> None:
        done = share(text)
        if done is not None:
            filled = int(20 * done)
            text = f"[{'#' * filled}{'.' * (20 - filled)}] {text}"
        padding = " " * max(0, self.width - len(text))
        sys.stderr.write(f"\r{text}{padding}")
        sys.stderr.flush()
        self.width = len(text)

    def end(self) -> None:
        if self.width:
            sys.stderr.write("\r" + " " * self.width + "\r")
            sys.stderr.flush()


class Cell:
    """A bar under a notebook's cell; gone when the work is done."""

    def __init__(self) -> None:
        from IPython.display import HTML, display

        self._html: Any = HTML
        self._display: Any = display
        self._handle: Any = None

    def line(self, text: str) -> None:
        from html import escape

        done = share(text)
        value = "" if done is None else f" value='{done:.3f}'"
        bar = self._html(f"<progress{value} style='width:16em'></progress> {escape(text)}")
        if self._handle is None:
            self._handle = self._display(bar, display_id=True)
        else:
            self._handle.update(bar)

    def end(self) -> None:
        if self._handle is not None:
            self._handle.update(self._html(""))
