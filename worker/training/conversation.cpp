#include "worker/training/conversation.hpp"

#include <algorithm>
#include <istream>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>

#include "common/version.hpp"
#include "common/wire.hpp"
#include "worker/training/collective.hpp"
#include "worker/training/cuda.hpp"

namespace hone {

namespace {

constexpr std::size_t rows_per_message = 512;

void say(std::ostream& out, const FromTrainer& message) {
  out << encode(message) << '\n' << std::flush;
  if (!out) throw std::runtime_error("the agent does not listen any more");
}

/// Passes on what a training comes to, as it comes.
class Narrator final : public Observer {
 public:
  Narrator(std::ostream& out, const Train& order) : out_(out), order_(order) {}

  void on_epoch(const EpochRecord& record) override {
    // A net that is trained again goes on counting its epochs.
    const int planned = std::max(order_.spec.training.epochs, record.epoch);
    say(out_, Progress{.ticket = order_.ticket, .epochs = planned, .epoch = record});
  }

  void on_rows(std::span<const Measurement> rows) override {
    for (std::size_t at = 0; at < rows.size(); at += rows_per_message) {
      const auto some = rows.subspan(at, std::min(rows_per_message, rows.size() - at));
      say(out_, Rows{.ticket = order_.ticket, .rows = {some.begin(), some.end()}});
    }
  }

  void on_checkpoint(int epoch) override {
    say(out_, Kept{.ticket = order_.ticket, .epoch = epoch});
  }

 private:
  std::ostream& out_;
  const Train& order_;
};

/// With what computed it, so that a number's code can be found.
std::string signed_summary(const std::string& summary, const Trainer& trainer) {
  auto facts = nlohmann::json::parse(summary.empty() ? "{}" : summary);
  facts["code"] = code_version();
  facts["library"] = trainer.library();
  return facts.dump();
}

FromTrainer carry_out(const Train& order, Trainer& trainer, Narrator& narrator) {
  TrainingRequest request{.spec = order.spec, .inputs = {}, .output = order.output};
  for (const auto& [name, path] : order.inputs) request.inputs.emplace(name, path);
  request.checkpoint = order.checkpoint;
  request.checkpoint_interval = order.checkpoint_interval;
  request.film_strip = order.film_strip;
  try {
    const TrainingResult result = trainer.train(request, narrator);
    Trained trained{.ticket = order.ticket,
                    .outcome = result.outcome,
                    .reason = result.reason,
                    .artifacts = {},
                    .summary = signed_summary(result.summary, trainer)};
    for (const auto& [name, path] : result.artifacts) trained.artifacts[name] = path.string();
    return trained;
  } catch (const TrainingError& error) {
    return Broken{.ticket = order.ticket, .failure = error.failure, .reason = error.what()};
  } catch (const std::exception& error) {
    return Broken{.ticket = order.ticket, .failure = Failure::crashed, .reason = error.what()};
  }
}

}  // namespace

void converse(std::istream& in, std::ostream& out, Trainer& trainer) {
  const std::vector<Gpu> seen = gpus();
  say(out, Ready{.library = trainer.library(),
                 .device = seen.empty() ? "cpu" : seen.front().name,
                 .mpi = mpi_library(),
                 .nccl = nccl_version()});
  for (std::string line; std::getline(in, line);) {
    const Train order = std::get<Train>(decode_to_trainer(line));
    Narrator narrator(out, order);
    say(out, carry_out(order, trainer, narrator));
  }
}

}  // namespace hone
