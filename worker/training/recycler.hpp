#pragma once

namespace hone {

/// Makes every tensor of this process take its memory from a store that keeps what tensors give
/// back. A training step asks for the same sizes again and again: from its second step on it finds
/// each of them at once, in memory that the kernel has mapped already, in huge pages where it can.
/// Called again, it does nothing.
void recycle_tensor_memory();

/// Gives what no tensor uses back to the system, for a trial of other sizes to begin.
void release_recycled_memory();

}  // namespace hone
