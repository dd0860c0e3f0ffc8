"""Steps for FINN's builder: `build_cfg.steps.append(simrun.finn.step_fifo)`.

Relied on of FINN: a step is a callable with `__name__` that takes `(model, cfg)` and returns the model;
`cfg.output_dir` (a folder), `cfg.synth_clk_period_ns` (or `cfg._resolve_...`), `cfg.fpga_part` or
`cfg.board`, `cfg.folding_config_file`, `cfg.target_fps`. Everything else is of qonnx' `ModelWrapper`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from simrun.design import Design, load
from simrun.errors import SimrunError, UsageError


#: The depths of FIFOs that FINN has not inserted yet: later steps look at the design as it will be.
_DEPTHS = "simrun_fifo_depths"


def _holds_fifos(model: Any) -> bool:
    return any(node.op_type.startswith("StreamingFIFO") for node in model.graph.node)


def _keep_depths(model: Any, folding: dict[str, Any]) -> list[str]:
    """Keeps the depths of FIFOs that FINN has yet to insert; the names of those kept."""
    if not hasattr(model, "set_metadata_prop") or _holds_fifos(model):
        return []
    fifos = {name: a for name, a in folding.items() if name.startswith("StreamingFIFO")}
    model.set_metadata_prop(_DEPTHS, json.dumps(fifos))
    return list(fifos)


def _design(model: Any, cfg: Any) -> Design:
    period = getattr(cfg, "synth_clk_period_ns", None)
    part = getattr(cfg, "fpga_part", None) or getattr(cfg, "board", None)
    kept = model.get_metadata_prop(_DEPTHS) if hasattr(model, "get_metadata_prop") else None
    folding = json.loads(kept) if kept and not _holds_fifos(model) else None
    return load(model, part=part, clock_mhz=1000 / period if period else None, folding=folding)


def _report(cfg: Any, name: str, result: Any) -> Path:
    folder = Path(os.fspath(getattr(cfg, "output_dir", "."))) / "report"
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / name
    beside = place.with_suffix(".partial")
    beside.write_text(json.dumps(result.document, indent=2) + "\n")
    beside.replace(place)
    return place


def _keep_folding(cfg: Any, folding: dict[str, Any]) -> None:
    folder = Path(os.fspath(getattr(cfg, "output_dir", ".")))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "simrun_folding_config.json").write_text(json.dumps(folding, indent=2) + "\n")


def step_fifo(model: Any, cfg: Any) -> Any:
    """Sets the least FIFO depths at full rate, in seconds.

    Before FINN has inserted FIFOs: in `inFIFODepths` and `outFIFODepths` of the nodes, from which
    step_set_fifo_depths with auto_fifo_depths=False makes them, without the search by RTL simulation. In a
    graph that holds FIFOs: in their `depth`. Writes report/simrun_fifo.json and simrun_folding_config.json.
    """
    from simrun._apply import stream_depths

    result = _design(model, cfg).fifo(minimise="finn")
    _report(cfg, "simrun_fifo.json", result)
    folding = {name: dict(attributes) for name, attributes in result.folding.items()}
    for name, depths in stream_depths(result, model).items():
        folding.setdefault(name, {}).update(depths)
    result.apply(model)
    _keep_depths(model, folding)
    _keep_folding(cfg, folding)
    return model


def step_fold(model: Any, cfg: Any) -> Any:
    """Sets PE, SIMD and memories for `cfg.target_fps`, or for the most that fits the part.

    Belongs before FINN has inserted FIFOs; step_fifo behind it sets their depths.
    """
    from simrun._apply import apply

    target = getattr(cfg, "target_fps", None)
    design = _design(model, cfg)
    result = design.fold(target_fps=target) if target else design.fold(max=True)
    _report(cfg, "simrun_fold.json", result)
    _keep_folding(cfg, result.folding)
    apply(result, model, kept=_keep_depths(model, result.folding))
    return model


def step_check(model: Any, cfg: Any) -> Any:
    """Stops the build where the design cannot work; writes report/simrun_check.json."""
    result = _design(model, cfg).check(min_fps=getattr(cfg, "target_fps", None))
    place = _report(cfg, "simrun_check.json", result)
    failed = [row for row in result.records() if row.get("level") == "failed"]
    if failed:
        first = failed[0]
        raise SimrunError(
            f"{len(failed)} of the checks failed, first: {first.get('message')}",
            code=1,
            rule=str(first.get("rule")),
            hint=f"all of them stand in {place}",
        )
    return model


def step_report(model: Any, cfg: Any) -> Any:
    """Writes report/simrun.html and report/simrun_throughput.json."""
    design = _design(model, cfg)
    place = _report(cfg, "simrun_throughput.json", design.fps())
    design.report(place.with_name("simrun.html"))
    return model


def compare_with_export(export: Any, x: Any) -> Callable[[Any, Any], Any]:
    """A step that names the first layer in which `model` and the training's `export` part.

    `x`: input data of the export, leading axis frames.
    """

    def step_compare_with_export(model: Any, cfg: Any) -> Any:
        result = _design(model, cfg).compare(export, x)
        _report(cfg, "simrun_compare.json", result)
        return model

    return step_compare_with_export


def step_compare_with_export(model: Any, cfg: Any) -> Any:
    """The same with `cfg.verify_input_npy` and the export in `cfg.simrun_export`.

    FINN's own configuration has no field for the export: set it as an attribute, or use
    `compare_with_export(export, x)`.
    """
    export = getattr(cfg, "simrun_export", None)
    x = getattr(cfg, "verify_input_npy", None)
    if export is None or x is None:
        raise UsageError(
            "step_compare_with_export needs cfg.simrun_export and cfg.verify_input_npy",
            code=64,
            hint="or put simrun.finn.compare_with_export('export.onnx', x) among the steps",
        )
    import numpy as np

    return compare_with_export(export, np.load(x))(model, cfg)
