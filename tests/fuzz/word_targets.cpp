// Short texts: a request's first line, times, selections.
#include <array>
#include <limits>

#include "common/duration.hpp"
#include "coordinator/cli/selection.hpp"
#include "coordinator/server/request_target.hpp"
#include "coordinator/server/routes.hpp"
#include "tests/fuzz/targets.hpp"

namespace hone::fuzz {

namespace {

constexpr std::array<std::string_view, 5> patterns = {"/", "/assets/{file}", "/artifacts/{digest}",
                                                      "/api/v1/sweeps/{sweep}/tables/{table}",
                                                      "/api/v1/trials/{trial}/why"};

void take_request(std::string_view bytes) {
  try {
    const RequestTarget target = parse_target(bytes);
    for (const auto& [name, value] : target.parameters) {
      expect(target.text(name) == value, "a parameter is what was given");
      target.number(name, std::numeric_limits<std::int64_t>::min(),
                    std::numeric_limits<std::int64_t>::max());
    }
  } catch (const ParameterError&) {
  }
  const std::string_view path = bytes.substr(0, bytes.find('?'));
  for (const std::string_view pattern : patterns) {
    const auto found = match_path(pattern, path);
    if (!found) continue;
    expect(found->word.find('/') == std::string_view::npos, "an argument is one part of a path");
    if (pattern == "/") expect(path == "/", "a pattern without names is that path alone");
  }
}

std::vector<std::string> requests() {
  return {"/", "/assets/index-1a2b.js", "/artifacts/" + std::string(64, 'a'),
          "/api/v1/sweeps/12/tables/II?format=csv&x=%20+%2F", "/api/v1/trials/7/why?a=1&b=-3&&c"};
}

void take_duration(std::string_view bytes) {
  try {
    const auto time = parse_duration(bytes);
    expect(time >= std::chrono::milliseconds(0), "a time is not negative");
    expect(time <= std::chrono::hours(24) * 36600, "a time is at most 100 years");
  } catch (const std::invalid_argument&) {
  }
}

std::vector<std::string> durations() {
  return {"90", "15min", "2h 30min", "1.5 days", "01:30:00", "1w2d", "1-12:00:00"};
}

void take_selection(std::string_view bytes) {
  cli::SweepSelection selection;
  try {
    selection = cli::parse_selection(std::string(bytes));
  } catch (const std::invalid_argument&) {
    return;
  }
  for (const auto& [first, last] : selection.spans) expect(first <= last, "a span goes forwards");
  try {
    const auto found = cli::select(selection, {1, 2, 3, 7});
    expect(!found.empty() && found.size() <= 4, "a selection is some of what is there");
  } catch (const std::invalid_argument&) {
  }
}

std::vector<std::string> selections() {
  return {"last", "all", "3", "3,5-8", "1-9223372036854775807", "last,2"};
}

}  // namespace

const Target request = {"request", take_request, requests};
const Target duration = {"duration", take_duration, durations};
const Target selection = {"selection", take_selection, selections};

const std::vector<Target>& targets() {
  static const std::vector<Target> all = {
      worker_message, order,    trainer_order, trainer_message, trial_spec, experiment, tensor_file,
      checkpoint,     manifest, description,   picture,         request,    duration,   selection};
  return all;
}

}  // namespace hone::fuzz
