#include "coordinator/dataset/ingest.hpp"

#include <optional>
#include <string>
#include <utility>

#include "coordinator/dataset/assemble.hpp"
#include "coordinator/dataset/cases.hpp"
#include "coordinator/dataset/ingest_note.hpp"
#include "coordinator/dataset/sources.hpp"

namespace hone {

namespace {

constexpr int smallest_side = 8;
constexpr int largest_side = 2048;
constexpr int most_lesions = 1'000'000;

void check(const IngestRequest& request) {
  if (request.image_size < smallest_side || request.image_size > largest_side) {
    throw IngestError("image size " + std::to_string(request.image_size) +
                      ": expected 8 to 2048 pixels a side");
  }
  if (request.threads < 0) throw IngestError("threads: expected at least 1, or 0 for all");
  if (request.cases < 0) throw IngestError("cases: expected at least 1, or 0 for all");
  if (request.cases > 0 && request.layout == "lesions") {
    throw IngestError("cases: the layout lesions draws as many pictures as 'count' says");
  }
  if (request.lesions.count < 1 || request.lesions.count > most_lesions) {
    throw IngestError("count " + std::to_string(request.lesions.count) +
                      ": expected 1 to 1000000 pictures");
  }
}

SourceList find_all_sources(const IngestRequest& request) {
  if (request.layout == "ph2") return find_ph2(request.directory);
  if (request.layout == "isic2017") return find_isic2017(request.directory);
  if (request.layout == "pairs") return find_pairs(request.directory, request.pairs);
  if (request.layout == "lesions") return {};
  throw IngestError("layout '" + request.layout +
                    "' is not known; expected ph2, isic2017, pairs or lesions");
}

SourceList find_sources(const IngestRequest& request) {
  if (!request.source.empty() && !std::filesystem::exists(request.directory)) {
    throw IngestError(request.directory.string() + ": there is no such folder. Where it comes " +
                      "from: " + request.source);
  }
  SourceList list = find_all_sources(request);
  list.synthetic = std::filesystem::exists(request.directory / synthetic_mark) ||
                   std::filesystem::exists(list.root / synthetic_mark);
  if (request.split_by == SplitBy::image) {
    for (Source& source : list.sources) source.patient.clear();
  }
  list.cases = choose_cases(list, request.cases);
  return list;
}

/// What an earlier call left. A pack that can no longer be read is made again.
std::optional<IngestResult> recalled(const std::filesystem::path& store, const Digest& key) {
  const auto known = recall(store, key);
  if (!known) return {};
  try {
    return IngestResult{known->content, known->file, read_manifest(known->file), true};
  } catch (const PackError&) {
    return {};
  }
}

/// Does `work`; what goes wrong in it is an IngestError.
template <class Work>
auto worded(const IngestRequest& request, Work work) {
  try {
    check(request);
    return work();
  } catch (const PackError& error) {
    throw IngestError(error.what());
  } catch (const std::filesystem::filesystem_error& error) {
    throw IngestError(error.path1().string() + ": cannot be read: " + error.code().message());
  } catch (const std::bad_alloc&) {
    throw IngestError("not enough memory for this data set at " +
                      std::to_string(request.image_size) + " pixels a side");
  }
}

}  // namespace

IngestResult ingest(const IngestRequest& request, const std::filesystem::path& store,
                    const IngestProgress& progress) {
  return worded(request, [&]() -> IngestResult {
    const SourceList list = find_sources(request);
    const Digest key = note_key(request, list);
    if (auto known = recalled(store, key)) return std::move(*known);
    Pack pack = request.layout == "lesions" ? assemble_lesions(request, progress)
                                            : assemble(list, request, progress);
    const WrittenPack written = write_pack(pack, store);
    // A file changed while it was read must not be taken for the one that was read.
    if (note_key(request, list) == key) remember(store, key, written);
    return {written.content, written.file, std::move(pack.manifest), false};
  });
}

IngestPreview preview_ingest(const IngestRequest& request, const std::filesystem::path& store) {
  return worded(request, [&] {
    const bool drawn = request.layout == "lesions";
    const SourceList list = find_sources(request);
    IngestPreview preview{
        .folder = list.root,
        .images = drawn ? request.lesions.count : static_cast<std::int64_t>(list.sources.size()),
        .cases = list.cases,
        .counts = list.counts,
        .pack = {}};
    if (const auto known = recalled(store, note_key(request, list))) preview.pack = known->pack;
    return preview;
  });
}

}  // namespace hone
