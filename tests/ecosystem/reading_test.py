"""What docs/reading-results.md shows, on the results of a real run: every block, the notebook, TensorBoard's files."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from ecosystem_harness import SOURCE, needs
from harness import BIN, HoneTest, query

GUIDE = SOURCE / "docs" / "reading-results.md"
DASHBOARD = SOURCE / "docs" / "dashboard.md"
NOTEBOOK = SOURCE / "examples" / "results.ipynb"
TENSORBOARD = SOURCE / "examples" / "tensorboard_export.py"
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.S)
STARTS = ("jupyter lab", "tensorboard --logdir")  # these stay open


def blocks(language):
    return [text for found, text in BLOCK.findall(GUIDE.read_text()) if found == language]


@needs("pandas", "duckdb", "safetensors", "nbclient", "ipykernel", "matplotlib", "tensorboard")
class Reading(HoneTest):
    """One run of hone-trainer, copied for each test."""

    @classmethod
    def setUpClass(cls):
        cls.kept = pathlib.Path(tempfile.mkdtemp(prefix="hone-reading-"))
        cls.addClassCleanup(shutil.rmtree, cls.kept, ignore_errors=True)
        cls.spec = {"tables": ["II", "III"], "lambdas": [0.1, 1, 10]}

    def setUp(self):
        super().setUp()
        self.environment["PATH"] = f"{BIN}:{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}"
        if not (self.kept / "hone-state").exists():
            self.hone("run", self.tiny(**self.spec), "--state", self.kept / "hone-state", "--data", self.folder)
        self.state = self.folder / "hone-state"
        shutil.copytree(self.kept / "hone-state", self.state)
        self.table = json.loads(self.hone("table", "II", "--json").stdout)
        self.cells = {cell["column"]: cell["dice"] for cell in self.table["rows"][0]["cells"]}

    def test_every_block_of_the_guide_runs_and_says_what_the_table_says(self):
        for text in blocks("sh"):
            for line in text.splitlines():
                if not any(word in line for word in STARTS):
                    self.run_program("bash", "-c", line.replace("examples/", f"{SOURCE}/examples/"))
        said = [self.run_program(sys.executable, "-c", text).stdout for text in blocks("python")]
        for text in blocks("python") + blocks("r"):
            self.assertLessEqual(len(text.splitlines()), 3)
        self.assert_cells(said[0])
        self.assertIn(str(self.cells["quality-2x"])[:6], said[1])
        self.assertIn("(4, 3, 3, 3)", said[2])
        if shutil.which("Rscript") is None:
            print("no Rscript here: the block for R was not run")
            return
        for text in blocks("r"):
            self.assert_cells(self.run_program("Rscript", "-e", text).stdout)

    def assert_cells(self, text):
        for column, dice in self.cells.items():
            self.assertRegex(text, rf"{column}\s+{str(dice)[:5]}")

    def test_every_weights_file_is_one_of_safetensors(self):
        from safetensors.numpy import load_file
        digests = [row[0] for row in query(self.state, "SELECT digest FROM output WHERE name IN ('weights', 'masks')")]
        self.assertGreater(len(digests), 5)
        for digest in digests:
            tensors = load_file(self.state / "artifacts" / digest)
            self.assertTrue(tensors)
            for name, tensor in tensors.items():
                self.assertGreater(tensor.size, 0, name)

    def test_a_film_strip_opens_as_the_dashboards_guide_says(self):
        digest = query(self.state, "SELECT digest FROM output WHERE name = 'film_strip'")[0][0]
        text, = [found for language, found in BLOCK.findall(DASHBOARD.read_text()) if language == "python"]
        said = self.run_program(sys.executable, "-c", text.replace("SHA256", digest) + "\nprint(first.size)").stdout
        self.assertEqual(said, "(32, 96)\n")  # as wide as an image, three masks high

    def test_the_notebook_runs_and_the_repository_has_no_output_of_it(self):
        import nbformat
        from nbclient import NotebookClient
        notebook = nbformat.read(NOTEBOOK, as_version=4)
        nbformat.validate(notebook)
        for cell in notebook.cells:
            self.assertFalse(cell.get("outputs"))
            self.assertIsNone(cell.get("execution_count"))
        os.environ["PATH"], before = self.environment["PATH"], os.environ["PATH"]
        self.addCleanup(os.environ.__setitem__, "PATH", before)
        os.environ["HONE_STATE"] = str(self.state)
        self.addCleanup(os.environ.pop, "HONE_STATE")
        NotebookClient(notebook, timeout=100, kernel_name="python3", resources={"metadata": {"path": str(self.folder)}}).execute()
        outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
        self.assertEqual(sum("image/png" in output.get("data", {}) for output in outputs), 3)
        texts = "\n".join(output["data"].get("text/plain", "") for output in outputs if "data" in output)
        for dice in self.cells.values():
            self.assertIn(f"{dice:.2f}".rstrip("0"), texts)
        lambdas = [text.split() for text in texts.splitlines() if re.match(r"\d+\s+Lesions\s+0\s+1\s+[\d.]+\s", text)]
        self.assertEqual([float(row[4]) for row in lambdas], self.spec["lambdas"])
        for row in lambdas:  # the score that was chosen by is the mean of the folds shown
            self.assertAlmostEqual(float(row[5]), float(row[7]), places=4)

    def test_tensorboard_reads_what_the_example_writes(self):
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
        self.assertLessEqual(len(TENSORBOARD.read_text().splitlines()), 50)
        self.run_program(sys.executable, TENSORBOARD, self.state, "runs")
        name, trial, epochs = query(self.state, "SELECT m.name, m.trial, count(*) FROM member m JOIN epoch e ON e.trial = m.trial "
                                                "GROUP BY m.trial ORDER BY count(*) DESC")[0]
        run = EventAccumulator(str(self.folder / "runs" / name))
        run.Reload()
        told = [(each.step, each.tensor_proto.float_val[0]) for each in run.Tensors("loss/train")]
        losses = query(self.state, "SELECT epoch, train_loss FROM epoch WHERE trial = ? ORDER BY epoch", trial)
        self.assertEqual([step for step, _ in told], [epoch for epoch, _ in losses])
        for (_, mine), (_, theirs) in zip(told, losses, strict=True):
            self.assertAlmostEqual(mine, theirs, places=5)
        times = [each.wall_time for each in run.Tensors("loss/train")]
        self.assertEqual(times, sorted(times))
        trials = query(self.state, "SELECT count(DISTINCT trial) FROM mean_dice")[0][0]
        self.assertEqual(len(list((self.folder / "runs").rglob("events.out.tfevents.*"))), trials)


if __name__ == "__main__":
    unittest.main()
