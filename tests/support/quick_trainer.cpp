// quick-trainer: stands in for hone-trainer behind its pipes, in every role. What it leaves and
// says is a pure function of the trial's spec and inputs, looks like results (a refiner beats its
// base net, its curve rises and levels off), and comes in milliseconds.
//
// HONE_QUICK_MILLISECONDS=N  a trial takes about so long (also --milliseconds N)
// HONE_QUICK_CRASH=T-A       killed in the middle of attempt A of trial T; or =ROLE: of every such
// trial HONE_QUICK_HANG=T-A        says nothing more from the middle of attempt A of trial T on
// HONE_QUICK_MUTE=1          never says Ready
// HONE_QUICK_FILM_STRIP=1    leaves a file where a film strip is asked for, which is none

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

std::string content_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<std::int32_t> groups_of(const std::string& pack) {
  const std::string bytes = content_of(pack);
  const auto file = parse_tensor_file(std::as_bytes(std::span(bytes.data(), bytes.size())));
  const TensorView& view = file.tensors.at("groups");
  std::vector<std::int32_t> groups(view.bytes.size() / sizeof(std::int32_t));
  std::memcpy(groups.data(), view.bytes.data(), view.bytes.size());
  return groups;
}

// What a trial leaves under a name.
std::string artifact_text(const TrialSpec& spec, const std::string& name) {
  return name + " of " + to_json(spec) + "\n";
}

// How good masks are, in [0, 1]. A base net's are as the file of its masks has it, so that all
// refiners start from one base; each refiner then has the luck of its weights.
class Scores {
 public:
  explicit Scores(const Train& order) : refines_(order.spec.role != Role::segment) {
    const auto& inputs = order.inputs;
    if (!refines_) bases_.push_back(number_of(artifact_text(order.spec, "masks")));
    std::string name = "masks";
    for (int i = 1; refines_ && (i == 1 || inputs.contains(name)); ++i) {
      bases_.push_back(number_of(content_of(inputs.at(name))));
      name = "masks." + std::to_string(i);
    }
    const auto weights = inputs.find("weights");
    const bool trained = order.spec.role == Role::evaluate;
    if (trained && weights == inputs.end()) return;
    own_ = number_of(trained ? content_of(weights->second) : artifact_text(order.spec, "weights"));
  }

  double soft_dice(std::int32_t image, int iteration) const {
    double start = 0;
    for (const std::uint64_t base : bases_) start += Random{base, word(image)}.uniform(0.6, 0.9);
    start /= static_cast<double>(bases_.size());
    if (!refines_ || iteration == 0) return start;
    const double gain = 0.06 + 0.02 * Random{own_}.uniform();
    return start + gain * (1 - std::exp(-iteration / 2.0)) + luck(image, iteration, 0, 0.01);
  }

  // A number about one mask around `expected`, in [0, 1]; `what` tells such numbers apart.
  double about(double expected, const Measurement& key, Metric what) const {
    const double off = luck(key.image, key.iteration, 1 + static_cast<std::uint64_t>(what), 0.03);
    return std::clamp(expected + off, 0.0, 1.0);
  }

 private:
  static std::uint64_t word(std::int32_t number) { return static_cast<std::uint64_t>(number); }

  double luck(std::int32_t image, int iteration, std::uint64_t what, double most) const {
    return Random{own_, word(image), word(iteration), what}.uniform(-most, most);
  }

  bool refines_;
  std::vector<std::uint64_t> bases_;
  std::uint64_t own_ = 0;
};

// The rows of one image after some iterations.
class Scorer {
 public:
  Scorer(const Train& order, std::vector<Measurement>& rows)
      : scores_(order), spec_(order.spec), rows_(rows), net_(order.inputs.contains("weights")) {}

  void score(Measurement key) {
    const double soft = scores_.soft_dice(key.image, key.iteration);
    const double hard = std::min(1.0, soft + 0.01);
    add(key, Metric::dice, hard);
    add(key, Metric::dice_soft, soft);
    add(key, Metric::jaccard, hard / (2 - hard));
    if (spec_.role != Role::evaluate) return;
    score_alone(key, hard);
    if (net_) score_step(key, soft);
  }

 private:
  void score_alone(const Measurement& key, double hard) {
    add(key, Metric::dice_c15, hard + 0.001);
    add(key, Metric::hd95, 20 * (1 - hard));
    about(key, Metric::boundary_iou, hard * hard);
    about(key, Metric::area, 0.3);
    add(key, Metric::entropy, 0.5 * (1 - hard));
    about(key, Metric::dice_average, hard);
  }

  void score_step(const Measurement& key, double soft) {
    const double moved = std::abs(scores_.soft_dice(key.image, key.iteration + 1) - soft);
    if (spec_.refine.lambda > 0 || spec_.refine.mode == RefineMode::ascent)
      about(key, Metric::quality, soft);
    add(key, Metric::agreement, 1 - moved);
    add(key, Metric::change, moved / 4);
    about(key, Metric::flip_agreement, 0.95);
  }

  void about(const Measurement& key, Metric metric, double expected) {
    add(key, metric, scores_.about(expected, key, metric));
  }

  void add(Measurement key, Metric metric, double value) {
    key.metric = metric;
    key.value = value;
    rows_.push_back(key);
  }

  Scores scores_;
  const TrialSpec& spec_;
  std::vector<Measurement>& rows_;
  bool net_;
};

// Which splits a role scores, and up to which iteration.
std::pair<std::vector<Split>, int> range_of(const TrialSpec& spec) {
  if (spec.role == Role::segment) return {{Split::validation, Split::test}, 0};
  if (spec.role == Role::evaluate) return {{spec.evaluate.split}, spec.evaluate.iterations};
  return {{Split::validation}, spec.refine.mode == RefineMode::ascent ? 0 : 1};
}

std::vector<Measurement> rows_of(const Train& order) {
  std::vector<Measurement> rows;
  if (order.spec.role == Role::deform) return rows;
  const Partition partition =
      make_partition(groups_of(order.inputs.at("pack")), order.spec.rotation, order.spec.fold);
  Scorer scorer(order, rows);
  const auto [splits, last] = range_of(order.spec);
  for (const Split split : splits) {
    for (const auto image : split == Split::test ? partition.test : partition.validation) {
      for (int k = 0; k <= last; ++k) {
        if (order.inputs.contains("seed.1.weights")) {
          rows.push_back({split, image, k, Metric::seed_agreement, k / (k + 1.0)});
          continue;
        }
        scorer.score({.split = split, .image = image, .iteration = k});
      }
    }
  }
  return rows;
}

std::vector<std::string> artifacts_of(Role role) {
  if (role == Role::segment) return {"weights", "masks"};
  if (role == Role::refine) return {"weights"};
  if (role == Role::deform) return {"deformations"};
  return {};
}

bool is_training(Role role) {
  return role == Role::segment || role == Role::refine;
}

std::string leave(const Train& order, const std::string& name) {
  const auto file = std::filesystem::path(order.output) / name;
  std::ofstream(file, std::ios::binary) << artifact_text(order.spec, name);
  return file.string();
}

std::string text_of(const Ticket& ticket) {
  return std::to_string(ticket.trial.value) + "-" + std::to_string(ticket.attempt);
}

void tell_epoch(const Train& order, int epoch) {
  say(Progress{.ticket = order.ticket,
               .epochs = parts,
               .epoch = {.epoch = epoch,
                         .train_loss = 1.0 / epoch,
                         .validation_signal = 0.8,
                         .seconds = 0.1,
                         .images_per_second = 100}});
}

void train(const Train& order, std::chrono::milliseconds time) {
  const auto rows = rows_of(order);
  std::cerr << "training " << text_of(order.ticket) << ", " << rows.size() << " rows\n";
  const auto step = static_cast<std::ptrdiff_t>((rows.size() + parts - 1) / parts);
  for (int part = 1; part <= parts; ++part) {
    std::this_thread::sleep_for(time / parts);
    if (is_training(order.spec.role)) tell_epoch(order, part);
    const auto end = static_cast<std::ptrdiff_t>(rows.size());
    const auto from = std::min((part - 1) * step, end);
    if (from < end)
      say(Rows{order.ticket, {rows.begin() + from, rows.begin() + std::min(part * step, end)}});
    const std::string crash = variable("HONE_QUICK_CRASH");
    const bool meant = crash == text_of(order.ticket) || crash == name_of(order.spec.role);
    if (part == 3 && meant) ::raise(SIGKILL);
    if (part == 3 && variable("HONE_QUICK_HANG") == text_of(order.ticket)) ::pause();
  }
  Trained trained{.ticket = order.ticket, .reason = "", .artifacts = {}, .summary = "{}"};
  for (const std::string& name : artifacts_of(order.spec.role))
    trained.artifacts[name] = leave(order, name);
  if (order.film_strip > 0 && !variable("HONE_QUICK_FILM_STRIP").empty())
    trained.artifacts[film_strip_artifact] = leave(order, film_strip_artifact);
  say(trained);
}

std::chrono::milliseconds time_of_a_trial(int argc, char** argv) {
  std::string text = variable("HONE_QUICK_MILLISECONDS");
  if (argc == 3 && std::string(argv[1]) == "--milliseconds") text = argv[2];
  return std::chrono::milliseconds(text.empty() ? 0 : std::stoi(text));
}

void converse(std::chrono::milliseconds time) {
  if (!variable("HONE_QUICK_MUTE").empty()) ::pause();
  say(Ready{.library = "quick", .device = "cpu", .mpi = "", .nccl = ""});
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
