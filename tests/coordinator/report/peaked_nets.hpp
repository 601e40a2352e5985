#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "coordinator/report/quality_report.hpp"
#include "coordinator/report/stopping_report.hpp"
#include "tests/coordinator/report/curves_file.hpp"

namespace hone::given {

/// Images whose Dice peaks at 1, 2, 3, 1, ... of four iterations. Iterates agree from the peak on;
/// quality is a line of Dice, another one at every iteration.
inline Curves peaked(int images) {
  Curves curves;
  for (int image = 0; image < images; ++image) {
    const int peak = 1 + image % 3;
    for (const char* metric : {"dice", "agreement", "quality"}) curves[metric].emplace_back();
    double dice = 0.6 + 0.01 * image;
    for (int k = 0; k <= 4; ++k) {
      if (k > 0) dice += k <= peak ? 0.03 : -0.02;
      curves["dice"].back().push_back(dice);
      curves["agreement"].back().push_back(k >= peak ? 0.97 : 0.8);
      curves["quality"].back().push_back(0.5 * dice + 0.2 + 0.01 * k);
    }
  }
  return curves;
}

inline Curves without_signals(int images) {
  Curves curves = peaked(images);
  curves.erase("agreement");
  curves.erase("quality");
  return curves;
}

inline void add_net(CurvesFile& file, const std::string& net, const Curves& curves,
                    std::int64_t seed = 1) {
  file.add({.net = net, .split = "validation", .seed = seed, .first_image = 50}, curves);
  file.add({.net = net, .split = "test", .seed = seed}, curves);
}

/// Reports of a sweep of one data set.
class CurvesOf : public ::testing::Test {
 protected:
  CurvesOf() { file_.add_dataset("PH2"); }
  StoppingReport stopping(const std::string& net = {}) {
    return read_stopping(file_.database(), file_.sweep(), net);
  }
  QualityReport quality(const std::string& net = {}) {
    return read_quality(file_.database(), file_.sweep(), net);
  }
  CurvesFile file_;
};

}  // namespace hone::given
