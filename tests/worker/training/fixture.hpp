#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "worker/training/trainer.hpp"

namespace hone::test {

/// A folder of this test alone, removed afterwards.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Bright disks on a dark, noisy ground, one an image; the disks are the truths.
void write_disk_pack(const std::filesystem::path& file, int count, int size);

/// The same truths with images that are all the same grey: nothing can be learnt but their mean.
void write_blind_pack(const std::filesystem::path& file, int count, int size);

/// The same, but every image has the same disk.
void write_constant_pack(const std::filesystem::path& file, int count, int size);

/// Base masks for a pack of that many images: disks in the middle.
void write_base_masks(const std::filesystem::path& file, int count, int size);

/// Two levels of four filters on 16x16 images, ten epochs.
TrialSpec tiny_spec(Role role);

/// What an observer heard.
struct Heard final : Observer {
  std::vector<EpochRecord> epochs;
  std::vector<Measurement> rows;
  void on_epoch(const EpochRecord& record) override { epochs.push_back(record); }
  void on_rows(std::span<const Measurement> some) override {
    rows.insert(rows.end(), some.begin(), some.end());
  }
  double mean(Split split, Metric metric, int iteration) const;
};

/// Trains in a new output folder.
struct Outcomes {
  TrainingResult result;
  Heard heard;
};
Outcomes train(Trainer& trainer, const TrialSpec& spec,
               const std::map<std::string, std::filesystem::path>& inputs,
               const std::filesystem::path& output);

std::string bytes_of_file(const std::filesystem::path& file);

}  // namespace hone::test
