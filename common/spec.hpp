#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "common/digest.hpp"
#include "common/measurement.hpp"

/// What one trial is: plain values, the same in the plan, on the wire and in the trainer.
/// Names in brackets (A20) are entries of the ambiguity register, ARCHITECTURE.md section "Method".
namespace hone {

enum class Role : std::uint8_t {
  segment,   // trains the base U-Net; leaves its soft masks for every image
  refine,    // trains a refinement net on image + mask
  select,    // works out a choice from validation rows, in the coordinator
  deform,    // fits how training masks are deformed (A13); leaves the distribution
  evaluate,  // refines the masks of one split again and again and scores every iteration
};
// The numbers of Role and RefineMode enter the keys of random streams: never renumber, only append.
enum class RefineMode : std::uint8_t {
  plain,    // trained on base masks and deformed truth
  scratch,  // and on its own outputs, from random weights (A24)
  warm,     // and on its own outputs, from the weights of a plain Quality net (A23)
  ascent,   // ref. [15]: only a quality output; masks climb its gradient
};
enum class Activation : std::uint8_t { relu, elu };
enum class Architecture : std::uint8_t { unet, segnet };
enum class QualityPosition : std::uint8_t {
  latent,   // the encoder's end, as in the paper
  decoder,  // the decoder's last features
  mask,     // the output mask
};
enum class Bottleneck : std::uint8_t { none, conv };
enum class Norm : std::uint8_t { none, batch, group };
enum class Loss : std::uint8_t { dice, dice_bce };
enum class L2Scope : std::uint8_t { all, dense, none };
enum class Augmentation : std::uint8_t {
  none,
  simple,  // five deformations with fixed uniform parameters
  fitted,  // the same five, parameters from the distribution that a deform trial fitted (A13)
};
enum class ImageAugmentation : std::uint8_t {
  none,
  joint,
  flip,  // only the mirroring of `joint`
};
enum class BaseMaskSource : std::uint8_t { in_sample, out_of_fold };
enum class SelfDepth : std::uint8_t {
  fixed,   // 1..self_steps, each as likely as every other source
  random,  // uniform in 0..self_depth_limit
};
enum class QualityTarget : std::uint8_t {
  input,     // soft Dice of the mask that the net is given
  output,    // of the mask that it gives
  shuffled,  // of another image's input mask (control C5)
};
enum class MaskInput : std::uint8_t { given, zero };
enum class MaskValues : std::uint8_t {
  soft,  // in [0, 1], as the net gives them
  hard,  // cut at 0.5
};
enum class LossReduction : std::uint8_t {
  image,  // the mean over images of 1 - Dice
  batch,  // 1 - Dice of all the batch's pixels together
};
enum class Precision : std::uint8_t { fp32, bf16 };
enum class Layout : std::uint8_t { channels_first, channels_last };
enum class Device : std::uint8_t { cpu, cuda };

/// The U-Net of Table I; its defaults are the paper's.
struct NetworkSpec {
  int levels = 4;       // [1, 6]; every level halves the image
  int consecutive = 2;  // convolutions per level, [1, 4]
  int filters = 32;     // of the first level, [1, 256]; doubled from level to level
  int filter_size = 3;  // odd, [1, 7]
  Activation activation = Activation::relu;
  Bottleneck bottleneck = Bottleneck::none;
  Norm norm = Norm::none;  // A37
  Architecture architecture = Architecture::unet;
  int quality_width = 512;  // of the quality head's hidden layer
  QualityPosition quality_position = QualityPosition::latent;
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
  ImageAugmentation image_augmentation = ImageAugmentation::none;  // A12
  int collapse_retries = 2;  // a collapsed net is trained again with another seed this often (A37)
  LossReduction loss_reduction = LossReduction::image;  // of the Dice loss (A4)
  bool operator==(const TrainingSpec&) const = default;
};

/// Deepest self-mask of SelfDepth::random (A21).
inline constexpr int self_depth_limit = 6;

/// For Role::refine, and for the Role::evaluate of such a net.
struct RefineSpec {
  RefineMode mode = RefineMode::plain;
  double lambda = 0;          // weight of the quality loss; 0 builds no quality head (A15)
  double base_fraction = .5;  // of plain nets: chance that an input is the base mask (A10)
  Augmentation augmentation = Augmentation::fitted;       // of the ground truth (A11, A13)
  BaseMaskSource base_masks = BaseMaskSource::in_sample;  // of training images (A20)
  int self_steps = 0;                                     // n of scratch and warm (A21)
  SelfDepth self_depth = SelfDepth::fixed;
  QualityTarget quality_target = QualityTarget::input;  // A19
  MaskInput mask_input = MaskInput::given;              // zero: control C1
  double improve_beta = 0;  // weight of relu(Dice of the input - Dice of the output), as ref. [13]
  MaskValues base_mask_values = MaskValues::soft;  // of the base masks that it is given (A8)
  MaskValues feedback = MaskValues::soft;  // of its own outputs, before they are given again (A9)
  double mask_dropout = 0;                 // chance that a training mask is all zeros (A36), [0, 1)
  bool operator==(const RefineSpec&) const = default;
};

/// Only for Role::evaluate.
struct EvaluateSpec {
  Split split = Split::validation;
  int iterations = 20;  // K (A26)
  bool operator==(const EvaluateSpec&) const = default;
};

/// What decides the bits of a result besides the method. Part of a trial's identity.
struct Numerics {
  Precision precision = Precision::fp32;
  Layout layout = Layout::channels_last;
  int threads = 1;  // intra-op threads of the trainer
  int ranks = 1;    // trainers that share each batch of a training; an evaluation has one
  Device device = Device::cpu;  // where the net is
  bool operator==(const Numerics&) const = default;
};

/// Only for Role::select: what may be chosen and the trials (by identity) that speak for it. Its
/// score is the highest, over iterations `first` to `last`, of the mean over trials of the mean
/// validation Dice at that iteration.
struct Candidate {
  std::string patch;  // JSON object laid over the specs of trials that wait for the choice
  int first = 1;
  int last = 1;
  std::vector<Digest> trials;
  bool operator==(const Candidate&) const = default;
};

/// Successive halving of a selection's candidates, inner folds being what is spent: all start on
/// the first folds, and the best 1/eta go on to eta times as many, until some have all.
struct Halving {
  int eta = 0;    // 0: every candidate has all its trials; else 2 or more
  int folds = 1;  // that every candidate starts on
  bool operator==(const Halving&) const = default;
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
  EvaluateSpec evaluate;
  Numerics numerics;
  std::vector<Candidate> candidates;
  Halving halving;           // only for Role::select
  std::vector<Digest> from;  // selections whose chosen patches are still to be laid over this spec
  bool operator==(const TrialSpec&) const = default;
};

/// The number of the trainer's results: raised by hand whenever the same spec gives other bits.
/// Part of every identity; tests/worker/training holds it against golden bits.
inline constexpr int trainer_version = 2;

/// Likewise for the rows of Role::evaluate: a new metric raises it, and only evaluations are done
/// again, from stored weights.
inline constexpr int evaluation_version = 2;

/// A text that is not a trial spec; the message says where and what was expected.
class SpecError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Canonical JSON: sorted keys, no blanks, shortest numbers; fields of other roles left out, and
/// late fields (spec_fields.hpp) that have their default.
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
std::string_view name_of(Activation);
std::string_view name_of(Architecture);
std::string_view name_of(QualityPosition);
std::string_view name_of(ImageAugmentation);
std::string_view name_of(BaseMaskSource);
std::string_view name_of(SelfDepth);
std::string_view name_of(QualityTarget);
std::string_view name_of(MaskInput);
std::string_view name_of(MaskValues);
std::string_view name_of(LossReduction);
std::string_view name_of(Split);
std::string_view name_of(Precision);
std::string_view name_of(Layout);
std::string_view name_of(Device);

/// All names of an enumeration, in the order of its enumerators.
template <class Enum>
const std::vector<std::string_view>& names_of();

namespace detail {
std::size_t position_of(std::string_view text, const std::vector<std::string_view>& names);
}  // namespace detail

template <class Enum>
Enum parse_name(std::string_view text) {
  return static_cast<Enum>(detail::position_of(text, names_of<Enum>()));
}

}  // namespace hone
