#pragma once

#include <span>
#include <string_view>

/// The web application of dashboards/web, as files inside the program.
namespace hone {

/// One file of the built application. Lives as long as the program.
struct Asset {
  std::string_view path;     // "/", "/assets/index-1a2b3c.js"
  std::string_view type;     // MIME
  std::string_view tag;      // of its bytes, in quotes: an ETag
  std::string_view plain;    // the bytes
  std::string_view gzipped;  // the same, compressed; '' where that would not be smaller
};

/// All files, or none in a program that was built without the application (HONE_DASHBOARD=OFF).
std::span<const Asset> dashboard_assets();

}  // namespace hone
