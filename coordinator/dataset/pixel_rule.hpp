#pragma once

#include <optional>
#include <string>
#include <vector>

namespace hone {

/// Which grey values of a mask are foreground (A3). By default those of at least 128, and in a mask
/// whose largest value is 1 those of 1.
struct ForegroundRule {
  int scale = 1;                    // a pixel of level n has the grey value n * scale
  std::vector<std::string> labels;  // names of levels 0, 1, ...: other values are refused. {}: none
  std::vector<int> levels;          // of foreground, ascending; {}: see at_least
  int at_least = 0;                 // levels from this on are foreground; 0: the default rule

  bool is_default() const { return levels.empty() && at_least == 0; }
  bool operator==(const ForegroundRule&) const = default;
};

/// How source pixels become those that a pack resizes: cut, cut to the region, shrunk, in this
/// order. Crops need image and mask of one size.
struct PixelRule {
  ForegroundRule foreground;
  int border = 0;                // pixels cut from every side
  std::optional<double> margin;  // cut to where labels are not 0, grown on every side by this share
                                 // of the region's longer side and clamped
  double shrink = 1;             // factor of an area resize, in (0, 1]; masks are cut at 0.5 again

  bool crops() const { return border > 0 || margin.has_value(); }
  bool operator==(const PixelRule&) const = default;
};

/// The whole rule in words for PackManifest::foreground; different rules, different words.
std::string words_of(const PixelRule& rule);

/// The grey values that a rule with labels accepts: "0 (speculum), 85 (other) or 170 (cervix)".
std::string expected_values(const ForegroundRule& rule);

}  // namespace hone
