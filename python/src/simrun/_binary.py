"""Runs the program inside the package."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from simrun import _progress
from simrun.errors import BinaryError, InternalError, Interrupted, SimrunWarning, from_text

_log = logging.getLogger("simrun")

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
    answers: frozenset[int] = ANSWERS,
) -> Completed:
    """Runs simrun and waits; exit codes other than `answers` are exceptions.

    `progress`: whether to show the program's progress; by default on a terminal and in notebooks.
    """
    command = [str(path()), *(os.fspath(a) for a in arguments)]
    show = arguments[0] in TELLING and _progress.wanted(progress)
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
    # Standard output is drained beside; progress is shown from the thread that asked, as notebooks want it.
    output: list[bytes] = []
    reader = threading.Thread(target=_read_output, args=(process.stdout, output), daemon=True)
    reader.start()
    notes: list[str] = []
    interrupted = False
    try:
        _read_notes(process.stderr, notes, _progress.shown() if show else None)
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
    # What stops before it has an answer says why instead.
    if code in answers and (code == 0 or any(output)):
        _tell(said)
        return Completed(code, b"".join(output).decode("utf-8", "replace"), said)
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


def _tell(said: str) -> None:
    """Warnings of an answer as Python's, its notes to the logger `simrun`."""
    texts: list[str] = []
    for line in said.splitlines():
        if line.startswith("  ") and texts:
            texts[-1] += "\n" + line
        else:
            texts.append(line)
    for text in texts:
        kind, _, rest = text.partition(": ")
        if kind == "note":
            _log.info("%s", rest)
        elif kind == "warning" or kind.startswith("error "):
            warnings.warn(rest if kind == "warning" else text, SimrunWarning, stacklevel=5)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Asks the program to end with the best so far where `-o` said, and does not wait for ever."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        pass
    finally:  # after the time, or a second interrupt
        if process.poll() is None:
            process.kill()
            process.wait()


def _read_output(stream: IO[bytes], output: list[bytes]) -> None:
    output.append(stream.read())


def _read_notes(
    stream: IO[bytes], notes: list[str], progress: _progress.Progress | None
) -> None:
    try:
        for raw in stream:
            line = raw.decode("utf-8", "replace")
            if line.startswith("progress:"):
                if progress:
                    progress.line(line[len("progress:") :].strip())
            else:
                notes.append(line)
    finally:
        if progress:
            progress.end()
