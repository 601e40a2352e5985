"""Clients that must show a certificate: who has one is let in, and nobody else gets as far as a request."""

import contextlib
import http.client
import socket
import ssl
import time
import unittest

from harness import TRAINED, attempts, violations
from tls_harness import HERE, TlsTest, client


class ClientCertificates(TlsTest):
    def setUp(self):
        super().setUp()
        self.authority, self.authority_key = self.own_certificate("authority")

    def signed(self, name, days=2):
        """A certificate of the authority's, and its key."""
        request, certificate, key = (self.folder / f"{name}{end}" for end in (".csr", ".pem", "-key.pem"))
        self.openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                     "-keyout", key, "-out", request)
        self.openssl("x509", "-req", "-in", request, "-CA", self.authority, "-CAkey", self.authority_key, "-CAcreateserial",
                     "-days", days, "-out", certificate)
        key.chmod(0o600)
        return certificate, key

    def show(self, certificate=None, key=None):
        """What programs that are started from here on show."""
        for name, value in (("HONE_CLIENT_CERTIFICATE", certificate), ("HONE_CLIENT_KEY", key)):
            self.environment.pop(name, None)
            if value:
                self.environment[name] = str(value)

    def serve_members(self, *words):
        """A coordinator that answers, and nothing to show from here on."""
        self.show(*self.signed("first"))
        self.serve(self.state, "--client-ca", self.authority, *words)
        self.show()

    def refused(self, *words):
        """What a command and a worker are told: one sentence, with these words, and no second try."""
        said = self.hone("status", "--state", self.state, code=1).stderr
        self.assertEqual(said.count("\n"), 1, said)
        name = f"refused-{len(list(self.folder.glob('refused-*.log')))}"
        worker = self.start_worker(self.state / "worker.json", name=name)
        self.assertEqual(worker.wait(timeout=30), 1, self.logs())
        log = (self.folder / f"{name}.log").read_text()
        self.assertNotIn("again-in-ms", log)
        for word in words:
            self.assertIn(word, said)
            self.assertIn(word, log)

    def test_a_sweep_is_done_by_those_who_have_one_and_the_others_are_told(self):
        self.serve_members("--bind", HERE)
        self.assertIn(f"only who shows a certificate that {self.authority} vouches for", self.logs())
        self.refused("lets in only who shows a certificate", "HONE_CLIENT_CERTIFICATE and HONE_CLIENT_KEY")
        self.assertIn("event=no_or_unknown_client_certificate address=127.0.0.", self.logs())
        self.show(*self.signed("member"))
        self.hone("submit", self.tiny(), "--state", self.state)
        worker = self.start_worker(self.copy("worker"), "--until-drained")
        self.assertEqual(worker.wait(timeout=60), 0, self.logs())
        self.assertEqual(attempts(self.state), TRAINED)
        self.assertEqual(violations(self.state), [])
        # It is a second lock, and not in the place of the first.
        said = self.hone("status", "--access", self.copy(token="0" * 64), code=1).stderr
        self.assertIn("does not know the token", said)

    def test_one_that_nobody_vouches_for_is_not_taken(self):
        self.serve_members("--bind", HERE)
        other = self.own_certificate("other")
        self.show(*other)
        self.refused(f"does not take the certificate {other[0]}", "--client-ca")
        expired = self.signed("expired", days=-1)
        self.show(*expired)
        self.refused(f"does not take the certificate {expired[0]}", "expired")

    def test_a_clients_own_certificate_needs_no_authority(self):
        own = self.own_certificate("own")
        signed = self.signed("leaf")  # alone, without the authority that signed it
        both = self.folder / "both.pem"
        both.write_text(own[0].read_text() + signed[0].read_text())
        self.show(*own)
        self.serve(self.state, "--bind", HERE, "--client-ca", both)
        for each in (own, signed):
            self.show(*each)
            self.hone("status", "--state", self.state)
        sibling = self.signed("sibling")
        self.show(*sibling)
        self.refused(f"does not take the certificate {sibling[0]}")

    def test_another_authority_of_the_same_name_vouches_for_nobody(self):
        stranger = self.signed("stranger")
        self.authority, self.authority_key = self.own_certificate("authority")
        self.serve_members("--bind", HERE)
        self.show(*stranger)
        self.refused(f"does not take the certificate {stranger[0]}")

    def test_renewed_files_are_shown_by_who_runs_already(self):
        files = self.folder / "mine.pem", self.folder / "mine-key.pem"

        def renew(certificate, key):
            files[0].write_bytes(certificate.read_bytes())
            files[1].touch(mode=0o600)
            files[1].write_bytes(key.read_bytes())

        def is_connected():
            return "1 worker connected" in self.hone("status", "--state", self.state).stdout

        renew(*self.signed("before"))
        self.show(*files)
        coordinator = self.serve(self.state, "--bind", HERE, "--client-ca", self.authority)
        worker = self.start_worker(self.state / "worker.json")
        self.wait_until("the worker is there", is_connected)
        self.stop(coordinator)
        after = self.own_certificate("after")
        renew(after[0], files[1])
        self.show(*after)
        self.serve(self.state, "--bind", HERE, "--client-ca", after[0])  # which does not take the one from before
        log = self.folder / "worker.log"
        self.wait_until("it waits for the other half", lambda: "is not the key of" in log.read_text())
        renew(*after)
        self.wait_until("it is back", is_connected)
        self.assertIsNone(worker.poll())

    def test_no_request_of_others_is_read(self):
        self.serve_members("--bind", HERE)
        bearer = {"Authorization": f"Bearer {self.access()['token']}"}
        place = (HERE, self.access()["port"])
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            stranger = http.client.HTTPSConnection(*place, context=client(version, version), timeout=10)
            with contextlib.closing(stranger), self.assertRaises(ssl.SSLError):
                stranger.request("GET", "/", headers=bearer)  # not even the page
                stranger.getresponse()
            context = client(version, version)
            context.load_cert_chain(*self.signed("member"))
            with contextlib.closing(http.client.HTTPSConnection(*place, context=context, timeout=10)) as member:
                member.request("GET", "/api/v1/status", headers=bearer)
                self.assertEqual(member.getresponse().status, 200)
        # Whoever goes on sending instead of listening is cut off.
        begin = time.monotonic()
        with socket.create_connection(place) as line, client().wrap_socket(line) as tls:
            tls.settimeout(10)
            with self.assertRaises((ConnectionError, ssl.SSLError)):
                while time.monotonic() < begin + 10:
                    tls.sendall(b"x" * 65536)
        self.assertLess(time.monotonic() - begin, 5)

    def test_wrong_files_are_named(self):
        certificate, key = self.signed("member")
        serve = ["serve", "--state", self.state, "--bind", HERE]
        said = self.hone(*serve, "--client-ca", self.folder / "none.pem", code=2).stderr
        self.assertIn("the certificates of clients", said)
        self.assertIn("none.pem cannot be read as PEM", said)
        self.assertIn("cannot be read as PEM", self.hone(*serve, "--client-ca", key, code=2).stderr)
        for option in (["--client-ca", ""], ["--certificate", "", "--key", key], ["--certificate", certificate, "--key", ""]):
            self.assertIn("expected the name of a file, found nothing", self.hone(*serve, *option, code=2).stderr)
        self.assertIn("--tls off and --client-ca contradict each other",
                      self.hone(*serve, "--tls", "off", "--client-ca", self.authority, code=2).stderr)
        self.serve_members("--bind", HERE)
        self.show(certificate)
        self.refused("HONE_CLIENT_CERTIFICATE is set, but not HONE_CLIENT_KEY")
        self.show(None, key)
        self.refused("HONE_CLIENT_KEY is set, but not HONE_CLIENT_CERTIFICATE")
        self.show(self.folder / "none", key)
        self.refused("HONE_CLIENT_CERTIFICATE", "none cannot be read as PEM")
        self.show(certificate, self.authority_key)
        self.refused("HONE_CLIENT_KEY", f"is not the key of {certificate}")
        key.chmod(0o644)
        self.show(certificate, key)
        self.refused(f"key file {key}: others may read it")

    def test_on_the_loopback_it_means_tls_too(self):
        self.serve_members()
        self.assertTrue(self.access()["certificate_sha256"])
        self.show(*self.signed("member"))
        self.hone("status", "--state", self.state)


if __name__ == "__main__":
    unittest.main()
