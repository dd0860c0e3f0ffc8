"""Sweeps on more than one machine, over any Dask cluster."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simrun import _binary
from simrun.design import Design, load
from simrun.errors import InputError, MissingExtra

if TYPE_CHECKING:
    import pandas


def sweep(
    design: Any,
    space: Mapping[str, Any] | str | os.PathLike[str],
    *,
    client: Any = None,
    shards: int | None = None,
    store: str | os.PathLike[str] | None = None,
    workers: int | None = None,
) -> pandas.DataFrame:
    """Simulates every point of `space`; a data frame of the points.

    With `client` (a `dask.distributed.Client`) in `shards` parts on the cluster's workers, otherwise here.
    A worker that is lost has its part done again by another: parts depend on nothing but the design and
    the space. `store`: keeps the SQLite file of all points there. `workers`: processor cores per part; all
    here, one on a cluster. Needs `simrun[dask,pandas]`.

    `space`: a dictionary, or the path of a file. What is wrong with it is an `InputError`.
    """
    try:
        import pandas
    except ImportError as error:
        raise MissingExtra("pandas", "sweep()") from error
    opened = design if isinstance(design, Design) else load(design)
    job = _Job.of(opened, space, workers if client is None else workers or 1)
    with tempfile.TemporaryDirectory(prefix="simrun-sweep-") as folder, _named(space):
        parts = []
        if client is None:
            parts = [_write(folder, 0, _shard(job, 0, 1))]
        else:
            try:
                from dask.distributed import as_completed
            except ImportError as error:
                raise MissingExtra("dask", "sweep(client=…)") from error
            count = shards or max(4, 4 * len(client.scheduler_info()["workers"]))
            futures = {
                client.submit(_shard, job, i, count, pure=False, retries=10): i for i in range(count)
            }
            for future in as_completed(list(futures)):  # type: ignore[no-untyped-call]
                parts.append(_write(folder, futures[future], future.result()))
        merged = Path(os.fspath(store)) if store is not None else Path(folder) / "sweep.sqlite"
        _binary.run(["sweep", "merge", "-o", merged, *sorted(parts)])
        table = Path(folder) / "points.csv"
        _binary.run(["sweep", "report", merged, "--csv", table])
        return pandas.read_csv(table)


#: What the space is called on a worker.
_SPACE = "space.json"


def _content(space: Any) -> bytes:
    if isinstance(space, Mapping):
        return json.dumps(space).encode()
    place = os.fspath(space)
    try:
        return Path(place).read_bytes()
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        raise InputError(
            f"{place}: {'no such file' if missing else error.strerror}",
            code=65,
            file=place,
            hint=f"simrun sweep --init DESIGN --space {place} writes one to begin with" if missing else None,
        ) from error


@contextlib.contextmanager
def _named(space: Any) -> Iterator[None]:
    """What is wrong with a space is said of the file it came from, not of a worker's copy."""
    try:
        yield
    except InputError as error:
        if error.file != _SPACE or isinstance(space, Mapping):
            raise
        place = os.fspath(space)
        raise InputError(
            place + error.message.removeprefix(_SPACE),
            code=error.code,
            file=place,
            node=error.node,
            hint=error.hint,
            rule=error.rule,
        ) from None


class _Job:
    """A design and a space as bytes: workers share no file system with whoever asks."""

    def __init__(self, files: dict[str, bytes], options: list[str]) -> None:
        self.files = files
        self.options = options

    @staticmethod
    def of(design: Design, space: Any, workers: int | None) -> _Job:
        text = _content(space)
        with tempfile.TemporaryDirectory(prefix="simrun-import-") as folder:
            # One self-contained file, whatever the design came from.
            place = Path(folder) / "design.json"
            kept, later = _apart(design._options)
            _binary.run(["import", design.path, *kept, "-o", place])
            files = {p.name: p.read_bytes() for p in Path(folder).iterdir()}
        files[_SPACE] = text
        if workers is not None:
            later += ["--workers", str(workers)]
        return _Job(files, later)


def _apart(options: Sequence[str]) -> tuple[list[str], list[str]]:
    """What a design file can hold, and what is stated where the design is simulated."""
    kept: list[str] = []
    later: list[str] = []
    rest = list(options)
    while rest:
        name = rest.pop(0)
        if name == "--allow-outside":
            later.append(name)
        else:
            target = later if name in ("--budget", "--port-width") else kept
            target += [name, rest.pop(0)]
    return kept, later


def _shard(job: _Job, index: int, count: int) -> bytes:
    """One part of the points, as the bytes of its store. Runs on a worker."""
    with tempfile.TemporaryDirectory(prefix="simrun-shard-") as folder:
        for name, content in job.files.items():
            (Path(folder) / name).write_bytes(content)
        store = Path(folder) / "part.sqlite"
        _binary.run(
            [
                "sweep", Path(folder) / "design.json", "--space", Path(folder) / _SPACE,
                "--shard", f"{index}/{count}", "-o", store, *job.options,
            ],
            progress=False,
        )
        return store.read_bytes()


def _write(folder: str, index: int, content: bytes) -> Path:
    place = Path(folder) / f"part-{index:05}.sqlite"
    place.write_bytes(content)
    return place
