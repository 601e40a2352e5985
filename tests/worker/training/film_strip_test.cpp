#include "worker/training/film_strip.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <png.h>

#include <cmath>
#include <cstring>
#include <map>

#include "tests/worker/training/fixture.hpp"
#include "worker/training/files.hpp"
#include "worker/training/overlap.hpp"
#include "worker/training/pack.hpp"

namespace hone {
namespace {

using testing::Contains;
using testing::SizeIs;

constexpr int count = 20;
constexpr int size = 16;
constexpr int last = 3;  // of tiny_spec's iterations

template <class Number>
std::vector<Number> numbers_of(const TensorFile& file, const std::string& name) {
  const auto bytes = file.tensors.at(name).bytes;
  std::vector<Number> numbers(bytes.size() / sizeof(Number));
  std::memcpy(numbers.data(), bytes.data(), bytes.size());
  return numbers;
}

/// The greys of a PNG, as any reader sees them.
std::vector<std::uint8_t> decoded(const std::string& png, std::size_t width) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  EXPECT_NE(png_image_begin_read_from_memory(&image, png.data(), png.size()), 0) << image.message;
  EXPECT_EQ(image.width, width);
  image.format = PNG_FORMAT_GRAY;
  std::vector<std::uint8_t> greys(PNG_IMAGE_SIZE(image));
  EXPECT_NE(png_image_finish_read(&image, nullptr, greys.data(), 0, nullptr), 0) << image.message;
  return greys;
}

/// An evaluation of a trained net on its four test images.
class FilmStripOfATrial : public testing::Test {
 protected:
  FilmStripOfATrial() : trainer_(make_trainer()) {
    test::write_disk_pack(folder_.path() / "pack", count, size);
    test::write_base_masks(folder_.path() / "base", count, size);
    inputs_ = {{"pack", folder_.path() / "pack"}, {"masks", folder_.path() / "base"}};
    const auto net =
        test::train(*trainer_, test::tiny_spec(Role::refine), inputs_, folder_.path() / "net");
    inputs_["weights"] = net.result.artifacts.at("weights");
    spec_ = test::tiny_spec(Role::refine);
    spec_.role = Role::evaluate;
    spec_.evaluate.split = Split::test;
  }

  test::Outcomes evaluated(int film_strip, const std::string& output) {
    const auto folder = folder_.path() / output;
    std::filesystem::create_directories(folder);
    return evaluated_into(film_strip, folder);
  }

  test::Outcomes evaluated_into(int film_strip, const std::filesystem::path& folder) {
    test::Outcomes outcomes;
    outcomes.result = trainer_->train(
        {.spec = spec_, .inputs = inputs_, .output = folder, .film_strip = film_strip},
        outcomes.heard);
    return outcomes;
  }

  /// The Dice that the trial told of an image at an iteration.
  static double told(const test::Heard& heard, std::int32_t image, std::int32_t iteration) {
    for (const Measurement& row : heard.rows)
      if (row.image == image && row.iteration == iteration && row.metric == Metric::dice)
        return row.value;
    ADD_FAILURE() << "no Dice of image " << image << " at iteration " << iteration;
    return -1;
  }

  test::Folder folder_;
  std::unique_ptr<Trainer> trainer_;
  std::map<std::string, std::filesystem::path> inputs_;
  TrialSpec spec_;
};

TEST_F(FilmStripOfATrial, HasTheVeryMasksThatWereScored) {
  const auto outcomes = evaluated(3, "strip");
  const MappedFile mapped(outcomes.result.artifacts.at(film_strip_artifact));
  const TensorFile file = parse_tensor_file(mapped.bytes());
  const auto images = numbers_of<std::int32_t>(file, "images");
  const auto starts = numbers_of<std::int64_t>(file, "starts");
  ASSERT_THAT(images, SizeIs(3));
  ASSERT_EQ(numbers_of<std::int32_t>(file, "iterations"), (std::vector<std::int32_t>{0, 1, 2, 3}));
  const Pack pack(inputs_.at("pack"), size);
  const auto sheets = numbers_of<char>(file, "sheets");
  for (std::size_t n = 0; n < images.size(); ++n) {
    const auto greys = decoded({sheets.begin() + starts[n], sheets.begin() + starts[n + 1]}, size);
    ASSERT_THAT(greys, SizeIs((last + 1) * pack.pixels()));
    for (int k = 0; k <= last; ++k) {
      std::vector<float> mask(greys.begin() + k * pack.pixels(),
                              greys.begin() + (k + 1) * pack.pixels());
      for (float& value : mask) value /= 255;
      EXPECT_EQ(dice(hard_overlap(mask, pack.truth(images[n]))), told(outcomes.heard, images[n], k))
          << "image " << images[n] << ", iteration " << k;
    }
  }
}

TEST_F(FilmStripOfATrial, ChangesNoRowAndComesAgain) {
  const auto without = evaluated(0, "none");
  EXPECT_TRUE(without.result.artifacts.empty());
  const auto once = evaluated(2, "once"), twice = evaluated(2, "twice");
  EXPECT_EQ(digest_of_rows(without.heard.rows), digest_of_rows(once.heard.rows));
  EXPECT_EQ(test::bytes_of_file(once.result.artifacts.at(film_strip_artifact)),
            test::bytes_of_file(twice.result.artifacts.at(film_strip_artifact)));
}

TEST_F(FilmStripOfATrial, ThatCannotBeWrittenCostsNoResult) {
  const auto outcomes = evaluated_into(2, folder_.path() / "no" / "such" / "folder");
  EXPECT_TRUE(outcomes.result.artifacts.empty());
  EXPECT_EQ(digest_of_rows(outcomes.heard.rows), digest_of_rows(evaluated(0, "none").heard.rows));
}

TEST(FilmMasks, KeepTheCutAndTheValueOfEveryPixel) {
  std::vector<float> mask = {0, 0.001F, 0.4999F, 0.5F, std::nextafter(0.5F, 1.F), 0.501F, 0.9F, 1};
  const std::vector<std::uint8_t> greys = quantised(mask);
  for (std::size_t i = 0; i < mask.size(); ++i) {
    EXPECT_EQ(greys[i] > 127, mask[i] > mask_threshold) << mask[i];
    EXPECT_NEAR(greys[i] / 255.0, mask[i], 1 / 255.0);
  }
}

TEST(FilmMasks, OfManyIterationsAreEvenlySpread) {
  const FilmStrip strip(1, 1, size, 300);
  int shown = 0;
  for (int k = 0; k <= 300; ++k) shown += strip.shows(k) ? 1 : 0;
  EXPECT_EQ(shown, most_film_frames);
  EXPECT_TRUE(strip.shows(0) && strip.shows(10) && strip.shows(150) && strip.shows(300));
  EXPECT_FALSE(strip.shows(1));
}

/// Images of which number 7 gains most, 11 loses most and 13 disagrees most.
std::vector<FilmFacts> given_images(int images) {
  std::vector<FilmFacts> facts;
  for (int i = 0; i < images; ++i)
    facts.push_back({.image = 2 * i,
                     .ordinal = static_cast<std::size_t>(i),
                     .gain = i == 7 ? 0.5 : (i == 11 ? -0.5 : 0.001 * (i % 5)),
                     .disagreement = i == 13 ? 0.9 : 0.01 * (i % 3)});
  return facts;
}

std::vector<std::int32_t> chosen(std::size_t limit, std::size_t batch) {
  const auto facts = given_images(100);
  FilmSample sample(limit, facts.size());
  for (std::size_t at = 0; at < facts.size(); at += batch) {
    const auto begin = facts.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end =
        facts.begin() + static_cast<std::ptrdiff_t>(std::min(at + batch, facts.size()));
    sample.add({begin, end});
  }
  return sample.chosen();
}

TEST(FilmSampleOfASplit, IsBoundedAndHasTheExtremes) {
  for (const std::size_t limit : {3U, 8U, 24U}) {
    EXPECT_THAT(chosen(limit, 16), SizeIs(limit));
    EXPECT_THAT(chosen(limit, 16), Contains(14));
    EXPECT_THAT(chosen(limit, 16), Contains(22));
    EXPECT_THAT(chosen(limit, 16), Contains(26));
  }
  EXPECT_THAT(chosen(1000, 16), SizeIs(100));
}

TEST(FilmSampleOfASplit, IsTheSameInWhateverPartsImagesCome) {
  EXPECT_EQ(chosen(12, 100), chosen(12, 16));
  EXPECT_EQ(chosen(12, 100), chosen(12, 1));
}

TEST(FilmSampleOfASplit, RemembersAFewImagesOnly) {
  const auto facts = given_images(100);
  FilmSample sample(4, facts.size());
  std::size_t kept = 0;
  for (const FilmFacts& each : facts) sample.add({each});
  for (const FilmFacts& each : facts) kept += sample.may_choose(each.image) ? 1 : 0;
  EXPECT_LE(kept, 16U);
  EXPECT_FALSE(sample.may_choose(facts[50].image + 1));
}

}  // namespace
}  // namespace hone
