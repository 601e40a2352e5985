#include "common/near_words.hpp"

#include <algorithm>
#include <numeric>

namespace hone {

namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

}  // namespace

std::string nearest_word(std::string_view given, const std::vector<std::string_view>& words) {
  const auto nearer = [given](std::string_view a, std::string_view b) {
    return edit_distance(given, a) < edit_distance(given, b);
  };
  const auto nearest = std::min_element(words.begin(), words.end(), nearer);
  return nearest == words.end() ? "" : std::string(*nearest);
}

std::string suggestion(std::string_view given, const std::vector<std::string_view>& words) {
  if (words.empty()) return {};
  const std::string nearest = nearest_word(given, words);
  const std::size_t near =
      std::max<std::size_t>(1, (std::max(given.size(), nearest.size()) + 1) / 3);
  if (edit_distance(given, nearest) <= near) return "; did you mean '" + nearest + "'?";
  return "; known are " + quoted_list(words);
}

std::string quoted_list(const std::vector<std::string_view>& words) {
  std::string text;
  for (const std::string_view word : words)
    text += (text.empty() ? "'" : ", '") + std::string(word) + "'";
  return text;
}

}  // namespace hone
