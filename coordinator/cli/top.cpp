// hone top: what goes on, on the whole terminal.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <ctime>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "coordinator/cli/answers.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/cli/durations.hpp"
#include "coordinator/cli/results_file.hpp"
#include "coordinator/cli/terminal.hpp"
#include "coordinator/cli/top_picture.hpp"
#include "coordinator/cli/top_screen.hpp"

namespace hone::cli {

namespace {

using nlohmann::json;

constexpr std::size_t most_open = 30;         // sweeps that are shown whole
constexpr std::size_t piped_width = 100'000;  // nothing is cut for a program
constexpr std::chrono::milliseconds shortest{200}, longest{3'600'000};

constexpr const char* examples = R"(
Examples:
  hone top                      sweeps, running trials, workers, failures; q leaves, arrows move
  hone top --every 10s
  hone top --once               prints it once, as it does where stdout is no terminal
  hone top --json               the answers that it is made of

Looking changes nothing, and whoever looks cannot slow a worker down.
)";

struct Options {
  ConnectionOptions connection;
  std::string every = "2s";
  bool once = false;
  bool json = false;
};

TopAnswers read_answers(const ConnectionOptions& connection, Answers::Notice notice) {
  Answers answers(connection, notice);
  TopAnswers all{.status = answers.get("/api/v1/status"),
                 .sweeps = answers.get("/api/v1/sweeps"),
                 .workers = answers.get("/api/v1/workers"),
                 .details = {},
                 .ended = {},
                 .live = answers.is_live()};
  for (const std::int64_t sweep : open_sweeps(all.sweeps, most_open))
    all.details.push_back(answers.get("/api/v1/sweeps/" + std::to_string(sweep)));
  for (const std::int64_t sweep : ended_in_trouble(all.sweeps))
    all.ended.push_back(answers.get("/api/v1/sweeps/" + std::to_string(sweep)));
  return all;
}

std::string time_of_day() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::localtime_r(&now, &parts);
  char text[16];
  std::strftime(text, sizeof text, "%H:%M:%S", &parts);
  return text;
}

void print_json(const TopAnswers& answers) {
  json details = json::array();
  for (const std::string& each : answers.details) details.push_back(json::parse(each));
  std::cout << json{{"schema", "hone.top.v1"},
                    {"live", answers.live},
                    {"status", json::parse(answers.status)},
                    {"sweeps", json::parse(answers.sweeps).at("sweeps")},
                    {"open", details},
                    {"workers", json::parse(answers.workers).at("workers")}}
                   .dump()
            << "\n";
}

/// A coordinator that is away for a while, as at a restart, is waited for.
std::vector<TopLine> read_lines(const ConnectionOptions& connection, std::size_t columns) {
  try {
    return top_lines(read_answers(connection, Answers::Notice::silent), columns, time_of_day());
  } catch (const CommandError& error) {
    return {{"hone  " + time_of_day() + "  trying again: " + shortened(error.what(), columns),
             Emphasis::bad}};
  } catch (const NetworkError& error) {
    return {{"hone  " + time_of_day() + "  trying again: " + shortened(error.what(), columns),
             Emphasis::bad}};
  }
}

void show(const Options& options) {
  const auto period =
      duration_of("--every", options.every, {std::chrono::seconds(1), shortest, longest});
  const bool full_screen =
      !options.once && !options.json && is_terminal() && ::isatty(STDIN_FILENO) == 1;
  const TopAnswers first = read_answers(
      options.connection, full_screen ? Answers::Notice::silent : Answers::Notice::said);
  if (options.json) {
    print_json(first);
  } else if (!full_screen) {
    for (const TopLine& line : top_lines(first, terminal_width(piped_width), time_of_day()))
      std::cout << line.text << "\n";
  } else {
    show_full_screen([&](std::size_t columns) { return read_lines(options.connection, columns); },
                     period);
  }
  require_written(std::cout);
}

}  // namespace

void add_top(CLI::App& app) {
  auto options = std::make_shared<Options>();  // the callback outlives this call
  CLI::App* command = app.add_subcommand("top", "Watch sweeps, trials and workers on the terminal");
  command->footer(examples);
  add_duration_option(*command, "--every", options->every, "How often to look");
  command->add_flag("--once", options->once, "Print it once and end");
  add_connection_options(*command, options->connection);
  command->add_flag("--json", options->json, "Print one JSON object and end");
  command->callback([options] { show(*options); });
}

}  // namespace hone::cli
