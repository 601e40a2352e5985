#include "tests/worker/training/fixture.hpp"

#include <stdlib.h>

#include <fstream>
#include <iterator>

#include "common/random.hpp"
#include "worker/training/files.hpp"

namespace hone::test {

namespace {

struct Disk {
  double x, y, radius;
  bool holds(int column, int row) const {
    const double across = column - x;
    const double down = row - y;
    return across * across + down * down <= radius * radius;
  }
};

Disk disk_of(int image, int size) {
  Random random({7, static_cast<std::uint64_t>(image)});
  return {.x = random.uniform(0.25, 0.75) * size,
          .y = random.uniform(0.25, 0.75) * size,
          .radius = random.uniform(0.15, 0.3) * size};
}

struct Pixels {
  std::vector<std::uint8_t> images, masks;
};

void add_image(const Disk& disk, bool visible, int image, int size, Pixels& pixels) {
  Random random({8, static_cast<std::uint64_t>(image)});
  for (int channel = 0; channel < 3; ++channel) {
    for (int i = 0; i < size * size; ++i) {
      const std::uint32_t ground = disk.holds(i % size, i / size) ? 150 : 60;
      const std::uint32_t seen = visible ? ground + random.below(60) : 128;
      pixels.images.push_back(static_cast<std::uint8_t>(seen));
    }
  }
  for (int i = 0; i < size * size; ++i) pixels.masks.push_back(disk.holds(i % size, i / size));
}

void write_pack(const std::filesystem::path& file, int count, int size, bool visible,
                bool constant) {
  Pixels pixels;
  std::vector<std::int32_t> groups;
  for (int image = 0; image < count; ++image) {
    add_image(disk_of(constant ? 0 : image, size), visible, image, size, pixels);
    groups.push_back(image);
  }
  TensorFile content;
  const auto bytes = [](const auto& numbers) { return std::as_bytes(std::span(numbers)); };
  content.tensors["images"] = {ElementType::u8, {count, 3, size, size}, bytes(pixels.images)};
  content.tensors["masks"] = {ElementType::u8, {count, 1, size, size}, bytes(pixels.masks)};
  content.tensors["groups"] = {ElementType::i32, {count}, bytes(groups)};
  write_tensor_file(file, content);
}

}  // namespace

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "hone-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

Folder::~Folder() {
  std::filesystem::remove_all(path_);
}

void write_disk_pack(const std::filesystem::path& file, int count, int size) {
  write_pack(file, count, size, /*visible=*/true, /*constant=*/false);
}

void write_blind_pack(const std::filesystem::path& file, int count, int size) {
  write_pack(file, count, size, /*visible=*/false, /*constant=*/false);
}

void write_constant_pack(const std::filesystem::path& file, int count, int size) {
  write_pack(file, count, size, /*visible=*/true, /*constant=*/true);
}

void write_base_masks(const std::filesystem::path& file, int count, int size) {
  const Disk disk{.x = size / 2.0, .y = size / 2.0, .radius = size / 4.0};
  std::vector<std::uint16_t> masks;
  for (int i = 0; i < count * size * size; ++i) {
    const int pixel = i % (size * size);
    masks.push_back(disk.holds(pixel % size, pixel / size) ? 0x3a00 : 0x2e66);  // 0.75, about 0.1
  }
  TensorFile content;
  content.tensors["masks"] = {
      ElementType::f16, {count, 1, size, size}, std::as_bytes(std::span(masks))};
  write_tensor_file(file, content);
}

TrialSpec tiny_spec(Role role) {
  TrialSpec spec;
  spec.role = role;
  spec.dataset = "disks";
  spec.image_size = 16;
  spec.network = {.levels = 2, .consecutive = 1, .filters = 4, .quality_width = 8};
  spec.training.epochs = 10;
  spec.training.batch = 4;
  spec.training.learning_rate = 0.01;
  spec.training.loss = Loss::dice_bce;
  spec.training.collapse_retries = 0;
  spec.evaluate.iterations = 3;
  spec.refine.lambda = role == Role::refine ? 0.5 : 0;
  spec.refine.augmentation = Augmentation::simple;
  return spec;
}

double Heard::mean(Split split, Metric metric, int iteration) const {
  double sum = 0;
  int count = 0;
  for (const Measurement& row : rows) {
    if (row.split != split || row.metric != metric || row.iteration != iteration) continue;
    sum += row.value;
    ++count;
  }
  return sum / count;
}

Outcomes train(Trainer& trainer, const TrialSpec& spec,
               const std::map<std::string, std::filesystem::path>& inputs,
               const std::filesystem::path& output) {
  std::filesystem::create_directories(output);
  Outcomes outcomes;
  outcomes.result =
      trainer.train({.spec = spec, .inputs = inputs, .output = output}, outcomes.heard);
  return outcomes;
}

std::string bytes_of_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace hone::test
