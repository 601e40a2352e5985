"""What scripts/bundle makes, on a machine that has glibc, a shell and nothing else.

Environment: HONE_BUNDLE, the archive (made by the ctest entry cluster.bundle).
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

import netns  # noqa: E402
import slurm_host  # noqa: E402
from hosts_test import HostsTest  # noqa: E402
from harness import BIN, SOURCE, TRAINED, HoneTest, results, trials_done, violations  # noqa: E402

ARCHIVE = pathlib.Path(os.environ.get("HONE_BUNDLE", "/nonexistent"))
MAKE = SOURCE / "scripts" / "bundle"
# Programs that ask for no library but glibc's.
TOOLS = ["dash", "dirname", "readlink", "env", "cat", "sleep"]
GLIBC = ["libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libresolv.so.2"]


def unpack(folder):
    """Unpacks the archive below a folder and returns what is in it."""
    pathlib.Path(folder).mkdir(exist_ok=True)
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="tar")
    (unpacked,) = pathlib.Path(folder).iterdir()
    return unpacked


def why_no_namespace():
    """Why there can be no machine in a folder here; '' if there can."""
    words = ["unshare", "--mount", "--pid", "--fork", "chroot", "/", "true"]
    if not shutil.which("unshare"):
        return "no namespaces: the program 'unshare' is not installed"
    tried = subprocess.run(words, capture_output=True, text=True, check=False)
    return f"no namespaces: {tried.stderr.strip()}" if tried.returncode else ""


class BareMachine(HoneTest):
    """A root folder with the bundle in /opt; `inside` runs a program there."""

    def setUp(self):
        super().setUp()
        if why := why_no_namespace():
            self.lacks(why)
        self.root = self.folder / "root"
        for name in ("bin", "proc", "dev", "tmp", "root", "opt", "lib"):
            (self.root / name).mkdir(parents=True)
        (self.root / "lib64").symlink_to("lib")
        for name in TOOLS:
            shutil.copy(shutil.which(name), self.root / "bin" / name)
        (self.root / "bin" / "sh").symlink_to("dash")
        for line in subprocess.run(["ldconfig", "-p"], env={"PATH": "/sbin:/usr/sbin"}, text=True,
                                   capture_output=True, check=True).stdout.splitlines():
            name, _, path = line.strip().partition(" ")
            if not (self.root / "lib" / name).exists() and (name in GLIBC or name.startswith("ld-linux")):
                shutil.copy(path.split("=> ")[1], self.root / "lib" / name)
        self.bundle = unpack(self.root / "opt").relative_to(self.root)
        self.environment |= {"PATH": f"/{self.bundle}/bin:/bin", "HOME": "/root", "XDG_CACHE_HOME": "/tmp"}

    def inside(self, *words, code=0):
        script = f"mount --rbind /dev {self.root}/dev && exec /usr/sbin/chroot {self.root} \"$@\""
        return self.run_program("/usr/bin/unshare", "--mount", "--pid", "--fork", "--kill-child",
                                f"--mount-proc={self.root}/proc", "/bin/sh", "-c",
                                f"PATH=/bin:/usr/bin:$PATH; {script}", "sh", *words, code=code)


class Bundle(BareMachine):
    def test_trains_to_the_table_of_the_machine_that_built_it(self):
        shutil.copy(self.tiny(), self.root / "tmp" / "tiny.json")
        said = self.inside("hone", "run", "/tmp/tiny.json", "--state", "/tmp/state", "--slots", 2)
        state = self.root / "tmp" / "state"
        self.assertEqual(trials_done(state), TRAINED)
        self.assertEqual(violations(state), [])
        other = self.folder / "here"
        self.environment |= {"PATH": os.environ["PATH"], "HOME": str(self.folder)}
        self.assertEqual(said.stdout, self.hone("run", self.tiny(), "--state", other, "--slots", 2).stdout)
        self.assertEqual(results(state), results(other))

    def test_is_whole_and_names_no_path_of_the_machine_that_built_it(self):
        folder = self.root / self.bundle
        self.run_program("env", f"--chdir={folder}", "sha256sum", "--check", "--quiet", "MANIFEST")
        named = [line.split()[1] for line in (folder / "MANIFEST").read_text().splitlines()[1:]]
        there = [f"./{file.relative_to(folder)}" for file in folder.rglob("*") if file.is_file()]
        self.assertEqual(sorted(named + ["./MANIFEST"]), sorted(there))
        for file in ("man/man1/hone.1", "man/man1/hone-run.1", "bash-completion/completions/hone",
                     "zsh/site-functions/_hone", "fish/vendor_completions.d/hone.fish"):
            self.assertIn(f"./share/{file}", there)
        paths = [os.fsencode(path) for path in (SOURCE, BIN, torch_folder())]
        self.assertEqual([(file, path) for file in there for path in paths
                          if path in (folder / file).read_bytes()], [])


class Team(HoneTest):
    """Of two ranks, out of a bundle, where there is an Open MPI as a cluster has one."""

    def test_takes_the_libmpi_of_the_mpirun_that_starts_it(self):
        bundle = unpack(self.folder / "unpacked")
        (bundle / "lib" / "mpi" / "libmpi.so.40").write_text("no library")
        said = self.run_program(bundle / "bin" / "hone-trainer", "--version", code=127).stderr
        self.assertIn("lib/mpi/libmpi.so.40", said)  # a lone one takes the spare
        said = self.run_program("mpirun", "--allow-run-as-root", "--oversubscribe", "-n", 2,
                                bundle / "bin" / "hone-trainer", "--version", "--team")
        self.assertEqual(said.stdout.count("hone-trainer "), 2)

    def test_trains(self):
        bundle = unpack(self.folder / "unpacked")
        state = self.folder / "state"
        self.run_program(bundle / "bin" / "hone", "run", self.tiny(numerics={"ranks": 2}), "--state",
                         state, "--slots", 2)
        self.assertEqual(trials_done(state), TRAINED)
        self.assertEqual(violations(state), [])


class LoginNode(HostsTest):
    """A cluster of two Slurm nodes and a login node, which have nothing of Hone but the archive."""

    def setUp(self):
        if why := slurm_host.why_not() or netns.why_not():
            self.lacks(why)
        HoneTest.setUp(self)
        self.hosts = netns.Hosts(self.folder, 3)
        self.addCleanup(self.hosts.down)
        self.slurm = slurm_host.Slurm(self.hosts, self.folder,
                                      lambda words, name: self.start(*words, name=name))
        self.addCleanup(self.slurm.down)
        self.home = self.folder / "home"
        self.home.mkdir()
        self.environment |= {"SLURM_CONF": str(self.slurm.conf), "HOME": str(self.home), "HONE_ALLOW_ROOT": "1"}
        self.wait_until("both nodes are up", lambda: len(self.slurm.idle()) == 2, 30)

    def test_the_readmes_commands_lead_to_the_first_table(self):
        commands = commands_of(SOURCE / "README.md", "tar xzf")
        self.assertEqual(len(commands), 5)
        name = commands[0].split()[2]
        (self.home / name).symlink_to(ARCHIVE)
        small = f"cp {self.tiny()} experiments/quickstart.json"  # for the one thing that takes long
        script = "\n".join([f"set -e; cd {self.home}", commands[0], small, *commands[1:], "kill %1; wait"])
        shell = self.start(*self.hosts.command("h1", "bash", "-c", script.replace(
            "10.0.0.1", self.hosts.address("h1"))), name="shell")
        self.wait_until("the commands are done", lambda: shell.poll() is not None, 150)
        self.assertEqual(shell.returncode, 0, self.logs())
        self.state = self.home / "sweeps"
        self.assertIn(self.hone("table", "II", "--state", self.state).stdout,
                      (self.folder / "shell.log").read_text())
        self.assert_same_as_one_machine()

    def test_the_bundles_readme_says_the_same(self):
        own = commands_of(unpack(self.folder / "unpacked") / "README.md", "export PATH")
        self.assertEqual(own[1:], commands_of(SOURCE / "README.md", "tar xzf")[1:])


def commands_of(readme, first):
    """The lines, without comments, of a README's block of commands that begins like this."""
    (block,) = [block for block in readme.read_text().split("```") if block.startswith(f"sh\n{first}")]
    return [line.split("  #")[0].strip() for line in block.splitlines()[1:]]


class Making(HoneTest):
    """What scripts/bundle says when there can be no bundle."""

    def refused(self, *words):
        """The one line that it says; nothing is left in the test's folder."""
        before = sorted(self.folder.rglob("*"))
        said = self.run_program(MAKE, *words, code=1).stderr
        self.assertEqual(sorted(self.folder.rglob("*")), before)
        return said

    def test_needs_a_build(self):
        said = self.refused("--build", self.folder, "--output", self.folder / "x.tar.gz")
        self.assertIn(f"{self.folder}/bin/hone is not there: build it with scripts/setup", said)

    def test_replaces_nothing_unasked_and_no_folder_that_is_no_bundle(self):
        (self.folder / "x.tar.gz").write_text("precious")
        said = self.refused("--build", BIN.parent, "--output", self.folder / "x.tar.gz")
        self.assertIn("x.tar.gz is there already; remove it, or replace it with --force", said)
        said = self.refused("--build", BIN.parent, "--output", self.folder, "--force")
        self.assertIn("is a folder but no bundle, so it is not replaced", said)

    def test_says_how_much_space_it_needs(self):
        if why := why_no_namespace():
            self.lacks(why)
        said = self.run_program(
            "unshare", "--mount", "sh", "-c", f"mount -t tmpfs -o size=20m none {self.folder} && "
            f"{MAKE} --build {BIN.parent} --output {self.folder}/x.tar.gz", code=1).stderr
        self.assertRegex(said, "has 20 MiB free and a bundle needs [0-9]+; free some")


def torch_folder():
    """Where the LibTorch is that hone-trainer was linked with."""
    said = subprocess.run(["ldd", BIN / "hone-trainer"], text=True, capture_output=True, check=True)
    (path,) = [line.split()[2] for line in said.stdout.splitlines() if "libtorch_cpu.so" in line]
    return pathlib.Path(path).parents[1]


if __name__ == "__main__":
    unittest.main()
