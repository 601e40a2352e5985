#pragma once

#include <string>

#include "coordinator/state/service.hpp"

namespace hone {

/// What a worker must have to lease a trial: a row of the table `demand`.
struct Demand {
  std::int64_t threads = 1, ranks = 1;
  std::string precision, device;
  std::int64_t memory_mib = 0;
};

/// Whether such a worker has all of it.
bool meets(const Service::Capability& worker, const Demand& demand);

/// "4 threads (--threads 4) and bf16": for people; '' for what every worker has.
std::string text_of(const Demand& demand);

}  // namespace hone
