"""simrun: exact cycles, bits and hangs of FPGA dataflow accelerators, before synthesis.

    import simrun
    d = simrun.load("model.onnx", part="Pynq-Z1", clock_mhz=200)
    d.fps()
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simrun._version import __version__
from simrun.design import Design, Report, example, load
from simrun.errors import (
    BinaryError,
    InputError,
    InternalError,
    Interrupted,
    MissingExtra,
    SimrunError,
    SimrunWarning,
    UnknownModel,
    UsageError,
)

if TYPE_CHECKING:
    from simrun import finn, results
    from simrun.brevitas import from_brevitas
    from simrun.cluster import sweep

__all__ = [
    "BinaryError",
    "Design",
    "InputError",
    "InternalError",
    "Interrupted",
    "MissingExtra",
    "Report",
    "SimrunError",
    "SimrunWarning",
    "UnknownModel",
    "UsageError",
    "__version__",
    "example",
    "finn",
    "from_brevitas",
    "load",
    "results",
    "sweep",
]


def __getattr__(name: str) -> Any:
    # What needs other libraries is imported when it is asked for.
    if name == "from_brevitas":
        from simrun.brevitas import from_brevitas

        return from_brevitas
    if name == "sweep":
        from simrun.cluster import sweep

        return sweep
    if name in ("finn", "results"):
        import importlib

        return importlib.import_module(f"simrun.{name}")
    raise AttributeError(f"module 'simrun' has no attribute {name!r}")
