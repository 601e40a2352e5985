#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "common/spec.hpp"
#include "worker/training/streams.hpp"

namespace hone {

/// What a parameter is to the L2 penalty (A14).
enum class ParameterKind : std::uint8_t { convolution_kernel, dense_kernel, bias, norm };

struct Parameter {
  std::string name;  // "encoder.0.0.weight"; the tensor's name in a weights file
  at::Tensor value;  // f32, requires its gradient
  ParameterKind kind = ParameterKind::bias;
};

struct NamedTensor {
  std::string name;
  at::Tensor value;
};

/// Whether batch norms take their statistics from the batch and remember them, or use what they
/// remember. Nothing else differs.
enum class Phase : std::uint8_t { evaluation, training };

/// Makes a net's tensors, each under its name, and keeps them in the order in which they are made.
class TensorMaker {
 public:
  /// Numbers come from `streams` (Purpose::initial_weights), a stream for each parameter, and are
  /// the same on every device.
  TensorMaker(Layout layout, const Streams& streams, at::Device device)
      : layout_(layout), streams_(streams), device_(device) {}

  /// A Xavier-uniform kernel; `fan_sum` is how many inputs and outputs an element joins.
  at::Tensor kernel(const std::string& name, ParameterKind kind,
                    const std::vector<std::int64_t>& shape, std::int64_t fan_sum);

  /// A vector of `value`.
  at::Tensor vector(const std::string& name, ParameterKind kind, int length, float value);

  /// The same, but remembered and not learnt.
  at::Tensor statistic(const std::string& name, int length, float value);

  const std::vector<Parameter>& parameters() const { return parameters_; }
  at::Device device() const { return device_; }

  /// The parameters, as tensors of the same memory without a gradient, and then the statistics.
  std::vector<NamedTensor> state() const;

 private:
  Layout layout_;
  Streams streams_;
  at::Device device_;
  std::vector<Parameter> parameters_;
  std::vector<NamedTensor> statistics_;
};

/// A convolution and the norm after it.
struct Convolution {
  at::Tensor weight, bias;
  at::Tensor norm_weight, norm_bias;          // undefined without a norm
  std::int64_t groups = 0;                    // of a group norm
  at::Tensor running_mean, running_variance;  // of a batch norm
};

/// With same padding. `norm` follows it: Norm::group has gcd(channels, 8) groups, Norm::batch
/// remembers with a momentum of 0.1.
Convolution make_convolution(TensorMaker& maker, const std::string& name,
                             const std::vector<std::int64_t>& shape, Norm norm);
at::Tensor convolve(const Convolution& convolution, const at::Tensor& input, Phase phase);

/// The channels that come into a block of convolutions, go from one to the next, and leave it.
struct Channels {
  int from, within, to;
};

/// `spec.consecutive` convolutions, each with its norm and `spec.activation`.
struct Block {
  std::vector<Convolution> convolutions;
  Activation activation = Activation::relu;
};
Block make_block(TensorMaker& maker, const std::string& name, const NetworkSpec& spec,
                 Channels channels);
at::Tensor run_block(const Block& block, at::Tensor x, Phase phase);

/// Max pooling by 2 that tells where in its plane each maximum was, and its inverse, which is 0
/// elsewhere.
struct Pooled {
  at::Tensor value, places;
};
Pooled pool(const at::Tensor& x);
at::Tensor unpool(const Pooled& pooled);

/// Two dense layers, the first of them with ReLU, that make one number an image of its features.
struct DenseHead {
  at::Tensor hidden_weight, hidden_bias, weight, bias;  // undefined for no head
};
DenseHead make_head(TensorMaker& maker, const std::string& name, int features, int width);
at::Tensor run_head(const DenseHead& head, const at::Tensor& features);

}  // namespace hone
