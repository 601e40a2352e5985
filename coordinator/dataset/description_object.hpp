#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/dataset/ingest.hpp"

namespace hone {

/// One object of a description, read key by key. A key that is not there leaves its target as it
/// is; every fault throws IngestError with place, of a file also the line, and JSON path.
///
/// Invariant: every key asked for is remembered, so that finish() knows those that nobody reads.
class DescriptionObject {
 public:
  /// Parses `text`, which must be one JSON object without doubled keys. `place`: a file's name,
  /// which ends in .json, or what to call a text that is no file.
  DescriptionObject(std::string_view text, const std::string& place);
  ~DescriptionObject();
  DescriptionObject(DescriptionObject&&) noexcept;
  DescriptionObject& operator=(DescriptionObject&&) = delete;

  bool has(std::string_view key);
  void text(std::string_view key, std::string& target);
  void flag(std::string_view key, bool& target);
  void integer(std::string_view key, int low, int high, int& target);  // in [low, high]
  void number(std::string_view key, double low, double high, double& target);
  void texts(std::string_view key, std::vector<std::string>& target);  // at least one, none ''
  void integers(std::string_view key, int low, int high, std::vector<int>& target);
  DescriptionObject object(std::string_view key);  // Requires: has(key)

  /// Refuses keys that were not asked for.
  void finish() const;

  /// Throws IngestError: "PLACE:LINE: /KEY: MESSAGE". An empty key is the object itself.
  [[noreturn]] void refuse(std::string_view key, const std::string& message) const;

 private:
  struct Content;
  explicit DescriptionObject(std::unique_ptr<Content> content);
  [[noreturn]] void refuse_value(std::string_view key, const std::string& expected) const;

  std::unique_ptr<Content> content_;  // hides nlohmann's types
};

}  // namespace hone
