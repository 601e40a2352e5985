#pragma once

#include <memory>
#include <string>

#include "coordinator/cli/connection.hpp"

namespace hone::cli {

/// The way by which commands change a state: through the coordinator, or, where none runs on the
/// state folder, in its file, which is theirs meanwhile.
class Changes {
 public:
  /// Throws CommandError if there is neither a coordinator nor a file.
  explicit Changes(const ConnectionOptions& options);
  ~Changes();
  Changes(const Changes&) = delete;
  Changes& operator=(const Changes&) = delete;

  /// The body of the answer; from now on what it says is durable. Throws CommandError with the
  /// words of the answer, NetworkError.
  std::string get(const std::string& target);
  std::string post(const std::string& target, const std::string& body);

 private:
  struct Way;
  std::unique_ptr<Way> way_;
};

}  // namespace hone::cli
