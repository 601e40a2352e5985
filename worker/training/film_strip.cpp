#include "worker/training/film_strip.hpp"

#include <png.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "common/tensor_file.hpp"
#include "worker/training/files.hpp"
#include "worker/training/overlap.hpp"

namespace hone {

namespace {

std::vector<std::int32_t> shown_iterations(int last) {
  const int count = std::min(last + 1, most_film_frames);
  std::vector<std::int32_t> shown;
  for (int i = 0; i < count; ++i)
    shown.push_back(count == last + 1 ? i : (i * last + (count - 1) / 2) / (count - 1));
  return shown;
}

/// Facts of the batch's images, from their rows.
std::vector<FilmFacts> facts_of(std::span<const std::int32_t> images, std::size_t before,
                                std::span<const Measurement> rows, int last) {
  struct Ends {
    double first = 0, last = 0, agreement = 1;
    double told = -1;  // predicted quality; none: below 0
  };
  std::map<std::int32_t, Ends> ends;
  for (const Measurement& row : rows) {
    Ends& of = ends[row.image];
    if (row.metric == Metric::dice && row.iteration == 0) of.first = row.value;
    if (row.iteration != last) continue;
    if (row.metric == Metric::dice) of.last = row.value;
    if (row.metric == Metric::quality) of.told = row.value;
    if (row.metric == Metric::agreement) of.agreement = row.value;
  }
  std::vector<FilmFacts> facts;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const Ends& of = ends[images[i]];
    facts.push_back({.image = images[i],
                     .ordinal = before + i,
                     .gain = of.last - of.first,
                     .disagreement = of.told < 0 ? 1 - of.agreement : std::abs(of.told - of.last)});
  }
  return facts;
}

std::span<const std::byte> raw_bytes(const auto& numbers) {
  return std::as_bytes(std::span(numbers));
}

}  // namespace

std::vector<std::uint8_t> quantised(std::span<const float> mask) {
  std::vector<std::uint8_t> greys(mask.size());
  std::transform(mask.begin(), mask.end(), greys.begin(), [](float value) {
    const long grey = std::clamp(std::lround(255 * value), 0L, 255L);
    const long foreground = 128;
    return static_cast<std::uint8_t>(value > mask_threshold ? std::max(grey, foreground)
                                                            : std::min(grey, foreground - 1));
  });
  return greys;
}

std::string grey_png(std::span<const std::uint8_t> pixels, int width) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.format = PNG_FORMAT_GRAY;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(pixels.size() / static_cast<std::size_t>(width));
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string png(size, '\0');
  if (png_image_write_to_memory(&image, png.data(), &size, 0, pixels.data(), width, nullptr) == 0)
    throw std::runtime_error(std::string("a PNG cannot be made: ") + image.message);
  png.resize(size);
  return png;
}

FilmStrip::FilmStrip(int limit, std::size_t images, int side, int last)
    : side_(side),
      iterations_(shown_iterations(last)),
      sample_(static_cast<std::size_t>(limit), images) {}

bool FilmStrip::shows(int iteration) const {
  return std::binary_search(iterations_.begin(), iterations_.end(), iteration);
}

void FilmStrip::begin(std::span<const std::int32_t> images) {
  before_ += batch_.size();
  batch_.assign(images.begin(), images.end());
  frames_.assign(images.size(), {});
}

void FilmStrip::add(std::size_t i, std::span<const float> mask) {
  const std::vector<std::uint8_t> greys = quantised(mask);
  frames_[i].insert(frames_[i].end(), greys.begin(), greys.end());
}

void FilmStrip::end(std::span<const Measurement> rows) {
  sample_.add(facts_of(batch_, before_, rows, iterations_.back()));
  std::erase_if(sheets_, [&](const auto& sheet) { return !sample_.may_choose(sheet.first); });
  try {
    for (std::size_t i = 0; i < batch_.size(); ++i)
      if (sample_.may_choose(batch_[i])) sheets_[batch_[i]] = grey_png(frames_[i], side_);
  } catch (const std::runtime_error& error) {
    fault_ = error.what();
  }
  frames_.clear();
}

void FilmStrip::write(const std::filesystem::path& file) const {
  if (!fault_.empty()) throw std::runtime_error(fault_);
  const std::vector<std::int32_t> images = sample_.chosen();
  std::vector<std::int64_t> starts = {0};
  std::string sheets;
  for (const std::int32_t image : images) {
    sheets += sheets_.at(image);
    starts.push_back(static_cast<std::int64_t>(sheets.size()));
  }
  const auto size = [](const auto& list) { return static_cast<std::int64_t>(list.size()); };
  TensorFile content;
  content.metadata["format"] = "hone.film_strip.v1";
  content.tensors["images"] = {ElementType::i32, {size(images)}, raw_bytes(images)};
  content.tensors["iterations"] = {ElementType::i32, {size(iterations_)}, raw_bytes(iterations_)};
  content.tensors["sheets"] = {ElementType::u8, {size(sheets)}, raw_bytes(sheets)};
  content.tensors["starts"] = {ElementType::i64, {size(starts)}, raw_bytes(starts)};
  write_tensor_file(file, content);
}

}  // namespace hone
