"""The quickstart experiment, as it is shipped, learns something."""

import unittest

from harness import SOURCE, HoneTest, tables, violations


class Quickstart(HoneTest):
    def test_base_and_refined_masks_beat_the_best_constant_mask(self):
        state = self.folder / "state"
        run = self.hone("run", SOURCE / "experiments" / "quickstart.json", "--state", state,
                        "--format", "json", seconds=1500)
        self.assertEqual(violations(state), [])
        row = tables(run.stdout)[0]["rows"][0]
        dice = {cell["column"]: cell["dice"] for cell in row["cells"]}
        constant = row["constant_mask_dice"]
        print(f"best constant mask {constant:.2f}; " + ", ".join(
            f"{column} {value:.2f}" for column, value in dice.items()))
        self.assertGreaterEqual(dice["0x"], constant + 5)
        self.assertGreaterEqual(dice["quality-1x"], constant + 5)


if __name__ == "__main__":
    unittest.main()
