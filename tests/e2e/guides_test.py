"""The guides' commands, read from the guides and run from top to bottom, as a reader would."""

import re
import unittest

from harness import BIN, SOURCE, HoneTest
from pictures import write_disc

LONG = {"hone run polyps.json --profile desk": "hone run polyps.json --profile smoke"}  # an hour; here seconds
OPENS = ("hone dashboard",)  # a page, until it is stopped; dashboard_command_test opens it


class Guides(HoneTest):
    def setUp(self):
        super().setUp()
        self.environment |= {"PATH": f"{BIN}:{self.environment['PATH']}", "HOME": str(self.folder)}

    def follow(self, guide):
        text = (SOURCE / "docs" / guide).read_text()
        blocks = re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)
        self.assertGreater(len(blocks), 1)
        said = ""
        for block in blocks:
            for long, short in LONG.items():
                block = block.replace(long, short)
            lines = [line for line in block.splitlines() if not line.startswith(OPENS)]
            said += self.run_program("bash", "-eu", "-c", "\n".join(lines)).stdout
        return said

    def test_own_data(self):
        for side in ("images", "masks"):
            (self.folder / "polyps" / side).mkdir(parents=True)
        for number in range(16):
            write_disc(self.folder / "polyps" / "images" / f"p{number}.png",
                       self.folder / "polyps" / "masks" / f"p{number}.png", 40, number)
        said = self.follow("own-data.md")
        self.assertIn("\\begin{tabular}", said)
        self.assertIn("II:Polyps:quality-1x", said)

    def test_a_sweep_over_lambda(self):
        said = self.follow("lambda-sweep.md")
        self.assertRegex(said, r"sweep,patch,score,chosen\n")
        self.assertIn("trainings    10", said)


if __name__ == "__main__":
    unittest.main()
