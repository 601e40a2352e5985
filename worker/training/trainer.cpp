#include "worker/training/trainer.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/headeronly/version.h>

#include "common/wire.hpp"
#include "worker/training/checkpoint.hpp"
#include "worker/training/cuda.hpp"
#include "worker/training/recycler.hpp"
#include "worker/training/team_inputs.hpp"
#include "worker/training/trial.hpp"

namespace hone {

namespace {

void set_up_libtorch() {
  recycle_tensor_memory();
  set_up_gpu();
  if (at::get_num_interop_threads() != 1) at::set_num_interop_threads(1);
  at::globalContext().setFlushDenormal(true);
  at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/false);
  at::globalContext().setDeterministicFillUninitializedMemory(false);
}

TrainingResult train_with(Collective& team, const TrainingRequest& request, Observer& observer) {
  if (request.spec.numerics.threads >= 1) at::set_num_threads(request.spec.numerics.threads);
  release_recycled_memory();
  const TeamInputs inputs(team, request.inputs);
  TrainingRequest here = request;
  here.inputs = inputs.paths();
  return run_trial(here, team, observer);
}

/// What is to be trained, and the checkpoint to go on from if there is one: for every rank.
TrainingRequest with_checkpoint(TrainingRequest request) {
  if (const auto found = find_checkpoint(request.checkpoint, request.spec.numerics))
    request.inputs["checkpoint"] = *found;
  return request;
}

std::string library_text() {
  return std::string("LibTorch ") + TORCH_VERSION + " (" + at::get_cpu_capability() + ")";
}

class SoloTrainer final : public Trainer {
 public:
  SoloTrainer() { set_up_libtorch(); }

  TrainingResult train(const TrainingRequest& request, Observer& observer) override {
    return train_with(*team_, with_checkpoint(request), observer);
  }

  std::string library() const override { return library_text(); }

 private:
  std::unique_ptr<Collective> team_ = make_solo();
};

/// Orders go to the ranks as the agent's do to a trainer; an empty one is the last.
class TeamLeader final : public Trainer {
 public:
  explicit TeamLeader(Collective& team) : team_(team) { set_up_libtorch(); }
  ~TeamLeader() override { broadcast_text(team_, {}, 0); }
  TeamLeader(const TeamLeader&) = delete;
  TeamLeader& operator=(const TeamLeader&) = delete;

  TrainingResult train(const TrainingRequest& asked, Observer& observer) override {
    const TrainingRequest request = with_checkpoint(asked);
    Train order{.ticket = {}, .spec = request.spec, .inputs = {}, .output = {}};
    for (const auto& [name, path] : request.inputs) order.inputs[name] = path.string();
    broadcast_text(team_, encode(ToTrainer(order)), 0);
    return train_with(team_, request, observer);
  }

  std::string library() const override { return library_text(); }

 private:
  Collective& team_;
};

class Silence final : public Observer {
 public:
  void on_epoch(const EpochRecord&) override {}
  void on_rows(std::span<const Measurement>) override {}
};

}  // namespace

std::unique_ptr<Trainer> make_trainer() {
  return std::make_unique<SoloTrainer>();
}

std::unique_ptr<Trainer> make_team_leader(Collective& team) {
  return std::make_unique<TeamLeader>(team);
}

void follow(Collective& team) {
  set_up_libtorch();
  Silence silence;
  for (std::string text; !(text = broadcast_text(team, {}, 0)).empty();) {
    const auto order = std::get<Train>(decode_to_trainer(text));
    TrainingRequest request{.spec = order.spec, .inputs = {}, .output = {}};
    for (const auto& [name, path] : order.inputs) request.inputs[name] = path;
    try {
      train_with(team, request, silence);
    } catch (const TrainingError&) {  // the leader's answer
    }
  }
}

}  // namespace hone
