"""A design and the questions one asks about it."""

from __future__ import annotations

import json
import os
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simrun.errors import InternalError, Interrupted, UnknownModel, UsageError, from_text

if TYPE_CHECKING:
    from simrun import _binary, results
    from simrun._result import Result
    import numpy.typing as npt

    #: What `run`, `compare` and `accuracy` take: an array, arrays by name, or a file of either.
    Values = npt.ArrayLike | Mapping[str, npt.ArrayLike] | os.PathLike[str]

#: What `load` takes: a file or folder, an open model, or a design as a dictionary.
Model = Any


class Scratch:
    """A folder of temporary files that goes with its owner."""

    def __init__(self) -> None:
        import tempfile

        self._folder = tempfile.TemporaryDirectory(prefix="simrun-")
        self.path = Path(self._folder.name)

    def file(self, name: str, content: bytes | str) -> Path:
        place = self.path / name
        place.write_bytes(content.encode() if isinstance(content, str) else content)
        return place

    def close(self) -> None:
        self._folder.cleanup()

    def __enter__(self) -> Scratch:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def load(
    model: Model,
    *,
    part: str | None = None,
    clock_mhz: float | None = None,
    folding: str | os.PathLike[str] | Mapping[str, Any] | None = None,
    budget: Mapping[str, int] | None = None,
    port_width: int | None = None,
    finn_generation: str | None = None,
    hls_build: str | os.PathLike[str] | None = None,
    parameters: str | os.PathLike[str] | None = None,
    shape: Mapping[str, Sequence[int]] | None = None,
    input_type: Mapping[str, str] | None = None,
    allow_outside: bool = False,
) -> Design:
    """Opens a design.

    `model`: a path (a FINN graph, an export of training, a design file, a FINN output folder), a qonnx
    `ModelWrapper`, an `onnx.ModelProto`, or a design as a dictionary. Nothing is read yet: what is
    wrong with it is said by the first question.
    """
    scratch = Scratch()
    try:
        place = _place(model, scratch)
        options: list[str] = []

        def option(name: str, value: Any) -> None:
            if value is not None:
                options.extend((name, str(value)))

        option("--part", part)
        option("--clock-mhz", clock_mhz)
        option("--port-width", port_width)
        option("--finn-generation", finn_generation)
        option("--hls-build", None if hls_build is None else os.fspath(hls_build))
        option("--parameters", None if parameters is None else os.fspath(parameters))
        if budget is not None:
            option("--budget", ",".join(f"{k}={v}" for k, v in budget.items()))
        if isinstance(folding, Mapping):
            option("--folding", scratch.file("folding.json", json.dumps(folding)))
        elif folding is not None:
            option("--folding", os.fspath(folding))
        for name, dims in (shape or {}).items():
            option("--shape", f"{name}={','.join(str(d) for d in dims)}")
        for name, kind in (input_type or {}).items():
            option("--input-type", f"{name}={kind}")
        if allow_outside:
            options.append("--allow-outside")
        return Design(place, tuple(options), scratch)
    except BaseException:
        scratch.close()
        raise


def example(name: str, **options: Any) -> Design:
    """An example design that comes with the package; `options` are those of `load`."""
    folder = Path(__file__).parent / "examples"
    # Schemas of designs may lie beside them.
    names = sorted(p.stem for p in folder.glob("*.json") if not p.stem.endswith(".schema"))
    if name not in names:
        raise UsageError(
            f"there is no example '{name}'", code=64, hint=f"there are {', '.join(names) or 'none'}"
        )
    # Installers may leave links; what a design names lies beside the file itself.
    return load((folder / f"{name}.json").resolve(), **options)


def _place(model: Model, scratch: Scratch) -> Path:
    if isinstance(model, str | os.PathLike):
        return Path(os.fspath(model))
    if isinstance(model, Mapping):
        return scratch.file("design.json", json.dumps(model))
    inner = getattr(model, "model", model)  # qonnx's ModelWrapper holds a ModelProto
    serialise = getattr(inner, "SerializeToString", None)
    if callable(serialise) and hasattr(inner, "graph"):
        return scratch.file("model.onnx", serialise())
    raise UnknownModel(
        f"a {type(model).__module__}.{type(model).__qualname__} is no model",
        code=64,
        hint="pass a path, a qonnx ModelWrapper, an onnx ModelProto or a design dictionary; "
        "a torch module goes through simrun.from_brevitas(module, example_input)",
    )


def kinds() -> dict[str, type[Result]]:
    """The class of every kind of document; a hundred classes that only an answer needs."""
    from simrun.results import KINDS

    return KINDS


def execute(
    arguments: Sequence[str | os.PathLike[str]],
    progress: bool | None = None,
    answers: frozenset[int] | None = None,
) -> _binary.Completed:
    """Runs the program; what starts processes is imported with the first run."""
    from simrun import _binary

    return _binary.run(arguments, progress=progress, answers=answers or _binary.ANSWERS)


def ask(kind: str, arguments: Sequence[str | os.PathLike[str]], progress: bool | None) -> Any:
    """Runs a command with `--json` and reads its document."""
    done = execute([*arguments, "--json"], progress)
    return read(done.output, kind)


def read(text: str, expected: str | None = None) -> Any:
    """The JSON document `text`."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise InternalError(f"simrun printed no JSON document: {error}") from error
    kind = document.get("kind", expected) if isinstance(document, dict) else None
    if kind not in kinds():
        raise InternalError(f"simrun printed a document of an unknown kind: {kind!r}")
    return document


class Design:
    """What `load` opened. Every method runs the program once; designs may be used from threads."""

    def __init__(
        self, path: Path, options: tuple[str, ...], scratch: Scratch, keeps: object = None
    ) -> None:
        self.path = path
        self._options = options
        # What the path and the options name lives as long as the design.
        self._keeps = (scratch, keeps)
        self._finalizer = weakref.finalize(self, scratch.close)

    def __repr__(self) -> str:
        return f"Design({os.fspath(self.path)!r})"

    def _ask(self, kind: str, *more: str | os.PathLike[str], progress: bool | None = None) -> Any:
        return kinds()[kind]._of(self._document(kind, *more, progress=progress))

    def _document(
        self, kind: str, *more: str | os.PathLike[str], progress: bool | None = None
    ) -> dict[str, Any]:
        command = {"throughput": "fps"}.get(kind, kind)
        document: dict[str, Any] = ask(
            kind, [command, self.path, *self._options, *more], progress
        )
        return document

    def fps(self, *, progress: bool | None = None) -> results.Throughput:
        """Frames per second, latency, what limits them, and the cost."""
        result: results.Throughput = self._ask("throughput", "--all", progress=progress)
        return result

    def fifo(
        self,
        *,
        keep: float | None = None,
        minimise: str | None = None,
        quick: bool = False,
        seconds: float | None = None,
        verify: bool = True,
        margin: bool | None = None,
        progress: bool | None = None,
    ) -> results.FIFOSizing:
        """The least FIFO depths for full throughput (or for the share `keep` of it)."""
        more: list[str] = ["--all"]
        _option(more, "--keep", keep)
        _option(more, "--minimise", minimise)
        _option(more, "--seconds", seconds)
        if quick:
            more.append("--quick")
        if not verify:
            more.append("--no-verify")
        if margin is not None:
            more.append("--margin" if margin else "--no-margin")
        return self._folded("fifo", more, progress)  # type: ignore[no-any-return]

    def fold(
        self,
        *,
        target_fps: float | None = None,
        max: bool = False,
        reserve: float | None = None,
        algorithm: str | None = None,
        progress: bool | None = None,
    ) -> results.Fold:
        """PE, SIMD, memories and FIFO depths for `target_fps`, or the highest rate that fits (`max`)."""
        if (target_fps is None) == (not max):
            raise UsageError("fold() needs target_fps=… or max=True, not both", code=64)
        more: list[str] = []
        _option(more, "--target-fps", target_fps)
        _option(more, "--reserve", reserve)
        _option(more, "--algorithm", algorithm)
        if max:
            more.append("--max")
        return self._folded("fold", more, progress)  # type: ignore[no-any-return]

    def _folded(self, kind: str, more: list[str], progress: bool | None) -> Any:
        with Scratch() as scratch:
            place = scratch.path / "folding.json"
            page = scratch.path / "page.html"
            if kind == "fold":
                more += ["--html", os.fspath(page)]
            try:
                document = self._document(kind, *more, "-o", place, progress=progress)
            except Interrupted as stopped:
                if place.exists():
                    stopped.best = json.loads(place.read_text())
                raise
            folding = json.loads(place.read_text()) if place.exists() else None
            return kinds()[kind]._of(document, folding=folding, page=_read_page(page))

    def hang(
        self,
        *,
        frames: int | None = None,
        scenario: Mapping[str, Any] | str | os.PathLike[str] | None = None,
        stress: int | None = None,
        seed: int | None = None,
        progress: bool | None = None,
    ) -> results.Hang | results.Stress:
        """Whether the design hangs, why, and the smallest change that frees it."""
        with Scratch() as scratch:
            more: list[str] = []
            _option(more, "--frames", frames)
            _option(more, "--stress", stress)
            _option(more, "--seed", seed)
            if isinstance(scenario, Mapping):
                _option(more, "--scenario", scratch.file("scenario.json", json.dumps(scenario)))
            elif scenario is not None:
                _option(more, "--scenario", os.fspath(scenario))
            return self._by_kind("hang", more, progress)  # type: ignore[no-any-return]

    def _by_kind(self, command: str, more: list[str], progress: bool | None) -> Any:
        document = self._document(command, *more, progress=progress)
        return kinds()[str(document.get("kind", command))]._of(document)

    def run(
        self,
        x: Values | None = None,
        *,
        frames: int | None = None,
        progress: bool | None = None,
    ) -> results.Run:
        """Runs the design. With `x` (leading axis frames), `arrays` of the result holds its values."""
        import numpy as np

        with Scratch() as scratch:
            more: list[str] = []
            _option(more, "--frames", frames)
            place = scratch.path / "outputs.npz"
            if x is not None:
                more += ["--input", os.fspath(save(x, scratch)), "--outputs", os.fspath(place)]
            document = self._document("run", *more, progress=progress)
            arrays: dict[str, Any] = {}
            if place.exists():
                with np.load(place) as stored:
                    arrays = {name: stored[name] for name in stored.files}
        kind = str(document.get("kind", "run"))
        return kinds()[kind]._of(document, arrays=arrays)  # type: ignore[no-any-return]

    def compare(
        self,
        model: Model | None = None,
        x: Values | None = None,
        *,
        golden: Values | None = None,
        design_input: Values | None = None,
        all: bool = True,
        progress: bool | None = None,
    ) -> Result:
        """Every layer beside the original `model`, or beside recorded activations (`golden`)."""
        if (model is None) == (golden is None):
            raise UsageError("compare() needs a model or golden=…, not both", code=64)
        with Scratch() as scratch:
            more: list[str] = []
            if model is not None:
                more += ["--model", os.fspath(_place(model, scratch))]
            elif golden is not None:
                more += ["--golden", os.fspath(save(golden, scratch, "golden"))]
            if x is not None:
                more += ["--input", os.fspath(save(x, scratch))]
            if design_input is not None:
                more += ["--design-input", os.fspath(save(design_input, scratch, "design"))]
            if all:
                more.append("--all")
            page = scratch.path / "page.html"
            document = self._document("compare", *more, "--html", page, progress=progress)
            kind = str(document.get("kind", "compare"))
            return kinds()[kind]._of(document, page=_read_page(page))  # type: ignore[no-any-return]

    def accuracy(
        self,
        x: Values,
        y: Values | None = None,
        *,
        model: Model | None = None,
        design_input: Values | None = None,
        targets: Values | None = None,
        peak: float | None = None,
        progress: bool | None = None,
    ) -> results.Accuracy:
        """How many labels `y` are right (or how near `targets` come), on the hardware's arithmetic.

        Beside the original `model` the design stands in the place of what it computes of it: `x` is the
        model's data, and the model is measured too, as trained and as hardware. `design_input` is the design's own
        data where the design prepares its input in a way the model does not contain.
        """
        if (y is None) == (targets is None):
            raise UsageError("accuracy() needs labels or targets=…, not both", code=64)
        if design_input is not None and model is None:
            raise UsageError("design_input=… belongs to a design beside a model=…", code=64)
        with Scratch() as scratch:
            more = ["--input", os.fspath(save(x, scratch))]
            if model is not None:
                more.insert(0, os.fspath(_place(model, scratch)))
            if design_input is not None:
                more += ["--design-input", os.fspath(save(design_input, scratch, "design"))]
            if y is not None:
                more += ["--labels", os.fspath(save(y, scratch, "labels"))]
            if targets is not None:
                more += ["--targets", os.fspath(save(targets, scratch, "targets"))]
            _option(more, "--peak", peak)
            return self._by_kind("accuracy", more, progress)  # type: ignore[no-any-return]

    def check(
        self,
        *,
        min_fps: float | None = None,
        fits: str | None = None,
        max_latency_us: float | None = None,
        progress: bool | None = None,
    ) -> results.Check:
        """Everything that is wrong with the design and can be told before it runs."""
        more: list[str] = []
        _option(more, "--min-fps", min_fps)
        _option(more, "--fits", fits)
        _option(more, "--max-latency-us", max_latency_us)
        # A design that cannot be read is a finding too, although the program then ends with 65.
        arguments: list[str | os.PathLike[str]] = ["check", self.path, *self._options, *more, "--json"]
        done = execute(arguments, progress, answers=frozenset({0, 1, 2, 3, 65}))
        if not done.output:
            raise from_text(done.code, done.notes)
        return kinds()["check"]._of(read(done.output, "check"))  # type: ignore[no-any-return]

    def hazards(self, *, progress: bool | None = None) -> results.Hazards:
        """Where the design can meet known defects of its blocks, and under which stimulus."""
        return self._ask("hazards", progress=progress)  # type: ignore[no-any-return]

    def report(
        self, path: str | os.PathLike[str] | None = None, *, progress: bool | None = None
    ) -> Report:
        """The page that shows the design at work; written to `path` where one is given."""
        with Scratch() as scratch:
            place = Path(os.fspath(path)) if path is not None else scratch.path / "report.html"
            execute(["report", self.path, *self._options, "--html", place], progress)
            return Report(place.read_text(encoding="utf-8"))

    def finn_reports(self, folder: str | os.PathLike[str]) -> None:
        """FINN's estimate reports, under FINN's file names."""
        execute(["report", self.path, *self._options, "--finn", os.fspath(folder)])

    def with_folding(self, folding: Mapping[str, Any] | str | os.PathLike[str]) -> Design:
        """The same design under another folding."""
        scratch = Scratch()
        options = list(self._options)
        while "--folding" in options:
            at = options.index("--folding")
            del options[at : at + 2]
        if isinstance(folding, Mapping):
            options += ["--folding", os.fspath(scratch.file("folding.json", json.dumps(folding)))]
        else:
            options += ["--folding", os.fspath(folding)]
        return Design(self.path, tuple(options), scratch, keeps=self)


class Report:
    """A page. In a notebook it shows itself."""

    def __init__(self, html: str) -> None:
        self.html = html

    def _repr_html_(self) -> str:
        from simrun import _html

        return _html.page(self.html)


def _read_page(place: Path) -> str | None:
    return place.read_text(encoding="utf-8") if place.exists() else None


def _option(more: list[str], name: str, value: Any) -> None:
    if value is not None:
        more.extend((name, str(value)))


def save(x: Values, scratch: Scratch, name: str = "input") -> Path:
    """Arrays as the file the program reads; a file that is one already stays where it is."""
    if isinstance(x, str | os.PathLike):
        return Path(os.fspath(x))
    import numpy as np

    if isinstance(x, Mapping):
        place = scratch.path / f"{name}.npz"
        arrays: dict[str, Any] = {str(key): _array(value, str(key)) for key, value in x.items()}
        np.savez(place, **arrays)
        return place
    place = scratch.path / f"{name}.npy"
    np.save(place, _array(x, name), allow_pickle=False)
    return place


def _array(value: Any, name: str) -> Any:
    """`value` as an array of numbers; lists and tensors of other libraries too."""
    import numpy as np

    try:
        array = np.asarray(value)
    except (ValueError, TypeError, RuntimeError) as error:
        raise UsageError(f"'{name}' cannot be made an array: {error}", code=64) from error
    if array.dtype.kind not in "biuf":
        raise UsageError(
            f"'{name}' is an array of {array.dtype}, which is no tensor",
            code=64,
            hint="pass numbers, or the path of a .npy or .npz file",
        )
    return array
