#pragma once

#include <compare>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace hone {

/// A SHA-256 value: the name of an artifact, a pack or a trial's identity.
class Digest {
 public:
  /// The digest written as 64 lower-case hexadecimal digits, or nothing if `text` is not that.
  static std::optional<Digest> parse(std::string_view text);

  /// 64 lower-case hexadecimal digits; empty for a default-constructed digest (names nothing).
  const std::string& hex() const { return hex_; }
  bool empty() const { return hex_.empty(); }
  auto operator<=>(const Digest&) const = default;

 private:
  friend class Hasher;
  std::string hex_;
};

/// Computes a SHA-256 piece by piece. Throws std::runtime_error if OpenSSL fails.
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;

  void update(std::span<const std::byte> bytes);
  void update(std::string_view text);

  /// The digest of everything so far. Requires: called once, nothing added afterwards.
  Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

Digest sha256(std::string_view text);
Digest sha256(std::span<const std::byte> bytes);

}  // namespace hone
