#include "coordinator/server/demand.hpp"

namespace hone {

bool meets(const Service::Capability& worker, const Demand& demand) {
  return worker.threads >= demand.threads && worker.ranks >= demand.ranks &&
         (demand.precision != "bf16" || worker.bf16) &&
         (demand.device != "cuda" ||
          (worker.gpu && (worker.memory_mib == 0 || worker.memory_mib >= demand.memory_mib)));
}

std::string text_of(const Demand& demand) {
  std::string text;
  const auto add = [&](const std::string& each) { text += (text.empty() ? "" : " and ") + each; };
  if (demand.threads > 1) add("--threads " + std::to_string(demand.threads));
  if (demand.ranks > 1)
    add("room for a team of " + std::to_string(demand.ranks) + " ranks (--slots or --hosts)");
  if (demand.device == "cuda")
    add("a GPU of which a slot has " + std::to_string(demand.memory_mib) +
        " MiB (fewer --slots a GPU, or --gpu-memory where that estimate is too high)");
  if (demand.precision == "bf16") add("bf16");
  return text;
}

}  // namespace hone
