#pragma once

#include "coordinator/dataset/pack_file.hpp"
#include "coordinator/dataset/sources.hpp"

namespace hone {

/// Decodes every source into a pack. Throws IngestError.
Pack assemble(const SourceList& list, const IngestRequest& request, const IngestProgress& progress);

/// Draws the pack of the layout `lesions`.
Pack assemble_lesions(const IngestRequest& request, const IngestProgress& progress);

}  // namespace hone
