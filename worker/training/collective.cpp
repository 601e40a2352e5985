#include "worker/training/collective.hpp"

#include <unistd.h>

#include <array>

namespace hone {

namespace {

class Solo final : public Collective {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  std::string host() const override {
    std::array<char, 256> name{};
    ::gethostname(name.data(), name.size() - 1);
    return name.data();
  }
  void all_reduce_sum(std::span<double>) override {}
  void all_reduce_sum(const at::Tensor&) override {}
  void broadcast(std::span<std::byte>, int) override {}
  void barrier() override {}
};

}  // namespace

std::unique_ptr<Collective> make_solo() {
  return std::make_unique<Solo>();
}

std::string broadcast_text(Collective& team, std::string text, int root) {
  std::uint64_t size = text.size();
  team.broadcast(std::as_writable_bytes(std::span(&size, 1)), root);
  text.resize(size);
  team.broadcast(std::as_writable_bytes(std::span(text)), root);
  return text;
}

}  // namespace hone
