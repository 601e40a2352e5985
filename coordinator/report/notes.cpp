#include "coordinator/report/notes.hpp"

#include <algorithm>

namespace hone {

namespace {

constexpr std::size_t most_shown = 3;

}  // namespace

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

std::string tallied(const std::vector<std::string>& parts) {
  std::vector<std::string> different;
  for (const std::string& part : parts) {
    if (std::find(different.begin(), different.end(), part) == different.end())
      different.push_back(part);
  }
  for (std::string& each : different) {
    const auto times = std::count(parts.begin(), parts.end(), each);
    if (times > 1) each += " (" + std::to_string(times) + " times)";
  }
  return joined(different);
}

std::string shortened(const std::vector<std::string>& parts) {
  const std::size_t shown = std::min(parts.size(), most_shown);
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) text += (i > 0 ? "; " : "") + parts[i];
  if (parts.size() > shown) text += "; and " + std::to_string(parts.size() - shown) + " more";
  return text;
}

}  // namespace hone
