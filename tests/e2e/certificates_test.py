"""Certificates of a coordinator: one's own, expired, damaged, missing, and what is said of each."""

import http.client
import json
import re
import socket
import ssl
import unittest

from harness import violations
from tls_harness import HERE, TlsTest, client, spelled


class Certificates(TlsTest):
    def refused(self, *words, code=2):
        said = self.hone("serve", "--state", self.state, "--bind", HERE, *words, code=code, seconds=20).stderr
        self.assertEqual(said.strip().count("\n"), 0, said)
        return said

    def test_ones_own_is_shown_and_named(self):
        certificate, key = self.own_certificate()
        self.serve(self.state, "--bind", HERE, "--certificate", certificate, "--key", key)  # which means: TLS
        self.assertEqual(self.access()["certificate_sha256"], self.fingerprint(certificate))
        self.assertFalse((self.state / "tls-key.pem").exists())
        self.hone("status", "--state", self.state)

    def test_one_that_has_expired_is_warned_about_and_goes_on_to_be_known(self):
        request, certificate, key = (self.folder / name for name in ("request.pem", "old.pem", "old-key.pem"))
        self.openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=old",
                     "-keyout", key, "-out", request)
        self.openssl("x509", "-req", "-in", request, "-signkey", key, "-days", -1, "-out", certificate)
        key.chmod(0o600)
        self.serve_tls("--certificate", certificate, "--key", key)
        self.assertIn("event=certificate_expired", self.logs())
        self.hone("submit", self.tiny(), "--state", self.state)
        self.assertEqual(self.start_worker(self.state / "worker.json", "--until-drained").wait(timeout=60), 0)
        self.assertEqual(violations(self.state), [])

    def test_files_that_will_not_do_are_refused_with_a_sentence(self):
        certificate, key = self.own_certificate()
        other = self.own_certificate("other")[1]
        named = ["--certificate", certificate, "--key"]
        elliptic = self.own_certificate("elliptic", ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"))[1]
        for another in (other, elliptic):
            self.assertIn("is not that of the certificate", self.refused(*named, another))
        locked = self.folder / "locked.pem"
        self.openssl("pkey", "-in", key, "-aes256", "-passout", "pass:secret", "-out", locked)
        locked.chmod(0o600)
        self.assertIn("without a password", self.refused(*named, locked))
        key.chmod(0o640)
        self.assertIn(f"chmod 600 '{key}'", self.refused(*named, key))
        key.chmod(0o600)
        for no_file in (self.folder / "none", self.folder):
            self.assertIn(f"the certificate {no_file} cannot be read", self.refused("--certificate", no_file, "--key", key))
        self.assertIn("is not PEM", self.refused("--certificate", key, "--key", key))
        self.assertIn("contradict", self.refused("--tls", "off", *named, key))
        self.hone("serve", "--state", self.state, "--certificate", certificate, code=2)  # and where is its key?
        self.assertFalse(self.state.exists())

    def test_those_of_the_state_folder_are_kept_or_missed(self):
        self.stop(self.serve_tls())
        certificate, key = self.state / "tls-certificate.pem", self.state / "tls-key.pem"
        pin, bytes_of_key = self.access()["certificate_sha256"], key.read_bytes()
        key.chmod(0o644)
        self.assertIn(f"key file {key}: others may read it", self.refused("--tls", "on", code=1))
        key.unlink()
        self.assertIn(f"the key {key} of {certificate} is missing", self.refused("--tls", "on", code=1))
        self.assertFalse(key.exists())
        key.write_bytes(bytes_of_key)
        key.chmod(0o600)
        certificate.unlink()  # as if the machine had died between the two
        self.stop(self.serve_tls())
        self.assertNotEqual(self.access()["certificate_sha256"], pin)
        self.assertEqual(key.read_bytes(), bytes_of_key)
        self.stop(self.serve(self.state, "--bind", HERE, "--tls", "off"))
        self.assertNotIn("certificate_sha256", self.access())

    def test_other_programs_may_trust_it_by_its_file(self):
        self.serve_tls()
        context = ssl.create_default_context(cafile=self.state / "tls-certificate.pem")  # with names and dates
        for host in (HERE, "127.0.0.1"):
            with socket.create_connection((HERE, self.access()["port"])) as line:
                with context.wrap_socket(line, server_hostname=host) as tls:
                    self.assertEqual(tls.version(), "TLSv1.3")
        bearer = {"Authorization": f"Bearer {self.access('worker')['token']}"}
        connection = http.client.HTTPSConnection(HERE, self.access()["port"], context=context, timeout=10)
        connection.request("GET", "/metrics", headers=bearer)
        self.assertIn(b"hone_workers", connection.getresponse().read())
        connection.request("GET", "/metrics", headers=bearer)  # the same connection again
        self.assertEqual(connection.getresponse().status, 200)

    def test_the_dashboard_is_told_with_its_fingerprint(self):
        self.serve_tls()
        done = self.hone("dashboard", "--no-open", "--state", self.state)
        access = self.access()
        self.assertEqual(done.stdout, f"https://{HERE}:{access['port']}/#token={access['token']}\n")
        self.assertIn(spelled(access["certificate_sha256"]), done.stderr)
        told = json.loads(self.hone("dashboard", "--no-open", "--json", "--state", self.state).stdout)
        self.assertEqual(told["certificate_sha256"], access["certificate_sha256"])
        own = {"Origin": f"https://{HERE}:{access['port']}", "Sec-Fetch-Site": "same-origin"}
        connection = http.client.HTTPSConnection(HERE, access["port"], context=client(), timeout=10)
        for origin, status in ((own["Origin"], 200), (own["Origin"].replace("https", "http"), 403)):
            connection.request("GET", "/", headers=own | {"Origin": origin})
            answer = connection.getresponse()
            answer.read()
            self.assertEqual(answer.status, status, origin)
            if status == 200:
                self.assertTrue(re.search("text/html", answer.headers["Content-Type"]))
            connection.close()


if __name__ == "__main__":
    unittest.main()
