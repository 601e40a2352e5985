"""What the tests of other tools stand on: a real coordinator and a sweep that quick-trainer trained."""

import importlib.util
import json
import pathlib
import sys
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from harness import HONE, QUICK, SOURCE, WORKER, HoneTest  # noqa: E402, F401


def needs(*modules):
    """Skips a test class, with the reason, where the python lacks one of the modules."""
    lacking = [name for name in modules if importlib.util.find_spec(name) is None]
    return unittest.skipIf(lacking, f"this python has no {', '.join(lacking)}; scripts/setup installs tests/ecosystem/requirements.txt")


class Coordinated(HoneTest):
    """A coordinator with a token, and workers when told."""

    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        self.coordinator = self.serve(self.state)
        access = json.loads((self.state / "access.json").read_text())
        self.address, self.token = f"http://{access['host']}:{access['port']}", access["token"]

    def finish_sweep(self, **changes):
        """Submits and trains the tiny experiment; returns its number."""
        sweep = self.hone("submit", self.tiny(**changes), "--state", self.state).stdout.strip()
        worker = self.start(WORKER, "--access", self.state / "access.json", "--slots", 2, "--trainer", QUICK,
                            "--until-drained", name="worker")
        self.assertEqual(worker.wait(timeout=90), 0, self.logs())
        return int(sweep)

    def get(self, path, token=None):
        """The status, the content type and the text."""
        request = urllib.request.Request(self.address + path)
        request.add_header("Authorization", f"Bearer {token if token is not None else self.token}")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.headers["Content-Type"], refused.read().decode()
