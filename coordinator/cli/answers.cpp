#include "coordinator/cli/answers.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

#include "coordinator/cli/results_file.hpp"
#include "coordinator/cli/selection.hpp"
#include "coordinator/cli/state_options.hpp"
#include "coordinator/cli/sweep_numbers.hpp"
#include "coordinator/report/wording.hpp"
#include "coordinator/server/api.hpp"

namespace hone::cli {

namespace {

using nlohmann::json;

constexpr std::size_t names_shown = 3;

std::optional<std::int64_t> whole_number(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return number;
}

/// The one trial of a page that is called so, or whose name alone has the text.
std::int64_t only_match(const json& page, const std::string& text) {
  const json& trials = page.at("trials");
  for (const json& each : trials) {
    if (each.at("name") == text) return each.at("trial");
  }
  if (page.at("total") == 1) return trials.at(0).at("trial");
  const std::string sweep = page.at("sweep").dump();
  if (trials.empty()) {
    throw CommandError("no trial of sweep " + sweep + " has '" + text +
                           "' in its name; 'hone trials " + sweep + "' lists them",
                       wrong_input);
  }
  std::string some;
  for (std::size_t i = 0; i < std::min(names_shown, trials.size()); ++i)
    some += (i == 0 ? "" : ", ") + trials[i].at("name").get<std::string>();
  throw CommandError("'" + text + "' is in the names of " +
                         counted(page.at("total").get<std::int64_t>(), "trial") + ": " + some +
                         (trials.size() > names_shown ? ", ..." : "") + "; write one in full",
                     wrong_input);
}

}  // namespace

struct Answers::Source {
  std::optional<HttpClient> coordinator;
  std::optional<Database> file;
  std::optional<Snapshot> snapshot;  // of the file
};

Answers::Answers(const ConnectionOptions& options, Notice notice)
    : source_(std::make_unique<Source>()) {
  try {
    source_->coordinator.emplace(connect(options));
    return;
  } catch (const NoCoordinator&) {
    const std::filesystem::path state = state_folder(options.state);
    if (names_a_coordinator(options)) throw;
    if (!has_results(options.state)) {
      throw NoCoordinator("there are no results in " + state.string() +
                          " yet: 'hone run SPEC' makes some, 'hone serve' starts a coordinator "
                          "there; --state names another folder");
    }
  }
  source_->file.emplace(open_results(options.state));
  source_->snapshot.emplace(*source_->file);
  if (notice == Notice::silent) return;
  std::fprintf(
      stderr, "%s: read from its file\n",
      is_in_use(state_folder(options.state))
          ? "the coordinator of this state folder does not answer (it starts, or waits for "
            "room on its disk)"
          : "no coordinator runs on this state folder");
}

Answers::~Answers() = default;
Answers::Answers(Answers&&) noexcept = default;
Answers& Answers::operator=(Answers&&) noexcept = default;

bool Answers::is_live() const {
  return source_->coordinator.has_value();
}

std::string Answers::get(const std::string& target) {
  if (is_live()) return body_of(source_->coordinator->get(target));
  const ApiResponse response = api_get(*source_->file, {}, target);
  return body_of({.status = response.status, .body = response.body});
}

std::vector<std::int64_t> Answers::selected(const std::string& text) {
  return selected_sweeps(get("/api/v1/sweeps"), text);
}

std::int64_t Answers::one_sweep(const std::string& text) {
  return selected_sweep(get("/api/v1/sweeps"), text);
}

std::int64_t Answers::trial(const std::string& text, const std::string& sweep) {
  if (const auto number = whole_number(text)) {
    one_sweep(sweep);  // that there is one, though the number says all
    return *number;
  }
  const std::string target = "/api/v1/sweeps/" + std::to_string(one_sweep(sweep)) +
                             "/trials?limit=500&text=" + url_encoded(text);
  return only_match(json::parse(get(target)), text);
}

std::vector<std::int64_t> selected_sweeps(const std::string& list, const std::string& text) {
  std::vector<std::int64_t> numbers;
  const json parsed = json::parse(list);
  for (const json& each : parsed.at("sweeps")) numbers.push_back(each.at("sweep"));
  try {
    return select(parse_selection(text), numbers);
  } catch (const std::invalid_argument& error) {
    throw CommandError(error.what(), wrong_input);
  }
}

std::int64_t selected_sweep(const std::string& list, const std::string& text) {
  const auto numbers = selected_sweeps(list, text);
  if (numbers.size() == 1) return numbers.front();
  throw CommandError("'" + text + "' are several sweeps; this command is about one", wrong_input);
}

std::string url_encoded(const std::string& text) {
  constexpr const char* digits = "0123456789ABCDEF";
  constexpr std::string_view unreserved = "-._~";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || unreserved.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += {'%', digits[byte >> 4U], digits[byte & 0xfU]};
    }
  }
  return encoded;
}

}  // namespace hone::cli
