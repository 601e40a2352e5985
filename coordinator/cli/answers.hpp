#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "coordinator/cli/connection.hpp"

namespace hone::cli {

/// Where commands that only look get their answers: from the coordinator of a state folder, or,
/// where none runs, from its file, in the same words.
class Answers {
 public:
  /// Whether it is said on stderr that the file answers.
  enum class Notice : std::uint8_t { said, silent };

  /// Throws CommandError if there is neither.
  explicit Answers(const ConnectionOptions& options, Notice notice = Notice::said);
  ~Answers();
  Answers(Answers&&) noexcept;
  Answers& operator=(Answers&&) noexcept;

  /// Whether a coordinator runs, so that an answer may change.
  bool is_live() const;

  /// The body of the answer to GET. From a file all are of one state of it. Throws CommandError,
  /// NetworkError.
  std::string get(const std::string& target);

  /// The sweeps that `text` selects (selection.hpp). Throws CommandError with exit code 2.
  std::vector<std::int64_t> selected(const std::string& text);

  /// Likewise of one sweep. Throws CommandError with exit code 2 for several.
  std::int64_t one_sweep(const std::string& text);

  /// The trial that a person means by its number, or by its name in `sweep` (as of one_sweep), or
  /// by a part of it that no other name has. Throws CommandError with exit code 2.
  std::int64_t trial(const std::string& text, const std::string& sweep);

 private:
  struct Source;
  std::unique_ptr<Source> source_;
};

/// The text as a value in a target: "a b/c" as "a%20b%2Fc".
std::string url_encoded(const std::string& text);

}  // namespace hone::cli
