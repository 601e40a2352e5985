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

enum class QualityHead : std::uint8_t {
  absent,
  present,
  alone,  // on the encoder, without a decoder (RefineMode::ascent)
};

/// What the net of a trial, trained or evaluated, has: a head if it refines with a lambda above 0.
QualityHead quality_head_of(const TrialSpec& spec);

/// The U-Net of Table I, with the quality head on its latent where asked for.
///
/// Each of `levels` levels: `consecutive` convolutions (same padding, ReLU) of filters * 2^level
/// channels, then max pooling by 2. The pooled last level is the latent; with Bottleneck::conv
/// `consecutive` more convolutions of filters * 2^levels channels follow it. Each level up:
/// a 2x2 transposed convolution of stride 2, the encoder's output of that level appended, and
/// `consecutive` convolutions. A 1x1 convolution gives the mask's logits. The head is the latent's
/// mean over pixels, a dense layer of `quality_width` with ReLU, and a dense layer to one logit.
class UNet {
 public:
  /// Xavier-uniform kernels, zero biases, from `streams` (Purpose::initial_weights).
  UNet(const NetworkSpec& spec, int channels, QualityHead head, Layout layout,
       const Streams& streams);

  struct Output {
    at::Tensor mask;     // logits, f32 [B,1,S,S], contiguous
    at::Tensor quality;  // logits, f32 [B,1]; undefined without a head
  };

  /// `input` is f32 [B,channels,S,S] with S divisible by 2^levels.
  Output forward(const at::Tensor& input) const;

  const std::vector<Parameter>& parameters() const { return parameters_; }
  std::int64_t parameter_count() const;

 private:
  struct Convolution {
    at::Tensor weight, bias;
    at::Tensor norm_weight, norm_bias;  // undefined without a norm
    std::int64_t groups = 0;            // of the norm
  };
  struct UpLevel {
    Convolution up;
    std::vector<Convolution> convolutions;
  };

  at::Tensor add(const std::string& name, ParameterKind kind,
                 const std::vector<std::int64_t>& shape, std::int64_t fan_sum);
  Convolution add_convolution(const std::string& name, int from, int to, int side, Norm norm);
  std::vector<Convolution> add_block(const std::string& name, int from, int to);
  at::Tensor convolve(const Convolution& convolution, const at::Tensor& input) const;
  at::Tensor run_block(const std::vector<Convolution>& block, at::Tensor x) const;
  at::Tensor rate(const at::Tensor& latent) const;

  NetworkSpec spec_;
  Layout layout_;
  Streams streams_;
  std::vector<Parameter> parameters_;
  std::vector<std::vector<Convolution>> down_;
  std::vector<Convolution> bottleneck_;
  std::vector<UpLevel> up_;
  Convolution last_;
  Convolution dense_, rating_;  // of the head; undefined tensors without one
};

}  // namespace hone
