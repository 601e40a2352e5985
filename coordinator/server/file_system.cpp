#include "coordinator/server/file_system.hpp"

#include <sys/vfs.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <system_error>

namespace hone {

namespace {

struct KnownType {
  unsigned long type;
  const char* name;
  bool network;
};

// From linux/magic.h and the file systems' own sources.
constexpr std::array known_types = {
    KnownType{0x6969, "NFS", true},        KnownType{0xff534d42, "CIFS", true},
    KnownType{0xfe534d42, "SMB2", true},   KnownType{0x517b, "SMB", true},
    KnownType{0x0bd00bd0, "Lustre", true}, KnownType{0x47504653, "GPFS", true},
    KnownType{0x19830326, "BeeGFS", true}, KnownType{0x00c36400, "Ceph", true},
    KnownType{0x5346414f, "AFS", true},    KnownType{0x01021997, "9P", true},
    KnownType{0xaad7aaea, "PanFS", true},  KnownType{0x7461636f, "OCFS2", true},
    KnownType{0x01161970, "GFS2", true},   KnownType{0x65735546, "FUSE", false},
    KnownType{0xef53, "ext4", false},      KnownType{0x58465342, "XFS", false},
    KnownType{0x9123683e, "Btrfs", false}, KnownType{0x2fc12fc1, "ZFS", false},
    KnownType{0x01021994, "tmpfs", false}, KnownType{0x794c7630, "overlay", false},
    KnownType{0xf2f52010, "F2FS", false},  KnownType{0xca451a4e, "bcachefs", false},
};

}  // namespace

FileSystem file_system_of_type(unsigned long type) {
  for (const KnownType& each : known_types) {
    if (each.type == type) return {each.name, each.network};
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "0x%lx", type);
  return {text.data(), false};
}

FileSystem file_system_of(const std::filesystem::path& folder) {
  for (std::filesystem::path place = std::filesystem::absolute(folder);;
       place = place.parent_path()) {
    struct statfs facts {};
    if (::statfs(place.c_str(), &facts) == 0)
      return file_system_of_type(static_cast<unsigned long>(facts.f_type) & 0xffffffffUL);
    if (errno != ENOENT || place == place.parent_path())
      throw std::system_error(errno, std::generic_category(), place.string());
  }
}

void require_local_disk(const std::filesystem::path& state) {
  const FileSystem found = file_system_of(state);
  if (!found.network) return;
  throw std::runtime_error(
      state.string() + " lies on " + found.name +
      ", where a crash can damage the database: put the state folder on a disk of this machine "
      "with "
      "--state, as below /var/tmp or /scratch, and copies of it there with 'hone backup'; "
      "--network-disk takes it all the same");
}

}  // namespace hone
