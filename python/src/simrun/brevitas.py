"""From a Brevitas module to a design."""

from __future__ import annotations

from typing import Any

from simrun.design import Design, Scratch, load
from simrun.errors import MissingExtra, UnknownModel


def from_brevitas(module: Any, example_input: Any, **options: Any) -> Design:
    """Exports `module` through Brevitas' own QONNX exporter and opens the result.

    `example_input`: a tensor of the shape the network takes. `options`: those of `load`.
    Needs `pip install simrun[brevitas]`.
    """
    try:
        import onnxoptimizer  # noqa: F401  Brevitas asks for it when it exports
        from brevitas.export import export_qonnx
    except ImportError as error:
        raise MissingExtra("brevitas", "from_brevitas()") from error
    if not callable(getattr(module, "eval", None)) or not hasattr(module, "training"):
        raise UnknownModel(
            f"a {type(module).__module__}.{type(module).__qualname__} is no torch module",
            code=64,
            hint="pass the network itself; files and ONNX models go through simrun.load()",
        )
    scratch = Scratch()
    place = scratch.path / "export.onnx"
    was_training = module.training
    module.eval()
    try:
        export_qonnx(module, args=example_input, export_path=str(place), verbose=False)
    finally:
        module.train(was_training)
    opened = load(place, **options)
    return Design(opened.path, opened._options, scratch, keeps=opened)
