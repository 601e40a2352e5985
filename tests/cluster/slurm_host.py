"""A real Slurm on the hosts of netns: slurmctld on h1, a slurmd on every other host."""

import os
import pathlib
import shutil
import subprocess
import tempfile

CONF = """ClusterName=hone
SlurmctldHost=h1({controller})
AuthType=auth/munge
AuthInfo=socket={run}/sock
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool.%n
TmpFS={folder}/tmp.%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
ReturnToService=2
KillWait=3
SchedulerParameters=sched_interval=1,batch_sched_delay=1
SlurmdParameters=config_overrides
{nodes}
PartitionName=debug Nodes=ALL Default=YES MaxTime=60 State=UP
"""


def why_not():
    """Why there can be no Slurm here; '' if there can."""
    for program in ("slurmctld", "slurmd", "sbatch", "munged"):
        if not shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin"):
            return f"no Slurm: the program '{program}' is not installed"
    return ""


class Slurm:
    """`start(words, name)` starts a daemon that the test ends. munged wants folders that root alone
    can write to, so its own is below /run."""

    def __init__(self, hosts, folder, start):
        self.hosts, self.folder = hosts, pathlib.Path(folder) / "slurm"
        self.run = pathlib.Path(tempfile.mkdtemp(prefix="hone-munge-", dir="/run"))
        shutil.chown(self.run, "munge", "munge")
        self.run.chmod(0o755)
        (self.folder / "state").mkdir(parents=True)
        self._start_munge(start)
        nodes = hosts.names[1:]
        for node in nodes:
            (self.folder / f"spool.{node}").mkdir()
            (self.folder / f"tmp.{node}").mkdir()
        lines = "\n".join(f"NodeName={node} NodeAddr={hosts.address(node)} CPUs=2 Boards=1 "
                          "SocketsPerBoard=1 CoresPerSocket=2 ThreadsPerCore=1 RealMemory=1000"
                          for node in nodes)
        self.conf = self.folder / "slurm.conf"
        self.conf.write_text(CONF.format(controller=hosts.address("h1"), run=self.run,
                                         folder=self.folder, nodes=lines))
        (self.folder / "cgroup.conf").write_text("CgroupPlugin=cgroup/v1\nCgroupAutomount=no\n")
        start(hosts.command("h1", "/usr/sbin/slurmctld", "-D", "-i", "-f", self.conf), "slurmctld")
        for node in nodes:
            start(hosts.command(node, "/usr/sbin/slurmd", "-D", "-N", node, "-f", self.conf), node)

    def _start_munge(self, start):
        key = self.run / "key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        shutil.chown(key, "munge", "munge")
        start(["setpriv", "--reuid=munge", "--regid=munge", "--clear-groups", "/usr/sbin/munged",
               "-F", f"--key-file={key}", f"--socket={self.run}/sock", f"--pid-file={self.run}/pid",
               f"--log-file={self.run}/log", f"--seed-file={self.run}/seed"], "munged")

    def down(self):
        shutil.rmtree(self.run, ignore_errors=True)

    def idle(self):
        """Nodes that wait for a job."""
        said = subprocess.run(self.hosts.command("h1", "sinfo", "-h", "-N", "-t", "idle", "-o", "%N"),
                              env=os.environ | {"SLURM_CONF": str(self.conf)}, text=True,
                              capture_output=True, check=False)
        return said.stdout.split()
