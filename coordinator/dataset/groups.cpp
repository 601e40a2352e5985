#include "coordinator/dataset/groups.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <numeric>

namespace hone {

namespace {

/// Sets that only ever merge; each is named by its smallest member.
class Sets {
 public:
  explicit Sets(std::size_t count) : parent_(count) {
    std::iota(parent_.begin(), parent_.end(), std::size_t{0});
  }

  std::size_t find(std::size_t member) const {
    while (parent_[member] != member) member = parent_[member];
    return member;
  }

  void merge(std::size_t a, std::size_t b) {
    const std::size_t first = find(a);
    const std::size_t second = find(b);
    parent_[std::max(first, second)] = std::min(first, second);
  }

 private:
  std::vector<std::size_t> parent_;
};

}  // namespace

Grouping group_images(const std::vector<std::string>& patients,
                      const std::vector<Digest>& contents) {
  Grouping result;
  Sets sets(contents.size());
  std::map<std::string, std::size_t> first_of_patient;
  std::map<Digest, std::size_t> first_of_content;
  for (std::size_t i = 0; i < contents.size(); ++i) {
    const auto [same, is_new] = first_of_content.emplace(contents[i], i);
    if (!is_new) ++result.duplicates;
    sets.merge(i, same->second);
    if (patients[i].empty()) continue;
    sets.merge(i, first_of_patient.emplace(patients[i], i).first->second);
  }
  std::map<std::size_t, std::int32_t> numbers;
  for (std::size_t i = 0; i < contents.size(); ++i) {
    const auto next = static_cast<std::int32_t>(numbers.size());
    result.groups.push_back(numbers.emplace(sets.find(i), next).first->second);
  }
  return result;
}

}  // namespace hone
