#pragma once

namespace hone {

/// Writes the means of Dice of the attempt ?2 of the trial ?1 anew, which the view mean_dice reads.
/// The sum goes in the order of the key, so that rows that arrive otherwise give the same bits.
inline constexpr const char* record_mean_dice =
    "INSERT OR REPLACE INTO trial_dice "
    "SELECT trial, attempt, split, iteration, avg(value), count(*) FROM measurement "
    "WHERE trial = ?1 AND attempt = ?2 AND metric = 0 GROUP BY split, iteration";

}  // namespace hone
