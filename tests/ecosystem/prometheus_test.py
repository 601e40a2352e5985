"""/metrics as Prometheus' own parser reads it, and what the Grafana file asks of it."""

import json
import re
import unittest

from ecosystem_harness import SOURCE, Coordinated, needs
from harness import TRAINED, TRIALS, attempts, count

GUIDE = SOURCE / "docs" / "monitoring.md"
GRAFANA = SOURCE / "dashboards" / "grafana" / "hone.json"
NAME = re.compile(r"\b(?:hone|process)_[a-z_]+\b")
UNITS = ("_seconds", "_bytes", "_total", "_info", "_per_second")
COUNTS = {"hone_trials", "hone_leases", "hone_slots", "hone_workers", "hone_watchers", "hone_artifact_uploads",
          "hone_sweep_priority", "hone_disagreements"}


@needs("prometheus_client")
class Prometheus(Coordinated):
    def scrape(self):
        from prometheus_client.parser import text_string_to_metric_families
        status, content_type, text = self.get("/metrics")
        self.assertEqual((status, content_type), (200, "text/plain; version=0.0.4; charset=utf-8"), text)
        families = list(text_string_to_metric_families(text))
        self.assertEqual(len(families), len({family.name for family in families}))
        return families

    def samples(self):
        return {(sample.name, frozenset(sample.labels.items())): sample.value
                for family in self.scrape() for sample in family.samples}

    def value(self, name, **labels):
        found = self.samples()
        return found.get((name, frozenset(labels.items())))

    def test_the_numbers_are_those_of_the_sweep(self):
        sweep = self.finish_sweep(name='A "sweep" \\ of ours')
        done = count(self.state, "SELECT sum(trials) FROM sweep_state WHERE state = 'done'")
        self.assertEqual(self.value("hone_trials", sweep=str(sweep), state="done"), done)
        found = self.samples()
        self.assertEqual(sum(value for (name, _), value in found.items() if name == "hone_trials"), TRIALS)
        label = {"sweep": str(sweep), "name": 'A "sweep" \\ of ours', "state": "active"}
        self.assertEqual(found["hone_sweep_info", frozenset(label.items())], 1)
        self.assertEqual(found["hone_attempts_total", frozenset({("end", "done")})], TRAINED)
        self.assertEqual(found["hone_leases_granted_total", frozenset()], attempts(self.state))
        rows = (count(self.state, "SELECT count(*) FROM measurement") + count(self.state, "SELECT count(*) FROM epoch"))
        self.assertEqual(found["hone_rows_total", frozenset()], rows)
        self.assertEqual(found["hone_leases", frozenset()], 0)
        self.assertEqual(found["hone_database_size_bytes", frozenset()],
                         (self.state / "hone.sqlite").stat().st_size)
        uploaded = {("method", "PUT"), ("route", "/artifacts/{digest}"), ("code", "201")}
        self.assertGreaterEqual(found["hone_http_requests_total", frozenset(uploaded)], 1)
        self.assertGreater(found["hone_artifact_received_bytes_total", frozenset()], 1000)
        self.assertNotIn(self.token, self.get("/metrics")[2])

    def test_a_scrape_is_as_new_as_what_was_written(self):
        self.assertNotIn("hone_trials", [family.name for family in self.scrape() if family.samples])
        self.hone("submit", self.tiny(), "--state", self.state)
        self.wait_until("it is counted", lambda: self.value("hone_trials", sweep="1", state="waiting") == TRIALS, 10)
        self.assertEqual(self.value("hone_trials_age_seconds"), 0)

    def test_it_needs_the_token_and_strange_paths_make_no_metrics(self):
        self.assertEqual(self.get("/metrics", token="wrong")[0], 401)
        for path in ("/etc/passwd", "/api/v1/none", "/api/v1/sweeps/77/none"):
            self.assertEqual(self.get(path)[0], 404)
        found = self.samples()
        routes = {dict(labels)["route"] for name, labels in found if name == "hone_http_requests_total"}
        self.assertLessEqual(routes, {"", "/metrics", "/api/v1/status", "/api/v1/sweeps"})
        refused = {("method", "GET"), ("route", ""), ("code", "404")}
        self.assertEqual(found["hone_http_requests_total", frozenset(refused)], 3)

    def test_names_say_their_units(self):
        self.get("/metrics")
        for family in self.scrape():
            self.assertTrue(family.documentation.endswith("."), family.name)
            name = family.name + ("_total" if family.type == "counter" else "")
            if name not in COUNTS:
                self.assertTrue(name.endswith(UNITS), name)

    def test_the_guide_lists_every_metric_and_its_settings_let_prometheus_in(self):
        import yaml
        self.get("/metrics")
        guide = GUIDE.read_text()
        there = {re.sub("_(sum|count)$", "", name) for name, _ in self.samples()} | {"hone_trials", "hone_sweep_info",
                                                                                 "hone_sweep_priority"}
        self.assertEqual(set(re.findall(r"`((?:hone|process)_[a-z_]+)`", guide)), there)
        (self.folder / "hone-state").symlink_to(self.state)
        command, settings, over_tls = re.findall(r"```(?:sh|yaml)\n(.*?)```", guide, re.S)
        self.run_program("bash", "-c", command)
        (job,) = yaml.safe_load(settings)["scrape_configs"]
        self.assertEqual(yaml.safe_load(over_tls)["scheme"], "https")
        token = (self.folder / job["authorization"]["credentials_file"]).read_text().strip()
        self.assertEqual(self.get("/metrics", token=token)[0], 200)

    def test_the_grafana_file_asks_for_what_there_is(self):
        self.hone("submit", self.tiny(), "--state", self.state)
        self.get("/metrics")
        there = {name for name, _ in self.samples()}
        board = json.loads(GRAFANA.read_text())
        asked = set()
        for panel in board["panels"]:
            for target in panel["targets"]:
                asked |= set(NAME.findall(target["expr"]))
        for variable in board["templating"]["list"]:
            asked |= set(NAME.findall(variable["query"]))
        self.assertGreater(len(asked), 20)
        self.assertEqual(asked - there, set())
        self.assertEqual(there - asked, {"hone_trials_age_seconds", "hone_sweep_priority"})
        places = [tuple(panel["gridPos"].values()) for panel in board["panels"]]
        self.assertEqual(len(places), len(set(places)))


if __name__ == "__main__":
    unittest.main()
