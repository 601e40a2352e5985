#include "common/tensor_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

namespace hone {
namespace {

using testing::HasSubstr;

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

/// A file with this header and `data` bytes of zeros behind it.
std::string file_of(const std::string& header, std::size_t data) {
  std::string text;
  for (std::size_t i = 0; i < 8; ++i) text += static_cast<char>(header.size() >> (8 * i) & 0xffU);
  return text + header + std::string(data, '\0');
}

std::string refusal(const std::string& file) {
  try {
    parse_tensor_file(bytes_of(file));
  } catch (const TensorFileError& error) {
    return error.what();
  }
  return "accepted";
}

const std::array<float, 6> numbers = {0, 1, -2, 3.5F, 4, 5};
const std::array<std::uint8_t, 3> small = {7, 8, 9};

TensorFile two_tensors() {
  TensorFile file;
  file.metadata["who"] = "\xC3\xA9preuve";
  file.tensors["b"] = {ElementType::f32, {2, 3}, std::as_bytes(std::span(numbers))};
  file.tensors["a"] = {ElementType::u8, {3}, std::as_bytes(std::span(small))};
  return file;
}

TEST(TensorFile, GivesBackWhatWasWritten) {
  const std::string text = serialize_tensor_file(two_tensors());
  const TensorFile read = parse_tensor_file(bytes_of(text));
  ASSERT_EQ(read.tensors.size(), 2U);
  const TensorView& b = read.tensors.at("b");
  EXPECT_EQ(b.type, ElementType::f32);
  EXPECT_EQ(b.shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_TRUE(std::ranges::equal(b.bytes, std::as_bytes(std::span(numbers))));
  EXPECT_TRUE(std::ranges::equal(read.tensors.at("a").bytes, std::as_bytes(std::span(small))));
  EXPECT_EQ(read.metadata.at("who"), "\xC3\xA9preuve");
  EXPECT_EQ(serialize_tensor_file(read), text);
}

TEST(TensorFile, StartsItsDataAtAMultipleOfEight) {
  EXPECT_EQ(tensor_file_header(two_tensors()).size() % 8, 0U);
  EXPECT_EQ(tensor_file_header({}).size() % 8, 0U);
}

TEST(TensorFile, ReadsWhatPythonWrites) {
  // safetensors 0.5 puts wide types first, whatever their names.
  const std::string file = file_of(R"({"z":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},)"
                                   R"("a":{"dtype":"F16","shape":[],"data_offsets":[8,10]},)"
                                   R"("e":{"dtype":"F32","shape":[0,4],"data_offsets":[10,10]}} )",
                                   10);
  const TensorFile read = parse_tensor_file(bytes_of(file));
  EXPECT_EQ(read.tensors.at("z").bytes.size(), 8U);
  EXPECT_EQ(read.tensors.at("a").bytes.size(), 2U);
  EXPECT_TRUE(read.tensors.at("e").bytes.empty());
}

TEST(TensorFile, RefusesAHeaderThatDoesNotHoldTogether) {
  const auto with = [](const std::string& entry, std::size_t data) {
    return refusal(file_of(R"({"t":)" + entry + "}", data));
  };
  EXPECT_THAT(refusal("1234567"), HasSubstr("fewer than 8"));
  EXPECT_THAT(refusal(std::string(8, '\xff')), HasSubstr("100 MB"));
  EXPECT_THAT(refusal(file_of("{}", 0).substr(0, 9)), HasSubstr("longer than the file"));
  EXPECT_THAT(refusal(file_of("[]", 0)), HasSubstr("not a JSON object"));
  EXPECT_THAT(refusal(file_of("{} x", 0)), HasSubstr("header"));
  EXPECT_THAT(refusal(file_of("{}", 1)), HasSubstr("end before or after"));
  EXPECT_THAT(with("1", 0), HasSubstr("not an object"));
  EXPECT_THAT(with(R"({"dtype":"U8","shape":[1]})", 1), HasSubstr("has no data_offsets"));
  EXPECT_THAT(with(R"({"dtype":"U9","shape":[1],"data_offsets":[0,1]})", 1), HasSubstr("dtype"));
  EXPECT_THAT(with(R"({"dtype":"U8","shape":[1.0],"data_offsets":[0,1]})", 1),
              HasSubstr("whole number"));
  EXPECT_THAT(with(R"({"dtype":"U8","shape":[-1],"data_offsets":[0,1]})", 1),
              HasSubstr("whole number"));
  EXPECT_THAT(with(R"({"dtype":"U8","shape":[2],"data_offsets":[0,2]})", 1), HasSubstr("outside"));
  EXPECT_THAT(with(R"({"dtype":"U8","shape":[1],"data_offsets":[1,0]})", 1), HasSubstr("outside"));
  EXPECT_THAT(with(R"({"dtype":"U8","shape":[2],"data_offsets":[0,1]})", 1),
              HasSubstr("larger than the file"));
  EXPECT_THAT(with(R"({"dtype":"F32","shape":[1],"data_offsets":[0,5]})", 5),
              HasSubstr("disagree"));
}

TEST(TensorFile, RefusesShapesWhoseProductOverflows) {
  EXPECT_THAT(refusal(file_of(R"({"t":{"dtype":"I64","shape":[4294967296,4294967296,2],)"
                              R"("data_offsets":[0,0]}})",
                              0)),
              HasSubstr("larger than the file"));
}

TEST(TensorFile, RefusesSharedAndOwnerlessBytes) {
  const auto both = [](const std::string& second, std::size_t data) {
    return refusal(file_of(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
                           R"("b":{"dtype":"U8","shape":[2],"data_offsets":)" +
                               second + "}}",
                           data));
  };
  EXPECT_EQ(both("[2,4]", 4), "accepted");
  EXPECT_THAT(both("[1,3]", 3), HasSubstr("overlap"));
  EXPECT_THAT(both("[3,5]", 5), HasSubstr("gap"));
}

TEST(TensorFile, SurvivesEveryCutAndEveryChangedByte) {
  const std::string whole = serialize_tensor_file(two_tensors());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_NE(refusal(whole.substr(0, length)), "accepted") << length;
  }
  const std::size_t header = tensor_file_header(two_tensors()).size();
  for (std::size_t at = 0; at < header; ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string changed = whole;
      changed[at] = static_cast<char>(value);
      refusal(changed);  // any answer but a crash, an overrun or another exception
    }
  }
}

TEST(TensorFile, CannotBeWrittenWithATextThatIsNotUtf8) {
  TensorFile file;
  file.metadata["name"] = "\xff";
  EXPECT_THROW(tensor_file_header(file), TensorFileError);
}

}  // namespace
}  // namespace hone
