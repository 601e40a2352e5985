#include "common/tensor_file.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

namespace hone {

namespace {

using Json = nlohmann::json;

constexpr std::size_t length_bytes = 8;
constexpr std::size_t alignment = 8;
constexpr std::uint64_t max_header = 100'000'000;  // as Python's safetensors
constexpr const char* metadata_key = "__metadata__";

struct TypeName {
  ElementType type;
  std::string_view name;
  std::size_t size;
};
constexpr std::array<TypeName, 5> type_names = {{{ElementType::u8, "U8", 1},
                                                 {ElementType::f16, "F16", 2},
                                                 {ElementType::f32, "F32", 4},
                                                 {ElementType::i32, "I32", 4},
                                                 {ElementType::i64, "I64", 8}}};

const TypeName& entry_of(ElementType type) {
  return *std::find_if(type_names.begin(), type_names.end(),
                       [type](const TypeName& entry) { return entry.type == type; });
}

[[noreturn]] void refuse(const std::string& where, const std::string& what) {
  throw TensorFileError("not a safetensors file: " + where + ": " + what);
}

ElementType parse_type(const std::string& where, const Json& value) {
  if (!value.is_string()) refuse(where, "dtype is not a string");
  const auto& name = value.get_ref<const std::string&>();
  for (const TypeName& entry : type_names) {
    if (entry.name == name) return entry.type;
  }
  refuse(where, "dtype is none of U8, F16, F32, I32, I64");
}

std::uint64_t parse_natural(const std::string& where, const Json& value) {
  if (!value.is_number_unsigned()) refuse(where, "expected a whole number of at least 0");
  const auto number = value.get<std::uint64_t>();
  if (number > std::uint64_t{std::numeric_limits<std::int64_t>::max()}) {
    refuse(where, "number too large");
  }
  return number;
}

std::vector<std::int64_t> parse_shape(const std::string& where, const Json& value) {
  if (!value.is_array()) refuse(where, "shape is not an array");
  std::vector<std::int64_t> shape;
  for (const Json& side : value) {
    shape.push_back(static_cast<std::int64_t>(parse_natural(where, side)));
  }
  return shape;
}

/// Bytes of a tensor. Refuses more than `limit`, so that no product overflows.
std::uint64_t byte_count(const std::string& where, const TensorView& tensor, std::uint64_t limit) {
  if (std::find(tensor.shape.begin(), tensor.shape.end(), 0) != tensor.shape.end()) return 0;
  std::uint64_t bytes = size_of(tensor.type);
  for (const std::int64_t side : tensor.shape) {
    if (static_cast<std::uint64_t>(side) > limit / bytes) refuse(where, "larger than the file");
    bytes *= static_cast<std::uint64_t>(side);
  }
  return bytes;
}

TensorView parse_tensor(const std::string& where, const Json& entry,
                        std::span<const std::byte> data) {
  if (!entry.is_object()) refuse(where, "not an object");
  for (const char* key : {"dtype", "shape", "data_offsets"}) {
    if (!entry.contains(key)) refuse(where, std::string("has no ") + key);
  }
  TensorView tensor;
  tensor.type = parse_type(where, entry["dtype"]);
  tensor.shape = parse_shape(where, entry["shape"]);
  const Json& offsets = entry["data_offsets"];
  if (!offsets.is_array() || offsets.size() != 2) refuse(where, "data_offsets is not a pair");
  const std::uint64_t begin = parse_natural(where, offsets[0]);
  const std::uint64_t end = parse_natural(where, offsets[1]);
  if (begin > end || end > data.size()) refuse(where, "data_offsets lie outside the file");
  if (byte_count(where, tensor, data.size()) != end - begin) {
    refuse(where, "shape and data_offsets disagree");
  }
  tensor.bytes = data.subspan(begin, end - begin);
  return tensor;
}

std::map<std::string, std::string> parse_metadata(const Json& entry) {
  if (!entry.is_object()) refuse(metadata_key, "not an object");
  std::map<std::string, std::string> metadata;
  for (const auto& [key, value] : entry.items()) {
    if (!value.is_string()) refuse(metadata_key, "value of '" + key + "' is not a string");
    metadata[key] = value.get<std::string>();
  }
  return metadata;
}

std::size_t header_length(std::span<const std::byte> file) {
  if (file.size() < length_bytes) refuse("length", "fewer than 8 bytes");
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) {
    length |= std::to_integer<std::uint64_t>(file[i]) << (8 * i);
  }
  if (length > max_header) refuse("length", "header longer than 100 MB");
  if (length > file.size() - length_bytes) refuse("length", "header longer than the file");
  return length;
}

Json parse_header(std::span<const std::byte> text) {
  const auto* first = reinterpret_cast<const char*>(text.data());
  try {
    Json header = Json::parse(first, first + text.size());
    if (!header.is_object()) refuse("header", "not a JSON object");
    return header;
  } catch (const Json::exception& error) {
    refuse("header", error.what());
  }
}

/// Two tensors that share bytes, or bytes that belong to none, are a damaged or crafted file.
void check_cover(const TensorFile& file, std::span<const std::byte> data) {
  std::vector<std::pair<std::size_t, std::size_t>> ranges;
  for (const auto& [name, tensor] : file.tensors) {
    const auto begin = static_cast<std::size_t>(tensor.bytes.data() - data.data());
    ranges.emplace_back(begin, begin + tensor.bytes.size());
  }
  std::sort(ranges.begin(), ranges.end());
  std::size_t end = 0;
  for (const auto& range : ranges) {
    if (range.first != end) refuse("data_offsets", "tensors overlap or leave a gap");
    end = range.second;
  }
  if (end != data.size()) refuse("data_offsets", "the tensors end before or after the file does");
}

}  // namespace

std::size_t size_of(ElementType type) {
  return entry_of(type).size;
}

TensorFile parse_tensor_file(std::span<const std::byte> file) {
  const std::size_t length = header_length(file);
  const Json header = parse_header(file.subspan(length_bytes, length));
  const auto data = file.subspan(length_bytes + length);
  TensorFile result;
  for (const auto& [name, entry] : header.items()) {
    if (name == metadata_key) {
      result.metadata = parse_metadata(entry);
    } else {
      result.tensors[name] = parse_tensor("tensor '" + name + "'", entry, data);
    }
  }
  check_cover(result, data);
  return result;
}

std::string tensor_file_header(const TensorFile& file) {
  Json header = Json::object();
  if (!file.metadata.empty()) header[metadata_key] = file.metadata;
  std::size_t offset = 0;
  for (const auto& [name, tensor] : file.tensors) {
    const std::size_t end = offset + tensor.bytes.size();
    header[name] = {{"dtype", entry_of(tensor.type).name},
                    {"shape", tensor.shape},
                    {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string json;
  try {
    json = header.dump();
  } catch (const Json::exception&) {
    throw TensorFileError("a safetensors file cannot hold a name or metadata that is not UTF-8");
  }
  json.append((alignment - json.size() % alignment) % alignment, ' ');
  std::string text;
  for (std::size_t i = 0; i < length_bytes; ++i) {
    text += static_cast<char>(json.size() >> (8 * i) & 0xffU);
  }
  return text + json;
}

std::string serialize_tensor_file(const TensorFile& file) {
  std::string text = tensor_file_header(file);
  for (const auto& [name, tensor] : file.tensors) {
    text.append(reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size());
  }
  return text;
}

}  // namespace hone
