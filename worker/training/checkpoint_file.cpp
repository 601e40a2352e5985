#include "worker/training/checkpoint_file.hpp"

#include <limits>
#include <nlohmann/json.hpp>

#include "common/digest.hpp"

namespace hone {

namespace {

using nlohmann::json;

constexpr const char* checkpoint_layout = "hone-checkpoint-2";  // raise with any change of meaning
constexpr const char* digest_key = "sha256";

/// Of everything in the file but the digest itself.
Digest digest_of(TensorFile file) {
  file.metadata.erase(digest_key);
  Hasher hasher;
  hasher.update(tensor_file_header(file));
  for (const auto& [name, tensor] : file.tensors) hasher.update(tensor.bytes);
  return hasher.finish();
}

json written(const EpochRecord& epoch) {
  return {epoch.epoch, epoch.train_loss, epoch.validation_signal, epoch.seconds,
          epoch.images_per_second};
}

json written(const TrainingPoint& point) {
  const FitResult& fit = point.fit;
  return {{"reseeds", point.reseeds},
          {"earlier_epochs", point.earlier_epochs},
          {"earlier_seconds", point.earlier_seconds},
          {"earlier_images", point.earlier_images},
          {"best_epoch", fit.best_epoch},
          {"last_epoch", fit.last_epoch},
          {"best_signal", fit.best_signal},
          {"training_seconds", fit.training_seconds},
          {"images", fit.images}};
}

/// A whole number of at least 0, as all in a checkpoint are.
template <class Number = int>
Number count_at(const json& list, const auto& where) {
  const json& value = list.at(where);
  if (!value.is_number_unsigned() ||
      value.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<Number>::max()))
    throw TensorFileError("a number of its training is out of range");
  return value.get<Number>();
}

TrainingPoint point_of(const json& text) {
  return {.reseeds = count_at(text, "reseeds"),
          .earlier_epochs = count_at(text, "earlier_epochs"),
          .earlier_seconds = text.at("earlier_seconds"),
          .earlier_images = count_at<std::int64_t>(text, "earlier_images"),
          .fit = {.best_epoch = count_at(text, "best_epoch"),
                  .last_epoch = count_at(text, "last_epoch"),
                  .best_signal = text.at("best_signal"),
                  .training_seconds = text.at("training_seconds"),
                  .images = count_at<std::int64_t>(text, "images")}};
}

EpochRecord epoch_of(const json& text) {
  return {.epoch = count_at(text, 0),
          .train_loss = text.at(1),
          .validation_signal = text.at(2),
          .seconds = text.at(3),
          .images_per_second = text.at(4)};
}

}  // namespace

void seal(TensorFile& file) {
  file.metadata[digest_key] = digest_of(file).hex();
}

TensorFile as_checkpoint_file(const CheckpointContent& content) {
  json epochs = json::array();
  for (const EpochRecord& each : content.epochs) epochs.push_back(written(each));
  TensorFile file{.tensors = content.tensors,
                  .metadata = {{"layout", checkpoint_layout},
                               {"arithmetic", content.arithmetic},
                               {"point", written(content.point).dump()},
                               {"epochs", epochs.dump()}}};
  seal(file);
  return file;
}

CheckpointContent parse_checkpoint(std::span<const std::byte> bytes) {
  TensorFile file = parse_tensor_file(bytes);
  if (file.metadata["layout"] != checkpoint_layout)
    throw TensorFileError(std::string("is no checkpoint with the layout ") + checkpoint_layout);
  if (file.metadata[digest_key] != digest_of(file).hex())
    throw TensorFileError("is damaged: it does not have the digest that it was written with");
  try {
    CheckpointContent content{.arithmetic = file.metadata["arithmetic"],
                              .point = point_of(json::parse(file.metadata["point"])),
                              .epochs = {},
                              .tensors = std::move(file.tensors)};
    for (const json& each : json::parse(file.metadata["epochs"]))
      content.epochs.push_back(epoch_of(each));
    return content;
  } catch (const json::exception& error) {
    throw TensorFileError(std::string("says nothing of its training: ") + error.what());
  }
}

}  // namespace hone
