"""The commands of the documents' blocks, read from the documents and run as they stand there; what is run elsewhere is
named with the test that runs it."""

import re
import unittest

from documents_test import DOCUMENTS
from harness import BIN, DATA, QUICK, SOURCE, HoneTest

# What the blocks name, and what stands for it in a test of seconds.
INSTEAD = {
    "hone run experiments/quickstart.json": f"hone run tiny.json --trainer {QUICK}",
    "hone trial logs 12 -f": "hone trial logs 12",  # -f is followed in trials_test
    "hone why 12 47": "hone why 12 7",
}
WITHOUT_GPU = "no GPU"  # said by what wants one, where there is none

# By document: the first words of commands that other tests run, and which; nothing else may stay untried.
ELSEWHERE = {
    "scripts/demo": "quickstart_test.py",
    "scripts/setup": "scripts/test",
    "scripts/test": ".ci/run",
    "ninja -C": "scripts/setup",
    "ctest --test-dir": "scripts/test",
    "export PATH": "commands_test.py",
    "hone run experiments/ph2.json --profile desk": "data_sets_test.py",
    "hone init ~/polyps": "guides_test.py",
    "hone plan polyps.json": "guides_test.py",
    "hone run polyps.json": "guides_test.py",
    "hone schema experiment": "guides_test.py",
    "hone table II --format latex": "guides_test.py",
    "hone explain II:Polyps:quality-1x": "guides_test.py",
    "hone dashboard": "dashboard_command_test.py",
    "hone plan sweep.json": "guides_test.py",
    "hone run sweep.json": "guides_test.py",
    "hone table lambda": "guides_test.py",
    "hone query \"SELECT sweep, patch": "guides_test.py",
    "hone compare II:Lesions:quality-1x": "guides_test.py",
    "cat > sweep.json": "guides_test.py",
    "tar xzf": "bundle_test.py",
    "hone serve --state ~/sweeps": "bundle_test.py",
    "hone submit experiments/quickstart.json": "bundle_test.py",
    "launch/slurm": "slurm_test.py",
    "hone table II --state": "bundle_test.py",
    "HONE_STATE=hone-state jupyter": "reading_test.py",
    "examples/tensorboard_export.py": "reading_test.py",
    "tensorboard --logdir": "reading_test.py",
    "hone run experiments/ph2.json --data ~/data -S numerics.device=cuda": "commands_test.py",
}


def lines_of(document):
    for block in re.findall(r"^```sh\n(.*?)^```", document.read_text(), re.M | re.S):
        block = re.sub(r"<<'(\w+)'\n.*?^\1\n", "\n", block, flags=re.M | re.S)
        for line in block.replace("\\\n", " ").splitlines():
            command = re.sub(r"\s+#.*", "", line).strip()
            if command:
                yield command


class Commands(HoneTest):
    def setUp(self):
        super().setUp()
        self.environment |= {"PATH": f"{BIN}:{self.environment['PATH']}", "HOME": str(self.folder)}
        for name in ("experiments", "examples", "scripts"):
            (self.folder / name).symlink_to(SOURCE / name)
        (self.folder / "data").symlink_to(DATA)

    def bash(self, command, code=0):
        return self.run_program("bash", "-eu", "-c", command, code=code)

    def test_of_every_block_run(self):
        self.hone("run", self.tiny(lambdas=[1, 2, 3, 4], inner_folds=2, tables=["II", "lambda"]), "--trainer", QUICK)
        sweeps = self.folder / "sweeps"
        self.serve(sweeps)
        ran, found = [], set()
        for document in DOCUMENTS:
            for command in lines_of(document):
                begin = next((words for words in ELSEWHERE if command.startswith(words)), None)
                found.add(begin)
                if begin:
                    continue
                with self.subTest(document=document.name, command=command):
                    self.run_one(command)
                    ran.append(command)
        print(f"{len(ran)} commands ran, {len(ELSEWHERE)} beginnings are run elsewhere:", *ran, sep="\n  ")
        self.assertGreater(len(ran), 15)
        self.assertEqual(set(ELSEWHERE) - found, set(), "the documents no longer have them")

    def run_one(self, command):
        if "numerics.device=cuda" in command and not (DATA / "ph2").is_dir():
            return
        if command.startswith("hone-worker"):
            command += " --until-drained --trainer " + str(BIN / "hone-trainer")
            if re.search(r"--gpus \d", command) and not self.has_gpu():
                self.assertIn(WITHOUT_GPU, self.bash(command, code=None).stderr)
                return
        self.bash(INSTEAD.get(command, command))

    def has_gpu(self):
        return '"uuid"' in self.run_program(BIN / "hone-trainer", "--gpus", code=None).stdout

    def test_that_run_elsewhere_are_named_with_what_runs_them(self):
        for words, where in ELSEWHERE.items():
            with self.subTest(words):
                files = [SOURCE / where] if "/" in where else list((SOURCE / "tests").rglob(where))
                self.assertEqual(len(files), 1)
                self.assertTrue(files[0].is_file())

    def test_for_a_gpu_say_that_there_is_none(self):
        if self.has_gpu() or not (DATA / "ph2").is_dir():
            self.skipTest("there is a GPU, or no PH2: tests/bench/GPU.md has what it does")
        for command in lines_of(SOURCE / "docs" / "gpu.md"):
            if command.startswith("hone run"):
                self.assertIn("/numerics/device is 'cuda', but no GPU can be used here", self.bash(command, code=2).stderr)


if __name__ == "__main__":
    unittest.main()
