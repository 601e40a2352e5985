#include "coordinator/server/door.hpp"

#include <algorithm>
#include <utility>

namespace hone {

namespace {

constexpr std::size_t most_addresses = 4096;  // whose wrong tokens are remembered

}  // namespace

Door::Place::Place(Door& door, std::string address, std::function<void()> close)
    : door_(door), address_(std::move(address)), close_(std::move(close)) {
  door_.make_room(address_);
  auto& queue = door_.queues_[address_];
  at_ = queue.insert(queue.end(), this);
  ++door_.waiting_;
  ++door_.connections_;
}

Door::Place::~Place() {
  leave();
  --door_.connections_;
}

void Door::Place::leave() {
  if (!std::exchange(waits_, false)) return;
  const auto queue = door_.queues_.find(address_);
  queue->second.erase(at_);
  if (queue->second.empty()) door_.queues_.erase(queue);
  --door_.waiting_;
}

void Door::make_room(const std::string& address) {
  const auto own = queues_.find(address);
  if (own != queues_.end() && own->second.size() >= limits_.waiting_of_address)
    push_out(own->second);
  if (waiting_ < limits_.waiting) return;
  const auto longest = std::max_element(
      queues_.begin(), queues_.end(),
      [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
  push_out(longest->second);
}

void Door::push_out(std::list<Place*>& queue) {
  Place& first = *queue.front();
  first.leave();
  first.close_();
}

Door::Wrong Door::count_wrong_token(const std::string& address, Instant now) {
  std::erase_if(wrong_, [&](const auto& each) {
    return now - each.second.begin >= limits_.wrong_tokens_time;
  });
  if (wrong_.size() >= most_addresses && !wrong_.contains(address)) return {1, true};
  Window& window = wrong_.try_emplace(address, Window{now, 0}).first->second;
  ++window.count;
  return {window.count, window.count > limits_.wrong_tokens};
}

}  // namespace hone
