#include "coordinator/cli/selection.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <stdexcept>
#include <string_view>

namespace hone::cli {

namespace {

[[noreturn]] void refuse(std::string_view word) {
  throw std::invalid_argument("'" + std::string(word) +
                              "' names no sweep; write last, all, 3 or 3,5-8 ('hone status' lists "
                              "those that there are)");
}

std::int64_t number_of(std::string_view text, std::string_view word) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1) refuse(word);
  return number;
}

void add_word(SweepSelection& selection, std::string_view word) {
  if (word == "last") {
    selection.last = true;
  } else if (word == "all") {
    selection.all = true;
  } else {
    const auto dash = word.find('-');
    const std::int64_t first = number_of(word.substr(0, dash), word);
    const bool single = dash == std::string_view::npos;
    const std::int64_t second = single ? first : number_of(word.substr(dash + 1), word);
    if (second < first)
      throw std::invalid_argument("'" + std::string(word) + "' begins after its end; write " +
                                  std::to_string(second) + "-" + std::to_string(first));
    selection.spans.emplace_back(first, second);
  }
}

}  // namespace

SweepSelection parse_selection(const std::string& text) {
  SweepSelection selection;
  std::string_view rest = text;
  for (;;) {
    const auto comma = rest.find(',');
    add_word(selection, rest.substr(0, comma));
    if (comma == std::string_view::npos) return selection;
    rest.remove_prefix(comma + 1);
  }
}

bool names_one(const SweepSelection& selection) {
  if (selection.all) return false;
  if (selection.last) return selection.spans.empty();
  return selection.spans.size() == 1 && selection.spans[0].first == selection.spans[0].second;
}

std::vector<std::int64_t> select(const SweepSelection& selection,
                                 const std::vector<std::int64_t>& known) {
  if (known.empty()) {
    const std::string which =
        selection.spans.empty()
            ? ""
            : "there is no sweep " + std::to_string(selection.spans[0].first) + ": ";
    throw std::invalid_argument(which +
                                "no sweep was submitted yet; submit one with 'hone submit SPEC'");
  }
  std::set<std::int64_t> chosen;
  if (selection.last) chosen.insert(known.back());
  if (selection.all) chosen.insert(known.begin(), known.end());
  for (const auto& [first, second] : selection.spans) {
    const auto begin = std::lower_bound(known.begin(), known.end(), first);
    const auto end = std::upper_bound(begin, known.end(), second);
    if (begin == end)
      throw std::invalid_argument(
          (first == second
               ? "there is no sweep " + std::to_string(first)
               : "there are no sweeps " + std::to_string(first) + " to " + std::to_string(second)) +
          "; 'hone status' lists those that there are");
    chosen.insert(begin, end);
  }
  return {chosen.begin(), chosen.end()};
}

}  // namespace hone::cli
