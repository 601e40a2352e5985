"""The recipes in scripts/container: built and run where Buildah is, without any registry."""

import re
import shutil
import unittest

from bundle_test import ARCHIVE, BareMachine, unpack
from harness import SOURCE, TRAINED, HoneTest, trials_done, violations

RECIPES = SOURCE / "scripts" / "container"


class Containerfile(BareMachine):
    """Its base is a machine that has glibc and a shell, as a debian:12-slim has among more."""

    def setUp(self):
        if not shutil.which("buildah"):
            self.skipTest("no container is built: the program 'buildah' is not installed")
        super().setUp()
        self.addCleanup(self.buildah, "rm", "--all")  # while it is mounted, it cannot be removed
        shutil.rmtree(self.root / "opt")
        shutil.copy(shutil.which("ln"), self.root / "bin")
        self.environment |= {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(self.folder)}

    def buildah(self, *words):
        """Without overlays, runc or crun, which a machine for tests may lack."""
        return self.run_program("buildah", "--storage-driver", "vfs", "--root",
                                self.folder / "storage", "--runroot", self.folder / "run",
                                *words).stdout.strip()

    def test_builds_and_trains(self):
        base = self.buildah("from", "scratch")
        self.buildah("copy", "--quiet", base, self.root, "/")
        self.buildah("commit", "--quiet", "--rm", base, "localhost/base")
        context = self.folder / "context"
        context.mkdir()
        shutil.copy(ARCHIVE, context / "hone.tar.gz")
        self.buildah("bud", "--isolation", "chroot", "--build-arg", "BASE=localhost/base", "--tag", "hone",
                     "--pull-never", "--file", RECIPES / "Containerfile", context)
        work = self.folder / "work"
        work.mkdir()
        shutil.copy(self.tiny(), work)
        container = self.buildah("from", "--pull-never", "hone")
        # By a shell, since Buildah would look for the program in a PATH of its own.
        said = self.buildah("run", "--isolation", "chroot", "--volume", f"{work}:/work", container,
                            "sh", "-c", "exec hone run tiny.json --slots 2")
        self.assertIn("Table II", said)
        self.assertEqual(trials_done(work / "hone-state"), TRAINED)
        self.assertEqual(violations(work / "hone-state"), [])


class ApptainerDefinition(HoneTest):
    def test_names_what_the_bundle_has(self):
        text = (RECIPES / "hone.def").read_text()
        bundle = unpack(self.folder / "opt")
        self.assertTrue((bundle / "bin" / "hone").exists())
        experiment, = re.findall("run /opt/hone/(.*json)", text)
        self.assertTrue((bundle / experiment).exists())
        # %post, done where it cannot harm.
        (self.folder / "opt" / "hone.tar.gz").symlink_to(ARCHIVE)
        shutil.rmtree(bundle)
        post = text.split("%post")[1].split("%environment")[0].replace("/opt", f"{self.folder}/opt")
        self.run_program("sh", "-ec", post)
        self.environment["PATH"] = f"{self.folder}/opt/hone/bin:/bin"
        self.assertIn("0.", self.run_program("sh", "-c", "exec hone --version").stdout)


if __name__ == "__main__":
    unittest.main()
