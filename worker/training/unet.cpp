#include "worker/training/unet.hpp"

#include <ATen/ATen.h>

#include <cmath>
#include <numeric>

namespace hone {

namespace {

/// gcd(channels, 8): at most eight groups, of equally many channels each.
std::int64_t norm_groups(int channels) {
  return std::gcd(channels, 8);
}

}  // namespace

QualityHead quality_head_of(const TrialSpec& spec) {
  if (spec.role == Role::segment) return QualityHead::absent;
  if (spec.refine.mode == RefineMode::ascent) return QualityHead::alone;
  return spec.refine.lambda > 0 ? QualityHead::present : QualityHead::absent;
}

UNet::UNet(const NetworkSpec& spec, int channels, QualityHead head, Layout layout,
           const Streams& streams)
    : spec_(spec), layout_(layout), streams_(streams) {
  int from = channels;
  for (int level = 0; level < spec.levels; ++level) {
    const int to = spec.filters << level;
    down_.push_back(add_block("encoder." + std::to_string(level), from, to));
    from = to;
  }
  if (spec.bottleneck == Bottleneck::conv) {
    bottleneck_ = add_block("bottleneck", from, spec.filters << spec.levels);
    from = spec.filters << spec.levels;
  }
  const int latent = from;
  for (int level = spec.levels - 1; level >= 0; --level) {
    const int to = spec.filters << level;
    const std::string name = "decoder." + std::to_string(level);
    UpLevel up;
    up.up.weight = add(name + ".up.weight", ParameterKind::convolution_kernel, {from, to, 2, 2},
                       4L * (from + to));
    up.up.bias = add(name + ".up.bias", ParameterKind::bias, {to}, 0);
    up.convolutions = add_block(name, 2 * to, to);
    up_.push_back(std::move(up));
    from = to;
  }
  last_ = add_convolution("mask", from, 1, 1, Norm::none);
  if (head == QualityHead::absent) return;
  const int width = spec.quality_width;
  dense_.weight =
      add("quality.0.weight", ParameterKind::dense_kernel, {width, latent}, width + latent);
  dense_.bias = add("quality.0.bias", ParameterKind::bias, {width}, 0);
  rating_.weight = add("quality.1.weight", ParameterKind::dense_kernel, {1, width}, 1 + width);
  rating_.bias = add("quality.1.bias", ParameterKind::bias, {1}, 0);
}

at::Tensor UNet::add(const std::string& name, ParameterKind kind,
                     const std::vector<std::int64_t>& shape, std::int64_t fan_sum) {
  at::Tensor value = at::zeros(shape, at::kFloat);
  if (fan_sum > 0) {
    const double limit = std::sqrt(6.0 / static_cast<double>(fan_sum));
    Random random = streams_.at(Purpose::initial_weights, 0, static_cast<int>(parameters_.size()));
    float* numbers = value.data_ptr<float>();
    for (std::int64_t i = 0; i < value.numel(); ++i) {
      numbers[i] = static_cast<float>(random.uniform(-limit, limit));
    }
  }
  if (kind == ParameterKind::norm && name.ends_with("weight")) value.fill_(1);
  if (shape.size() == 4 && layout_ == Layout::channels_last) {
    value = value.contiguous(at::MemoryFormat::ChannelsLast);
  }
  value.set_requires_grad(true);
  parameters_.push_back({name, value, kind});
  return value;
}

UNet::Convolution UNet::add_convolution(const std::string& name, int from, int to, int side,
                                        Norm norm) {
  Convolution made;
  made.weight = add(name + ".weight", ParameterKind::convolution_kernel, {to, from, side, side},
                    static_cast<std::int64_t>(side) * side * (from + to));
  made.bias = add(name + ".bias", ParameterKind::bias, {to}, 0);
  if (norm == Norm::group) {
    made.norm_weight = add(name + ".norm.weight", ParameterKind::norm, {to}, 0);
    made.norm_bias = add(name + ".norm.bias", ParameterKind::norm, {to}, 0);
    made.groups = norm_groups(to);
  }
  return made;
}

std::vector<UNet::Convolution> UNet::add_block(const std::string& name, int from, int to) {
  std::vector<Convolution> block;
  for (int i = 0; i < spec_.consecutive; ++i) {
    block.push_back(
        add_convolution(name + "." + std::to_string(i), from, to, spec_.filter_size, spec_.norm));
    from = to;
  }
  return block;
}

at::Tensor UNet::convolve(const Convolution& convolution, const at::Tensor& input) const {
  const std::int64_t padding = convolution.weight.size(2) / 2;
  at::Tensor x =
      at::conv2d(input, convolution.weight, convolution.bias, {1, 1}, {padding, padding});
  if (convolution.groups > 0) {
    x = at::group_norm(x, convolution.groups, convolution.norm_weight, convolution.norm_bias);
  }
  return x;
}

at::Tensor UNet::run_block(const std::vector<Convolution>& block, at::Tensor x) const {
  for (const Convolution& convolution : block) x = convolve(convolution, x).relu_();
  return x;
}

at::Tensor UNet::rate(const at::Tensor& latent) const {
  const at::Tensor mean = latent.mean({2, 3});
  return at::linear(at::linear(mean, dense_.weight, dense_.bias).relu_(), rating_.weight,
                    rating_.bias);
}

UNet::Output UNet::forward(const at::Tensor& input) const {
  std::vector<at::Tensor> skips;
  at::Tensor x = input;
  for (const auto& block : down_) {
    skips.push_back(run_block(block, x));
    x = at::max_pool2d(skips.back(), {2, 2});
  }
  x = run_block(bottleneck_, x);
  Output output;
  if (dense_.weight.defined()) output.quality = rate(x).to(at::kFloat);
  for (const UpLevel& level : up_) {
    x = at::conv_transpose2d(x, level.up.weight, level.up.bias, {2, 2});
    x = run_block(level.convolutions, at::cat({x, skips.back()}, 1));
    skips.pop_back();
  }
  output.mask = convolve(last_, x).to(at::kFloat).contiguous();
  return output;
}

std::int64_t UNet::parameter_count() const {
  std::int64_t count = 0;
  for (const Parameter& parameter : parameters_) count += parameter.value.numel();
  return count;
}

}  // namespace hone
