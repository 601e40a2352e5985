#include "coordinator/dataset/cases.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>
#include <vector>

#include "common/random.hpp"

namespace hone {

namespace {

/// Places in the list, a patient's together, in the order of first places.
std::vector<std::vector<std::size_t>> patients_of(const SourceList& list) {
  std::vector<std::vector<std::size_t>> patients;
  std::map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < list.sources.size(); ++i) {
    const std::string& name = list.sources[i].patient;
    const auto [at, is_new] = known.emplace(name, patients.size());
    if (name.empty() || is_new) {
      patients.push_back({i});
    } else {
      patients[at->second].push_back(i);
    }
  }
  return patients;
}

void shuffle(std::vector<std::vector<std::size_t>>& patients) {
  Random random({cases_key});
  for (std::size_t left = patients.size(); left > 1; --left) {
    std::swap(patients[left - 1], patients[random.below(static_cast<std::uint32_t>(left))]);
  }
}

}  // namespace

std::string choose_cases(SourceList& list, int cases) {
  if (cases == 0) return {};
  const std::size_t total = list.sources.size();
  const auto wanted = static_cast<std::size_t>(cases);
  if (wanted > total) {
    throw IngestError("cases " + std::to_string(cases) + ": " + list.root.string() + " has only " +
                      std::to_string(total) + "; expected at most as many");
  }
  auto patients = patients_of(list);
  shuffle(patients);
  std::vector<std::size_t> chosen;
  for (const auto& patient : patients) {
    if (chosen.size() + patient.size() > wanted) continue;
    chosen.insert(chosen.end(), patient.begin(), patient.end());
  }
  if (chosen.empty()) {
    throw IngestError("cases " + std::to_string(cases) +
                      ": every patient has more images, and a patient's are kept together");
  }
  std::sort(chosen.begin(), chosen.end());
  std::vector<Source> sources;
  for (const std::size_t i : chosen) sources.push_back(std::move(list.sources[i]));
  list.sources = std::move(sources);
  return std::to_string(chosen.size()) + " of " + std::to_string(total) + " cases";
}

}  // namespace hone
