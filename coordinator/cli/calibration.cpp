#include "coordinator/cli/calibration.hpp"

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "common/net/processor.hpp"
#include "common/spec_fields.hpp"
#include "coordinator/cli/command.hpp"
#include "coordinator/cli/pack_cache.hpp"
#include "coordinator/cli/program_output.hpp"

namespace hone::cli {

namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr double clearly_faster = 1.1;

fs::path cache_file() {
  return cache_folder() / "calibration.json";
}

std::optional<json> read_json(const fs::path& file) {
  std::ifstream in(file);
  if (!in) return {};
  json value = json::parse(in, nullptr, /*allow_exceptions=*/false);
  return value.is_object() ? std::optional(value) : std::nullopt;
}

void write_json(const fs::path& file, const json& value) {
  fs::create_directories(file.parent_path());
  const fs::path unfinished = file.string() + "." + std::to_string(::getpid());
  std::ofstream(unfinished) << value.dump(2) << "\n";
  fs::rename(unfinished, file);  // whoever reads finds all of it or the one before
}

int cores() {
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

json gpus_of(const fs::path& trainer) {
  const std::string said = outputs_of(trainer, "--gpus 2>/dev/null", 1).front();
  const json list = json::parse(said, nullptr, false);
  return list.is_array() ? list : json::array();
}

std::string machine_text(const json& gpus) {
  std::string text = processor_fact("model name") + ", " + std::to_string(cores()) + " cores";
  for (const json& gpu : gpus) text += ", " + gpu.at("name").get<std::string>();
  return text;
}

/// The plainest first.
std::vector<Candidate> candidates_of(const json& gpus) {
  std::vector<Candidate> all;
  const auto add = [&](Precision precision, Layout layout, int threads) {
    all.push_back({.numerics = {.precision = precision, .layout = layout, .threads = threads},
                   .side_by_side = std::max(1, cores() / threads),
                   .fault = {}});
  };
  for (const Precision precision : {Precision::fp32, Precision::bf16}) {
    for (const Layout layout : {Layout::channels_last, Layout::channels_first}) {
      add(precision, layout, 1);
      if (cores() > 1) add(precision, layout, cores());
    }
  }
  if (!processor_has_bf16()) {
    for (Candidate& each : all) {
      if (each.numerics.precision == Precision::bf16)
        each.fault = "not measured: this processor has no bf16 instructions";
    }
  }
  if (gpus.empty()) return all;
  for (const Precision precision : {Precision::fp32, Precision::bf16})
    all.push_back({.numerics = {.precision = precision, .device = Device::cuda}, .fault = {}});
  return all;
}

void measure(const fs::path& trainer, Candidate& candidate) {
  if (!candidate.fault.empty()) return;
  const Numerics& n = candidate.numerics;
  const std::string words = std::string(name_of(n.precision)) + "," +
                            std::string(name_of(n.layout)) + "," + std::to_string(n.threads) + "," +
                            std::string(name_of(n.device));
  for (const std::string& said :
       outputs_of(trainer, "--measure " + words + " 2>/dev/null", candidate.side_by_side)) {
    const json answer = json::parse(said, nullptr, false);
    if (!answer.is_object()) {
      candidate.fault = "failed: try '" + trainer.string() + " --measure " + words + "'";
      candidate.images_per_second = 0;
      return;
    }
    candidate.images_per_second += answer.at("images_per_second").get<double>();
  }
}

std::string today() {
  const std::time_t now = std::time(nullptr);
  std::array<char, 16> text{};
  std::tm parts{};
  std::strftime(text.data(), text.size(), "%Y-%m-%d", ::gmtime_r(&now, &parts));
  return text.data();
}

Calibration read_calibration(const json& stored) {
  Calibration calibration{.machine = stored.at("machine"),
                          .library = stored.at("library"),
                          .measured = stored.at("measured"),
                          .candidates = {}};
  for (const json& each : stored.at("candidates")) {
    calibration.candidates.push_back({.numerics = part_of<Numerics>(each.at("numerics")),
                                      .side_by_side = each.at("side_by_side"),
                                      .images_per_second = each.at("images_per_second"),
                                      .fault = each.at("fault")});
  }
  return calibration;
}

std::optional<Calibration> stored_calibration(const std::string& machine,
                                              const std::string& library) {
  try {
    const auto stored = read_json(cache_file());
    if (!stored) return {};
    Calibration calibration = read_calibration(*stored);
    if (calibration.machine != machine || calibration.library != library) return {};
    return calibration;
  } catch (const std::exception&) {  // written by another version
    return {};
  }
}

}  // namespace

const Candidate& Calibration::best() const {
  const Candidate* best = nullptr;
  for (const Candidate& each : candidates) {
    if (!each.fault.empty()) continue;
    if (best == nullptr || each.images_per_second > clearly_faster * best->images_per_second)
      best = &each;
  }
  if (best == nullptr) throw CommandError("nothing could be measured: " + candidates.front().fault);
  return *best;
}

Calibration calibrate(const std::string& trainer, Freshness freshness) {
  const fs::path program = trainer_program(trainer);
  const std::string library = output_of(program, "--library 2>/dev/null");
  if (library.empty()) throw CommandError(program.string() + " does not run; try it by itself");
  const json gpus = gpus_of(program);
  const std::string machine = machine_text(gpus);
  if (freshness == Freshness::stored_will_do) {
    if (const auto stored = stored_calibration(machine, library)) return *stored;
  }
  Calibration calibration{.machine = machine,
                          .library = library,
                          .measured = today(),
                          .candidates = candidates_of(gpus)};
  std::fprintf(stderr, "measuring how fast this machine trains, once: ");
  for (Candidate& each : calibration.candidates) {
    measure(program, each);
    std::fputc('.', stderr);
  }
  std::fputc('\n', stderr);
  write_json(cache_file(), json::parse(to_json(calibration)));
  return calibration;
}

Numerics chosen_numerics(const fs::path& state, const std::string& trainer) {
  const fs::path file = state / "numerics.json";
  if (const auto chosen = read_json(file)) return part_of<Numerics>(*chosen);
  const Numerics best = calibrate(trainer, Freshness::stored_will_do).best().numerics;
  write_json(file, json_of<json>(best));
  return best;
}

void require_gpu(const std::string& trainer) {
  const fs::path program = trainer_program(trainer);
  if (!gpus_of(program).empty()) return;
  const std::string why = output_of(program, "--gpus 2>&1 >/dev/null");
  throw CommandError("/numerics/device is 'cuda', but no GPU can be used here: " + why,
                     wrong_input);
}

std::string to_json(const Calibration& calibration) {
  json list = json::array();
  for (const Candidate& each : calibration.candidates) {
    list.push_back({{"numerics", json_of<json>(each.numerics)},
                    {"side_by_side", each.side_by_side},
                    {"images_per_second", each.images_per_second},
                    {"fault", each.fault}});
  }
  return json{{"schema", "hone.calibration.v1"},
              {"machine", calibration.machine},
              {"library", calibration.library},
              {"measured", calibration.measured},
              {"candidates", list}}
      .dump(2);
}

}  // namespace hone::cli
