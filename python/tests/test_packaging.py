"""What was installed: one version everywhere, the program, its licences, and nothing imported too early."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path

import pytest
import simrun
from simrun import _binary

ROOT = Path(__file__).resolve().parents[2]


def test_the_version_is_from_one_place() -> None:
    source = (ROOT / "Sources/SimModel/Files/ResultDocument.swift").read_text()
    stated = re.search(r'static let current = "([^"]+)"', source)
    assert stated and simrun.__version__ == stated[1] == importlib.metadata.version("simrun")
    printed = subprocess.run(
        [str(_binary.path()), "--version"], capture_output=True, text=True, check=True
    ).stdout
    # A released program says its commit and the date of it too.
    assert re.fullmatch(
        re.escape(stated[1]) + r"( \([0-9a-f]{7,40}, \d{4}-\d\d-\d\d\))?\n", printed
    )
    recipe = (ROOT / "conda/recipe.yaml").read_text()
    assert f'version: "{stated[1]}"' in recipe


def test_licences_and_examples_come_along() -> None:
    package = Path(simrun.__file__).parent
    if not (package / "_bin/simrun").exists():
        pytest.skip("not installed from a wheel")
    assert "Apache License" in (package / "licences/LICENSE").read_text()
    others = (package / "licences/LICENSES.txt").read_text()
    for name in ("Swift", "expat", "GMP", "zlib", "SQLite", "zstd"):
        assert name.lower() in others.lower(), name
    assert (package / "py.typed").exists() and (package / "examples/cnv-w1a1.json").exists()


def test_an_import_brings_nothing_else() -> None:
    script = "import simrun, sys; print(*(m for m in sys.modules if '.' not in m))"
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(shown.stdout.split())
    assert "simrun" in loaded
    assert not loaded & {"numpy", "pandas", "onnx", "dask", "matplotlib", "IPython", "subprocess"}


def test_what_is_imported_late_is_there() -> None:
    script = "import simrun; print(simrun.finn.step_fifo.__name__, simrun.results.Throughput.kind)"
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert shown.stdout.split() == ["step_fifo", "throughput"]
    with pytest.raises(AttributeError, match="nothing"):
        simrun.nothing  # noqa: B018
