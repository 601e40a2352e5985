"""schemathesis asks the coordinator what docs/openapi.json allows, and what it does not."""

import json
import os
import subprocess
import sys
import unittest

from ecosystem_harness import SOURCE, Coordinated, needs
from harness import query

TABLES = ["I", "lambda", "II", "III"]
DESCRIPTION = SOURCE / "docs" / "openapi.json"
# What is right by its form may be wrong by what there is: an experiment, bytes with that digest, a WebSocket's handshake.
CONFIG = """
[[operations]]
include-path = ["/live", "/worker", "/api/v1/packs", "/api/v1/sweeps"]
checks.positive_data_acceptance.enabled = false

[[operations]]
include-name = "PUT /artifacts/{{digest}}"
checks.positive_data_acceptance.enabled = false

[[operations]]
include-name = ["GET /artifacts/{{digest}}", "GET /api/v1/pictures/{{digest}}", "GET /api/v1/film-strips/{{digest}}"]
phases.fuzzing.enabled = false
parameters = {{ "path.digest" = "{digest}" }}
"""


@needs("schemathesis", "jsonschema")
class OpenApi(Coordinated):
    def test_the_description_is_one_and_its_examples_of_answers_hold(self):
        """What a finished sweep answers fits the schemas, each with something in it."""
        from jsonschema import Draft202012Validator
        sweep = self.finish_sweep(tables=TABLES,
                                  hyperparameters={"search": "grid", "grid": {"training.learning_rate": [0.01, 0.02]}})
        description = json.loads(DESCRIPTION.read_text())
        trial = query(self.state, "SELECT max(id) FROM trial WHERE role = 'evaluate'")[0][0]
        checked = 0
        for path, methods in description["paths"].items():
            if not path.startswith("/api/v1/") or "get" not in methods or "{digest}" in path:
                continue
            schema = methods["get"]["responses"]["200"]["content"]["application/json"]["schema"]
            whole = {"components": description["components"]} | schema
            Draft202012Validator.check_schema(whole)
            for table in TABLES if path.endswith("{table}") else [""]:
                target = path.format(sweep=sweep, trial=trial, table=table)
                status, _, text = self.get(target + ("?name=II:Lesions:quality-1x" if path.endswith("/cell") else ""))
                self.assertEqual(status, 200, target + text)
                with self.subTest(target):
                    Draft202012Validator(whole).validate(json.loads(text))
                checked += 1
        self.assertGreater(checked, 18)

    def test_schemathesis_finds_nothing(self):
        self.finish_sweep(tables=["II", "III"])
        config = self.folder / "schemathesis.toml"
        config.write_text(CONFIG.format(digest=query(self.state, "SELECT digest FROM pack")[0][0]))
        before = query(self.state, "SELECT name, count(*) FROM sweep, trial GROUP BY 1")
        words = [sys.executable, "-m", "schemathesis.cli", "--config-file", config, "run", DESCRIPTION, "--url", self.address,
                 "--header", f"Authorization: Bearer {self.token}", "--exclude-path", "/api/v1/tokens", "--seed", "1", "--max-examples", "20",
                 "--phases", "examples,coverage,fuzzing", "--suppress-health-check", "all"]
        environment = os.environ | {"NO_COLOR": "1", "COLUMNS": "120", "HYPOTHESIS_STORAGE_DIRECTORY": str(self.folder)}
        run = subprocess.run(list(map(str, words)), env=environment, cwd=self.folder, capture_output=True, text=True,
                             timeout=200, check=False)
        print(run.stdout[-1500:])
        self.assertEqual(run.returncode, 0, run.stdout[-20000:] + run.stderr[-3000:] + self.logs())
        self.assertIsNone(self.coordinator.poll())
        self.assertEqual(query(self.state, "SELECT name, count(*) FROM sweep, trial GROUP BY 1"), before)
        self.assertEqual(query(self.state, "SELECT * FROM violation"), [])


if __name__ == "__main__":
    unittest.main()
