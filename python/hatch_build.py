"""Puts the built program into the wheel and names the platform it runs on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BinaryHook(BuildHookInterface):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        program = os.environ.get("SIMRUN_BINARY")
        if not program or not Path(program).is_file():
            raise FileNotFoundError(
                f"SIMRUN_BINARY must name the built program (it is {program!r}); scripts/wheel does that"
            )
        build_data["force_include"][program] = "simrun/_bin/simrun"
        for licence in Path(os.environ.get("SIMRUN_LICENCES") or "/nonexistent").glob("*"):
            build_data["force_include"][str(licence)] = f"simrun/licences/{licence.name}"
        # The shipped example designs, so that the first call needs no file.
        examples = Path(self.root).parent / "configs"
        for name in ("cnv-w1a1.json", "resnet-small.json", "resnet-small.npz", "tfc-w1a1.json",
                     "tfc-w1a1.npz"):
            build_data["force_include"][str(examples / name)] = f"simrun/examples/{name}"
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{os.environ.get('SIMRUN_PLATFORM', 'linux_x86_64')}"
