#include "coordinator/dataset/assemble.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <span>

#include "coordinator/dataset/decode.hpp"
#include "coordinator/dataset/groups.hpp"
#include "coordinator/dataset/lesions.hpp"
#include "coordinator/dataset/parallel.hpp"

namespace hone {

namespace {

Pack empty_pack(const IngestRequest& request, std::size_t count) {
  Pack pack;
  const auto side = static_cast<std::size_t>(request.image_size);
  pack.manifest.layout = request.layout;
  pack.manifest.image_size = request.image_size;
  pack.manifest.images.resize(count);
  pack.images.resize(count * 3 * side * side);
  pack.masks.resize(count * side * side);
  pack.native.resize(count);
  return pack;
}

/// Puts image `i`'s pixels in their place. Different images may be placed by different threads.
void place(Pack& pack, std::size_t i, const std::vector<std::uint8_t>& image,
           const std::vector<std::uint8_t>& mask) {
  std::copy(image.begin(), image.end(),
            pack.images.begin() + static_cast<std::ptrdiff_t>(i * image.size()));
  std::copy(mask.begin(), mask.end(),
            pack.masks.begin() + static_cast<std::ptrdiff_t>(i * mask.size()));
}

std::string sides(int width, int height) {
  return std::to_string(width) + "x" + std::to_string(height);
}

/// Half-size copies round their sides, so ratios may differ a little.
bool same_aspect(const PackImage& entry) {
  constexpr double tolerance = 0.01;
  const double image = double{1} * entry.width * entry.mask_height;
  const double mask = double{1} * entry.mask_width * entry.height;
  return std::abs(image - mask) <= tolerance * std::max(image, mask);
}

void check_aspect(const Source& source, const PackImage& entry, AspectRule rule,
                  std::vector<std::string>& conditions) {
  if (same_aspect(entry)) {
    if (entry.width != entry.mask_width) conditions.emplace_back("masks_of_other_size");
    return;
  }
  if (rule == AspectRule::refuse) {
    throw IngestError(source.mask.string() + ": " + sides(entry.mask_width, entry.mask_height) +
                      ", but its image is " + sides(entry.width, entry.height) +
                      ": another aspect; both must show the same frame (layout pairs: "
                      "'allow_aspect': true, or --allow-aspect of 'hone ingest', resizes each on "
                      "its own)");
  }
  conditions.emplace_back("masks_of_other_aspect");
}

/// Fills entry `i` of the pack; returns the conditions met.
std::vector<std::string> add_source(const SourceList& list, std::size_t i, Pack& pack) {
  const Source& source = list.sources[i];
  DecodedPair pair = decode_pair(source, list.pixels, pack.manifest.image_size);
  const SourceFacts& image = pair.image;
  const SourceFacts& mask = pair.mask;
  PackImage& entry = pack.manifest.images[i];
  entry = {source.id,    0,          image.content, mask.content,   image.width,
           image.height, mask.width, mask.height,   pair.foreground};
  check_aspect(source, entry, list.aspect, pair.conditions);
  place(pack, i, pair.image_pixels, pair.mask_pixels);
  pack.native[i] = std::move(pair.native);
  return std::move(pair.conditions);
}

void set_groups(const SourceList& list, PackManifest& manifest) {
  std::vector<std::string> patients;
  std::vector<Digest> contents;
  for (const Source& source : list.sources) patients.push_back(source.patient);
  for (const PackImage& image : manifest.images) contents.push_back(image.image);
  const Grouping grouping = group_images(patients, contents);
  for (std::size_t i = 0; i < contents.size(); ++i) manifest.images[i].group = grouping.groups[i];
  if (grouping.duplicates > 0) manifest.counts["duplicate_images"] = grouping.duplicates;
}

/// A drawn mask has no other resolution than the pack's.
NativeMask native_of(const Lesion& lesion, int size) {
  RunWriter writer(1);
  const std::span<const std::uint8_t> mask = lesion.mask;
  const auto side = static_cast<std::size_t>(size);
  for (std::size_t y = 0; y < side; ++y) writer.add_row(mask.subspan(y * side, side));
  return writer.finish();
}

}  // namespace

Pack assemble(const SourceList& list, const IngestRequest& request,
              const IngestProgress& progress) {
  quieten_decoders();
  const std::size_t count = list.sources.size();
  Pack pack = empty_pack(request, count);
  pack.manifest.synthetic = list.synthetic;
  pack.manifest.foreground = words_of(list.pixels);
  pack.manifest.cases = list.cases;
  pack.manifest.counts = list.counts;
  std::vector<std::vector<std::string>> conditions(count);
  parallel_for(
      static_cast<std::int64_t>(count), thread_count(request.threads),
      [&](std::int64_t at) {
        const auto i = static_cast<std::size_t>(at);
        conditions[i] = add_source(list, i, pack);
      },
      progress);
  for (const auto& met : conditions) {
    for (const std::string& condition : met) ++pack.manifest.counts[condition];
  }
  set_groups(list, pack.manifest);
  return pack;
}

Pack assemble_lesions(const IngestRequest& request, const IngestProgress& progress) {
  Pack pack = empty_pack(request, static_cast<std::size_t>(request.lesions.count));
  pack.manifest.synthetic = true;
  pack.manifest.foreground = "a pixel whose middle lies within the drawn lesion's outline";
  const int size = request.image_size;
  parallel_for(
      request.lesions.count, thread_count(request.threads),
      [&](std::int64_t at) {
        const auto index = static_cast<int>(at);
        const Lesion lesion = draw_lesion(request.lesions.seed, index, size);
        const double area =
            static_cast<double>(std::accumulate(lesion.mask.begin(), lesion.mask.end(), 0));
        pack.manifest.images[static_cast<std::size_t>(at)] = {
            lesion_id(index),
            index,
            sha256(std::as_bytes(std::span(lesion.image))),
            sha256(std::as_bytes(std::span(lesion.mask))),
            size,
            size,
            size,
            size,
            area / static_cast<double>(lesion.mask.size())};
        place(pack, static_cast<std::size_t>(at), lesion.image, lesion.mask);
        pack.native[static_cast<std::size_t>(at)] = native_of(lesion, size);
      },
      progress);
  return pack;
}

}  // namespace hone
