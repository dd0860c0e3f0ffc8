"""What goes wrong, as exceptions. Each has `code` (the exit code), `node`, `file` and `hint`."""

from __future__ import annotations

import re
from typing import Any


class SimrunError(Exception):
    """Something simrun refused or could not do."""

    def __init__(
        self,
        message: str,
        *,
        code: int = 70,
        file: str | None = None,
        node: str | None = None,
        hint: str | None = None,
        rule: str | None = None,
    ) -> None:
        super().__init__(message + (f"\n  hint: {hint}" if hint else ""))
        self.message = message
        self.code = code
        self.file = file
        self.node = node
        self.hint = hint
        self.rule = rule


class InputError(SimrunError, ValueError):
    """A file, an array or a value is wrong (exit code 65)."""


class UsageError(SimrunError, TypeError):
    """An argument is wrong (exit code 64)."""


class InternalError(SimrunError):
    """simrun failed in itself (exit code 70), or was killed."""


class BinaryError(SimrunError, OSError):
    """The program inside the package is missing or cannot run on this machine."""


class UnknownModel(SimrunError, TypeError):
    """`load` was given an object it cannot turn into a design."""


class Interrupted(SimrunError, KeyboardInterrupt):
    """Stopped from the keyboard; `best` is the folding found until then, of `fold` and `fifo`."""

    best: dict[str, Any] | None = None


class SimrunWarning(UserWarning):
    """What an answer came with and should not be missed: an unknown part, a design that breaks a rule."""


class MissingExtra(SimrunError, ImportError):
    """A part of the package needs a library that is not installed."""

    def __init__(self, extra: str, what: str) -> None:
        super().__init__(
            f"{what} needs more than simrun itself", code=64, hint=f"pip install 'simrun[{extra}]'"
        )
        self.extra = extra
        self.what = what

    def __reduce__(self) -> tuple[Any, ...]:
        return (MissingExtra, (self.extra, self.what))


_CLASSES: dict[int, type[SimrunError]] = {64: UsageError, 65: InputError}


def from_text(code: int, text: str) -> SimrunError:
    """The exception for what simrun wrote on standard error."""
    lines = [line for line in text.splitlines() if not line.startswith(("warning:", "note:"))]
    start = next((i for i, line in enumerate(lines) if line.lower().startswith("error:")), 0)
    message, hint = [], None
    for line in lines[start:]:
        stripped = line.strip()
        if stripped.startswith("hint:"):
            hint = stripped[5:].strip()
        elif hint is None and stripped and not stripped.startswith(("Usage:", "See ")):
            message.append(stripped)
    said = " ".join(message)
    # What was passed as an array or an object is no file to whoever passed it.
    said = re.sub(r"[^\s':]*/simrun-(?:[a-z]+-)?[a-z0-9_]{8}/", "", said)
    said = re.sub(r"^[Ee]rror:\s*", "", said) or f"simrun ended with exit code {code}"
    node = re.search(r"\bnode '([^']*)'", said)
    rule = re.search(r"\bSR\d{3}\b", said)
    file = re.match(r"([^\s:]+\.(?:onnx|json|ya?ml|np[yz]|sqlite)):", said)
    return _CLASSES.get(code, InternalError)(
        said,
        code=code,
        file=file.group(1) if file else None,
        node=node.group(1) if node else None,
        hint=hint,
        rule=rule.group(0) if rule else None,
    )
