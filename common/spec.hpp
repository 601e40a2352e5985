#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "common/digest.hpp"

/// What one trial is: plain values, the same in the plan, on the wire and in the trainer.
/// Names in brackets (A20) are entries of the ambiguity register, ARCHITECTURE.md section "Method".
namespace hone {

enum class Role : std::uint8_t {
  segment,  // trains the base U-Net; leaves its soft masks for every image
  refine,   // trains a refinement net on image + mask
  select,   // works out a value from validation rows, in the coordinator
};
enum class RefineMode : std::uint8_t { plain, scratch, warm };
enum class Bottleneck : std::uint8_t { none, conv };
enum class Norm : std::uint8_t { none, group };
enum class Loss : std::uint8_t { dice, dice_bce };
enum class L2Scope : std::uint8_t { all, dense, none };
enum class Augmentation : std::uint8_t { none, simple };
enum class Precision : std::uint8_t { fp32, bf16 };
enum class Layout : std::uint8_t { channels_first, channels_last };

/// The U-Net of Table I; its defaults are the paper's.
struct NetworkSpec {
  int levels = 4;       // [1, 6]; every level halves the image
  int consecutive = 2;  // convolutions per level, [1, 4]
  int filters = 32;     // of the first level, [1, 256]; doubled from level to level
  int filter_size = 3;  // odd, [1, 7]
  Bottleneck bottleneck = Bottleneck::none;
  Norm norm = Norm::none;   // A37
  int quality_width = 512;  // of the quality head's hidden layer
  bool operator==(const NetworkSpec&) const = default;
};

struct TrainingSpec {
  int epochs = 500;             // at most
  int patience = 50;            // epochs without improvement before stopping (A17)
  int batch = 8;                // images; the last batch of an epoch may be smaller (A31)
  double learning_rate = 1e-4;  // of Adam
  double adam_epsilon = 1e-7;   // A33
  double l2 = 0.001;            // Keras' sense: the gradient gets 2 * l2 * w (A14)
  L2Scope l2_scope = L2Scope::all;
  double dice_smooth = 1;  // (2I + s) / (S + s) in the loss (A5)
  Loss loss = Loss::dice;
  int collapse_retries = 2;  // a collapsed net is trained again with another seed this often (A37)
  bool operator==(const TrainingSpec&) const = default;
};

/// Only for Role::refine.
struct RefineSpec {
  RefineMode mode = RefineMode::plain;
  double lambda = 0;          // weight of the quality loss; 0 builds no quality head (A15)
  double base_fraction = .5;  // chance that a training input is the base mask (A10)
  Augmentation augmentation = Augmentation::simple;  // of the ground truth (A11, A13)
  int iterations = 20;                               // refinements evaluated, K (A26)
  bool operator==(const RefineSpec&) const = default;
};

/// What decides the bits of a result besides the method. Part of a trial's identity.
struct Numerics {
  Precision precision = Precision::fp32;
  Layout layout = Layout::channels_last;
  int threads = 1;  // intra-op threads of the trainer
  bool operator==(const Numerics&) const = default;
};

/// Only for Role::select: one candidate value and the trials (by identity) that speak for it.
struct Candidate {
  double value = 0;
  std::vector<Digest> trials;
  bool operator==(const Candidate&) const = default;
};

/// Everything that one trial's result depends on, but for the contents of its inputs.
struct TrialSpec {
  Role role = Role::segment;
  std::string dataset;   // as tables name it
  Digest pack;           // the data set's pack
  int image_size = 128;  // pixels a side, of the pack
  int rotation = 0;      // which of the five parts is the test split (A1), [0, 5)
  int fold = 0;          // which of the other four is the validation split (A18), [0, 4)
  std::int64_t seed = 1;
  NetworkSpec network;
  TrainingSpec training;
  RefineSpec refine;
  Numerics numerics;
  std::vector<Candidate> candidates;
  bool operator==(const TrialSpec&) const = default;
};

/// The number of the trainer's results: raised by hand whenever the same spec gives other bits.
/// Part of every identity; tests/worker/training holds it against golden bits.
inline constexpr int trainer_version = 1;

/// A text that is not a trial spec; the message says where and what was expected.
class SpecError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Canonical JSON: sorted keys, no blanks, shortest numbers; fields of other roles left out.
std::string to_json(const TrialSpec& spec);

/// The inverse of to_json. Throws SpecError.
TrialSpec parse_trial_spec(std::string_view json);

/// Names of enumerators as JSON, SQL and the command line write them, and back (SpecError).
std::string_view name_of(Role);
std::string_view name_of(RefineMode);
std::string_view name_of(Bottleneck);
std::string_view name_of(Norm);
std::string_view name_of(Loss);
std::string_view name_of(L2Scope);
std::string_view name_of(Augmentation);
std::string_view name_of(Precision);
std::string_view name_of(Layout);

template <class Enum>
Enum parse_name(std::string_view text);

/// All names of an enumeration, in the order of its enumerators.
template <class Enum>
const std::vector<std::string_view>& names_of();

}  // namespace hone
