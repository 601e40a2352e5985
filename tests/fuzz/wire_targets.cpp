#include "common/wire.hpp"
#include "tests/common/wire_samples.hpp"
#include "tests/fuzz/targets.hpp"

namespace hone::fuzz {

namespace {

/// What is understood can be said, and is understood again as the same.
template <class Message, Message (*decode)(std::string_view)>
void take(std::string_view bytes) {
  Message message;
  try {
    message = decode(bytes);
  } catch (const WireError&) {
    return;
  }
  const std::string said = encode(message);
  expect(said.find('\n') == std::string::npos, "a message is one line");
  expect(encode(decode(said)) == said, "a message is understood as it was said");
}

template <class Message, std::vector<Message> (*samples)()>
std::vector<std::string> seeds() {
  std::vector<std::string> texts;
  for (const Message& message : samples()) texts.push_back(encode(message));
  return texts;
}

}  // namespace

const Target worker_message = {"worker-message", take<FromWorker, decode_from_worker>,
                               seeds<FromWorker, samples::from_worker>};
const Target order = {"order", take<ToWorker, decode_to_worker>,
                      seeds<ToWorker, samples::to_worker>};
const Target trainer_order = {"trainer-order", take<ToTrainer, decode_to_trainer>,
                              seeds<ToTrainer, samples::to_trainer>};
const Target trainer_message = {"trainer-message", take<FromTrainer, decode_from_trainer>,
                                seeds<FromTrainer, samples::from_trainer>};

}  // namespace hone::fuzz
