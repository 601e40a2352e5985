#include "coordinator/report/stopping_contrast.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/coordinator/report/peaked_nets.hpp"

namespace hone {
namespace {

using given::peaked;
using ::testing::AllOf;
using ::testing::HasSubstr;

using StoppingContrasts = given::CurvesOf;

TEST_F(StoppingContrasts, AreOfOneNetAndAdjustedOverDataSets) {
  for (const char* dataset : {"ISBI", "DRIVE"}) file_.add_dataset(dataset);
  for (const char* dataset : {"PH2", "ISBI", "DRIVE"}) {
    for (const char* net : {"quality", "warm-1"}) {
      file_.add({.dataset = dataset, .net = net, .split = "validation", .first_image = 50},
                peaked(24));
      file_.add({.dataset = dataset, .net = net, .split = "test"}, peaked(24));
    }
  }
  const StoppingReport report = stopping();
  const StoppingContrast contrast = contrast_of(report);
  ASSERT_EQ(contrast.rows.size(), 3U);
  EXPECT_EQ(contrast.rows[1].dataset, "ISBI");
  EXPECT_EQ(contrast.rows[1].rule.id, report.rows.at(0).chosen);
  EXPECT_DOUBLE_EQ(contrast.rows[0].holm, 3 * contrast.rows[0].rule.p.value());
  EXPECT_EQ(contrast.across.value().sign.plus, 3);
  EXPECT_DOUBLE_EQ(contrast.across->smallest_p, 0.25);
  EXPECT_THAT(render(layout(report), TableFormat::text),
              AllOf(HasSubstr("Holm over 3 data sets"), HasSubstr("Across 3 data sets: best new")));
}

}  // namespace
}  // namespace hone
