// Expected numbers come from SciPy 1.17.1, by the call beside them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

#include "coordinator/statistics/correlation.hpp"
#include "coordinator/statistics/effect.hpp"
#include "coordinator/statistics/paired_test.hpp"
#include "coordinator/statistics/ranks.hpp"
#include "coordinator/statistics/t_test.hpp"

namespace hone {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

const std::vector<double> untied = {1.2, -0.4, 0.8, 2.1, -0.3, 0.9, 1.7, -1.1, 0.5, 0.25};
const std::vector<double> tied = {1, -1, 2, 2, -3, 0, 4, 5, 0, 6};

std::vector<double> wave(int count) {
  std::vector<double> values;
  for (int i = 1; i <= count; ++i) values.push_back(std::sin(i * 1.7) + 0.25 + i * 1e-4);
  return values;
}

TEST(Wilcoxon, IsExactForFewDifferencesWithoutTies) {
  const auto ten = wilcoxon_test(untied);  // scipy.stats.wilcoxon(untied)
  EXPECT_EQ(ten->minus, 12);
  EXPECT_DOUBLE_EQ(ten->p, 0.130859375);
  EXPECT_EQ(ten->kind, TestKind::exact);
  const auto forty = wilcoxon_test(wave(40));  // scipy.stats.wilcoxon(numpy.sin(i*1.7)+.25+i*1e-4)
  EXPECT_EQ(forty->minus, 262);
  EXPECT_NEAR(forty->p, 0.046610625882749446, 1e-14);
  EXPECT_EQ(forty->kind, TestKind::exact);
}

TEST(Wilcoxon, IsExactGivenTheTiesForUpToThirteenDifferences) {
  const auto test = wilcoxon_test(tied);  // scipy.stats.wilcoxon(tied)
  EXPECT_EQ(test->minus, 6.5);
  EXPECT_EQ(test->count, 8);
  EXPECT_DOUBLE_EQ(test->p, 0.125);
}

TEST(Wilcoxon, IsNormalForMore) {
  std::vector<double> sixteen = tied;
  sixteen.insert(sixteen.end(), {7, -2, 3, 3, 1, -4});
  const auto with_ties = wilcoxon_test(sixteen);  // scipy.stats.wilcoxon(sixteen)
  EXPECT_EQ(with_ties->minus, 25.5);
  EXPECT_NEAR(with_ties->p, 0.08905224382423808, 1e-14);
  EXPECT_EQ(with_ties->kind, TestKind::normal);
  const auto sixty = wilcoxon_test(wave(60));  // as for 40
  EXPECT_EQ(sixty->minus, 544);
  EXPECT_NEAR(sixty->p, 0.006311283600423038, 1e-14);
}

TEST(Wilcoxon, ReachesItsSmallestPOverSixDataSets) {
  // scipy.stats.wilcoxon([.74, .6, .63, 1.1, .5, .28]).pvalue, and 2 / 2^6
  EXPECT_DOUBLE_EQ(wilcoxon_test(std::vector{.74, .6, .63, 1.1, .5, .28})->p, 0.03125);
  EXPECT_DOUBLE_EQ(sign_test(std::vector{.74, .6, .63, 1.1, .5, .28}).p, 0.03125);
}

TEST(Wilcoxon, SaysNothingOfNothing) {
  EXPECT_FALSE(wilcoxon_test({}));
  EXPECT_FALSE(hodges_lehmann_shift({}));
  EXPECT_EQ(wilcoxon_test(std::vector<double>(20, 0.0))->p, 1);
  EXPECT_EQ(wilcoxon_test(std::vector{0.3})->p, 1);
  EXPECT_EQ(sign_test({}).p, 1);
}

TEST(HodgesLehmann, IsTheMedianOfPairMeans) {
  // numpy.median([(d[i]+d[j])/2 for i in range(10) for j in range(i,10)])
  EXPECT_NEAR(*hodges_lehmann_shift(untied), 0.575, 1e-12);
  EXPECT_NEAR(*hodges_lehmann_shift(std::vector{1.0, 2.0, 6.0}), 2.75, 1e-12);  // 1 1.5 2 3.5 4 6
}

TEST(Sign, IsExactBinomial) {
  EXPECT_DOUBLE_EQ(sign_test(untied).p, 0.34375);  // scipy.stats.binomtest(7, 10).pvalue
  std::vector<double> signs(3, 1.0);
  signs.insert(signs.end(), 14, -1.0);
  signs.push_back(0);
  // scipy.stats.binomtest(3, 17).pvalue
  EXPECT_NEAR(sign_test(signs).p, 0.012725830078125, 1e-15);
  EXPECT_EQ(sign_test(std::vector{1.0, -1.0}).p, 1);
}

TEST(Holm, StepsDownAndKeepsTheOrderGiven) {
  EXPECT_THAT(holm_adjusted(std::vector{0.01, 0.04, 0.03, 0.005}),  // R: p.adjust(p, "holm")
              ElementsAre(DoubleNear(0.03, 1e-15), DoubleNear(0.06, 1e-15), DoubleNear(0.06, 1e-15),
                          DoubleNear(0.02, 1e-15)));
  EXPECT_THAT(holm_adjusted(std::vector{0.9, 0.8}), ElementsAre(1.0, 1.0));
  EXPECT_TRUE(holm_adjusted({}).empty());
}

TEST(CorrectedResampledT, WidensTheVarianceByTheOverlap) {
  // se = s*sqrt(1/5+20/80); scipy.stats.t.sf(t, 4)*2; mean -+ scipy.stats.t.ppf(.975, 4)*se
  const auto test = corrected_resampled_t(std::vector{.8, 1.1, .3, -.2, .9}, {80, 20});
  EXPECT_NEAR(test->t, 1.6427892494934042, 1e-12);
  EXPECT_EQ(test->freedom, 4);
  EXPECT_NEAR(test->p, 0.17577128987047883, 1e-12);
  EXPECT_NEAR(test->low, -0.4002463471874489, 1e-12);
  EXPECT_NEAR(test->high, 1.5602463471874488, 1e-12);
}

TEST(CorrectedResampledT, SaysNothingWithoutSpread) {
  EXPECT_FALSE(corrected_resampled_t(std::vector{0.3}, {80, 20}));
  EXPECT_FALSE(corrected_resampled_t(std::vector{0.3, 0.3}, {80, 20}));
  EXPECT_THROW(corrected_resampled_t(std::vector{0.3, 0.4}, {0, 20}), std::invalid_argument);
}

TEST(Equivalence, IsTheLargerOfTwoOneSidedPValues) {
  // max(ttest_1samp(e,-.5,alternative='greater').pvalue, ttest_1samp(e,.5,alternative='less')
  // .pvalue); ttest_1samp(e, 0).confidence_interval(.9)
  const std::vector<double> e = {.1, -.3, .2, .4, -.1, .05, .3, -.2};
  const auto test = equivalence_test(e, 0.5);
  EXPECT_NEAR(test->p, 0.0006684607651465943, 1e-12);
  EXPECT_NEAR(test->low, -0.10727503803795707, 1e-12);
  EXPECT_NEAR(test->high, 0.21977503803795703, 1e-12);
  EXPECT_GT(equivalence_test(e, 0.1)->p, 0.05);
}

TEST(Equivalence, OfEqualDifferencesIsCertain) {
  EXPECT_EQ(equivalence_test(std::vector{0.0, 0.0, 0.0}, 0.5)->p, 0);
  EXPECT_EQ(equivalence_test(std::vector{0.6, 0.6}, 0.5)->p, 1);
  EXPECT_FALSE(equivalence_test(std::vector{0.1}, 0.5));
  EXPECT_THROW(equivalence_test(std::vector{0.1, 0.2}, 0), std::invalid_argument);
}

TEST(Effect, SizesAreThoseOfTheDefinitions) {
  EXPECT_NEAR(*cohens_dz(untied), 0.5723526736393819, 1e-12);    // d.mean()/d.std(ddof=1)
  EXPECT_NEAR(*rank_biserial(untied), (43.0 - 12) / 55, 1e-12);  // from wilcoxon's rank sums
  EXPECT_FALSE(cohens_dz(std::vector{1.0, 1.0}));
  EXPECT_FALSE(rank_biserial(std::vector{0.0, 0.0}));
}

const std::vector<double> x = {.9, .8, .85, .6, .75, .95, .5, .8};
const std::vector<double> y = {.88, .82, .7, .65, .7, .9, .55, .9};

TEST(Effect, CliffsDeltaAndAurocAreOneNumber) {
  EXPECT_NEAR(*auroc(x, y), 0.515625, 1e-15);  // scipy.stats.mannwhitneyu(x, y).statistic / 64
  EXPECT_NEAR(*cliffs_delta(x, y), 0.03125, 1e-15);
  EXPECT_EQ(*auroc(std::vector{2.0}, std::vector{1.0}), 1);
  EXPECT_FALSE(auroc({}, y));
}

TEST(Correlation, AgreesWithScipy) {
  EXPECT_NEAR(*pearson(x, y), 0.8549823653476141, 1e-12);   // scipy.stats.pearsonr(x, y)
  EXPECT_NEAR(*spearman(x, y), 0.7939539754135209, 1e-12);  // scipy.stats.spearmanr(x, y)
  EXPECT_NEAR(*kendall(x, y), 0.7171087882915774, 1e-12);   // scipy.stats.kendalltau(x, y)
}

TEST(Correlation, OfAConstantIsNothing) {
  const std::vector<double> constant(8, 0.1);
  EXPECT_FALSE(pearson(x, constant));
  EXPECT_FALSE(spearman(constant, y));
  EXPECT_FALSE(kendall(x, constant));
  EXPECT_FALSE(pearson(std::vector{1.0}, std::vector{1.0}));
  EXPECT_THROW(pearson(x, std::vector{1.0}), std::invalid_argument);
}

TEST(Differences, RefuseListsThatAreNotPairs) {
  EXPECT_THROW(differences(x, std::vector{1.0}), std::invalid_argument);
}

}  // namespace
}  // namespace hone
