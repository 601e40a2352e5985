#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hone::cli {

/// What `hone top` shows, as answers of a coordinator have it.
struct TopAnswers {
  std::string status;                // of GET /status
  std::string sweeps;                // of GET /sweeps
  std::string workers;               // of GET /workers
  std::vector<std::string> details;  // of GET /sweeps/N for those that are open
  std::vector<std::string> ended;    // likewise for those of ended_in_trouble()
  bool live = true;                  // a coordinator runs
};

enum class Emphasis : std::uint8_t { none, title, heading, good, busy, bad, dim };

/// A line of the screen.
struct TopLine {
  std::string text;  // no control characters
  Emphasis emphasis = Emphasis::none;
};

/// Which of the sweeps of GET /sweeps have trials that are still to be done; the newest `most` at
/// most.
std::vector<std::int64_t> open_sweeps(const std::string& sweeps, std::size_t most);

/// Of the newest that have ended, which are still shown, those that have trials without a result.
std::vector<std::int64_t> ended_in_trouble(const std::string& sweeps);

/// The picture as lines of at most `width` columns: the first is the title and stays where the
/// others are scrolled. `now` is the time of day as it is to be shown.
std::vector<TopLine> top_lines(const TopAnswers& answers, std::size_t width,
                               const std::string& now);

}  // namespace hone::cli
