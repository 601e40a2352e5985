#include "common/digest.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace hone {

namespace {

constexpr std::size_t hex_length = 64;

void require(int ok, const char* what) {
  if (ok != 1) throw std::runtime_error(std::string("SHA-256: OpenSSL failed in ") + what);
}

}  // namespace

struct Hasher::State {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                  &EVP_MD_CTX_free};
};

std::optional<Digest> Digest::parse(std::string_view text) {
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (text.size() != hex_length || !std::all_of(text.begin(), text.end(), is_hex)) return {};
  Digest digest;
  digest.hex_ = text;
  return digest;
}

Hasher::Hasher() : state_(std::make_unique<State>()) {
  require(EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr), "DigestInit");
}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::update(std::span<const std::byte> bytes) {
  require(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()), "DigestUpdate");
}

void Hasher::update(std::string_view text) {
  update(std::as_bytes(std::span(text.data(), text.size())));
}

Digest Hasher::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
  unsigned int size = 0;
  require(EVP_DigestFinal_ex(state_->context.get(), raw.data(), &size), "DigestFinal");
  constexpr std::string_view digits = "0123456789abcdef";
  Digest digest;
  digest.hex_.reserve(hex_length);
  for (unsigned int i = 0; i < size; ++i) {
    digest.hex_ += digits[raw[i] >> 4U];
    digest.hex_ += digits[raw[i] & 15U];
  }
  return digest;
}

Digest sha256(std::string_view text) {
  Hasher hasher;
  hasher.update(text);
  return hasher.finish();
}

Digest sha256(std::span<const std::byte> bytes) {
  Hasher hasher;
  hasher.update(bytes);
  return hasher.finish();
}

}  // namespace hone
