#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>

namespace at {
class Tensor;
}

namespace hone {

/// A call that other ranks did not join, or that the transport refused. The text names the rank and
/// its host. The collective is of no use afterwards.
class CollectiveError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The trainers that work on one trial together: ranks 0 to size() - 1, a process each. Every rank
/// makes the same calls in the same order, with as much data; a call returns when this rank's part
/// of it is done, and throws CollectiveError. One thread.
///
/// Sums rather than means: a batch may be shared unevenly, so each rank weighs its terms itself.
class Collective {
 public:
  virtual ~Collective() = default;

  virtual int rank() const = 0;
  virtual int size() const = 0;
  bool leads() const { return rank() == 0; }

  /// What this rank's host calls itself.
  virtual std::string host() const = 0;

  /// Replaces the numbers by their sums over all ranks, the same bits on every rank.
  virtual void all_reduce_sum(std::span<double> numbers) = 0;

  /// Likewise for a contiguous f32 tensor, on the CPU or on the device that the collective is for.
  virtual void all_reduce_sum(const at::Tensor& numbers) = 0;

  /// Replaces the bytes by those of rank `root`.
  virtual void broadcast(std::span<std::byte> bytes, int root) = 0;

  /// Returns when all ranks have come here.
  virtual void barrier() = 0;
};

/// Of one rank: every call returns at once.
std::unique_ptr<Collective> make_solo();

/// The ranks that one mpirun has started; the tensors are the CPU's. Initialises MPI, and finalises
/// it when the object ends: once in a process. Throws CollectiveError.
std::unique_ptr<Collective> join_mpi_team();

/// "Open MPI v4.1.4": the library that this process has loaded. Needs no join_mpi_team().
std::string mpi_library();

/// Ends every rank of the team at once, whatever it does: what a rank does that cannot go on while
/// others wait for it. For a team that join_mpi_team() made.
[[noreturn]] void abort_mpi_team(int exit_code);

/// The text of rank `root`, on every rank.
std::string broadcast_text(Collective& team, std::string text, int root);

}  // namespace hone
