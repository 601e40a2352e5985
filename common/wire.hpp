#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "common/message.hpp"

namespace hone {

/// Text that is not the message it should be. `what()` is fit to be sent back to the peer.
class WireError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One JSON object without a line break. Text that is not UTF-8 is replaced, never refused.
/// Requires: every number is finite.
std::string encode(const FromWorker& message);
std::string encode(const ToWorker& message);
std::string encode(const ToTrainer& message);
std::string encode(const FromTrainer& message);

/// The inverse. Throws WireError for anything else: unknown type, missing or mistyped field,
/// number out of range or not finite, nesting deeper than 32.
FromWorker decode_from_worker(std::string_view text);
ToWorker decode_to_worker(std::string_view text);
ToTrainer decode_to_trainer(std::string_view text);
FromTrainer decode_from_trainer(std::string_view text);

}  // namespace hone
