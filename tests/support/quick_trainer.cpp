// quick-trainer: stands in for hone-trainer behind its pipes. Its rows are a pure function of the
// trial's spec and the pack's size, look like results (a refiner beats its base net), and come in
// milliseconds.
//
// HONE_QUICK_MILLISECONDS=N  a trial takes about so long (also --milliseconds N)
// HONE_QUICK_CRASH=T-A       killed in the middle of attempt A of trial T
// HONE_QUICK_HANG=T-A        says nothing more from the middle of attempt A of trial T on
// HONE_QUICK_MUTE=1          never says Ready

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <thread>

#include "common/partition.hpp"
#include "common/random.hpp"
#include "common/tensor_file.hpp"
#include "common/wire.hpp"

namespace hone {

namespace {

constexpr int parts = 5;  // a trial says something this often

void say(const FromTrainer& message) {
  std::cout << encode(message) << "\n" << std::flush;
}

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::uint64_t number_of(const std::string& text) {
  return std::stoull(sha256(text).hex().substr(0, 16), nullptr, 16);
}

std::vector<std::int32_t> groups_of(const std::string& pack) {
  std::ifstream in(pack, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const auto file = parse_tensor_file(std::as_bytes(std::span(bytes.data(), bytes.size())));
  const TensorView& view = file.tensors.at("groups");
  std::vector<std::int32_t> groups(view.bytes.size() / sizeof(std::int32_t));
  std::memcpy(groups.data(), view.bytes.data(), view.bytes.size());
  return groups;
}

// How good a mask is, in [0, 1]. What the base net leaves depends on the pack and the split only,
// so that refiners start from one base; each refiner then has its own luck.
class Scores {
 public:
  explicit Scores(const TrialSpec& spec)
      : spec_(spec),
        base_(number_of(spec.pack.hex() + spec.dataset + std::to_string(spec.rotation) + "/" +
                        std::to_string(spec.fold))),
        own_(number_of(to_json(spec))) {}

  double soft_dice(std::int32_t image, int iteration) const {
    const double start = Random{base_, word(image)}.uniform(0.6, 0.9);
    if (spec_.role != Role::refine || iteration == 0) return start;
    Random luck{own_, word(image), word(iteration)};
    const double gain = 0.06 + 0.02 * Random{own_}.uniform();
    return start + gain * (1 - std::exp(-iteration / 2.0)) + luck.uniform(-0.01, 0.01);
  }

  double told_quality(std::int32_t image, int iteration) const {
    Random luck{own_, word(image), word(iteration), 1};
    return std::clamp(soft_dice(image, iteration) + luck.uniform(-0.03, 0.03), 0.0, 1.0);
  }

  double agreement(std::int32_t image, int iteration) const {
    return 1 - std::abs(soft_dice(image, iteration + 1) - soft_dice(image, iteration));
  }

 private:
  static std::uint64_t word(std::int32_t number) { return static_cast<std::uint64_t>(number); }

  const TrialSpec& spec_;
  std::uint64_t base_;
  std::uint64_t own_;
};

void score(const TrialSpec& spec, Measurement key, std::vector<Measurement>& rows) {
  const Scores scores(spec);
  const auto add = [&](Metric metric, double value) {
    key.metric = metric;
    key.value = value;
    rows.push_back(key);
  };
  const double soft = scores.soft_dice(key.image, key.iteration);
  const double hard = std::min(1.0, soft + 0.01);
  add(Metric::dice, hard);
  add(Metric::dice_soft, soft);
  add(Metric::jaccard, hard / (2 - hard));
  if (spec.role != Role::refine) return;
  if (spec.refine.lambda > 0) {
    add(Metric::quality, scores.told_quality(key.image, key.iteration));
  }
  add(Metric::agreement, scores.agreement(key.image, key.iteration));
}

std::vector<Measurement> rows_of(const TrialSpec& spec, const std::string& pack) {
  const Partition partition = make_partition(groups_of(pack), spec.rotation, spec.fold);
  const int last = spec.role == Role::refine ? spec.refine.iterations : 0;
  std::vector<Measurement> rows;
  for (const Split split : {Split::validation, Split::test}) {
    for (const auto image : split == Split::test ? partition.test : partition.validation) {
      for (int k = 0; k <= last; ++k) {
        score(spec, {.split = split, .image = image, .iteration = k}, rows);
      }
    }
  }
  return rows;
}

std::string leave(const Train& order, const std::string& name) {
  const auto file = std::filesystem::path(order.output) / name;
  std::ofstream(file, std::ios::binary) << name << " of " << to_json(order.spec) << "\n";
  return file.string();
}

std::string text_of(const Ticket& ticket) {
  return std::to_string(ticket.trial.value) + "-" + std::to_string(ticket.attempt);
}

void train(const Train& order, std::chrono::milliseconds time) {
  const auto rows = rows_of(order.spec, order.inputs.at("pack"));
  std::cerr << "training " << text_of(order.ticket) << ", " << rows.size() << " rows\n";
  const auto step = static_cast<std::ptrdiff_t>((rows.size() + parts - 1) / parts);
  for (int part = 1; part <= parts; ++part) {
    std::this_thread::sleep_for(time / parts);
    say(Progress{.ticket = order.ticket,
                 .epochs = parts,
                 .epoch = {.epoch = part,
                           .train_loss = 1.0 / part,
                           .validation_dice = 0.8,
                           .seconds = 0.1,
                           .images_per_second = 100}});
    const auto end = static_cast<std::ptrdiff_t>(rows.size());
    const auto from = std::min((part - 1) * step, end);
    say(Rows{order.ticket, {rows.begin() + from, rows.begin() + std::min(part * step, end)}});
    if (part == 3 && variable("HONE_QUICK_CRASH") == text_of(order.ticket)) ::raise(SIGKILL);
    if (part == 3 && variable("HONE_QUICK_HANG") == text_of(order.ticket)) ::pause();
  }
  Trained trained{.ticket = order.ticket, .reason = "", .artifacts = {}, .summary = "{}"};
  trained.artifacts["weights"] = leave(order, "weights");
  if (order.spec.role == Role::segment) trained.artifacts["masks"] = leave(order, "masks");
  say(trained);
}

std::chrono::milliseconds time_of_a_trial(int argc, char** argv) {
  std::string text = variable("HONE_QUICK_MILLISECONDS");
  if (argc == 3 && std::string(argv[1]) == "--milliseconds") text = argv[2];
  return std::chrono::milliseconds(text.empty() ? 0 : std::stoi(text));
}

void converse(std::chrono::milliseconds time) {
  if (!variable("HONE_QUICK_MUTE").empty()) ::pause();
  say(Ready{.library = "quick", .device = "cpu"});
  for (std::string line; std::getline(std::cin, line);) {
    const auto order = std::get<Train>(decode_to_trainer(line));
    try {
      train(order, time);
    } catch (const std::exception& error) {
      say(Broken{.ticket = order.ticket, .failure = Failure::impossible, .reason = error.what()});
    }
  }
}

}  // namespace

}  // namespace hone

int main(int argc, char** argv) {
  try {
    hone::converse(hone::time_of_a_trial(argc, argv));
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "quick-trainer: " << error.what() << "\n";
    return 1;
  }
}
