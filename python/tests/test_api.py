from __future__ import annotations

import concurrent.futures
import dataclasses
import json
import multiprocessing
import signal
import subprocess
import sys
import threading
import types
from pathlib import Path

import numpy as np
import pytest
import simrun
from simrun import _binary, results


def test_the_frame_rate_of_an_example() -> None:
    answer = simrun.example("cnv-w1a1").fps()
    assert isinstance(answer, results.Throughput)
    assert answer.document["kind"] == "throughput"
    printed = subprocess.run(
        [str(_binary.path()), str(simrun.example("cnv-w1a1").path), "--fps", "--all", "--json"],
        capture_output=True, check=True,
    )
    assert json.loads(printed.stdout) == answer.document
    assert len(answer.nodes) > 20 and max(n.expected_cycles for n in answer.nodes) > 0
    assert "throughput.fps=" in repr(answer)


def test_results_are_frozen() -> None:
    answer = simrun.example("tfc-w1a1").fps()
    with pytest.raises(dataclasses.FrozenInstanceError):
        answer.design = "other"  # type: ignore[misc]


def test_a_hang_has_its_fix() -> None:
    answer = simrun.example("resnet-small").hang()
    assert isinstance(answer, results.Hang)
    assert answer.outcome in ("deadlock", "complete")
    assert "<table" in answer._repr_html_()


def test_folding_and_depths_go_into_a_design() -> None:
    design = simrun.example("tfc-w1a1")
    sized = design.fifo(quick=True)
    assert set(sized.folding) & {node.name for node in design.fps().nodes}
    again = sized.apply(design)
    assert again.fps().throughput.fps == pytest.approx(design.fps().throughput.fps, rel=0.5)


def test_values_go_in_and_out() -> None:
    design = simrun.example("tfc-w1a1")
    x = np.zeros((2, 784), dtype=np.int8)
    first = design.run(x)
    assert first.arrays and all(a.shape[0] == 2 for a in first.arrays.values())
    again = design.run(x)
    for name, values in first.arrays.items():
        np.testing.assert_array_equal(values, again.arrays[name])


def test_a_dictionary_is_a_design(configs: Path) -> None:
    content = json.loads((configs / "cnv-w1a1.json").read_text())
    assert simrun.load(content).fps().design == simrun.example("cnv-w1a1").fps().design


def test_options_reach_the_program() -> None:
    slow = simrun.example("cnv-w1a1", clock_mhz=50).fps()
    fast = simrun.example("cnv-w1a1", clock_mhz=100).fps()
    assert fast.throughput.fps == pytest.approx(2 * slow.throughput.fps)
    part = simrun.example("cnv-w1a1", part="Pynq-Z1").fps()
    assert part.cost.part


def test_wrong_input_is_an_exception_with_a_hint() -> None:
    with pytest.raises(simrun.InputError) as caught:
        simrun.load("/nonexistent/model.onnx").fps()
    assert caught.value.code == 65
    with pytest.raises(simrun.InputError) as caught:
        simrun.load({"format": "simrun-design", "version": 1, "nodes": [
            {"name": "a", "op_type": "MVAU_rlt", "attributes": {}, "inputs": ["x"], "outputs": ["y"]}],
            "graph_inputs": ["x"], "graph_outputs": ["y"]}).fps()
    assert caught.value.node == "a" and "MVAU_rtl" in str(caught.value)


def test_what_an_answer_comes_with_is_told(caplog: pytest.LogCaptureFixture) -> None:
    path = simrun.example("tfc-w1a1").path
    with pytest.warns(simrun.SimrunWarning, match="unknown part 'nosuch'"):
        assert simrun.load(path, part="nosuch").fps().throughput.fps
    with caplog.at_level("INFO", "simrun"):
        simrun.load(path, port_width=8).fps()
    assert any("DMAs added" in record.getMessage() for record in caplog.records)


def test_a_design_that_cannot_be_read_fails_its_check() -> None:
    found = simrun.load("/nonexistent/model.onnx").check()
    assert found.failed and found.findings[0].rule == "readable"
    assert "no such file" in found.findings[0].message
    with pytest.raises(simrun.InputError, match="xczu0"):
        simrun.example("tfc-w1a1").check(fits="xczu0")


def test_wrong_arguments_are_exceptions() -> None:
    with pytest.raises(simrun.UnknownModel, match="from_brevitas"):
        simrun.load(3)
    with pytest.raises(simrun.UsageError):
        simrun.example("tfc-w1a1").fold()
    with pytest.raises(simrun.UsageError, match="there are .*cnv-w1a1"):
        simrun.example("cnv")
    with pytest.raises(simrun.UsageError):
        simrun.example("tfc-w1a1").run(np.array([object()]))
    with pytest.raises(simrun.UsageError):
        simrun.load(simrun.example("tfc-w1a1").path, clock_mhz="fast").fps()  # type: ignore[arg-type]


def test_progress_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    done = _binary.run(["fifo", simrun.example("tfc-w1a1").path, "--quick"], progress=True)
    assert "FIFO depths" in capfd.readouterr().err and "progress:" not in done.notes


def test_an_interrupt_leaves_the_best_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*command: object, **_: object) -> object:
        arguments = list(command[0])  # type: ignore[call-overload]
        place = arguments[arguments.index("-o") + 1]
        place.write_text('{"MVAU_0": {"PE": 4}}')
        raise simrun.Interrupted("stopped", code=130)

    monkeypatch.setattr(_binary, "run", stopped)
    with pytest.raises(simrun.Interrupted) as caught:
        simrun.example("tfc-w1a1").fold(target_fps=1000)
    assert caught.value.best == {"MVAU_0": {"PE": 4}}


def test_exceptions_travel_between_processes() -> None:
    import pickle

    for error in (simrun.MissingExtra("pandas", "x()"), simrun.InputError("m", code=65, node="a")):
        copy = pickle.loads(pickle.dumps(error))
        assert type(copy) is type(error) and copy.message == error.message


def test_a_missing_extra_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(simrun.MissingExtra, match=r"pip install 'simrun\[pandas\]'"):
        simrun.example("tfc-w1a1").fps().to_pandas()
    monkeypatch.setitem(sys.modules, "brevitas", None)
    monkeypatch.setitem(sys.modules, "brevitas.export", None)
    with pytest.raises(simrun.MissingExtra, match=r"simrun\[brevitas\]"):
        simrun.from_brevitas(object(), None)


def test_a_program_that_cannot_start_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "simrun"
    broken.write_bytes(b"\x7fELF not a program")
    broken.chmod(0o755)
    monkeypatch.setenv("SIMRUN_BINARY", str(broken))
    with pytest.raises(simrun.BinaryError, match="x86-64"):
        simrun.load("a.json").fps()
    monkeypatch.setenv("SIMRUN_BINARY", "/nonexistent")
    with pytest.raises(simrun.BinaryError, match="SIMRUN_BINARY"):
        simrun.load("a.json").fps()


def test_an_interrupt_from_the_keyboard_ends_the_program() -> None:
    # Whoever runs the tests in the background may have interrupts ignored.
    script = (
        "import signal, simrun\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "try: simrun.example('cnv-w1a1').fold(max=True, progress=True)\n"
        "except simrun.Interrupted as stopped: print('stopped', type(stopped.best).__name__)\n"
    )
    asking = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert asking.stderr
    assert asking.stderr.read(1)  # progress: the program is at work
    asking.send_signal(signal.SIGINT)
    output, errors = asking.communicate(timeout=60)
    assert output.split() in (["stopped", "dict"], ["stopped", "NoneType"]), errors
    assert asking.returncode == 0


def test_a_path_is_data(tmp_path: Path) -> None:
    design = simrun.example("tfc-w1a1")
    x = (np.arange(784) % 100).astype(np.uint8).reshape(1, 784)
    np.save(tmp_path / "x.npy", x)
    for given in (tmp_path / "x.npy", str(tmp_path / "x.npy"), x.tolist(), {"global_in": x}):
        for name, values in design.run(given).arrays.items():
            np.testing.assert_array_equal(values, design.run(x).arrays[name])


@pytest.mark.parametrize("wrong", [["a"], [[1], [2, 3]], object(), np.array([object()]), {"global_in": "a"}])
def test_what_is_no_tensor_is_refused(wrong: object) -> None:
    with pytest.raises(simrun.UsageError, match="array"):
        simrun.example("tfc-w1a1").run(wrong)  # type: ignore[arg-type]


def test_messages_name_no_temporary_files() -> None:
    with pytest.raises(simrun.InputError, match="^input.npy: .*UINT8") as caught:
        simrun.example("tfc-w1a1").run(np.full((1, 784), -1, dtype=np.int8))
    assert caught.value.file == "input.npy" and "hint: allowed: 0 to 255" in str(caught.value)


def test_results_show_the_pages_of_the_program(configs: Path) -> None:
    folded = simrun.example("tfc-w1a1").fold(target_fps=3e6)
    assert folded._repr_html_().startswith("<iframe") and "sandbox='allow-scripts'" in folded._repr_html_()
    model = configs / "models/residual.onnx"
    same = simrun.load(model).compare(model, np.load(configs / "models/residual-input.npy"))
    assert same._repr_html_().startswith("<iframe") and len(same.records()) > 5
    assert "comparison.agrees=True" in repr(same)


def test_accuracy_beside_a_model_takes_the_designs_own_data(configs: Path, tmp_path: Path) -> None:
    from simrun.design import execute

    model, place = configs / "models/residual.onnx", tmp_path / "lowered.json"
    execute(["import", model, "-o", place])
    design, x = simrun.load(place), np.load(configs / "models/residual-input.npy")
    labels = np.arange(len(x))
    beside = design.accuracy(x, labels, model=model)
    computed = [(Path(r.subject).name, r.computed, r.correct) for r in beside.results]
    assert [c[:2] for c in computed] == [
        ("lowered.json", "as hardware"), ("residual.onnx", "as trained"), ("residual.onnx", "as hardware"),
    ]
    assert computed[0][2] == computed[2][2]
    # The same codes in all frames give one label, which is that of one frame.
    blank = np.zeros((len(x), 10, 10, 3), dtype=np.int8)
    own = design.accuracy(x, np.zeros(len(x), int), model=model, design_input=blank)
    assert own.results[0].correct in (0, len(x))
    with pytest.raises(simrun.InputError, match="^design.npy"):
        design.accuracy(x, labels, model=model, design_input=blank[:, :5])
    with pytest.raises(simrun.UsageError, match="model="):
        design.accuracy(x, labels, design_input=blank)


def test_tables_escape_what_files_say() -> None:
    from simrun import _html

    shown = _html.result("<b>", "fifo", [("<i>", "<u>")], [{"<s>": "<q>", "n": 1.5, "none": None}])
    assert "&lt;s&gt;" in shown and "&lt;q&gt;" in shown and "none" not in shown
    assert not any(tag in shown for tag in ("<q>", "<s>", "<u>", "<i>"))
    assert "80px" in _html.result("t", "throughput", [], [{"name": "a", "utilisation": 1.7}])


def test_progress_is_a_bar(capsys: pytest.CaptureFixture[str]) -> None:
    from simrun import _progress

    line = _progress.Line()
    line.line("FIFO depths that suffice 3/8, 3 s left")
    line.line("end")
    line.end()
    said = capsys.readouterr().err
    assert said.startswith("\r[#######.............] FIFO depths") and said.endswith("\r")
    assert _progress.share("a 1/2/3") is None and _progress.share("a 0/0") is None


def test_progress_is_a_bar_in_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("IPython")
    import IPython.display

    from simrun import _progress

    shown: list[str] = []

    class Handle:
        def update(self, content: object) -> None:
            shown.append(content.data)  # type: ignore[attr-defined]

    def display(content: object, display_id: bool) -> Handle:
        shown.append(content.data)  # type: ignore[attr-defined]
        return Handle()

    monkeypatch.setattr(IPython.display, "display", display)
    monkeypatch.setitem(sys.modules, "ipykernel", types.ModuleType("ipykernel"))
    bar = _progress.shown()
    bar.line("depths 1/4")
    bar.line("<depths>")
    bar.end()
    assert "<progress value='0.250'" in shown[0] and "&lt;depths&gt;" in shown[1] and shown[2] == ""


def test_threads_may_ask_at_once() -> None:
    design = simrun.example("tfc-w1a1")
    answers: list[float | None] = []
    threads = [
        threading.Thread(target=lambda: answers.append(design.fps().throughput.fps))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 6 and len(set(answers)) == 1


def _ask(job: int) -> tuple[int, float | None, int]:
    """One of many questions: what comes back must be of this job."""
    clock = 50 + job
    design = simrun.example("tfc-w1a1", clock_mhz=clock)
    x = np.full((1 + job % 3, 784), job % 2, dtype=np.int8)
    ran = design.run(x)
    frames = {len(values) for values in ran.arrays.values()}
    assert frames == {len(x)}
    return job, design.fps().throughput.fps, int(sum(v.sum() for v in ran.arrays.values()))


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_many_at_once_do_not_mix(kind: str) -> None:
    pool: concurrent.futures.Executor = (
        concurrent.futures.ThreadPoolExecutor(12)
        if kind == "threads"
        else concurrent.futures.ProcessPoolExecutor(4, multiprocessing.get_context("spawn"))
    )
    alone = {job: _ask(job) for job in range(6)}
    with pool:
        for job, fps, total in pool.map(_ask, range(24)):
            assert fps == pytest.approx((alone[0][1] or 0) * (50 + job) / 50)
            assert total == alone[job % 6][2]


def test_the_command_is_on_the_path() -> None:
    module = subprocess.run(
        [sys.executable, "-m", "simrun", "--version"], capture_output=True, text=True, check=True
    )
    assert module.stdout.startswith(simrun.__version__)


def test_every_kind_has_a_class() -> None:
    for kind, one in results.KINDS.items():
        assert dataclasses.is_dataclass(one) and one.kind == kind
        assert one.__doc__


def test_tables_are_fields() -> None:
    from simrun._result import TABLES, Record
    import re
    import typing

    # Every kind states its table: which list is the longest depends on the design.
    assert set(TABLES) == set(results.KINDS)
    for kind, tables in TABLES.items():
        for path in tables:
            one: typing.Any = results.KINDS[kind]
            for key in path.split("."):
                name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).lower()
                one = typing.get_type_hints(one, vars(results))[name]
            assert typing.get_origin(one) is tuple and issubclass(typing.get_args(one)[0], Record), path


def test_a_kind_has_one_table_whatever_the_design() -> None:
    design = simrun.example("tfc-w1a1")
    folded = design.fold(target_fps=3e6)
    # The list that would win by its length.
    assert len(folded.bottleneck_chain) > len(folded.layers)
    assert [row["node"] for row in folded.records()] == [layer.node for layer in folded.layers]
    ran = design.run()
    assert isinstance(ran, results.Run) and len(ran.timings) > len(ran.fifos) > 0
    assert [row["name"] for row in ran.records()] == [fifo.name for fifo in ran.fifos]
    bare = results.Run._of({**ran.document, "fifos": []})
    assert [row["node"] for row in bare.records()] == [timing.node for timing in ran.timings]


def test_only_designs_are_examples(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import simrun.design

    (tmp_path / "examples").mkdir()
    for name in ("tiny.json", "tiny.npz", "simrun-design.schema.json"):
        (tmp_path / "examples" / name).write_text("{}")
    monkeypatch.setattr(simrun.design, "__file__", str(tmp_path / "design.py"))
    for name in ("nope", "simrun-design.schema"):
        with pytest.raises(simrun.UsageError) as caught:
            simrun.example(name)
        assert caught.value.hint == "there are tiny"
