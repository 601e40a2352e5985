#include <ATen/ATen.h>
#include <c10/cuda/CUDAStream.h>
#include <nccl.h>

#include <chrono>
#include <thread>
#include <utility>

#include "worker/training/cuda.hpp"

namespace hone {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds longest_wait{60};  // for other ranks; the agent is quicker to notice
constexpr std::chrono::microseconds between_looks{20};

/// One communicator over the team's ranks. Non-blocking, so that every call can be given up.
class Nccl {
 public:
  explicit Nccl(Collective& team) : team_(team) {
    ncclUniqueId id{};
    if (team.leads()) check(ncclGetUniqueId(&id), "ncclGetUniqueId");
    team.broadcast(std::as_writable_bytes(std::span(&id, 1)), 0);
    ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
    config.blocking = 0;
    settle(ncclCommInitRankConfig(&comm_, team.size(), id, team.rank(), &config),
           "ncclCommInitRankConfig");
  }

  ~Nccl() {
    if (comm_ != nullptr) ncclCommAbort(comm_);  // destroying would wait for the others
  }
  Nccl(const Nccl&) = delete;
  Nccl& operator=(const Nccl&) = delete;

  void all_reduce_sum(const at::Tensor& numbers) {
    const auto stream = c10::cuda::getCurrentCUDAStream();
    float* const data = numbers.data_ptr<float>();
    settle(ncclAllReduce(data, data, static_cast<std::size_t>(numbers.numel()), ncclFloat, ncclSum,
                         comm_, stream),
           "ncclAllReduce");
    wait_for(stream);
  }

 private:
  [[noreturn]] void fail(const std::string& what) {
    // Frees the kernels that still wait on the GPU for ranks that will not come.
    if (comm_ != nullptr) ncclCommAbort(std::exchange(comm_, nullptr));
    throw CollectiveError("rank " + std::to_string(team_.rank()) + " of " +
                          std::to_string(team_.size()) + " on host " + team_.host() + ": " + what);
  }

  void check(ncclResult_t result, const std::string& call) {
    if (result != ncclSuccess && result != ncclInProgress)
      fail(call + ": " + ncclGetErrorString(result) + ": " + ncclGetLastError(comm_));
  }

  /// Until the call that gave `result` has been taken by NCCL.
  void settle(ncclResult_t result, const std::string& call) {
    check(result, call);
    const auto until = Clock::now() + longest_wait;
    while (result == ncclInProgress) {
      if (Clock::now() > until) fail(call + ": the other ranks did not come in time");
      std::this_thread::sleep_for(between_looks);
      check(ncclCommGetAsyncError(comm_, &result), "ncclCommGetAsyncError");
      check(result, call);
    }
  }

  /// Until the GPU is done. Never by synchronizing: that would wait for a lost rank for ever.
  void wait_for(const c10::cuda::CUDAStream& stream) {
    const auto until = Clock::now() + longest_wait;
    while (!stream.query()) {
      ncclResult_t error = ncclSuccess;
      check(ncclCommGetAsyncError(comm_, &error), "ncclCommGetAsyncError");
      check(error, "ncclAllReduce");
      if (Clock::now() > until) fail("ncclAllReduce: the other ranks did not come in time");
      std::this_thread::sleep_for(between_looks);
    }
  }

  Collective& team_;
  ncclComm_t comm_ = nullptr;
};

class NcclTeam final : public Collective {
 public:
  explicit NcclTeam(std::unique_ptr<Collective> team) : team_(std::move(team)) {}

  int rank() const override { return team_->rank(); }
  int size() const override { return team_->size(); }
  std::string host() const override { return team_->host(); }
  void all_reduce_sum(std::span<double> numbers) override { team_->all_reduce_sum(numbers); }
  void broadcast(std::span<std::byte> bytes, int root) override { team_->broadcast(bytes, root); }
  void barrier() override { team_->barrier(); }

  void all_reduce_sum(const at::Tensor& numbers) override {
    if (!numbers.is_cuda()) return team_->all_reduce_sum(numbers);
    if (!nccl_) nccl_ = std::make_unique<Nccl>(*team_);
    nccl_->all_reduce_sum(numbers);
  }

 private:
  std::unique_ptr<Collective> team_;
  std::unique_ptr<Nccl> nccl_;
};

}  // namespace

std::string nccl_version() {
  int version = 0;  // 22105 is 2.21.5
  if (ncclGetVersion(&version) != ncclSuccess) return {};
  return std::to_string(version / 10000) + "." + std::to_string(version / 100 % 100) + "." +
         std::to_string(version % 100);
}

std::unique_ptr<Collective> with_nccl(std::unique_ptr<Collective> team) {
  return std::make_unique<NcclTeam>(std::move(team));
}

}  // namespace hone
