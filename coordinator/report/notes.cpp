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

std::string shortened(const std::vector<std::string>& parts) {
  const std::size_t shown = std::min(parts.size(), most_shown);
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) text += (i > 0 ? "; " : "") + parts[i];
  if (parts.size() > shown) text += "; and " + std::to_string(parts.size() - shown) + " more";
  return text;
}

}  // namespace hone
