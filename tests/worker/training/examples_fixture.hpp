#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/tensor_file.hpp"
#include "tests/worker/training/fixture.hpp"
#include "worker/training/files.hpp"
#include "worker/training/trial_context.hpp"

/// Inputs that training examples are made from.
namespace hone::test {

inline constexpr int image_count = 20;
inline constexpr int image_side = 16;

class ExamplesTest : public testing::Test {
 protected:
  ExamplesTest() {
    write_disk_pack(folder_.path() / "pack", image_count, image_side);
    write_base_masks(folder_.path() / "base", image_count, image_side);
    write_law(folder_.path() / "law", uniform_law());
  }

  Inputs inputs(const TrialSpec& spec) const {
    return Inputs({.spec = spec, .inputs = files(), .output = folder_.path()});
  }

  std::map<std::string, std::filesystem::path> files() const {
    std::map<std::string, std::filesystem::path> named = {{"pack", folder_.path() / "pack"},
                                                          {"masks", folder_.path() / "base"},
                                                          {"deformations", folder_.path() / "law"}};
    for (int fold = 0; fold < 4; ++fold) {
      const std::string name = "masks." + std::to_string(fold);
      named[name] = folder_.path() / name;
    }
    return named;
  }

  /// Base masks that hold one number each, the same for every image.
  void write_flat_masks(const std::string& name, std::uint16_t half) const {
    const std::vector<std::uint16_t> masks(image_count * image_side * image_side, half);
    TensorFile content;
    content.tensors["masks"] = {ElementType::f16,
                                {image_count, 1, image_side, image_side},
                                std::as_bytes(std::span(masks))};
    write_tensor_file(folder_.path() / name, content);
  }

  /// A trial of one rank.
  TrialContext alone(const TrialSpec& spec, const Inputs& given) const {
    return {.spec = spec, .inputs = given, .team = *team_};
  }

  Folder folder_;
  std::unique_ptr<Collective> team_ = make_solo();
};

inline TrialSpec rich_spec() {
  TrialSpec spec = tiny_spec(Role::refine);
  spec.refine.mode = RefineMode::scratch;
  spec.refine.self_steps = 2;
  spec.refine.augmentation = Augmentation::fitted;
  spec.training.image_augmentation = ImageAugmentation::joint;
  spec.training.batch = 5;  // of 12: the last batch is smaller
  return spec;
}

}  // namespace hone::test
