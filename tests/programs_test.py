#!/usr/bin/env python3
"""Holds what the programs are linked with against the architecture.

    programs_test.py BIN      the folder of hone and hone-worker
"""

import pathlib
import re
import subprocess
import sys

# Libraries that a program may not ask the loader for, by a part of their name.
FORBIDDEN = {
    "hone": ["torch", "c10", "mpi", "cuda"],
    "hone-worker": ["torch", "c10", "mpi", "cuda", "opencv", "sqlite"],
}


def needed(program: pathlib.Path) -> list[str]:
    dynamic = subprocess.run(["readelf", "--wide", "-d", program], text=True, capture_output=True,
                             check=True).stdout
    return re.findall(r"\(NEEDED\).*\[(.+)\]", dynamic)


def main() -> int:
    faults = []
    for name, forbidden in FORBIDDEN.items():
        libraries = needed(pathlib.Path(sys.argv[1]) / name)
        if not any(library.startswith("libc.") for library in libraries):
            faults.append(f"{name}: its libraries could not be read: {libraries}")
        faults += [f"{name} is linked with {library}" for library in libraries
                   for part in forbidden if part in library.lower()]
    print("\n".join(faults) or "hone and hone-worker are linked with what they may")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
