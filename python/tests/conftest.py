"""The package as installed, over the program it brings ($SIMRUN_BINARY otherwise)."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def configs() -> Path:
    return ROOT / "configs"


@pytest.fixture(scope="session")
def space() -> dict[str, object]:
    return {
        "format": "simrun-space",
        "version": 1,
        "nodes": {"MVAU_hls_0": {"PE": [16, 32]}, "MVAU_hls_1": {"PE": [8, 16, 32]}},
        "fifo": [2],
    }
