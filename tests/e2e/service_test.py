"""hone.service, the unit for systemd: it is valid, its command line is Hone's, and a coordinator needs no more than it allows.

Where no systemd runs (as in tests) the coordinator has by other means what the unit says: a user without capabilities, a
file system that is read-only but for the state folder, no /home, an empty /tmp, a /proc of processes alone. Its system
calls are held against the unit's filter.
"""

import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cluster"))

import netns  # noqa: E402
from harness import HONE, QUICK, SOURCE, TRAINED, WORKER, HoneTest, trials_done, violations  # noqa: E402

UNIT = SOURCE / "examples" / "hone.service"
MOST_EXPOSED = 15  # of 100, as systemd-analyze counts: 14 is "OK"
NOBODY = 65534

# By hand what the unit says; $1 is the state folder, $2 hone, the rest the command.
JAIL = """
mount -t tmpfs none /var/lib && mkdir /var/lib/hone && mount --bind "$1" /var/lib/hone
mount -t tmpfs none /opt && mkdir -p /opt/hone/bin && cp "$2" /opt/hone/bin/hone
for folder in /home /root /tmp; do mount -t tmpfs none $folder; done
chmod 1777 /tmp
for folder in / /var/lib /opt /home /root; do mount -o remount,bind,ro $folder; done
mount -t proc -o subset=pid,hidepid=invisible none /proc
cd /; shift 2; umask 077
exec setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all \\
  strace -f -qq -c -U name -o /var/lib/hone/calls "$@"
"""


def settings():
    """[(key, value)] of the unit's lines."""
    return re.findall(r"^(\w+)=(.*)$", UNIT.read_text(), re.M)


def setting(key):
    (value,) = [value for name, value in settings() if name == key]
    return value


class Unit(HoneTest):
    def test_is_valid_and_exposes_little(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("no unit is looked at: the program 'systemd-analyze' is not installed")
        file = self.folder / "hone.service"
        file.write_text(UNIT.read_text().replace("/opt/hone/bin/hone", str(HONE)))
        said = self.run_program("systemd-analyze", "verify", file)
        self.assertEqual(said.stdout + said.stderr, "")
        said = self.run_program("systemd-analyze", "security", "--offline=true", "--no-pager",
                                f"--threshold={MOST_EXPOSED}", file).stdout
        print(said.strip().splitlines()[-1])
        file.write_text(re.sub("^(CapabilityBoundingSet|SystemCallFilter)=.*$", "", UNIT.read_text(), flags=re.M))
        self.run_program("systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", file, code=1)

    def test_names_one_folder_and_options_that_there_are(self):
        state = "/var/lib/hone"
        self.assertEqual(setting("StateDirectory"), "hone")
        self.assertEqual(setting("ReadWritePaths"), state)
        words = shlex.split(setting("ExecStart"))
        self.assertEqual(words[1:4], ["serve", "--state", state])
        known = self.hone("serve", "--help").stdout
        for option in [word for word in words if word.startswith("--")]:
            self.assertIn(f"  {option} ", known)
        self.assertNotIn("--allow-root", words)
        code = int(setting("RestartPreventExitStatus"))
        self.hone("serve", "--state", self.folder / "state", "--bind", "10.0.0.1", "--no-such-option", code=code)


class Jailed(HoneTest):
    def setUp(self):
        super().setUp()
        if why := netns.why_not():
            self.lacks(why)
        if not shutil.which("strace"):
            self.lacks("no system call is looked at: the program 'strace' is not installed")
        self.hosts = netns.Hosts(self.folder, 1)
        self.addCleanup(self.hosts.down)
        self.state = self.folder / "state"
        self.state.mkdir(mode=0o700)
        os.chown(self.state, NOBODY, NOBODY)

    def on_host(self, *words):
        return self.run_program(*self.hosts.command("h1", *words))

    def own_copy(self, name):
        """As the unit's first lines say: an access file of another user is refused."""
        file = self.folder / name
        file.touch(mode=0o600)
        file.write_bytes((self.state / name).read_bytes())
        return file

    def serve_in_jail(self):
        words = shlex.split(setting("ExecStart"))
        address = words[words.index("--bind") + 1]
        self.on_host("ip", "address", "add", f"{address}/32", "dev", "lo")
        clean = ["env", "-i", f"PATH={os.environ['PATH']}", f"HONE_E2E_FOLDER={self.folder}"]
        return self.start(*self.hosts.command("h1", "unshare", "--mount", "--propagation", "private", "--pid", "--fork",
                                              "--kill-child", *clean, "sh", "-ec", JAIL, "jail", self.state, HONE, *words),
                          name="serve")

    def test_serves_a_sweep_with_what_its_unit_allows(self):
        jail = self.serve_in_jail()
        self.wait_until("the coordinator serves", lambda: "hone: serving" in (self.folder / "serve.log").read_text(), 20)
        admin, worker = self.own_copy("access.json"), self.own_copy("worker.json")
        self.on_host(HONE, "submit", self.tiny(), "--access", admin)
        self.on_host(WORKER, "--access", worker, "--slots", 2, "--trainer", QUICK, "--until-drained")
        self.assertEqual(trials_done(self.state), TRAINED)
        self.assertEqual(violations(self.state), [])
        self.on_host(HONE, "table", "II", "--access", admin)
        (serving,) = [pid for pid in self.processes("serve") if os.readlink(f"/proc/{pid}/exe").endswith("hone/bin/hone")]
        self.assertEqual(os.stat(f"/proc/{serving}").st_uid, NOBODY)
        status = pathlib.Path(f"/proc/{serving}/status").read_text()
        self.assertRegex(status, r"CapBnd:\s+0{16}\n(?s:.*)NoNewPrivs:\s+1")
        mounts = [line.split() for line in pathlib.Path(f"/proc/{serving}/mountinfo").read_text().splitlines()]
        writable = {mount[4] for mount in mounts if mount[5].startswith("rw")}
        self.assertIn("/var/lib/hone", writable)
        self.assertFalse(writable & {"/", "/var/lib", "/opt", "/home", "/root"}, writable)
        os.kill(serving, signal.SIGTERM)
        self.assertEqual(jail.wait(timeout=20), 0)
        self.assert_calls_pass_the_filter()

    def assert_calls_pass_the_filter(self):
        made = set((self.state / "calls").read_text().split()) - {"name", "syscall", "total"}
        made = {call for call in made if re.fullmatch("[a-z][a-z0-9_]+", call)}
        allowed = set()
        for value in [value for key, value in settings() if key == "SystemCallFilter"]:
            for name in value.removeprefix("~").split():
                allowed = allowed - calls_of(name) if value.startswith("~") else allowed | calls_of(name)
        print(f"{len(made)} system calls of the coordinator are among the {len(allowed)} that its unit allows")
        self.assertGreater(len(made), 30)
        self.assertEqual(made - allowed, set())


def calls_of(name):
    """The system calls of a set of systemd's, "@system-service"."""
    said = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager", name], capture_output=True, text=True, check=True)
    calls = set()
    for line in said.stdout.splitlines()[1:]:
        word = line.strip()
        if word.startswith("@"):
            calls |= calls_of(word)
        elif word and not word.startswith("#"):
            calls.add(word)
    return calls


if __name__ == "__main__":
    unittest.main()
