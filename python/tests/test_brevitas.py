"""`from_brevitas` against Brevitas where it is installed, and against a module with its exporter's interface."""

from __future__ import annotations

import shutil
import sys
import types
from pathlib import Path

import numpy as np
import pytest
import simrun


class Module:
    """What `from_brevitas` asks of a torch module."""

    def __init__(self, training: bool) -> None:
        self.training = training

    def eval(self) -> Module:
        self.training = False
        return self

    def train(self, mode: bool) -> Module:
        self.training = mode
        return self


@pytest.fixture()
def exporter(monkeypatch: pytest.MonkeyPatch, configs: Path) -> list[object]:
    """Stands in for Brevitas: its exporter writes a small residual network."""
    seen: list[object] = []

    def export_qonnx(module: Module, args: object, export_path: str, **_: object) -> None:
        seen.append((module.training, args))
        if args is None:
            raise RuntimeError("the exporter failed")
        shutil.copy(configs / "models/residual.onnx", export_path)

    export = types.ModuleType("brevitas.export")
    export.export_qonnx = export_qonnx  # type: ignore[attr-defined]
    for name in ("brevitas", "onnxoptimizer"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setitem(sys.modules, "brevitas.export", export)
    return seen


@pytest.mark.parametrize("training", [True, False])
def test_a_module_is_exported_in_evaluation_mode(exporter: list[object], training: bool) -> None:
    module = Module(training)
    design = simrun.from_brevitas(module, "x", part="Pynq-Z1", clock_mhz=100)
    assert exporter == [(False, "x")] and module.training is training
    assert (design.fps().throughput.fps or 0) > 0


def test_a_failed_export_leaves_the_module_as_it_was(exporter: list[object]) -> None:
    module = Module(training=True)
    with pytest.raises(RuntimeError, match="the exporter failed"):
        simrun.from_brevitas(module, None)
    assert module.training


def test_what_is_no_module_is_refused(exporter: list[object]) -> None:
    with pytest.raises(simrun.UnknownModel, match="simrun.load"):
        simrun.from_brevitas("model.onnx", "x")
    assert not exporter


def test_a_missing_optimizer_is_said(
    exporter: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "onnxoptimizer", None)
    with pytest.raises(simrun.MissingExtra, match=r"simrun\[brevitas\]"):
        simrun.from_brevitas(Module(training=False), "x")


def test_a_real_network() -> None:
    """Training's outputs and those of the design lowered from the export are the same."""
    pytest.importorskip("brevitas")
    pytest.importorskip("onnxoptimizer")
    torch = pytest.importorskip("torch")
    import brevitas.nn as qnn

    torch.manual_seed(0)
    network = torch.nn.Sequential(
        qnn.QuantIdentity(bit_width=8, return_quant_tensor=True),
        qnn.QuantConv2d(3, 8, 3, padding=1, bias=False, weight_bit_width=4),
        torch.nn.BatchNorm2d(8),
        qnn.QuantReLU(bit_width=4, return_quant_tensor=True),
        torch.nn.MaxPool2d(2),
        qnn.QuantConv2d(8, 4, 3, bias=False, weight_bit_width=4),
        qnn.QuantReLU(bit_width=4, return_quant_tensor=True),
        torch.nn.Flatten(),
        qnn.QuantLinear(4 * 10 * 10, 10, bias=True, weight_bit_width=4),
    )
    for _ in range(3):  # running statistics and scales
        network(torch.rand(8, 3, 24, 24))
    x = torch.rand(2, 3, 24, 24)
    design = simrun.from_brevitas(network, x[:1], part="Pynq-Z1", clock_mhz=100)
    assert network.training
    network.eval()
    with torch.no_grad():
        trained = network(x)
    trained = np.asarray(getattr(trained, "value", trained))
    (computed,) = design.run(x).arrays.values()
    np.testing.assert_allclose(computed.reshape(trained.shape), trained, rtol=1e-5, atol=1e-5)
    assert design.compare(design.path, x).comparison.agrees
    assert (design.fps().throughput.fps or 0) > 0
