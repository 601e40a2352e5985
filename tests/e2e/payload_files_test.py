"""Hostile texts that come by other ways than a request: names of images and patients, a trainer's log, the command line."""

import json
import os
import re
import subprocess
import unittest

from harness import HONE, QUICK, SOURCE, WORKER, query
from payload_harness import CONTROL, PayloadTest
from payloads import NO_UTF8
from pictures import write_disc

LONGEST = 255  # bytes of a file's name
SIZE = 16      # pixels


def is_file_name(text):
    return "/" not in text and "\x00" not in text and len(os.fsencode(text)) <= LONGEST - len(".png")


class PayloadsOfFiles(PayloadTest):
    def data_set(self, names):
        """A folder of images and masks with these names."""
        folder = self.around / "work" / "data"
        for side in ("images", "masks"):
            (folder / side).mkdir(parents=True)
        first = folder / "first.png"
        for number, name in enumerate(names):
            write_disc(first, folder / "mask.png", SIZE, number)
            # A byte behind the picture keeps each from being another's copy.
            (folder / "images" / f"{name}.png").write_bytes(first.read_bytes() + number.to_bytes(4, "big"))
            (folder / "mask.png").rename(folder / "masks" / f"{name}.png")
        first.unlink()
        return folder

    def data_set_spec(self, **more):
        return self.tiny(image_size=32, tables=["II"], datasets=[{"name": "Hostile", "layout": "pairs", "path": "data"} | more])

    def test_names_of_images_and_of_patients(self):
        # A name with a dot before it is hidden, and an ending alone names nothing.
        names = [text for text in self.texts if is_file_name(text) and text and not text.startswith(".")]
        data = self.data_set(names)
        self.before = self.listing()
        spec = self.data_set_spec(group="^([\\s\\S][^<']*)")
        self.hone("submit", spec, "--data", data.parent, "--state", self.state)
        stored = {row[0] for row in query(self.state, "SELECT id FROM image")}
        self.assertEqual(stored, set(names))
        patients = query(self.state, "SELECT count(DISTINCT grouping) FROM image")[0][0]
        self.assertGreater(patients, 50)
        self.start(WORKER, "--access", self.state / "worker.json", "--slots", 2, "--trainer", QUICK,
                   "--until-drained", name="worker").wait(timeout=100)
        shown = set()
        for (trial,) in query(self.state, "SELECT id FROM trial WHERE role = 'evaluate' AND state = 'done'"):
            told = self.get(f"/trials/{trial}/images")
            shown |= {each["image"] for each in told["images"]}
        self.assertGreater(len(shown), 100)
        self.assertLessEqual(shown, set(names))
        said = self.hone("query", "SELECT DISTINCT image FROM result", "--limit", 0, "--state", self.state).stdout
        self.assertIsNone(CONTROL.search(said))
        self.assertIn("<img src=x onerror='window.planted = true'>", said)
        rows = json.loads(self.hone("query", "SELECT id FROM image", "--limit", 0, "--json", "--state", self.state).stdout)["rows"]
        self.assertEqual({row[0] for row in rows}, set(names))
        print(f"seed 0: took effect: {len(names)} names of images, {patients} patients, {len(shown)} images of evaluations")
        self.assert_untouched()

    def test_names_of_images_that_are_no_utf8(self):
        data = self.data_set([str(number) for number in range(6)])
        for name in NO_UTF8:
            for side in ("images", "masks"):
                (data / side / os.fsdecode(name + b".png")).write_bytes((data / side / "0.png").read_bytes())
        done = subprocess.run([HONE, "submit", self.data_set_spec(), "--data", data.parent, "--state", self.state],
                              env=self.environment, capture_output=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"the name is not UTF-8; rename the file", done.stderr)

    def test_regular_expressions_of_patients(self):
        data = self.data_set([str(number) for number in range(6)])
        self.before = self.listing()
        taken = refused = 0
        for text in self.texts[::11]:
            if len(text) > 5000:
                continue
            done = self.hone("submit", self.data_set_spec(group=text), "--data", data.parent, "--state", self.state, code=None)
            self.assertIn(done.returncode, (0, 2), (text, done.stderr))
            taken += done.returncode == 0
            refused += done.returncode == 2
            self.assertIsNone(CONTROL.search(done.stderr), done.stderr)
        self.assertGreater(refused, 30)
        print(f"seed 0: took effect: {refused} expressions refused, {taken} taken")
        self.assert_untouched()

    def test_lines_of_a_trainers_log(self):
        log = self.around / "work" / "lines"
        texts = [text for text in self.texts if "\x00" not in text and len(text) < 5000]  # longer lines are cut
        lines = [os.fsencode(text) for text in texts] + NO_UTF8
        log.write_bytes(b"\n".join(lines) + b"\n")
        self.before = self.listing()
        # It trains like the quick one, but says each time some of the lines and dies.
        trainer = self.folder / "trainer"
        trainer.write_text(f"""#!/bin/sh
echo '{json.dumps(READY)}'
read order
count=$(cat {self.folder}/count.log 2>/dev/null || echo 0)
echo $((count + 15)) > {self.folder}/count.log
tail -n +$((count + 1)) {log} | head -n 15 >&2
kill -9 $$
""")
        trainer.chmod(0o755)
        self.before = self.listing()
        self.first_sweep(seeds=list(range(1, 9)))
        worker = self.start(WORKER, "--access", self.state / "worker.json", "--slots", 1, "--trainer", trainer, "--until-drained",
                            name="worker")
        self.assertEqual(worker.wait(timeout=100), 0)
        reasons = [row for row in query(self.state, "SELECT trial, reason FROM attempt WHERE state = 'failed'")]
        heard = "\n".join(reason for _, reason in reasons)
        self.assertGreater(len(reasons), 20)
        told = [text for text in texts if "\n" not in text and text.strip()]
        self.assertEqual([text for text in told if text not in heard], [])
        worker_log = (self.folder / "worker.log").read_text(errors="replace")
        self.assertIsNone(CONTROL.search(worker_log), "a trainer's line reached the terminal of whoever reads the log")
        self.assertIn("line: '; DROP TABLE trial;--", worker_log)
        for trial in {trial for trial, _ in reasons}:
            for words in (["why", trial], ["trial", "show", trial]):
                said = self.hone(*words, "--state", self.state).stdout
                self.assertIsNone(CONTROL.search(said), said)
        print(f"seed 0: took effect: {len(reasons)} crashes with {len(told)} of the lines in their reasons")
        self.assert_untouched()

    def test_values_of_tell_and_ask(self):
        spec, told, refused = self.tiny(), 0, 0
        for number, text in enumerate(self.texts[::4]):
            if "\x00" in text or len(text) > 5000:
                continue  # no command line has the one; the other is as wrong at a tenth of its length
            words = [["tell", spec, "-S", f"name={json.dumps(text)}"], ["tell", spec, "-S", f"training.loss={text}"],
                     ["tell", spec, "-S", text], ["ask", text]][number % 4]
            done = self.hone(*words, "--state", self.state, code=None)
            self.assertIn(done.returncode, (0, 2), (words, done.stderr))
            self.assertIsNone(CONTROL.search(done.stdout + done.stderr), (words, done.stderr))
            told += done.returncode == 0
            if done.returncode == 2 and text not in ("--help",):
                refused += 1
                self.assertTrue(done.stderr.startswith("hone: error: "), (words, done.stderr))
        self.assertGreater(told, 10)
        self.assertGreater(refused, 60)
        print(f"seed 0: took effect: {told} values told, {refused} refused")
        self.assert_untouched()


TRAINER = int(re.search(r"trainer_version = (\d+);", (SOURCE / "common" / "spec.hpp").read_text())[1])
READY = {"type": "ready", "trainer": TRAINER, "library": "", "device": "cpu", "mpi": "", "nccl": ""}


if __name__ == "__main__":
    unittest.main()
