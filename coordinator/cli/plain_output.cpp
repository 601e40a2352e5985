#include "coordinator/cli/plain_output.hpp"

#include <algorithm>
#include <string_view>

#include "common/plain_text.hpp"

namespace hone::cli {

namespace {

/// Bytes of the sequence for colours, ESC [ digits and semicolons m, that the text begins with; 0
/// if it does not.
std::size_t colour_at(std::string_view text) {
  if (!text.starts_with("\033[")) return 0;
  const std::size_t end = text.find_first_not_of("0123456789;", 2);
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

}  // namespace

std::string plain_output(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const std::size_t colour = colour_at(text);
    plain += text.substr(0, colour);
    text.remove_prefix(colour);
    const std::size_t next = text.find('\033', colour == 0 ? 1 : 0);
    plain += without_controls(text.substr(0, next), "\n\t");
    text.remove_prefix(std::min(next, text.size()));
  }
  return plain;
}

namespace {
std::streambuf* exact = nullptr;
}

PlainOutput::PlainOutput(std::ostream& stream) : stream_(stream), inner_(stream.rdbuf(this)) {
  exact = inner_;
}

PlainOutput::~PlainOutput() {
  stream_.rdbuf(inner_);
  exact = nullptr;
}

std::streambuf* exact_output() {
  return exact;
}

PlainOutput::int_type PlainOutput::overflow(int_type character) {
  if (traits_type::eq_int_type(character, traits_type::eof()))
    return traits_type::not_eof(character);
  const char one = traits_type::to_char_type(character);
  // A single byte above 0x7f is part of a character that its writer sends in pieces.
  const std::string plain = without_controls({&one, 1}, "\n\t");
  const auto size = static_cast<std::streamsize>(plain.size());
  return inner_->sputn(plain.data(), size) == size ? character : traits_type::eof();
}

std::streamsize PlainOutput::xsputn(const char* text, std::streamsize size) {
  const std::string plain = plain_output({text, static_cast<std::size_t>(size)});
  const auto length = static_cast<std::streamsize>(plain.size());
  return inner_->sputn(plain.data(), length) == length ? size : 0;
}

int PlainOutput::sync() {
  return inner_->pubsync();
}

}  // namespace hone::cli
