#pragma once

namespace hone {

/// What the programs were built from: the version, and in a git checkout the commit, with "+" when
/// files were changed since: "0.1.0 (19b1223+)". Attempts keep it, so that a number's code can be
/// found.
const char* code_version();

}  // namespace hone
