#include "worker/training/collective.hpp"

#include <ATen/ATen.h>
#include <c10/core/DeviceGuard.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <optional>

#include "tests/worker/training/started_team.hpp"
#include "worker/training/cuda.hpp"

namespace hone {
namespace {

double triangle(int n) {
  return n * (n + 1) / 2.0;
}

/// What holds of every kind of collective. "nccl" is the team that MPI started, with its tensors on
/// GPUs, one a rank.
class OfAnyKind : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() != "nccl") return;
    if (static_cast<int>(gpus().size()) < team->size())
      GTEST_SKIP() << "not a GPU for each rank: " << no_gpu_reason();
    device_ = at::Device(at::kCUDA, static_cast<at::DeviceIndex>(team->rank()));
    on_gpu_.emplace(device_);
  }

  Collective& collective() const { return GetParam() == "solo" ? *solo_ : *team; }
  at::TensorOptions floats() const { return at::TensorOptions(at::kFloat).device(device_); }

 private:
  std::unique_ptr<Collective> solo_ = make_solo();
  at::Device device_ = at::kCPU;
  std::optional<c10::DeviceGuard> on_gpu_;
};

INSTANTIATE_TEST_SUITE_P(Collective, OfAnyKind, testing::Values("solo", "mpi", "nccl"),
                         [](const auto& kind) { return kind.param; });

TEST_P(OfAnyKind, HasAsManyRanksAsWereStarted) {
  const char* const started = std::getenv("HONE_TEAM_SIZE");
  ASSERT_NE(started, nullptr);
  EXPECT_EQ(collective().size(), GetParam() == "solo" ? 1 : std::atoi(started));
  EXPECT_GE(collective().rank(), 0);
  EXPECT_LT(collective().rank(), collective().size());
  EXPECT_EQ(collective().leads(), collective().rank() == 0);
  EXPECT_FALSE(collective().host().empty());
}

TEST_P(OfAnyKind, AddsUpNumbersOfEveryRank) {
  std::vector<double> numbers = {1.0 + collective().rank(), 0.25};
  collective().all_reduce_sum(std::span(numbers));
  EXPECT_EQ(numbers[0], triangle(collective().size()));
  EXPECT_EQ(numbers[1], 0.25 * collective().size());
}

TEST_P(OfAnyKind, AddsUpTensorsToTheSameBitsOnEveryRank) {
  for (const std::int64_t size : {1, 7, 100'003}) {
    const at::Tensor numbers =
        at::arange(1, size + 1, floats()) / 7 + 0.1F * static_cast<float>(collective().rank());
    double expected = at::sum(numbers, at::kDouble).item<double>();
    collective().all_reduce_sum(numbers);
    collective().all_reduce_sum(std::span(&expected, 1));
    const at::Tensor sums = numbers.cpu();
    EXPECT_NEAR(at::sum(sums, at::kDouble).item<double>() / expected, 1, 1e-6);
    const at::Tensor leaders = sums.clone();
    collective().broadcast({reinterpret_cast<std::byte*>(leaders.data_ptr<float>()),
                            static_cast<std::size_t>(size) * sizeof(float)},
                           0);
    EXPECT_TRUE(at::equal(leaders, sums));
  }
}

TEST_P(OfAnyKind, KeepsWhatIsNotANumber) {
  const bool last = collective().rank() == collective().size() - 1;
  double number = last ? std::nan("") : 1;
  collective().all_reduce_sum(std::span(&number, 1));
  EXPECT_TRUE(std::isnan(number));
  const at::Tensor numbers = at::full({3}, last ? std::nan("") : 1, floats());
  collective().all_reduce_sum(numbers);
  EXPECT_TRUE(at::isnan(numbers).all().item<bool>());
}

TEST_P(OfAnyKind, GivesEveryRankTheTextOfOne) {
  for (int root = 0; root < collective().size(); ++root) {
    const std::string own(static_cast<std::size_t>(collective().rank()) * 1000, 'x');
    EXPECT_EQ(broadcast_text(collective(), own, root).size(),
              static_cast<std::size_t>(root) * 1000);
    collective().barrier();
  }
}

}  // namespace
}  // namespace hone
