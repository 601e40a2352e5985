#include "coordinator/cli/selection.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace hone::cli {

namespace {

using Span = std::pair<std::int64_t, std::int64_t>;

constexpr const char* no_sweep =
    "' names no sweep; write last, all, 3 or 3,5-8 ('hone status' lists those that there are)";
constexpr const char* no_trial =
    "' names no trial; write 12 or 12,15-18 ('hone trials' lists those that there are)";

/// `fault` goes on after the opening quote and the word.
[[noreturn]] void refuse(std::string_view word, const char* fault) {
  throw std::invalid_argument("'" + std::string(word) + fault);
}

std::int64_t number_of(std::string_view text, std::string_view word, const char* fault) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 1) refuse(word, fault);
  return number;
}

/// "3" or "5-8".
Span span_of(std::string_view word, const char* fault) {
  const auto dash = word.find('-');
  const std::int64_t first = number_of(word.substr(0, dash), word, fault);
  if (dash == std::string_view::npos) return {first, first};
  const std::int64_t second = number_of(word.substr(dash + 1), word, fault);
  if (second < first)
    throw std::invalid_argument("'" + std::string(word) + "' begins after its end; write " +
                                std::to_string(second) + "-" + std::to_string(first));
  return {first, second};
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (;;) {
    const auto comma = text.find(',');
    words.push_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return words;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace

SweepSelection parse_selection(const std::string& text) {
  SweepSelection selection;
  for (const std::string_view word : words_of(text)) {
    if (word == "last") {
      selection.last = true;
    } else if (word == "all") {
      selection.all = true;
    } else {
      selection.spans.push_back(span_of(word, no_sweep));
    }
  }
  return selection;
}

std::vector<std::int64_t> parse_trials(const std::string& text) {
  std::set<std::int64_t> trials;
  for (const std::string_view word : words_of(text)) {
    const auto [first, last] = span_of(word, no_trial);
    if (last - first >= most_trials - std::ssize(trials))
      throw std::invalid_argument("'" + text + "' names more than " + std::to_string(most_trials) +
                                  " trials; without --trial, all of a sweep are meant");
    for (std::int64_t trial = first; trial <= last; ++trial) trials.insert(trial);
  }
  return {trials.begin(), trials.end()};
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
