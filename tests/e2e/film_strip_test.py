"""Film strips: masks that evaluations leave to be looked at, and that no result waits for."""

import json
import subprocess
import urllib.request

from harness import HONE, QUICK, WORKER, HoneTest, query, results, violations

STRIPS = "SELECT o.digest FROM output o JOIN trial t ON t.id = o.trial AND t.accepted = o.attempt WHERE o.name = 'film_strip'"


class LostFilmStrip(HoneTest):
    def test_a_disk_without_room_for_strips_costs_no_result(self):
        state = self.folder / "state"
        self.hone("run", self.tiny(), "--state", state, "--trainer", QUICK)
        before = results(state)
        answer = json.loads(self.hone("retry", "--film-strips", "--state", state, "--json").stdout)
        self.assertEqual(answer["film_strips"], 2)  # two nets, without and with quality
        coordinator = self.serve(state)
        self.environment |= {"HONE_QUICK_FILM_STRIP": "1", "HONE_QUICK_MILLISECONDS": "2000"}
        worker = self.start(WORKER, "--access", state / "access.json", "--trainer", QUICK, "--until-drained",
                            "--slots", 2, name="worker")
        self.wait_until("both evaluations run", lambda: query(
            state, "SELECT count(*) FROM trial WHERE state = 'leased'") == [(2,)])
        coordinator.terminate()  # which begins no trial again below the reserve
        coordinator.wait(timeout=10)
        self.serve(state, "--reserve", "1000000G")
        self.assertEqual(worker.wait(timeout=60), 0)
        self.assertGreater((self.folder / "worker.log").read_text().count("answered 507"), 3)
        self.assertEqual(query(state, STRIPS), [])
        self.assertEqual(results(state), before)
        self.assertEqual(violations(state), [])


class FilmStrip(HoneTest):
    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        self.hone("run", self.tiny(), "--state", self.state)

    def shown(self, address, path):
        url, _, token = address.partition("#token=")
        request = urllib.request.Request(f"{url}api/v1/{path}", headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.headers, answer.read()

    def test_goes_along_with_an_export_and_is_shown_from_there(self):
        strips = [row[0] for row in query(self.state, STRIPS)]
        self.assertEqual(len(strips), 2)
        self.hone("export", "plain", "--state", self.state)
        self.assertFalse((self.folder / "plain" / "artifacts").exists())
        self.hone("export", "whole", "--pictures", "--state", self.state)
        whole = self.folder / "whole"
        subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=whole, check=True)
        self.start(HONE, "dashboard", whole / "hone.sqlite", "--no-open", name="viewer")
        address = self.wait_until("it says where", lambda: next(
            (line for line in (self.folder / "viewer.log").read_text().splitlines() if line.startswith("http://")), None))
        headers, text = self.shown(address, f"film-strips/{strips[0]}")
        strip = json.loads(text)
        self.assertEqual(strip["iterations"], [0, 1, 2])
        self.assertEqual(len(strip["images"]), 4)
        self.assertIn("immutable", headers["Cache-Control"])
        headers, png = self.shown(address, f"pictures/{strips[0]}?tensor=sheets&index={strip['images'][0]}")
        self.assertEqual(headers["Content-Type"], "image/png")
        self.assertEqual(png[16:24], bytes([0, 0, 0, 32, 0, 0, 0, 96]))  # as wide as an image, three masks high

    def test_stays_and_is_not_part_of_what_is_verified(self):
        strips = query(self.state, STRIPS)
        self.assertEqual(self.hone("retry", "--film-strips", "--state", self.state).stdout, "nothing to retry\n")
        self.hone("gc", "--state", self.state)
        for digest, in strips:
            self.assertTrue((self.state / "artifacts" / digest).exists())
        verdict = self.hone("verify", "II:Lesions:quality-1x", "--scope", "evaluate", "--state", self.state, "--json")
        self.assertEqual(json.loads(verdict.stdout)["answer"], "bit-identical")

    def test_is_made_later_with_the_same_numbers(self):
        before = results(self.state)
        other = self.folder / "other"
        self.hone("run", self.tiny(), "--state", other, "-S", "record.film_strip=0")
        self.assertEqual(query(other, STRIPS), [])
        self.assertEqual(results(other), before)
        self.assertEqual(self.hone("retry", "--film-strips", "--state", other).stdout, "nothing to retry\n")
        self.hone("run", self.tiny(), "--state", other)
        self.assertEqual(query(other, "SELECT max(attempt) FROM attempt"), [(1,)])
        told = self.hone("retry", "--film-strips", "--dry-run", "--state", other).stdout
        self.assertIn("would wait again: 2 evaluations without a film strip", told)
        self.hone("retry", "--film-strips", "--state", other)
        self.hone("run", self.tiny(), "--state", other)
        self.assertEqual(query(other, STRIPS), query(self.state, STRIPS))
        self.assertEqual(results(other), before)
