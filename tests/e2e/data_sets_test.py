"""From the folders that people have to Table II."""

import json
import unittest

from harness import DATA, SOURCE, HoneTest, query, violations
from pictures import write_disc

SMALL = [word for setting in ("image_size=32", "inner_folds=2", "lambdas=[0.1,1]",
                              "network.filters=4", "network.norm=group", "training.epochs=6",
                              "network.quality_width=16", "training.loss=dice+bce",
                              "training.learning_rate=0.01", "refine.iterations=2")
         for word in ("-S", setting)]


def table_row(test, state):
    text = test.hone("table", "II", "--state", state, "--format", "json").stdout
    return json.loads(text)["rows"][0]


class RealPh2(HoneTest):
    def test_ph2_from_its_official_folders_stands_beside_the_printed_numbers(self):
        images = DATA / "ph2" / "PH2Dataset" / "PH2 Dataset images"
        if not images.is_dir():
            self.skipTest(f"PH2 is not in {DATA}/ph2")
        tree = self.folder / "data" / "ph2" / "PH2Dataset" / "PH2 Dataset images"
        tree.mkdir(parents=True)
        for case in sorted(images.iterdir())[:24]:
            (tree / case.name).symlink_to(case)
        state = self.folder / "state"
        run = self.hone("run", SOURCE / "experiments" / "ph2.json", "--data", self.folder / "data",
                        "--state", state, *SMALL)
        print(run.stdout)
        for printed in ("83.21", "89.10", "89.14", "90.40", "90.41", "difference"):
            self.assertIn(printed, run.stdout)
        row = table_row(self, state)
        self.assertFalse(row["synthetic"])
        self.assertEqual([cell["paper"] for cell in row["cells"]],
                         [83.21, 89.10, 89.14, 90.40, 90.41])
        self.assertTrue(all(0 <= cell["dice"] <= 100 for cell in row["cells"]))
        self.assertEqual(query(state, "SELECT count(*) FROM image"), [(24,)])
        self.assertEqual(violations(state), [])


class Pairs(HoneTest):
    def test_pairs_with_blanks_and_umlauts_in_their_names(self):
        data = self.folder / "data" / "Größe & Form"
        for side in ("meine Bilder", "Masken"):
            (data / side).mkdir(parents=True)
        for number in range(15):
            name = f"Fläche {number:02} 病変"
            write_disc(data / "meine Bilder" / f"{name}.png",
                       data / "Masken" / f"{name}_mask.png", 40, number)
        experiment = self.tiny(name="Größe", datasets=[
            {"name": "Flächen é", "layout": "pairs", "path": "Größe & Form",
             "images": "meine Bilder", "masks": "Masken", "mask_suffix": "_mask"}])
        state = self.folder / "state with blanks"
        run = self.hone("run", experiment, "--data", self.folder / "data", "--state", state)
        self.assertIn("Flächen é", run.stdout)
        self.assertNotIn("SYNTHETIC", run.stdout)
        self.assertFalse(table_row(self, state)["synthetic"])
        self.assertIn(("Fläche 03 病変",), query(state, "SELECT id FROM image"))
        self.assertEqual(violations(state), [])


if __name__ == "__main__":
    unittest.main()
