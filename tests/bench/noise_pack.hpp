#pragma once

#include <filesystem>

namespace hone::bench {

/// Writes `folder`/pack, noise images with a rectangle each as truth and a group each, and
/// `folder`/masks, base masks that are grey.
void write_noise_pack(const std::filesystem::path& folder, int count, int size);

}  // namespace hone::bench
