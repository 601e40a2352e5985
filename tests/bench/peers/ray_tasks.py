"""No-op tasks a second of Ray on this machine, state in memory."""
import os
import time

from peer import not_installed, say

WHAT = "Ray: no-op tasks"


def main():
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError:
        not_installed("ray-tasks", WHAT, "Ray", "1058/s on a 2-core machine")
        return
    ray.init(num_cpus=os.cpu_count(), include_dashboard=False, log_to_driver=False, logging_level="ERROR")

    @ray.remote
    def nothing():
        return 1

    ray.get([nothing.remote() for _ in range(200)])
    start, count = time.perf_counter(), 4000
    ray.get([nothing.remote() for _ in range(count)])
    say("ray-tasks", WHAT, count / (time.perf_counter() - start), f"Ray {ray.__version__}, one node, not durable")
    ray.shutdown()


if __name__ == "__main__":
    main()
