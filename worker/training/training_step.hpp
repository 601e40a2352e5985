#pragma once

#include <memory>
#include <vector>

#include "worker/training/examples.hpp"
#include "worker/training/trial_context.hpp"
#include "worker/training/unet.hpp"

namespace hone {

/// One step of a training after the other: forward, loss, backward, optimizer. Every rank of the
/// team takes every step, each with its share of the batch.
class TrainingStep {
 public:
  virtual ~TrainingStep() = default;

  /// Learns from a batch, which it may change. Throws TrainingError(diverged) if the net's own
  /// masks (A21) are not finite; for a team, whose other ranks go on, and for a loss that is not
  /// finite, take_loss() tells that.
  virtual void learn(Examples& examples) = 0;

  /// The sum over the images that were learnt from since the last call, those of other ranks
  /// included, of their batch's mean loss. Not finite if a loss, or a team's own mask, was not.
  virtual double take_loss() = 0;

  /// All that a step changes besides the net's own tensors, in an order that never changes.
  virtual std::vector<at::Tensor> state() const = 0;

  /// Whether the parameters have the same bits on every rank.
  virtual bool weights_agree() const = 0;
};

/// On the CPU: the loss and its derivatives are worked out by hand, in double; autograd begins at
/// the logits. Keeps references, as long as it lives, to all it is given.
std::unique_ptr<TrainingStep> make_host_step(const TrialContext& trial, UNet& net);

/// How a step reaches a GPU: `in_graphs`, where a team has one rank, the whole step is captured,
/// once for each number of images.
enum class Capture { in_graphs, nothing };

/// On the net's device, all of it as tensors, the loss in fp32 by autograd. On a CPU it comes to
/// what make_host_step() comes to but for rounding.
std::unique_ptr<TrainingStep> make_tensor_step(const TrialContext& trial, UNet& net,
                                               Capture capture = Capture::in_graphs);

/// The one for where the net is.
std::unique_ptr<TrainingStep> make_training_step(const TrialContext& trial, UNet& net);

/// What the rated quality of each image is to be (A19), but for QualityTarget::output, which only
/// the net's output tells. The targets of control C5 move on by one image within the batch; a batch
/// of one image keeps its own.
std::vector<double> quality_targets(const RefineSpec& refine, const Examples& examples);

/// Whether the net only rates masks (RefineMode::ascent), with a weight of 1.
bool rates_only(const TrialSpec& spec);

}  // namespace hone
