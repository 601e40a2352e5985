#include "common/measurement.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace hone {

static_assert(std::endian::native == std::endian::little, "row digests are little-endian");

Digest digest_of_rows(std::vector<Measurement> rows) {
  std::sort(rows.begin(), rows.end());
  Hasher hasher;
  for (const Measurement& row : rows) {
    const std::int32_t key[4] = {static_cast<std::int32_t>(row.split), row.image, row.iteration,
                                 static_cast<std::int32_t>(row.metric)};
    hasher.update(std::as_bytes(std::span(key)));
    hasher.update(std::as_bytes(std::span(&row.value, 1)));
  }
  return hasher.finish();
}

}  // namespace hone
