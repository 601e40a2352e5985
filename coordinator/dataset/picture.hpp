#pragma once

#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace hone {

/// A file, tensor or index that is no picture; the message says which.
class PictureError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A PNG of one picture in a safetensors file: of tensor `name`, [N,3,H,W] u8 in RGB, or
/// [N,1,H,W], u8 in {0,1} or f16 in [0,1], as grey; or of film_sheets the sheet of image `index`.
/// Reads no more of the file than its header and that picture. Throws PictureError.
std::string png_of(const std::filesystem::path& file, const std::string& name, std::int64_t index);

}  // namespace hone
