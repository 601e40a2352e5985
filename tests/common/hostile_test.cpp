// Messages, experiments and weights files that somebody has tampered with, by the hundred thousand:
// refused with their own error, or understood; nothing else happens.
#include <gtest/gtest.h>

#include <malloc.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <new>

#include "common/tensor_file.hpp"
#include "common/wire.hpp"
#include "coordinator/plan/experiment.hpp"
#include "tests/common/mutation.hpp"
#include "tests/common/wire_samples.hpp"
#include "worker/training/checkpoint_file.hpp"

namespace {

std::atomic<std::size_t> taken{0}, most_taken{0};  // bytes of this process' memory

}  // namespace

// All of C++'s memory goes through these two.
void* operator new(std::size_t size) {
  void* const memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  const std::size_t now = taken += ::malloc_usable_size(memory);
  for (std::size_t most = most_taken; most < now && !most_taken.compare_exchange_weak(most, now);) {
  }
  return memory;
}
void operator delete(void* memory) noexcept {
  taken -= ::malloc_usable_size(memory);
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}

namespace hone {
namespace {

/// Fails if more memory was taken in its life than `limit` bytes, at any moment.
class Frugal {
 public:
  explicit Frugal(std::size_t limit) : limit_(taken + limit) { most_taken = taken.load(); }
  ~Frugal() { EXPECT_LE(most_taken, limit_); }
  Frugal(const Frugal&) = delete;
  Frugal& operator=(const Frugal&) = delete;

 private:
  std::size_t limit_;
};

/// Of what reads a file of that many bytes: a tree of its JSON header takes a number of 16 bytes
/// for each digit and comma, twice that while it grows, and a name's node the more.
Frugal frugal_with(const std::string& file) {
  return Frugal(64 * file.size() + 4096);
}

struct Count {
  int understood = 0, refused = 0;
};

/// `take` throws Error of what it refuses. Fails on anything else that it throws.
template <class Error, class Take>
Count expect_calm(const std::vector<std::string>& samples, int times, const Take& take) {
  const char* const text = std::getenv("HONE_SEED");
  const std::uint64_t seed = text == nullptr ? 1 : std::strtoull(text, nullptr, 10);
  Random random{seed};
  Count count;
  for (int i = 0; i < times; ++i) {
    const std::string each =
        mutated(samples[random.below(static_cast<std::uint32_t>(samples.size()))], random);
    try {
      take(each);
      ++count.understood;
    } catch (const Error&) {
      ++count.refused;
    } catch (const std::exception& error) {
      ADD_FAILURE() << "seed " << seed << ": " << error.what() << " of\n" << each;
      return count;
    }
  }
  std::printf("seed %llu: %d refused, %d understood all the same\n",
              static_cast<unsigned long long>(seed), count.refused, count.understood);
  EXPECT_GT(count.refused, times / 2);
  return count;
}

TEST(Hostile, AHundredThousandMessagesAreRefusedOrUnderstood) {
  std::vector<std::string> samples;
  for (const auto& message : samples::from_worker()) samples.push_back(encode(message));
  expect_calm<WireError>(samples, 100'000, [](const std::string& text) {
    // What is understood can be said again.
    EXPECT_EQ(encode(decode_from_worker(encode(decode_from_worker(text)))),
              encode(decode_from_worker(text)));
  });
}

TEST(Hostile, MessagesOfATrainerAndOfACoordinatorAreNoWorse) {
  std::vector<std::string> ours, theirs;
  for (const auto& message : samples::to_worker()) ours.push_back(encode(message));
  for (const auto& message : samples::from_trainer()) theirs.push_back(encode(message));
  expect_calm<WireError>(ours, 20'000, [](const std::string& text) { decode_to_worker(text); });
  expect_calm<WireError>(theirs, 20'000,
                         [](const std::string& text) { decode_from_trainer(text); });
}

TEST(Hostile, ExperimentsAreRefusedWithAPlaceOrUnderstood) {
  const std::string sample = R"({"name": "small", "profile": "smoke", "tables": ["lambda", "II"],
    "inner_folds": 2, "lambdas": [0.1, 0.3], "training": {"epochs": 3, "learning_rate": 0.01},
    "datasets": [{"name": "toy", "layout": "lesions", "count": 25}]})";
  expect_calm<ExperimentError>({sample}, 5'000, [](const std::string& text) {
    parse_experiment(text, "hostile.json", "", {});
  });
}

TEST(Hostile, HeadersOfWeightsFilesTakeNoMoreMemoryThanTheirLengthIsWorth) {
  std::string header =
      R"({"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"U8","shape":[8],"data_offsets":[24,32]}})";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  std::string file(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) file[i] = static_cast<char>(header.size() >> (8 * i) & 0xffU);
  file += header + std::string(32, 'x');
  expect_calm<TensorFileError>({file}, 20'000, [](const std::string& text) {
    const Frugal frugal = frugal_with(text);
    const auto parsed = parse_tensor_file(std::as_bytes(std::span(text.data(), text.size())));
    for (const auto& [name, view] : parsed.tensors) EXPECT_LE(view.bytes.size(), text.size());
  });
}

/// A checkpoint of two epochs.
TensorFile checkpoint_sample() {
  static const std::array<float, 6> numbers = {0, 1, -2, 3.5F, 4, 5};
  CheckpointContent content{.arithmetic = "LibTorch on something",
                            .point = {.fit = {.best_epoch = 1, .last_epoch = 2}},
                            .epochs = {{.epoch = 1, .train_loss = 0.5}, {.epoch = 2}},
                            .tensors = {}};
  for (const char* const name : {"net/a", "best/a", "adam/2"})
    content.tensors[name] = {ElementType::f32, {2, 3}, std::as_bytes(std::span(numbers))};
  return as_checkpoint_file(content);
}

TEST(Hostile, NoByteOfACheckpointChangesUnnoticed) {
  const std::string file = serialize_tensor_file(checkpoint_sample());
  const Count count = expect_calm<TensorFileError>({file}, 20'000, [&](const std::string& text) {
    const auto bytes = std::as_bytes(std::span(text.data(), text.size()));
    {
      const Frugal frugal = frugal_with(text);
      parse_checkpoint(bytes);
    }
    // A change that means nothing, as of a blank in the header, may pass.
    EXPECT_EQ(serialize_tensor_file(parse_tensor_file(bytes)), file);
  });
  EXPECT_LT(count.understood, 2'000);
}

TEST(Hostile, WhatACheckpointSaysOfItsTrainingIsRefusedOrUnderstood) {
  for (const char* const part : {"point", "epochs", "layout", "arithmetic"}) {
    const std::string sample = checkpoint_sample().metadata.at(part);
    Random random{1};
    for (int i = 0; i < 5'000; ++i) {
      TensorFile file = checkpoint_sample();
      file.metadata[part] = mutated(sample, random);
      std::string bytes;
      try {
        seal(file);  // as a trainer with a bug would
        bytes = serialize_tensor_file(file);
        const auto content = parse_checkpoint(std::as_bytes(std::span(bytes)));
        EXPECT_GE(content.point.fit.last_epoch, 0) << i;
        for (const EpochRecord& each : content.epochs) EXPECT_GE(each.epoch, 0) << i;
      } catch (const TensorFileError&) {
      } catch (const std::exception& error) {
        FAIL() << error.what() << " of\n" << file.metadata[part];
      }
    }
  }
}

}  // namespace
}  // namespace hone
