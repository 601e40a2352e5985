#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "common/version.hpp"
#include "coordinator/cli/calibration.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/cli/local_work.hpp"

namespace hone::cli {

namespace {

constexpr const char* examples = R"(
Examples:
  hone doctor                   what this machine has, and which numerics train fastest here
  hone doctor --again           measure anew, after other programs have ended say
  srun -N 1 hone doctor         a cluster's node, rather than the login node

What it measures is kept in ~/.cache/hone; "numerics": "auto" of an experiment takes the best.
)";

struct Options {
  WorkOptions work;
  bool again = false;
  bool json = false;
};

std::string text_of(const Numerics& numerics) {
  return std::string(name_of(numerics.device)) + "  " + std::string(name_of(numerics.precision)) +
         "  " + std::string(name_of(numerics.layout)) + "  " + std::to_string(numerics.threads) +
         (numerics.threads == 1 ? " thread" : " threads");
}

void print(const Calibration& calibration) {
  const Candidate& best = calibration.best();
  std::cout << "hone " << code_version() << ", " << calibration.library << "\n"
            << calibration.machine << "\n\n"
            << "training images a second, with as many trainers as fill the machine, measured "
            << calibration.measured << "\n"
            << "(the net of 32 filters, 64 x 64, batches of 8):\n\n";
  for (const Candidate& each : calibration.candidates) {
    const std::string what =
        text_of(each.numerics) +
        (each.side_by_side > 1 ? ", " + std::to_string(each.side_by_side) + " side by side" : "");
    if (each.fault.empty()) {
      std::printf("%c %8.1f  %s\n", &each == &best ? '*' : ' ', each.images_per_second,
                  what.c_str());
    } else {
      std::printf("         -  %s: %s\n", what.c_str(), each.fault.c_str());
    }
    std::fflush(stdout);
  }
  std::printf(
      "\n* is what \"numerics\": \"auto\" takes here: the first that no other beats by 10 %%.\n");
}

void examine(const Options& options) {
  require_trainer(options.work);
  const Calibration calibration = calibrate(
      options.work.trainer, options.again ? Freshness::measure_again : Freshness::stored_will_do);
  if (options.json) {
    auto answer = nlohmann::json::parse(to_json(calibration));
    answer["best"] = &calibration.best() - calibration.candidates.data();
    std::cout << answer.dump(2) << "\n";
  } else {
    print(calibration);
  }
}

}  // namespace

void add_doctor(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* const command =
      app.add_subcommand("doctor", "Show what this machine has and how fast it trains");
  command->footer(examples);
  command->add_flag("--again", options->again, "Measure, even if it has been measured");
  command->add_flag("--json", options->json, "As JSON; 'best' is the candidate's number from 0");
  command->add_option("--trainer", options->work.trainer, "Program that trains")->type_name("FILE");
  command->callback([options] { examine(*options); });
}

}  // namespace hone::cli
