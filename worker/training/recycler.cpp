#include "worker/training/recycler.hpp"

#include <c10/core/CPUAllocator.h>
#include <sys/mman.h>

#include <cstdlib>
#include <mutex>
#include <new>
#include <unordered_map>
#include <vector>

namespace hone {

namespace {

constexpr std::size_t alignment = 64;  // what LibTorch's kernels count on, and room for the header
constexpr std::size_t small_page = 4096;
constexpr std::size_t huge_page = std::size_t{2} << 20;

std::size_t rounded_up(std::size_t bytes, std::size_t to) {
  return (bytes + to - 1) / to * to;
}

/// A block is a header, which holds the block's size, and then the tensor's bytes. The mutex is
/// there because LibTorch's kernels may allocate on several threads; it is hardly ever contended.
class Recycler final : public c10::Allocator {
 public:
  c10::DataPtr allocate(std::size_t bytes) override {
    if (bytes == 0) return {nullptr, nullptr, &give_back, c10::DeviceType::CPU};
    void* const data = take(rounded_up(bytes, alignment) + alignment);
    return {data, data, &give_back, c10::DeviceType::CPU};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &give_back; }

  void copy_data(void* to, const void* from, std::size_t count) const override {
    default_copy_data(to, from, count);
  }

  void release() {
    const std::lock_guard lock(mutex_);
    for (auto& [size, blocks] : free_) {
      for (void* block : blocks) std::free(block);
    }
    free_.clear();
  }

  static Recycler& instance() {  // LibTorch keeps its address until the process ends
    static auto* const recycler = new Recycler;
    return *recycler;
  }

 private:
  void* take(std::size_t size) {
    const std::lock_guard lock(mutex_);
    std::vector<void*>& blocks = free_[size];
    void* block = nullptr;
    if (blocks.empty()) {
      block = fresh(size);
    } else {
      block = blocks.back();
      blocks.pop_back();
    }
    *static_cast<std::size_t*>(block) = size;
    return static_cast<char*>(block) + alignment;
  }

  static void* fresh(std::size_t size) {
    const bool huge = size >= huge_page;
    void* block = nullptr;
    if (::posix_memalign(&block, huge ? huge_page : alignment, size) != 0) throw std::bad_alloc();
    // Only whole huge pages within the range become one; the rest stays in small pages.
    if (huge) ::madvise(block, size / small_page * small_page, MADV_HUGEPAGE);
    return block;
  }

  static void give_back(void* data) {
    if (data == nullptr) return;
    void* const block = static_cast<char*>(data) - alignment;
    Recycler& self = instance();
    const std::lock_guard lock(self.mutex_);
    self.free_[*static_cast<std::size_t*>(block)].push_back(block);
  }

  std::mutex mutex_;
  std::unordered_map<std::size_t, std::vector<void*>> free_;
};

}  // namespace

void recycle_tensor_memory() {
  c10::SetCPUAllocator(&Recycler::instance(), /*priority=*/100);
}

void release_recycled_memory() {
  Recycler::instance().release();
}

}  // namespace hone
