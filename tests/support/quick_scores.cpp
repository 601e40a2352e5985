#include "tests/support/quick_scores.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <span>
#include <stdexcept>

#include "common/digest.hpp"
#include "common/partition.hpp"
#include "common/random.hpp"
#include "common/tensor_file.hpp"

namespace hone::quick {

namespace {

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

}  // namespace

std::string artifact_text(const TrialSpec& spec, const std::string& name) {
  return name + " of " + to_json(spec) + "\n";
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

}  // namespace hone::quick
