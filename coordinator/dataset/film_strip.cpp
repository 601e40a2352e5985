#include "coordinator/dataset/film_strip.hpp"

#include <algorithm>
#include <cstring>

#include "coordinator/dataset/picture.hpp"

namespace hone {

namespace {

const TensorView& tensor_of(const TensorFile& file, const char* name, ElementType type) {
  const auto found = file.tensors.find(name);
  if (found == file.tensors.end() || found->second.type != type || found->second.shape.size() != 1)
    throw PictureError(std::string("the artifact is no film strip: it has no '") + name + "'");
  return found->second;
}

/// Copied, since a tensor may begin anywhere in a file.
template <class Number>
std::vector<Number> numbers_of(const TensorFile& file, const char* name, ElementType type) {
  const TensorView& tensor = tensor_of(file, name, type);
  std::vector<Number> numbers(tensor.bytes.size() / sizeof(Number));
  if (!numbers.empty()) std::memcpy(numbers.data(), tensor.bytes.data(), tensor.bytes.size());
  return numbers;
}

}  // namespace

FilmStripFile::FilmStripFile(const std::filesystem::path& file)
    : file_(file),
      images_(numbers_of<std::int32_t>(file_.content(), "images", ElementType::i32)),
      iterations_(numbers_of<std::int32_t>(file_.content(), "iterations", ElementType::i32)),
      starts_(numbers_of<std::int64_t>(file_.content(), "starts", ElementType::i64)) {
  const auto size = tensor_of(file_.content(), film_sheets, ElementType::u8).bytes.size();
  const bool fits = starts_.size() == images_.size() + 1 && starts_.front() == 0 &&
                    starts_.back() == static_cast<std::int64_t>(size) &&
                    std::is_sorted(starts_.begin(), starts_.end()) &&
                    std::is_sorted(images_.begin(), images_.end());
  if (!fits) throw PictureError("the artifact is no film strip: its numbers contradict each other");
}

std::string FilmStripFile::sheet(std::int64_t image) const {
  const auto found = std::lower_bound(images_.begin(), images_.end(), image);
  if (found == images_.end() || *found != image)
    throw PictureError("the film strip has no masks of image " + std::to_string(image));
  const auto at = static_cast<std::size_t>(found - images_.begin());
  const auto begin = static_cast<std::size_t>(starts_[at]);
  const auto bytes = tensor_of(file_.content(), film_sheets, ElementType::u8)
                         .bytes.subspan(begin, static_cast<std::size_t>(starts_[at + 1]) - begin);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace hone
