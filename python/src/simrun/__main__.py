"""`python -m simrun` is `simrun`."""

from __future__ import annotations

import os
import sys

from simrun import _binary
from simrun.errors import BinaryError


def main() -> None:
    try:
        program = str(_binary.path())
        os.execv(program, ["simrun", *sys.argv[1:]])
    except (BinaryError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(70)


if __name__ == "__main__":
    main()
