"""Several hosts on one machine, for tests: each has its own network, name and /etc/hosts.

A host is a network, UTS and mount namespace that one process holds; nothing is named in the machine
itself, so tests that run at the same time never collide, and a host that nobody holds is gone.
h1, h2, ... are 10.77.0.1, 10.77.0.2, ... behind one bridge, which has no way out. All see the same
files. Needs root (or CAP_SYS_ADMIN and CAP_NET_ADMIN), `ip`, `unshare` and `nsenter`.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

HOLD = ["unshare", "--net", "--uts", "--mount", "--propagation", "private", "sleep", "infinity"]


def why_not():
    """Why there can be no hosts here; '' if there can."""
    for program in ("ip", "ss", "unshare", "nsenter"):
        if not shutil.which(program):
            return f"no network namespaces: the program '{program}' is not installed"
    words = HOLD[:-2] + ["sh", "-c", "ip link add b0 type bridge && ip link add v0 type veth peer v1"]
    tried = subprocess.run(words, capture_output=True, text=True, check=False)
    return f"no network namespaces: {tried.stderr.strip()}" if tried.returncode else ""


class Hosts:
    """`count` hosts, up when this returns. `folder` (the test's own) holds what they need; `down`
    ends every process in them, also those that outlived whoever started them."""

    def __init__(self, folder, count):
        self.folder = pathlib.Path(folder) / "hosts"
        self.folder.mkdir()
        self.names = [f"h{number}" for number in range(1, count + 1)]
        self.holders = {}
        (self.folder / "etc-hosts").write_text("127.0.0.1 localhost\n" + "".join(
            f"{self.address(name)} {name}\n" for name in self.names))
        try:
            self._hold("switch")
            self._inside("switch", "ip link add br0 type bridge && ip link set br0 up")
            for name in self.names:
                self._plug_in(name)
        except BaseException:
            self.down()
            raise
        self._write_remote_shell()

    @staticmethod
    def address(name):
        return f"10.77.0.{name.removeprefix('h')}"

    def command(self, name, *words):
        """What runs `words` on a host: it becomes that process, so signals reach it."""
        return self._enter(name) + [str(word) for word in words]

    def run(self, name, *words, **how):
        return subprocess.run(self.command(name, *words), capture_output=True, text=True, **how)

    def mpirun(self, name, slots, *words):
        """What runs mpirun on a host, with a host file: `slots` is {host: processes}."""
        host_file = self.folder / f"hostfile-{len(list(self.folder.glob('hostfile-*')))}"
        host_file.write_text("".join(f"{host} slots={n}\n" for host, n in slots.items()))
        return self.command(name, "mpirun", "--allow-run-as-root", "--hostfile", host_file,
                            *self.mpi_options(), *words)

    def mpi_options(self):
        """What mpirun needs here beside its hosts: a remote shell without sshd, and the network."""
        return ["--bind-to", "none", "--mca", "plm_rsh_agent", str(self.folder / "remote-shell"),
                "--mca", "plm_rsh_no_tree_spawn", "1", "--mca", "oob_tcp_if_include", "eth0",
                "--mca", "btl", "self,tcp", "--mca", "btl_tcp_if_include", "eth0"]

    def cut(self, name):
        """Pulls the cable at the switch: silence both ways, and nobody is told."""
        self._inside("switch", f"ip link set {name} down")

    def heal(self, name):
        self._inside("switch", f"ip link set {name} up")

    def silence(self, name, other):
        """One way: what the host sends to the other is lost, and it hears the other all the same."""
        self._inside(name, f"ip route add blackhole {self.address(other)}/32")

    def unsilence(self, name, other):
        self._inside(name, f"ip route del blackhole {self.address(other)}/32")

    def take_down(self, name):
        """The host's own interface, which its programs are told of."""
        self._inside(name, "ip link set eth0 down")

    def bring_up(self, name):
        self._inside(name, "ip link set eth0 up")

    def reset(self, name, port):
        """Ends every TCP connection of the host to that port with an RST; how many there were."""
        done = subprocess.run(self.command(name, "ss", "-K", "-H", "-t", "state", "established", "dport", "=", f":{port}"),
                              capture_output=True, text=True, check=True)
        return len(done.stdout.splitlines())

    def can_reset(self, name):
        """Whether this kernel lets `ss -K` end connections (CONFIG_INET_DIAG_DESTROY); without it says nothing."""
        script = ("import socket, subprocess; s = socket.create_server(('127.0.0.1', 0)); "
                  "c = socket.create_connection(s.getsockname()); port = s.getsockname()[1]; "
                  "subprocess.run(['ss', '-K', '-H', '-t', 'dport', '=', f':{port}'], capture_output=True); "
                  "c.settimeout(0.2); c.recv(1)")
        done = self.run(name, sys.executable, "-c", script)
        return "ConnectionAbortedError" in done.stderr or "ConnectionResetError" in done.stderr

    def pids(self, name):
        """Every process on the host, but for the one that holds it."""
        holder, found = self.holders[name], []
        place = os.readlink(f"/proc/{holder.pid}/ns/net")
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == holder.pid:
                continue
            try:
                if os.readlink(entry / "ns/net") == place:
                    found.append(int(entry.name))
            except OSError:
                continue  # it has just ended
        return found

    def lose(self, name):
        """Ends every process on the host at once, as a power cut does, and pulls its cable."""
        self.cut(name)
        while pids := self.pids(name):
            for pid in pids:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            time.sleep(0.01)  # dying takes a moment

    def down(self):
        for name, holder in self.holders.items():
            if name != "switch":
                self.lose(name)
        for holder in self.holders.values():
            holder.kill()
            holder.wait()
        self.holders = {}

    def _hold(self, name):
        mine = os.readlink("/proc/self/ns/net")
        self.holders[name] = holder = subprocess.Popen(HOLD, stdin=subprocess.DEVNULL)
        end = time.monotonic() + 10
        while pathlib.Path(f"/proc/{holder.pid}/comm").read_text() != "sleep\n" or os.readlink(
                f"/proc/{holder.pid}/ns/net") == mine:
            if holder.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"host {name} does not come up")
            time.sleep(0.005)

    def _enter(self, name):
        return ["nsenter", "-t", str(self.holders[name].pid), "--net", "--uts", "--mount",
                f"--wd={os.getcwd()}"]

    def _inside(self, name, script):
        done = subprocess.run(self.command(name, "sh", "-c", script), capture_output=True,
                              text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{name}: {script}: {done.stderr.strip()}")

    def _plug_in(self, name):
        self._hold(name)
        self._inside("switch", f"ip link add {name} type veth peer name eth0 netns "
                     f"{self.holders[name].pid} && ip link set {name} master br0 up")
        self._inside(name, f"hostname {name} && mount --bind {self.folder}/etc-hosts /etc/hosts && "
                     f"ip addr add {self.address(name)}/24 dev eth0 && ip link set eth0 up && "
                     "ip link set lo up")

    def _write_remote_shell(self):
        # As ssh is called: [OPTIONS] HOST COMMAND...; the command is one for a shell.
        cases = "".join(f"  {name}) holder={self.holders[name].pid} ;;\n" for name in self.names)
        file = self.folder / "remote-shell"
        file.write_text('#!/bin/sh\nwhile [ "${1#-}" != "$1" ]; do shift; done\nhost=$1; shift\n'
                        f'case $host in\n{cases}  *) echo "no host $host" >&2; exit 255 ;;\nesac\n'
                        'exec nsenter -t $holder --net --uts --mount sh -c "$*"\n')
        file.chmod(0o755)
