#include <ATen/ATen.h>
#include <mpi.h>

#include <algorithm>
#include <array>

#include "worker/training/collective.hpp"

namespace hone {

namespace {

// MPI counts with int.
constexpr std::size_t most_at_once = std::size_t{1} << 30U;

class MpiTeam final : public Collective {
 public:
  MpiTeam() {
    int given = 0;
    // All calls come from the training thread; the threads beside it never call MPI.
    check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &given), "MPI_Init");
    check(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
    check(MPI_Comm_rank(MPI_COMM_WORLD, &rank_), "MPI_Comm_rank");
    check(MPI_Comm_size(MPI_COMM_WORLD, &size_), "MPI_Comm_size");
    std::array<char, MPI_MAX_PROCESSOR_NAME + 1> name{};
    int length = 0;
    check(MPI_Get_processor_name(name.data(), &length), "MPI_Get_processor_name");
    host_ = name.data();
    if (given < MPI_THREAD_FUNNELED) throw CollectiveError(whom() + "this MPI allows no threads");
  }

  // Returns when every rank has come here: a rank that cannot must use abort_mpi_team().
  ~MpiTeam() override { MPI_Finalize(); }
  MpiTeam(const MpiTeam&) = delete;
  MpiTeam& operator=(const MpiTeam&) = delete;

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  std::string host() const override { return host_; }

  void all_reduce_sum(std::span<double> numbers) override {
    reduce(numbers.data(), numbers.size(), MPI_DOUBLE);
  }

  void all_reduce_sum(const at::Tensor& numbers) override {
    reduce(numbers.data_ptr<float>(), static_cast<std::size_t>(numbers.numel()), MPI_FLOAT);
  }

  void broadcast(std::span<std::byte> bytes, int root) override {
    for (std::size_t at = 0; at < bytes.size(); at += most_at_once) {
      const auto some = bytes.subspan(at, std::min(most_at_once, bytes.size() - at));
      check(MPI_Bcast(some.data(), static_cast<int>(some.size()), MPI_BYTE, root, MPI_COMM_WORLD),
            "MPI_Bcast");
    }
  }

  void barrier() override { check(MPI_Barrier(MPI_COMM_WORLD), "MPI_Barrier"); }

 private:
  std::string whom() const {
    return "rank " + std::to_string(rank_) + " of " + std::to_string(size_) + " on host " + host_ +
           ": ";
  }

  void check(int code, const char* call) const {
    if (code == MPI_SUCCESS) return;
    std::array<char, MPI_MAX_ERROR_STRING + 1> text{};
    int length = 0;
    MPI_Error_string(code, text.data(), &length);
    throw CollectiveError(whom() + call + ": " + text.data());
  }

  template <class Number>
  void reduce(Number* numbers, std::size_t count, MPI_Datatype type) {
    for (std::size_t at = 0; at < count; at += most_at_once) {
      const int some = static_cast<int>(std::min(most_at_once, count - at));
      check(MPI_Allreduce(MPI_IN_PLACE, numbers + at, some, type, MPI_SUM, MPI_COMM_WORLD),
            "MPI_Allreduce");
    }
  }

  int rank_ = 0;
  int size_ = 1;
  std::string host_;
};

}  // namespace

std::unique_ptr<Collective> join_mpi_team() {
  return std::make_unique<MpiTeam>();
}

std::string mpi_library() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING + 1> text{};
  int length = 0;
  if (MPI_Get_library_version(text.data(), &length) != MPI_SUCCESS) return {};
  const std::string whole = text.data();  // "Open MPI v4.1.4, package: ..."
  return whole.substr(0, whole.find_first_of(",\n"));
}

void abort_mpi_team(int exit_code) {
  MPI_Abort(MPI_COMM_WORLD, exit_code);
  std::abort();  // MPI_Abort does not return, and is not declared so
}

}  // namespace hone
