#!/usr/bin/env python3
"""Holds what the programs are linked with against the architecture.

    programs_test.py BIN [hardened]      the folder of the programs; how they were compiled, too
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


def unhardened(program: pathlib.Path) -> list[str]:
    """What an attacker would be glad of: no PIE, a writable table of functions, no canaries, an executable stack."""
    said = subprocess.run(["readelf", "--wide", "-h", "-l", "-d", "--dyn-syms", program], text=True, capture_output=True,
                          check=True).stdout
    wanted = {"position-independent": r"Type:\s+DYN .*\n(?s:.*)Flags:.* PIE", "with read-only relocations": r"GNU_RELRO",
              "bound at once": r"Flags: NOW", "with stack canaries": r"__stack_chk_fail",
              "without an executable stack": r"GNU_STACK .* RW  "}
    return [f"{program.name} is not {what}" for what, pattern in wanted.items() if not re.search(pattern, said)]


def main() -> int:
    faults = []
    for name, forbidden in FORBIDDEN.items():
        libraries = needed(pathlib.Path(sys.argv[1]) / name)
        if not any(library.startswith("libc.") for library in libraries):
            faults.append(f"{name}: its libraries could not be read: {libraries}")
        faults += [f"{name} is linked with {library}" for library in libraries
                   for part in forbidden if part in library.lower()]
    for name in [*FORBIDDEN, "hone-trainer"]:  # which is not there in a build without it
        program = pathlib.Path(sys.argv[1]) / name
        if len(sys.argv) > 2 and (name in FORBIDDEN or program.exists()):
            faults += unhardened(program)
    print("\n".join(faults) or "the programs are what they may be")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
