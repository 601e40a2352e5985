#include "worker/training/layers.hpp"

#include <ATen/ATen.h>

#include <cmath>
#include <numeric>

namespace hone {

at::Tensor TensorMaker::kernel(const std::string& name, ParameterKind kind,
                               const std::vector<std::int64_t>& shape, std::int64_t fan_sum) {
  at::Tensor value = at::zeros(shape, at::kFloat);
  const double limit = std::sqrt(6.0 / static_cast<double>(fan_sum));
  Random random = streams_.at(Purpose::initial_weights, 0, static_cast<int>(parameters_.size()));
  float* numbers = value.data_ptr<float>();
  for (std::int64_t i = 0; i < value.numel(); ++i) {
    numbers[i] = static_cast<float>(random.uniform(-limit, limit));
  }
  if (shape.size() == 4 && layout_ == Layout::channels_last) {
    value = value.contiguous(at::MemoryFormat::ChannelsLast);
  }
  value = value.to(device_);
  parameters_.push_back({name, value.set_requires_grad(true), kind});
  return value;
}

at::Tensor TensorMaker::vector(const std::string& name, ParameterKind kind, int length,
                               float value) {
  parameters_.push_back({name,
                         at::full({length}, value, at::TensorOptions(at::kFloat).device(device_))
                             .set_requires_grad(true),
                         kind});
  return parameters_.back().value;
}

at::Tensor TensorMaker::statistic(const std::string& name, int length, float value) {
  statistics_.push_back(
      {name, at::full({length}, value, at::TensorOptions(at::kFloat).device(device_))});
  return statistics_.back().value;
}

std::vector<NamedTensor> TensorMaker::state() const {
  std::vector<NamedTensor> all;
  for (const Parameter& parameter : parameters_) {
    all.push_back({parameter.name, parameter.value.detach()});
  }
  all.insert(all.end(), statistics_.begin(), statistics_.end());
  return all;
}

Convolution make_convolution(TensorMaker& maker, const std::string& name,
                             const std::vector<std::int64_t>& shape, Norm norm) {
  const int to = static_cast<int>(shape[0]);
  Convolution made;
  made.weight = maker.kernel(name + ".weight", ParameterKind::convolution_kernel, shape,
                             shape[2] * shape[3] * (shape[0] + shape[1]));
  made.bias = maker.vector(name + ".bias", ParameterKind::bias, to, 0);
  if (norm == Norm::none) return made;
  made.norm_weight = maker.vector(name + ".norm.weight", ParameterKind::norm, to, 1);
  made.norm_bias = maker.vector(name + ".norm.bias", ParameterKind::norm, to, 0);
  if (norm == Norm::group) {
    made.groups = std::gcd(to, 8);
  } else {
    made.running_mean = maker.statistic(name + ".norm.mean", to, 0);
    made.running_variance = maker.statistic(name + ".norm.variance", to, 1);
  }
  return made;
}

at::Tensor convolve(const Convolution& convolution, const at::Tensor& input, Phase phase) {
  const std::int64_t padding = convolution.weight.size(2) / 2;
  at::Tensor x =
      at::conv2d(input, convolution.weight, convolution.bias, {1, 1}, {padding, padding});
  if (convolution.groups > 0) {
    return at::group_norm(x, convolution.groups, convolution.norm_weight, convolution.norm_bias);
  }
  if (!convolution.running_mean.defined()) return x;
  // One number a channel has no variance, and would leave NaN in what is remembered.
  const bool from_batch = phase == Phase::training && x.numel() > x.size(1);
  return at::batch_norm(x, convolution.norm_weight, convolution.norm_bias, convolution.running_mean,
                        convolution.running_variance, from_batch, /*momentum=*/0.1, /*eps=*/1e-5,
                        /*cudnn_enabled=*/true);
}

Block make_block(TensorMaker& maker, const std::string& name, const NetworkSpec& spec,
                 Channels channels) {
  Block block{.convolutions = {}, .activation = spec.activation};
  int from = channels.from;
  for (int i = 0; i < spec.consecutive; ++i) {
    const int to = i + 1 == spec.consecutive ? channels.to : channels.within;
    block.convolutions.push_back(make_convolution(maker, name + "." + std::to_string(i),
                                                  {to, from, spec.filter_size, spec.filter_size},
                                                  spec.norm));
    from = to;
  }
  return block;
}

at::Tensor run_block(const Block& block, at::Tensor x, Phase phase) {
  for (const Convolution& convolution : block.convolutions) {
    x = convolve(convolution, x, phase);
    if (block.activation == Activation::elu) {
      at::elu_(x);
    } else {
      x.relu_();
    }
  }
  return x;
}

Pooled pool(const at::Tensor& x) {
  auto [value, places] = at::max_pool2d_with_indices(x, {2, 2});
  return {value, places};
}

// LibTorch's own max_unpool2d counts as nondeterministic. Pools do not overlap, so a scatter writes
// no element twice, and its gradient is a gather.
at::Tensor unpool(const Pooled& pooled) {
  const at::Tensor& x = pooled.value;
  const std::int64_t height = 2 * x.size(2);
  const std::int64_t width = 2 * x.size(3);
  const at::Tensor planes = at::zeros({x.size(0), x.size(1), height * width}, x.options());
  return planes.scatter(2, pooled.places.flatten(2), x.flatten(2))
      .view({x.size(0), x.size(1), height, width})
      .contiguous(x.suggest_memory_format());
}

DenseHead make_head(TensorMaker& maker, const std::string& name, int features, int width) {
  DenseHead head;
  head.hidden_weight = maker.kernel(name + ".0.weight", ParameterKind::dense_kernel,
                                    {width, features}, width + features);
  head.hidden_bias = maker.vector(name + ".0.bias", ParameterKind::bias, width, 0);
  head.weight =
      maker.kernel(name + ".1.weight", ParameterKind::dense_kernel, {1, width}, 1 + width);
  head.bias = maker.vector(name + ".1.bias", ParameterKind::bias, 1, 0);
  return head;
}

at::Tensor run_head(const DenseHead& head, const at::Tensor& features) {
  return at::linear(at::linear(features, head.hidden_weight, head.hidden_bias).relu_(), head.weight,
                    head.bias);
}

}  // namespace hone
