#include "worker/training/adam.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

namespace hone {
namespace {

/// A parameter of value 2 whose gradient is 1.
Parameter parameter(ParameterKind kind) {
  at::Tensor value = at::full({4}, 2.0F).set_requires_grad(true);
  value.mutable_grad() = at::ones({4});
  return {"w", value, kind};
}

float after_one_step(ParameterKind kind, const TrainingSpec& training, Parameter parameter) {
  std::vector<Parameter> parameters = {parameter};
  parameters[0].kind = kind;
  Adam adam(training, parameters);
  adam.step();
  return parameters[0].value.detach().const_data_ptr<float>()[0];
}

TEST(Adam, TakesTheStepOfTheTextbook) {
  const TrainingSpec training{.learning_rate = 0.1, .adam_epsilon = 0.5, .l2 = 0};
  // The first moments, corrected for their start, are the gradient and its square.
  EXPECT_NEAR(after_one_step(ParameterKind::bias, training, parameter(ParameterKind::bias)),
              2 - 0.1 * 1 / (1 + 0.5), 1e-6);
}

TEST(Adam, AddsTwiceL2TimesTheWeightToAKernelsGradientAsKerasDoes) {
  const TrainingSpec training{.learning_rate = 0.1, .adam_epsilon = 0.5, .l2 = 0.25};
  const double gradient = 1 + 2 * 0.25 * 2;
  const auto kernel = ParameterKind::convolution_kernel;
  EXPECT_NEAR(after_one_step(kernel, training, parameter(kernel)),
              2 - 0.1 * gradient / (gradient + 0.5), 1e-6);
}

TEST(Adam, LeavesBiasesAndNormsWithoutL2) {
  const TrainingSpec with{.learning_rate = 0.1, .adam_epsilon = 0.5, .l2 = 0.25};
  const TrainingSpec without{.learning_rate = 0.1, .adam_epsilon = 0.5, .l2 = 0};
  for (const auto kind : {ParameterKind::bias, ParameterKind::norm}) {
    EXPECT_EQ(after_one_step(kind, with, parameter(kind)),
              after_one_step(kind, without, parameter(kind)));
  }
}

TEST(Adam, LimitsL2ToItsScope) {
  const TrainingSpec dense{.l2 = 0.1, .l2_scope = L2Scope::dense};
  EXPECT_EQ(l2_of(ParameterKind::dense_kernel, dense), 0.1);
  EXPECT_EQ(l2_of(ParameterKind::convolution_kernel, dense), 0);
  EXPECT_EQ(l2_of(ParameterKind::dense_kernel, {.l2 = 0.1, .l2_scope = L2Scope::none}), 0);
  EXPECT_EQ(l2_of(ParameterKind::convolution_kernel, {.l2 = 0.1, .l2_scope = L2Scope::all}), 0.1);
}

}  // namespace
}  // namespace hone
