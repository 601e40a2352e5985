#include "worker/training/uploader.hpp"

#include <ATen/ATen.h>
#include <c10/core/Event.h>
#include <c10/core/GradMode.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <utility>

namespace hone {

struct Uploader::Stage {
  Stage(const std::vector<at::Tensor>& places, c10::Device device)
      : there(device.type()),
        free(device.type()),
        copying(c10::impl::VirtualGuardImpl(device.type()).getStreamFromGlobalPool(device)) {
    for (const at::Tensor& place : places) waiting.push_back(at::empty_like(place));
  }

  std::vector<at::Tensor> waiting;
  c10::Event there;  // the batch is on the device
  c10::Event free;   // its last one has been taken from here
  c10::Stream copying;
};

Uploader::Uploader(std::vector<at::Tensor> places) : places_(std::move(places)) {
  const c10::Device device = places_.front().device();
  if (device.is_cpu()) return;
  for (auto& stage : stages_) stage = std::make_unique<Stage>(places_, device);
}

Uploader::~Uploader() = default;

void Uploader::bring(std::span<const at::Tensor> from) {
  const c10::NoGradGuard no_grad;
  Stage* const stage = stages_[next_++ % stages_.size()].get();
  const auto part = [&](const at::Tensor& whole, std::size_t i) {
    return whole.narrow(0, 0, from[i].size(0));
  };
  if (stage == nullptr) {
    for (std::size_t i = 0; i < from.size(); ++i) part(places_[i], i).copy_(from[i]);
    return;
  }
  const c10::Device device = places_.front().device();
  const c10::Stream working = c10::impl::VirtualGuardImpl(device.type()).getStream(device);
  {
    const c10::StreamGuard guard(stage->copying);
    if (next_ > stages_.size()) stage->free.block(stage->copying);
    for (std::size_t i = 0; i < from.size(); ++i)
      part(stage->waiting[i], i).copy_(from[i], /*non_blocking=*/true);
    stage->there.record(stage->copying);
  }
  stage->there.block(working);
  for (std::size_t i = 0; i < from.size(); ++i)
    part(places_[i], i).copy_(part(stage->waiting[i], i), /*non_blocking=*/true);
  stage->free.record(working);
  stage->there.synchronize();
}

}  // namespace hone
