from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
import simrun
from simrun import _binary


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


def test_an_annotated_graph_opens_elsewhere(configs: Path, tmp_path: Path) -> None:
    """ONNX' own reader finds the remarks, and without them the graph that came; QONNX keeps them."""
    onnx = pytest.importorskip("onnx")
    model = configs.parent / "Tests/DataflowSimTests/Resources/cnv-w1a1-fifo.onnx"
    before = onnx.load(model)
    # A field that this version of ONNX does not know, in a node: number 1000, the number 7.
    before.graph.node[3].MergeFromString(b"\xc0\x3e\x07")
    source, target = tmp_path / "model.onnx", tmp_path / "annotated.onnx"
    onnx.save(before, source)
    _binary.run(["report", str(source), "--onnx", str(target)])
    after = onnx.load(target)
    remarks = [[m.key for m in n.metadata_props] for n in after.graph.node]
    assert sum("simrun.cycles_alone" in keys for keys in remarks) == len(before.graph.node)
    for message in (after, *after.graph.node):
        kept = [m for m in message.metadata_props if not m.key.startswith("simrun.")]
        del message.metadata_props[:]
        message.metadata_props.extend(kept)
    assert after.SerializeToString(deterministic=True) == before.SerializeToString(deterministic=True)
    assert b"\xc0\x3e\x07" in after.graph.node[3].SerializeToString()
    wrapper = pytest.importorskip("qonnx.core.modelwrapper")
    wrapper.ModelWrapper(str(target)).save(str(tmp_path / "again.onnx"))
    again = onnx.load(tmp_path / "again.onnx")
    assert all(
        any(m.key == "simrun.cycles_alone" for m in n.metadata_props) for n in again.graph.node
    )


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
    fifos = [n for n in wrapper.graph.node if n.op_type == "StreamingFIFO_rtl"]  # type: ignore[attr-defined]
    assert max(a.i for n in fifos for a in n.attribute if a.name == "depth") > 2


def test_depths_go_to_both_ends_of_a_stream_without_fifo() -> None:
    """A fork whose first branch goes through a converter that FINN will insert, and a sum of both."""
    helper = pytest.importorskip("onnx").helper
    from simrun._apply import stream_depths

    nodes = [
        helper.make_node("DuplicateStreams_hls", ["x"], ["a", "b"], name="fork"),
        helper.make_node("MVAU_hls", ["a", "weights"], ["c"], name="core"),
        helper.make_node("AddStreams_hls", ["c", "b"], ["y"], name="sum", inFIFODepths=[2, 7]),
    ]
    value = [helper.make_tensor_value_info(n, 1, [1]) for n in ("x", "y")]
    weights = helper.make_tensor("weights", 1, [1], [1.0])
    graph = helper.make_graph(nodes, "g", value[:1], value[1:], [weights])
    rows = [("x", "fork", 3), ("fork", "dwc", 4), ("fork", "sum", 9), ("dwc", "core", 5), ("core", "sum", 6), ("sum", "y", 8)]
    document = {
        "fifos": [
            {"name": f"StreamingFIFO_rtl_{i}", "from": a, "to": b, "depthAfter": depth}
            for i, (a, b, depth) in enumerate(rows)
        ]
    }
    result, model = SimpleNamespace(document=document), SimpleNamespace(graph=graph)
    assert stream_depths(result, model) == {
        "fork": {"inFIFODepths": [3], "outFIFODepths": [4, 9]},
        "core": {"inFIFODepths": [5], "outFIFODepths": [6]},
        "sum": {"inFIFODepths": [6, 9], "outFIFODepths": [8]},
    }


def test_a_graph_without_fifos_gets_its_depths(wrapper: object, tmp_path: Path) -> None:
    """The same network before FINN inserts FIFOs and converters: each stream from its maker to its user."""
    import simrun.finn as steps

    graph = wrapper.graph  # type: ignore[attr-defined]
    inserted = [n for n in graph.node if n.op_type.startswith(("StreamingFIFO", "StreamingDataWidthC"))]
    source = {n.output[0]: n.input[0] for n in inserted}
    for node in inserted:
        graph.node.remove(node)
    for node in graph.node:
        for i, name in enumerate(node.input):
            while name in source:
                name = source[name]
            node.input[i] = name
    for value in graph.output:
        if value.name in source:
            name = value.name
            while name in source:
                name = source[name]
            value.name = name
    before = simrun.load(wrapper, clock_mhz=100).fps().throughput.fps or 0
    for step in (steps.step_fifo, steps.step_check, steps.step_report):
        step(wrapper, _config(tmp_path))
    reported = json.loads((tmp_path / "report/simrun_throughput.json").read_text())
    assert reported["throughput"]["fps"] > 1.5 * before
    depths = {
        a.name: list(a.ints) for n in graph.node for a in n.attribute if "FIFODepths" in a.name and max(a.ints) > 2
    }
    assert set(depths) == {"inFIFODepths", "outFIFODepths"}
    written = json.loads((tmp_path / "simrun_folding_config.json").read_text())
    assert any("inFIFODepths" in attributes for attributes in written.values())


def test_a_builder_step_folds(wrapper: object, tmp_path: Path) -> None:
    import simrun.finn as steps

    before = simrun.load(wrapper, clock_mhz=100).fps().throughput.fps or 0
    wrapper = steps.step_fold(wrapper, _config(tmp_path, target_fps=2 * before))
    folding = json.loads((tmp_path / "simrun_folding_config.json").read_text())
    assert any("PE" in attributes for attributes in folding.values())
    sized = steps.step_fifo(wrapper, _config(tmp_path))
    after = simrun.load(sized, clock_mhz=100).fps()
    assert (after.throughput.fps or 0) > 1.5 * before


def test_a_design_that_misses_its_rate_stops_the_build(wrapper: object, tmp_path: Path) -> None:
    import simrun.finn as steps

    with pytest.raises(simrun.SimrunError, match="checks failed"):
        steps.step_check(wrapper, _config(tmp_path, target_fps=10**9))


def test_an_export_cannot_carry_depths(configs: Path, tmp_path: Path) -> None:
    module = pytest.importorskip("qonnx.core.modelwrapper")
    import simrun.finn as steps

    export = module.ModelWrapper(str(configs / "models/residual.onnx"))
    steps.step_check(export, _config(tmp_path))
    with pytest.raises(simrun.UnknownModel, match="export of training"):
        steps.step_fifo(export, _config(tmp_path))


def test_a_folding_of_another_graph_is_refused(wrapper: object) -> None:
    sized = simrun.example("tfc-w1a1").fifo(quick=True)
    object.__setattr__(sized, "_folding", {"Nobody_0": {"PE": 2}})
    with pytest.raises(simrun.UnknownModel, match="Nobody_0"):
        sized.apply(wrapper)


def test_what_a_model_with_fifos_cannot_take_is_told(wrapper: object) -> None:
    """Other widths, other converters: the folding has a FIFO more than the model, and numbers them anew."""
    design = simrun.load(wrapper)
    folded = design.fold(target_fps=6000)
    names = {n.name for n in wrapper.graph.node}  # type: ignore[attr-defined]
    assert [name for name in folded.folding if name not in names] == ["Defaults", "StreamingFIFO_rtl_31"]
    with pytest.warns(simrun.SimrunWarning, match="no StreamingFIFO_rtl_31,.*other streams(.|\n)*hint: ") as told:
        folded.apply(wrapper)
    assert len(told) == 1 and told[0].filename == __file__
    # What the hint names has the rate.
    assert folded.chosen.fps == pytest.approx(folded.apply(design).fps().throughput.fps)
    # Converters that simrun adds to the model bring FIFOs which FINN has no node for.
    with pytest.warns(simrun.SimrunWarning, match=r"left out: .*StreamingFIFO_rtl_31.* \(\d+ in all\)"):
        simrun.load(wrapper).fifo(quick=True).apply(wrapper)


def test_what_a_model_takes_is_not_told(wrapper: object) -> None:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error", simrun.SimrunWarning)
        simrun.load(wrapper).fifo(quick=True).apply(wrapper)


def test_depths_without_fifos_are_told_unless_kept(configs: Path, tmp_path: Path) -> None:
    module = pytest.importorskip("qonnx.core.modelwrapper")
    import warnings

    import simrun.finn as steps

    graph = configs / "examples/finn-output/intermediate_models/supported_op_partitions/partition_0.onnx"
    model = module.ModelWrapper(str(graph))
    folded = simrun.load(model).fold(target_fps=1e6)
    with pytest.warns(simrun.SimrunWarning, match=r"no StreamingFIFO_rtl_0, .*(.|\n)*fifo\(\).apply"):
        folded.apply(model)
    with warnings.catch_warnings():
        warnings.simplefilter("error", simrun.SimrunWarning)
        simrun.load(model).fifo(quick=True).apply(model)
        steps.step_fold(module.ModelWrapper(str(graph)), _config(tmp_path, target_fps=1e6))


def test_nodes_of_another_graph_are_told(wrapper: object) -> None:
    sized = simrun.example("tfc-w1a1").fifo(quick=True)
    name = wrapper.graph.node[1].name  # type: ignore[attr-defined]
    object.__setattr__(sized, "_folding", {name: {"PE": 1}, "Nobody_0": {"PE": 2}})
    with pytest.warns(simrun.SimrunWarning, match="no Nobody_0"):
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
