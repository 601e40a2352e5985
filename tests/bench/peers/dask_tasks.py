"""No-op tasks a second of Dask's distributed scheduler on this machine, state in memory."""
import time

from peer import not_installed, say

WHAT = "Dask: no-op tasks"


def main():
    try:
        import distributed
    except ImportError:
        not_installed("dask-tasks", WHAT, "Dask", "449/s on a 2-core machine")
        return
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        with distributed.Client(cluster) as client:
            client.gather(client.map(lambda x: x, range(200), pure=False))
            start, count = time.perf_counter(), 3000
            client.gather(client.map(lambda x: x, range(count), pure=False))
            rate = count / (time.perf_counter() - start)
    say("dask-tasks", WHAT, rate, f"Dask {distributed.__version__}, two worker processes, not durable")


if __name__ == "__main__":
    main()
