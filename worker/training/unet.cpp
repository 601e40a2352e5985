#include "worker/training/unet.hpp"

#include <ATen/ATen.h>

#include <utility>

namespace hone {

namespace {

constexpr int rated_side = 8;  // of the mask that QualityPosition::mask rates

}  // namespace

QualityHead quality_head_of(const TrialSpec& spec) {
  if (spec.role == Role::segment) return QualityHead::absent;
  if (spec.refine.mode == RefineMode::ascent) return QualityHead::alone;
  return spec.refine.lambda > 0 ? QualityHead::present : QualityHead::absent;
}

UNet::UNet(const NetworkSpec& spec, int channels, QualityHead head, Layout layout,
           const Streams& streams, at::Device device)
    : spec_(spec), maker_(layout, streams, device) {
  if (head == QualityHead::alone) spec_.quality_position = QualityPosition::latent;
  add_encoder(channels);
  if (head != QualityHead::alone) add_decoder();
  // The head comes last, so that the body starts the same with and without one.
  if (head == QualityHead::absent) return;
  head_ = make_head(maker_, "quality", head_features(), spec.quality_width);
}

int UNet::latent_channels() const {
  const bool segnet = spec_.architecture == Architecture::segnet;
  const bool doubled = spec_.bottleneck == Bottleneck::conv && !segnet;
  return spec_.filters << (doubled ? spec_.levels : spec_.levels - 1);
}

int UNet::head_features() const {
  switch (spec_.quality_position) {
    case QualityPosition::latent:
      return latent_channels();
    case QualityPosition::decoder:
      return spec_.filters;
    case QualityPosition::mask:
      return rated_side * rated_side;
  }
  return 0;
}

void UNet::add_encoder(int channels) {
  int from = channels;
  for (int level = 0; level < spec_.levels; ++level) {
    const int to = spec_.filters << level;
    down_.push_back(make_block(maker_, "encoder." + std::to_string(level), spec_, {from, to, to}));
    from = to;
  }
  if (spec_.bottleneck == Bottleneck::none) return;
  bottleneck_ = make_block(maker_, "bottleneck", spec_,
                           {from, spec_.filters << spec_.levels, latent_channels()});
}

void UNet::add_decoder() {
  int from = latent_channels();
  for (int level = spec_.levels - 1; level >= 0; --level) {
    const int width = spec_.filters << level;
    const std::string name = "decoder." + std::to_string(level);
    UpLevel up;
    if (spec_.architecture == Architecture::segnet) {
      up.block = make_block(maker_, name, spec_, {from, width, level > 0 ? width / 2 : width});
      from = level > 0 ? width / 2 : width;
    } else {
      up.weight = maker_.kernel(name + ".up.weight", ParameterKind::convolution_kernel,
                                {from, width, 2, 2}, 4L * (from + width));
      up.bias = maker_.vector(name + ".up.bias", ParameterKind::bias, width, 0);
      up.block = make_block(maker_, name, spec_, {2 * width, width, width});
      from = width;
    }
    up_.push_back(std::move(up));
  }
  last_ = make_convolution(maker_, "mask", {1, from, 1, 1}, Norm::none);
}

UNet::Encoded UNet::encode(const at::Tensor& input, Phase phase) const {
  Encoded encoded;
  at::Tensor x = input;
  for (const Block& block : down_) {
    x = run_block(block, x, phase);
    if (spec_.architecture == Architecture::segnet) {
      const Pooled pooled = pool(x);
      encoded.places.push_back(pooled.places);
      x = pooled.value;
    } else {
      encoded.skips.push_back(x);
      x = at::max_pool2d(x, {2, 2});
    }
  }
  encoded.latent = run_block(bottleneck_, x, phase);
  return encoded;
}

at::Tensor UNet::decode(Encoded encoded, Phase phase) const {
  at::Tensor x = std::move(encoded.latent);
  for (const UpLevel& level : up_) {
    if (spec_.architecture == Architecture::segnet) {
      x = unpool({x, encoded.places.back()});
      encoded.places.pop_back();
    } else {
      x = at::conv_transpose2d(x, level.weight, level.bias, {2, 2});
      x = at::cat({x, encoded.skips.back()}, 1);
      encoded.skips.pop_back();
    }
    x = run_block(level.block, x, phase);
  }
  return x;
}

UNet::Output UNet::forward(const at::Tensor& input, Phase phase) const {
  Encoded encoded = encode(input, phase);
  const at::Tensor latent = encoded.latent;
  Output output;
  at::Tensor features;
  if (last_.weight.defined()) {
    features = decode(std::move(encoded), phase);
    output.mask = convolve(last_, features, phase).to(at::kFloat).contiguous();
  }
  if (!head_.weight.defined()) return output;
  at::Tensor rated;
  switch (spec_.quality_position) {
    case QualityPosition::latent:
      rated = latent.mean({2, 3});
      break;
    case QualityPosition::decoder:
      rated = features.mean({2, 3});
      break;
    case QualityPosition::mask:
      rated = at::adaptive_avg_pool2d(output.mask.sigmoid(), {rated_side, rated_side}).flatten(1);
      break;
  }
  output.quality = run_head(head_, rated).to(at::kFloat);
  return output;
}

std::int64_t UNet::parameter_count() const {
  std::int64_t count = 0;
  for (const Parameter& parameter : parameters()) count += parameter.value.numel();
  return count;
}

}  // namespace hone
