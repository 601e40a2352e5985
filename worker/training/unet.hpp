#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "common/spec.hpp"
#include "worker/training/layers.hpp"
#include "worker/training/streams.hpp"

namespace hone {

enum class QualityHead : std::uint8_t {
  absent,
  present,
  alone,  // on the encoder, without a decoder (RefineMode::ascent)
};

/// What the net of a trial, trained or evaluated, has: a head if it refines with a lambda above 0.
QualityHead quality_head_of(const TrialSpec& spec);

/// The U-Net of Table I or a SegNet of the same widths, with a quality head where asked for.
///
/// Each of `levels` levels: `consecutive` convolutions (same padding, ReLU) of filters * 2^level
/// channels, then max pooling by 2. The pooled last level is the latent; with Bottleneck::conv
/// `consecutive` more convolutions of filters * 2^levels channels follow it. Each level up of a
/// U-Net: a 2x2 transposed convolution of stride 2, the encoder's output of that level appended,
/// and `consecutive` convolutions. A SegNet has no skips: it puts each number back where the
/// level's max pooling took it from, with zeros between, and convolves; the last convolution of a
/// level has the next level's channels, that of a bottleneck those of the last level. A 1x1
/// convolution gives the mask's logits.
///
/// The head makes one logit of, by QualityPosition: the latent's mean over pixels; that of the
/// decoder's last features; or the mask (after its sigmoid), averaged to 8x8 pixels. A head alone
/// is on the latent.
class UNet {
 public:
  /// Xavier-uniform kernels, zero biases, from `streams` (Purpose::initial_weights).
  UNet(const NetworkSpec& spec, int channels, QualityHead head, Layout layout,
       const Streams& streams, at::Device device = at::kCPU);

  /// Where its tensors are.
  at::Device device() const { return maker_.device(); }

  struct Output {
    at::Tensor mask;     // logits, f32 [B,1,S,S], contiguous; undefined for a head alone
    at::Tensor quality;  // logits, f32 [B,1]; undefined without a head
  };

  /// `input` is f32 [B,channels,S,S] on the net's device, with S divisible by 2^levels.
  /// Phase::training changes the statistics that batch norms remember.
  Output forward(const at::Tensor& input, Phase phase = Phase::evaluation) const;

  const std::vector<Parameter>& parameters() const { return maker_.parameters(); }
  std::int64_t parameter_count() const;

  /// All that training changes, parameters and statistics: what a weights file holds and what has
  /// to be kept to come back to an epoch. The tensors share the net's memory.
  std::vector<NamedTensor> state() const { return maker_.state(); }

 private:
  struct UpLevel {
    at::Tensor weight, bias;  // of the transposed convolution of a U-Net
    Block block;
  };
  struct Encoded {
    std::vector<at::Tensor> skips;   // a U-Net's
    std::vector<at::Tensor> places;  // a SegNet's, of its poolings
    at::Tensor latent;
  };

  void add_encoder(int channels);
  void add_decoder();
  int latent_channels() const;
  int head_features() const;
  Encoded encode(const at::Tensor& input, Phase phase) const;
  at::Tensor decode(Encoded encoded, Phase phase) const;

  NetworkSpec spec_;
  TensorMaker maker_;
  std::vector<Block> down_;
  Block bottleneck_;
  std::vector<UpLevel> up_;
  Convolution last_;  // undefined for a head alone
  DenseHead head_;
};

}  // namespace hone
