#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// What reads bytes that somebody else wrote, one target each: fuzzed where clang builds it
/// (fuzz_main.cpp), and held against every input that ever broke one by any compiler
/// (replay_test.cpp).
namespace hone::fuzz {

struct Target {
  std::string_view name;  // also of its folder below tests/fuzz/found

  /// Lets the reader read, and what it refuses pass. Throws Broken where it breaks a promise;
  /// whatever else it throws is a fault as well.
  void (*take)(std::string_view bytes);

  /// What it understands, to begin with.
  std::vector<std::string> (*seeds)();
};

/// A promise that a reader of ours did not keep; the message says which.
class Broken : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

inline void expect(bool kept, const char* promise) {
  if (!kept) throw Broken(promise);
}

const std::vector<Target>& targets();

// One file each.
extern const Target worker_message, order, trainer_order, trainer_message;  // common/wire
extern const Target trial_spec, experiment;
extern const Target tensor_file, checkpoint;
extern const Target manifest, description, picture;  // coordinator/dataset
extern const Target request, duration, selection;

}  // namespace hone::fuzz
