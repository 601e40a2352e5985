// Training images a second of hone's trainer on random data: the whole way from the pack to the
// optimizer's step, with --joint also augmentation, as hone-trainer runs it; and of whole epochs,
// which validate a third as many images as they train.
#include <CLI/CLI.hpp>

#include <cstdio>
#include <ctime>
#include <filesystem>
#include <span>
#include <vector>

#include "tests/bench/noise_pack.hpp"
#include "worker/training/trainer.hpp"

namespace {

/// The processor seconds that this process has used.
double processor_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

/// Adds up all epochs but the first, which warms up.
struct Rate final : hone::Observer {
  int epochs = 0;
  double seconds_an_image = 0;  // of training
  double seconds = 0;           // with validation
  double processor_start = 0;
  double processor_end = 0;

  void on_epoch(const hone::EpochRecord& record) override {
    processor_end = processor_seconds();
    if (record.epoch == 1) {
      processor_start = processor_end;
      return;
    }
    ++epochs;
    seconds_an_image += 1 / record.images_per_second;
    seconds += record.seconds;
  }
  void on_rows(std::span<const hone::Measurement>) override {}
};

}  // namespace

int main(int argc, char** argv) {
  hone::TrialSpec spec;
  spec.training.patience = 1'000'000;
  spec.training.collapse_retries = 0;
  spec.refine.augmentation = hone::Augmentation::simple;
  int count = 40;
  bool refiner = false;
  bool channels_first = false;
  bool bf16 = false;
  bool joint = false;
  bool cuda = false;
  CLI::App app("Measures training images a second.");
  app.add_option("--filters", spec.network.filters)->capture_default_str();
  app.add_option("--size", spec.image_size)->capture_default_str();
  app.add_option("--batch", spec.training.batch)->capture_default_str();
  app.add_option("--threads", spec.numerics.threads)->capture_default_str();
  app.add_option("--epochs", spec.training.epochs, "The first is not counted")->default_val(3);
  app.add_option("--images", count, "Of which 60 % are trained on, 20 % validated")
      ->capture_default_str();
  app.add_option("--lambda", spec.refine.lambda)->capture_default_str();
  app.add_flag("--joint", joint, "Images are augmented together with their masks");
  app.add_flag("--refine", refiner, "A refiner: four channels and deformed masks");
  app.add_flag("--channels-first", channels_first);
  app.add_flag("--bf16", bf16);
  app.add_flag("--cuda", cuda, "On a GPU");
  CLI11_PARSE(app, argc, argv);
  if (refiner) spec.role = hone::Role::refine;
  if (channels_first) spec.numerics.layout = hone::Layout::channels_first;
  if (joint) spec.training.image_augmentation = hone::ImageAugmentation::joint;
  if (cuda) spec.numerics.device = hone::Device::cuda;
  if (bf16) spec.numerics.precision = hone::Precision::bf16;

  std::string name = (std::filesystem::temp_directory_path() / "hone-bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return 1;
  const std::filesystem::path folder = name;
  hone::bench::write_noise_pack(folder, count, spec.image_size);
  Rate rate;
  hone::make_trainer()->train({.spec = spec,
                               .inputs = {{"pack", folder / "pack"}, {"masks", folder / "masks"}},
                               .output = folder},
                              rate);
  std::filesystem::remove_all(folder);
  // How much of the time the process had its processors, training and validation alike.
  const double share = (rate.processor_end - rate.processor_start) / rate.seconds;
  const double images_per_second = rate.epochs / rate.seconds_an_image;
  const double whole_epochs = 0.6 * count * rate.epochs / rate.seconds;
  std::printf(
      "{\"images_per_second\": %.3f, \"images_per_processor_second\": %.3f, "
      "\"epoch_images_per_second\": %.3f}\n",
      images_per_second, images_per_second / share, whole_epochs);
}
