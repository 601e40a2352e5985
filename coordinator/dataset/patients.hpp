#pragma once

#include <regex>
#include <string>

#include "coordinator/dataset/ingest.hpp"

namespace hone {

/// Tells the patient from an image's id, as the options of a layout `pairs` say.
class PatientRule {
 public:
  /// Throws IngestError if `options.group` is not a regular expression with a capture.
  explicit PatientRule(const PairsOptions& options);

  /// The patient's name, '' if the options name none. Throws IngestError if the id does not fit.
  std::string patient_of(const std::string& id) const;

 private:
  std::string without_prefix(const std::string& id) const;

  std::vector<std::string> prefixes_;
  std::string pattern_;
  std::regex rule_;  // of pattern_, unless that is ''
};

}  // namespace hone
