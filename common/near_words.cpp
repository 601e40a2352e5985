#include "common/near_words.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace hone {

namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  using Row = std::vector<std::size_t>;  // of the beginnings of b
  Row before, last(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    Row row(b.size() + 1, i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = std::exchange(last, std::move(row));
  }
  return last.back();
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
