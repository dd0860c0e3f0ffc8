from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import simrun


def test_a_result_becomes_a_data_frame() -> None:
    pytest.importorskip("pandas")
    answer = simrun.example("cnv-w1a1").fps()
    frame = answer.to_pandas()
    assert len(frame) == len(answer.nodes) and "resources.LUT" in frame.columns


def test_a_result_draws_itself(tmp_path: Path) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    axes = simrun.example("cnv-w1a1").fps().plot()
    axes.figure.savefig(tmp_path / "plot.png")
    assert (tmp_path / "plot.png").stat().st_size > 5000 and len(axes.patches) > 20


@pytest.fixture()
def wrapper(configs: Path) -> object:
    module = pytest.importorskip("qonnx.core.modelwrapper")
    model = configs.parent / "Tests/DataflowSimTests/Resources/cnv-w1a1-fifo.onnx"
    return module.ModelWrapper(str(model))


def test_a_model_wrapper_is_a_design(wrapper: object) -> None:
    assert (simrun.load(wrapper).fps().throughput.fps or 0) > 100


def _config(folder: Path, **more: object) -> SimpleNamespace:
    return SimpleNamespace(
        output_dir=str(folder), synth_clk_period_ns=10.0, fpga_part="xc7z020clg400-1", board=None,
        **more,
    )


def test_builder_steps_leave_what_finn_expects(wrapper: object, tmp_path: Path) -> None:
    import simrun.finn as steps

    cfg = _config(tmp_path, target_fps=100)
    for step in (steps.step_check, steps.step_fifo, steps.step_report):
        assert step.__name__.startswith("step_")
        wrapper = step(wrapper, cfg)
    assert (tmp_path / "report/simrun_fifo.json").exists()
    assert (tmp_path / "report/simrun.html").read_text().lstrip().lower().startswith("<!doctype html")
    assert (tmp_path / "simrun_folding_config.json").exists()


def test_a_design_that_misses_its_rate_stops_the_build(wrapper: object, tmp_path: Path) -> None:
    import simrun.finn as steps

    with pytest.raises(simrun.SimrunError, match="checks failed"):
        steps.step_check(wrapper, _config(tmp_path, target_fps=10**9))


def test_a_folding_of_another_graph_is_refused(wrapper: object) -> None:
    sized = simrun.example("tfc-w1a1").fifo(quick=True)
    object.__setattr__(sized, "_folding", {"Nobody_0": {"PE": 2}})
    with pytest.raises(simrun.UnknownModel, match="Nobody_0"):
        sized.apply(wrapper)


def test_a_folding_is_written_into_the_nodes(wrapper: object) -> None:
    pytest.importorskip("onnx")
    sized = simrun.example("tfc-w1a1").fifo(quick=True)
    name = wrapper.graph.node[0].name  # type: ignore[attr-defined]
    object.__setattr__(sized, "_folding", {name: {"outFIFODepths": [7], "ram_style": "block"}})
    sized.apply(wrapper)
    attributes = {a.name: a for a in wrapper.graph.node[0].attribute}  # type: ignore[attr-defined]
    assert list(attributes["outFIFODepths"].ints) == [7]
    assert attributes["ram_style"].s == b"block"
