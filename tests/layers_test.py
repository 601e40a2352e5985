#!/usr/bin/env python3
"""scripts/check-layers finds what it is there to find: each planted include, and no allowed one."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECK = pathlib.Path(__file__).resolve().parent.parent / "scripts" / "check-layers"


def check(path: str, include: str) -> subprocess.CompletedProcess:
    """Runs the check over a folder with one file that has one include."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / path
        file.parent.mkdir(parents=True)
        file.write_text(f"#include {include}\n")
        return subprocess.run([sys.executable, CHECK, folder], text=True, capture_output=True)


class Layers(unittest.TestCase):
    def test_planted_includes_are_found(self):
        for path, include in [
            ("common/spec.cpp", '"coordinator/plan/plan.hpp"'),
            ("common/spec.hpp", '"common/net/access.hpp"'),
            ("sql/database.cpp", '"coordinator/plan/plan.hpp"'),
            ("coordinator/report/table.cpp", '"coordinator/state/store.hpp"'),
            ("worker/agent/agent.cpp", '"worker/training/trainer.hpp"'),
            ("worker/agent/agent.cpp", "<torch/nn.h>"),
            ("coordinator/server/hub.cpp", "<ATen/ATen.h>"),
            ("coordinator/state/store.cpp", "<sqlite3.h>"),
            ("coordinator/plan/plan.cpp", "<opencv2/core.hpp>"),
            ("coordinator/plan/plan.hpp", "<nlohmann/json.hpp>"),
            ("worker/agent/agent.cpp", "<mpi.h>"),
            ("worker/agent/agent.cpp", '"tests/support/fake_coordinator.hpp"'),
        ]:
            with self.subTest(path=path, include=include):
                done = check(path, include)
                self.assertEqual(done.returncode, 1)
                self.assertIn(f"{path}: ", done.stderr)
                self.assertIn(include.strip('<>"'), done.stderr)

    def test_allowed_includes_pass(self):
        for path, include in [
            ("coordinator/state/store.cpp", '"sql/database.hpp"'),
            ("sql/database.cpp", "<sqlite3.h>"),
            ("coordinator/plan/plan.cpp", "<nlohmann/json.hpp>"),
            ("worker/training/unet.cpp", "<torch/nn.h>"),
            ("tests/sql/database_test.cpp", "<sqlite3.h>"),
            ("common/spec.cpp", "<string>"),
        ]:
            with self.subTest(path=path, include=include):
                done = check(path, include)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("1 files, 0 faults", done.stdout)


if __name__ == "__main__":
    unittest.main()
