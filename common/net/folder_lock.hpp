#pragma once

#include <cstdint>
#include <filesystem>

/// Locks of the kernel on bytes of STATE/lock, which has none to read: they go with the process
/// that holds them, however it ends, and who asks takes nothing. Byte 0 is of who may change the
/// state folder; byte P of a coordinator that listens on port P.
namespace hone {

inline constexpr const char* lock_name = "lock";  // beside the access file
inline constexpr std::int64_t owner_byte = 0;

/// Takes the byte until the file is closed. `file` is open for writing. False: another has it.
/// Throws std::system_error where the file system has no locks.
bool lock_byte(int file, std::int64_t byte);

/// Gives it back.
void unlock_byte(int file, std::int64_t byte);

/// Unknown: without such a file, where it may not be read, or where the file system has no locks.
/// Of a process on another host it is told only where the file system passes locks on.
enum class ByteLock : std::uint8_t { free, held, unknown };
ByteLock byte_lock(const std::filesystem::path& file, std::int64_t byte);

}  // namespace hone
