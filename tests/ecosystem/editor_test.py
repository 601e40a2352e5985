"""What an editor has of our JSON Schemas: jsonschema stands for it."""

import json
import re
import unittest

from ecosystem_harness import SOURCE, needs
from harness import HoneTest
from pictures import write_disc

EXPERIMENTS = SOURCE / "experiments"
GUIDE = SOURCE / "docs" / "command-line.md"


def faults(schema, text):
    from jsonschema import Draft202012Validator
    Draft202012Validator.check_schema(schema)
    return [error.message for error in Draft202012Validator(schema).iter_errors(text)]


@needs("jsonschema")
class Editor(HoneTest):
    def test_hone_has_the_schemas_of_the_repository(self):
        for of, name in (("experiment", "schema.json"), ("dataset", "dataset-schema.json")):
            text = self.hone("schema", of).stdout
            self.assertEqual(text, (EXPERIMENTS / name).read_text())
            whole = json.loads(self.hone("schema", of, "--json").stdout)
            self.assertEqual(whole, {"schema": "hone.schema.v1", "of": of, "json_schema": json.loads(text)})
        self.assertIn("dataset", self.hone("schema", "datset", code=2).stderr)

    def test_every_file_of_ours_names_its_schema_and_keeps_it(self):
        files = [file for pattern in ("*.json", "datasets/*.json", "profiles/*.json")
                 for file in sorted(EXPERIMENTS.glob(pattern)) if not file.name.endswith("schema.json")]
        self.assertGreater(len(files), 20)
        for file in files:
            with self.subTest(file.name):
                experiment = json.loads(file.read_text())
                schema = json.loads((file.parent / experiment["$schema"]).read_text())
                self.assertEqual(faults(schema, experiment), [])

    def test_init_writes_a_file_that_an_editor_checks_and_hone_reads(self):
        for side in ("images", "masks"):
            (self.folder / "polyps" / side).mkdir(parents=True)
        for number in range(12):
            write_disc(*(self.folder / "polyps" / side / f"{number}.png" for side in ("images", "masks")), 40, number)
        said = self.hone("init", self.folder / "polyps", "--name", "Polyps", "--profile", "smoke", "--schema")
        self.assertEqual(said.stdout.strip(), "polyps.json")
        experiment = json.loads((self.folder / "polyps.json").read_text())
        self.assertEqual(next(iter(experiment)), "$schema")
        schema = json.loads((self.folder / experiment["$schema"]).read_text())
        self.assertEqual(faults(schema, experiment), [])
        self.hone("plan", "polyps.json")
        self.assertIn("'trainin' was unexpected", str(faults(schema, experiment | {"trainin": {}})))
        self.assertTrue(faults(schema, experiment | {"training": {"epochs": "many"}}))
        again = ("init", self.folder / "polyps", "--name", "Polyps", "--profile", "smoke", "--schema")
        self.assertIn("--force", self.hone(*again, code=2).stderr)
        (self.folder / "hone.schema.json").write_text("{}")
        self.hone(*again, "--force")
        self.assertEqual(json.loads((self.folder / "hone.schema.json").read_text()), schema)
        self.hone("init", self.folder / "polyps", "--name", "Other", "--profile", "smoke")
        self.assertNotIn("$schema", json.loads((self.folder / "other.json").read_text()))

    def test_the_guide_shows_settings_that_are_json(self):
        blocks = re.findall(r"```json\n(.*?)```", GUIDE.read_text(), re.S)
        (entry,) = json.loads(blocks[0])["json.schemas"]
        self.assertEqual(entry["url"], "./hone.schema.json")
        self.assertIn("hone schema > hone.schema.json", GUIDE.read_text())


if __name__ == "__main__":
    unittest.main()
