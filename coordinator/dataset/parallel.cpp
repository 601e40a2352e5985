#include "coordinator/dataset/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>
#include <vector>

namespace hone {

namespace {

/// One thread's share. Numbers are handed out in ascending order and every one begun is finished,
/// so the smallest that fails is always among those seen.
struct Share {
  std::int64_t failed_at = -1;
  std::exception_ptr failure;
};

}  // namespace

void parallel_for(std::int64_t count, int threads, const std::function<void(std::int64_t)>& work,
                  const IngestProgress& progress) {
  std::atomic<std::int64_t> next = 0;
  std::atomic<std::int64_t> done = 0;
  std::atomic<bool> stop = false;
  const auto run = [&](Share& share, const IngestProgress& tell) {
    while (!stop) {
      const std::int64_t i = next++;
      if (i >= count) return;
      try {
        work(i);
        const std::int64_t finished = ++done;
        if (tell) tell(finished, count);
      } catch (...) {
        share = {i, std::current_exception()};
        stop = true;
      }
    }
  };
  std::vector<Share> shares(static_cast<std::size_t>(std::max(1, threads)));
  {
    std::vector<std::jthread> others;
    for (std::size_t t = 1; t < shares.size(); ++t) {
      others.emplace_back([&run, &share = shares[t]] { run(share, {}); });
    }
    run(shares[0], progress);
  }
  const auto first =
      std::min_element(shares.begin(), shares.end(), [](const Share& a, const Share& b) {
        return a.failure && (!b.failure || a.failed_at < b.failed_at);
      });
  if (first->failure) std::rethrow_exception(first->failure);
  if (progress) progress(count, count);
}

int thread_count(int wanted) {
  if (wanted > 0) return wanted;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace hone
