#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/coordinator/report/peaked_nets.hpp"

namespace hone {
namespace {

using given::add_net;
using given::peaked;
using given::without_signals;
using ::testing::HasSubstr;
using ::testing::Not;

using Quality = given::CurvesOf;

TEST_F(Quality, IsCalibratedOnValidation) {
  add_net(file_, "quality", peaked(9));
  const NetQuality net = quality().nets.at(0);
  const QualityScores& all = net.rows.at(0).scores;
  EXPECT_EQ(net.rows[0].split, "test");
  EXPECT_FALSE(net.rows[0].iteration);
  EXPECT_EQ(all.masks, 9 * 4);
  EXPECT_LT(all.raw->bias, -5);
  EXPECT_NEAR(all.calibrated->mae, 0, 1e-9);
  EXPECT_NEAR(all.calibrated_within.value(), 1, 1e-9);
  EXPECT_NEAR(all.calibrated_harm.value(), 1, 1e-9);
  EXPECT_NEAR(net.rows.at(1).scores.spearman.value(), 1, 1e-9);
  EXPECT_EQ(net.rows.at(1).iteration, 0);
}

TEST_F(Quality, OfNetsWithoutAHeadIsLeftOut) {
  add_net(file_, "no-quality", without_signals(3));
  EXPECT_THROW(quality(), std::invalid_argument);
  add_net(file_, "quality", peaked(3));
  EXPECT_EQ(quality().nets.size(), 1U);
}

TEST_F(Quality, DetailsAddValidationAndReliability) {
  add_net(file_, "quality", peaked(9));
  QualityReport report = quality();
  const std::string brief = render(layout(report), TableFormat::text);
  report.details = true;
  const std::string whole = render(layout(report), TableFormat::text);
  EXPECT_THAT(brief, Not(HasSubstr("reliability")));
  EXPECT_THAT(whole, HasSubstr("reliability by decile"));
  EXPECT_GT(whole.size(), brief.size());
}

}  // namespace
}  // namespace hone
