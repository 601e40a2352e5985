#pragma once

#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>

namespace hone::cli {

/// While it lives, control characters in what is written to the stream are shown, not sent: names
/// and reasons come from elsewhere. Line breaks, tabs and the colours of painted_state go through.
/// Not for what is binary, nor for a stream that another thread writes to.
class PlainOutput : public std::streambuf {
 public:
  explicit PlainOutput(std::ostream& stream);
  ~PlainOutput() override;
  PlainOutput(const PlainOutput&) = delete;
  PlainOutput& operator=(const PlainOutput&) = delete;

 protected:
  int_type overflow(int_type character) override;
  std::streamsize xsputn(const char* text, std::streamsize size) override;
  int sync() override;

 private:
  std::ostream& stream_;
  std::streambuf* inner_;
};

/// What the stream of the PlainOutput that lives writes to, for what programs read.
std::streambuf* exact_output();

/// The text with control characters but line breaks and tabs shown; colours stay.
std::string plain_output(std::string_view text);

}  // namespace hone::cli
