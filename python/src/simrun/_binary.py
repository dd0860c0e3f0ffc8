"""Runs the program inside the package."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from simrun.errors import BinaryError, InternalError, Interrupted, from_text

#: Commands that tell how far they are.
TELLING = frozenset(
    "fps run fifo fold hang hazards compare check accuracy report import".split()
)

#: Exit codes that are answers: 0, differs or fails, deadlock, budget missed.
ANSWERS = frozenset({0, 1, 2, 3})


@dataclass(frozen=True)
class Completed:
    """A run that answered."""

    code: int
    output: str
    notes: str


def path() -> Path:
    """The program: $SIMRUN_BINARY, or the one the package brings."""
    stated = os.environ.get("SIMRUN_BINARY")
    found = Path(stated) if stated else Path(__file__).parent / "_bin" / "simrun"
    if not found.is_file():
        raise BinaryError(
            f"there is no program at {found}",
            hint="$SIMRUN_BINARY names a file that does not exist"
            if stated
            else "install a wheel (pip install simrun), or set SIMRUN_BINARY to a built simrun",
        )
    return found


def run(
    arguments: Sequence[str | os.PathLike[str]],
    *,
    progress: bool | None = None,
) -> Completed:
    """Runs simrun and waits; wrong input and usage are exceptions, everything else an answer.

    `progress`: whether to show the program's progress; by default on a terminal and in notebooks.
    """
    command = [str(path()), *(os.fspath(a) for a in arguments)]
    show = arguments[0] in TELLING and _Progress.wanted(progress)
    if show:
        command.append("--progress")
    try:
        # A group of its own: an interrupt reaches the program once, from here.
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise BinaryError(
            f"{command[0]} cannot be run: {error.strerror}",
            hint=f"it is built for Linux on x86-64; this is {sys.platform} on {os.uname().machine}",
        ) from error
    assert process.stdout and process.stderr
    notes: list[str] = []
    reader = threading.Thread(
        target=_read_notes, args=(process.stderr, notes, _Progress() if show else None), daemon=True
    )
    reader.start()
    output = b""
    interrupted = False
    try:
        output = process.stdout.read()
        process.wait()
    except KeyboardInterrupt:
        interrupted = True
        _stop(process)
    except BaseException:
        process.kill()
        process.wait()
        raise
    reader.join(timeout=10)
    process.stdout.close()
    process.stderr.close()
    said = "".join(notes)
    code = process.returncode
    if interrupted:
        raise Interrupted("stopped", code=130)
    if code in ANSWERS:
        return Completed(code, output.decode("utf-8", "replace"), said)
    if code < 0:
        name = signal.Signals(-code).name
        raise InternalError(f"simrun was ended by {name}", code=128 - code)
    if code == 127 or "GLIBC_" in said or "error while loading shared libraries" in said:
        raise BinaryError(
            f"simrun cannot start here: {said.strip().splitlines()[-1] if said.strip() else code}",
            code=code,
            hint="the wheel needs a Linux with the glibc that its file name states (manylinux_2_NN)",
        )
    raise from_text(code, said)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Asks the program to end with the best so far where `-o` said, and does not wait for ever."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _read_notes(stream: IO[bytes], notes: list[str], progress: _Progress | None) -> None:
    for raw in stream:
        line = raw.decode("utf-8", "replace")
        if line.startswith("progress:"):
            if progress:
                progress.line(line[len("progress:") :].strip())
        else:
            notes.append(line)
    if progress:
        progress.end()


class _Progress:
    """One line on a terminal or under a notebook's cell."""

    def __init__(self) -> None:
        self.width = 0

    @staticmethod
    def wanted(stated: bool | None) -> bool:
        if stated is not None:
            return stated
        return sys.stderr.isatty() or "ipykernel" in sys.modules

    def line(self, text: str) -> None:
        padding = " " * max(0, self.width - len(text))
        sys.stderr.write(f"\r{text}{padding}")
        sys.stderr.flush()
        self.width = len(text)

    def end(self) -> None:
        if self.width:
            sys.stderr.write("\r" + " " * self.width + "\r")
            sys.stderr.flush()
