#pragma once

#include <cstdint>
#include <functional>

#include "coordinator/dataset/ingest.hpp"

namespace hone {

/// Calls work(i) for every i in [0, count) on `threads` threads, the calling one among them, which
/// alone calls `progress`. If calls throw, the rest are left out and the exception of the smallest
/// i is thrown, so the error does not depend on the number of threads.
void parallel_for(std::int64_t count, int threads, const std::function<void(std::int64_t)>& work,
                  const IngestProgress& progress);

/// `wanted`, or as many threads as the machine has if that is 0.
int thread_count(int wanted);

}  // namespace hone
