#include "worker/training/weights.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/worker/training/fixture.hpp"
#include "worker/training/files.hpp"
#include "worker/training/trainer.hpp"

namespace hone {
namespace {

class Weights : public testing::Test {
 protected:
  static UNet net_with_seed(const NetworkSpec& network, std::int64_t seed,
                            QualityHead head = QualityHead::present,
                            Layout layout = Layout::channels_last) {
    TrialSpec spec;
    spec.seed = seed;
    return {network, 4, head, layout, Streams(spec, 0)};
  }

  std::string refusal(UNet net) {
    const at::Tensor before = net.parameters().front().value.detach().clone();
    try {
      read_weights(file_, net);
    } catch (const TrainingError& error) {
      EXPECT_EQ(error.failure, Failure::impossible);
      EXPECT_NE(std::string(error.what()).find(file_.string()), std::string::npos);
      EXPECT_TRUE(at::equal(before, net.parameters().front().value));
      return error.what();
    }
    return "none";
  }

  test::Folder folder_;
  std::filesystem::path file_ = folder_.path() / "weights";
  NetworkSpec small_{.levels = 2, .filters = 8, .quality_width = 8};
};

TEST_F(Weights, GiveTheSameBitsWhereTheyAreReadStatisticsIncluded) {
  for (const Norm norm : {Norm::none, Norm::batch, Norm::group}) {
    NetworkSpec spec = small_;
    spec.norm = norm;
    const UNet first = net_with_seed(spec, 1);
    for (int i = 0; i < 5; ++i) first.forward(at::rand({3, 4, 16, 16}), Phase::training);
    write_weights(file_, first);
    UNet second = net_with_seed(spec, 2);
    const at::Tensor x = at::rand({3, 4, 16, 16}).contiguous(at::MemoryFormat::ChannelsLast);
    EXPECT_FALSE(at::equal(first.forward(x).mask, second.forward(x).mask));
    read_weights(file_, second);
    EXPECT_TRUE(at::equal(first.forward(x).mask, second.forward(x).mask));
    EXPECT_TRUE(at::equal(first.forward(x).quality, second.forward(x).quality));
  }
}

TEST_F(Weights, AreTheSameFileInEitherLayout) {
  write_weights(file_, net_with_seed(small_, 1));
  UNet other = net_with_seed(small_, 2, QualityHead::present, Layout::channels_first);
  read_weights(file_, other);
  write_weights(folder_.path() / "again", other);
  EXPECT_EQ(test::bytes_of_file(file_), test::bytes_of_file(folder_.path() / "again"));
}

TEST_F(Weights, OfAnotherNetAreRefusedByTheNameOfTheTensor) {
  write_weights(file_, net_with_seed(small_, 1));
  NetworkSpec wide = small_;
  wide.filters = 16;
  EXPECT_NE(refusal(net_with_seed(wide, 1)).find("'encoder.0.0.weight'"), std::string::npos);
  NetworkSpec normed = small_;
  normed.norm = Norm::batch;
  EXPECT_NE(refusal(net_with_seed(normed, 1)).find("norm"), std::string::npos);
  const std::string headless = refusal(net_with_seed(small_, 1, QualityHead::absent));
  EXPECT_NE(headless.find("'quality.0.bias'"), std::string::npos) << headless;
  write_weights(file_, net_with_seed(small_, 1, QualityHead::absent));
  EXPECT_NE(refusal(net_with_seed(small_, 1)).find("'quality.0.weight'"), std::string::npos);
}

TEST_F(Weights, OfAnotherKindOfFileAreRefused) {
  EXPECT_NE(refusal(net_with_seed(small_, 1)), "none");  // no file at all
  write_tensor_file(file_, TensorFile{});
  EXPECT_NE(refusal(net_with_seed(small_, 1)).find("layout"), std::string::npos);
}

}  // namespace
}  // namespace hone
