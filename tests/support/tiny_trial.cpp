#include <stdlib.h>

#include <numeric>
#include <stdexcept>

#include "common/tensor_file.hpp"
#include "tests/support/fake_coordinator.hpp"

namespace hone::testing {

std::string tiny_pack(int images) {
  std::vector<std::int32_t> groups(static_cast<std::size_t>(images));
  std::iota(groups.begin(), groups.end(), 0);
  TensorFile file;
  file.tensors["groups"] = {
      .type = ElementType::i32, .shape = {images}, .bytes = std::as_bytes(std::span(groups))};
  return serialize_tensor_file(file);
}

TrialSpec tiny_spec(const Digest& pack, std::int64_t seed) {
  TrialSpec spec;
  spec.dataset = "tiny";
  spec.pack = pack;
  spec.image_size = 16;
  spec.seed = seed;
  return spec;
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "hone-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace hone::testing
