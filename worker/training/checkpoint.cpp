#include "worker/training/checkpoint.hpp"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <c10/core/GradMode.h>
#include <torch/headeronly/version.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>
#include <span>

#include "common/fault_point.hpp"
#include "common/net/durable.hpp"
#include "common/net/processor.hpp"
#include "worker/training/cuda.hpp"
#include "worker/training/files.hpp"

namespace hone {

namespace {

namespace fs = std::filesystem;

std::atomic<bool> checkpoint_wanted = false;  // of the process: it trains one trial at a time
static_assert(std::atomic<bool>::is_always_lock_free, "signal handlers set it");

constexpr int share_of_time = 50;  // writing takes at most one part in so many

fs::path one_before(const fs::path& file) {
  return file.string() + ".before";
}

/// A line in the worker's log. By hand: LibTorch brings a fmt of its own, which spdlog cannot have.
void log(const std::string& event) {
  std::fprintf(stderr, "trainer event=%s\n", event.c_str());
}

/// Whose arithmetic a training's bits come from.
std::string arithmetic_of(const Numerics& numerics) {
  const std::vector<Gpu> seen = numerics.device == Device::cuda ? gpus() : std::vector<Gpu>();
  return std::string("LibTorch ") + TORCH_VERSION + ", " + at::get_cpu_capability() + ", " +
         (seen.empty() ? processor_fact("model name") : seen.front().name);
}

bool is_of(const fs::path& file, const std::string& arithmetic) {
  if (!fs::exists(file)) return false;
  try {
    const MappedFile mapped(file);
    return parse_checkpoint(mapped.bytes()).arithmetic == arithmetic;
  } catch (const TensorFileError& error) {
    log("checkpoint_removed file=" + file.string() + " reason=\"" + error.what() + "\"");
    // The next one written would put it in the place of the good one before.
    std::error_code ignored;
    fs::remove(file, ignored);
    return false;
  } catch (const std::runtime_error& error) {
    log("checkpoint_ignored file=" + file.string() + " reason=\"" + error.what() + "\"");
    return false;
  }
}

}  // namespace

void want_checkpoint() {
  checkpoint_wanted = true;
}

std::optional<fs::path> find_checkpoint(const fs::path& file, const Numerics& numerics) {
  if (file.empty()) return {};
  const std::string arithmetic = arithmetic_of(numerics);
  for (const fs::path& each : {file, one_before(file)})
    if (is_of(each, arithmetic)) return each;
  return {};
}

Checkpoints::Checkpoints(const TrainingRequest& request, bool leads, Observer& next)
    : next_(next),
      file_(leads ? request.checkpoint : ""),
      made_on_(arithmetic_of(request.spec.numerics)),
      interval_(request.checkpoint_interval) {
  checkpoint_wanted = false;  // what was wanted of the trial before
  const auto found = request.inputs.find("checkpoint");
  if (found == request.inputs.end()) return;
  taken_ = found->second;
  try {
    const MappedFile mapped(taken_);
    const CheckpointContent content = parse_checkpoint(mapped.bytes());
    point_ = content.point;
    for (const EpochRecord& each : content.epochs) on_epoch(each);
  } catch (const TensorFileError& error) {
    // It was whole when it was found; the next attempt finds the one before.
    throw TrainingError(Failure::crashed, taken_.string() + ": " + error.what());
  }
  log("resumed epoch=" + std::to_string(point_->fit.last_epoch) +
      " reseeds=" + std::to_string(point_->reseeds));
}

void Checkpoints::on_epoch(const EpochRecord& record) {
  epochs_.push_back(record);
  next_.on_epoch(record);
}

std::optional<TrainingPoint> Checkpoints::take_point() {
  return std::exchange(point_, std::nullopt);
}

void Checkpoints::restore(const std::vector<NamedTensor>& tensors) {
  const MappedFile mapped(taken_);
  const CheckpointContent content = parse_checkpoint(mapped.bytes());
  const c10::NoGradGuard no_grad;
  for (const auto& [name, value] : tensors) {
    const auto found = content.tensors.find(name);
    if (content.tensors.size() != tensors.size() || found == content.tensors.end() ||
        found->second.type != ElementType::f32 || found->second.shape != value.sizes().vec()) {
      fs::remove(taken_);
      throw std::runtime_error(taken_.string() + ": a checkpoint of another net ('" + name +
                               "'); it was removed");
    }
    const at::Tensor row_major = at::empty(found->second.shape, at::kFloat);
    std::memcpy(row_major.data_ptr<float>(), found->second.bytes.data(),
                found->second.bytes.size());
    value.copy_(row_major);
  }
}

void Checkpoints::keep_if_due(const TrainingPoint& point, const std::vector<NamedTensor>& tensors) {
  const auto start = Clock::now();
  if (file_.empty() || (!checkpoint_wanted.exchange(false) && start - last_ < interval_)) return;
  try {
    write(point, tensors);
    next_.on_checkpoint(point.fit.last_epoch);
  } catch (const std::exception& error) {
    log("checkpoint_failed file=" + file_.string() + " reason=\"" + error.what() + "\"");
  }
  last_ = Clock::now();
  const auto least = share_of_time * (last_ - start);
  if (interval_ == Clock::duration::zero() || least <= interval_) return;  // 0: after every epoch
  interval_ = least;
  log("checkpoint_interval seconds=" +
      std::to_string(std::chrono::duration<double>(interval_).count()));
}

void Checkpoints::write(const TrainingPoint& point, const std::vector<NamedTensor>& tensors) const {
  CheckpointContent content{
      .arithmetic = made_on_, .point = point, .epochs = epochs_, .tensors = {}};
  std::vector<at::Tensor> kept;  // row-major copies, alive until the file is written
  for (const auto& [name, value] : tensors) {
    kept.push_back(value.detach().cpu().contiguous());
    const std::span numbers(kept.back().const_data_ptr<float>(),
                            static_cast<std::size_t>(value.numel()));
    content.tensors[name] = {ElementType::f32, value.sizes().vec(), std::as_bytes(numbers)};
  }
  const fs::path part = file_.string() + "." + std::to_string(::getpid()) + ".part";
  try {
    write_tensor_file(part, as_checkpoint_file(content));
    make_durable(part);
    std::error_code none;  // the first time
    fault::at("checkpoint.before");
    fs::rename(file_, one_before(file_), none);
    fs::rename(part, file_);
    fault::at("checkpoint.after");
    make_durable(file_.parent_path());
  } catch (...) {
    std::error_code ignored;
    fs::remove(part, ignored);
    throw;
  }
}

}  // namespace hone
