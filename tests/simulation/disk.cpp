#include "tests/simulation/disk.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>

namespace hone::simulation {

namespace {

constexpr std::size_t sector = 512;

Disk* disk = nullptr;
sqlite3_vfs* below = nullptr;  // for clocks, random numbers and sleep

struct Handle {
  sqlite3_file base;
  std::string* name;
  std::vector<std::vector<unsigned char>>* shared;  // the index of a write-ahead log
};

Handle* handle(sqlite3_file* file) {
  return reinterpret_cast<Handle*>(file);
}
Disk::File& content(sqlite3_file* file) {
  return disk->file(*handle(file)->name);
}

void touch(Disk::File& file, std::size_t begin, std::size_t end) {
  for (std::size_t each = begin / sector; each * sector < end; ++each) file.dirty.insert(each);
}

int close(sqlite3_file* file) {
  delete handle(file)->name;
  delete handle(file)->shared;
  return SQLITE_OK;
}

int read(sqlite3_file* file, void* to, int count, sqlite3_int64 from) {
  if (const int code = disk->call(false); code != SQLITE_OK) return SQLITE_IOERR_READ;
  const Disk::File& it = content(file);
  const auto begin = std::min(static_cast<std::size_t>(from), it.now.size());
  const auto there = std::min(static_cast<std::size_t>(count), it.now.size() - begin);
  std::memcpy(to, it.now.data() + begin, there);
  std::memset(static_cast<char*>(to) + there, 0, static_cast<std::size_t>(count) - there);
  return there == static_cast<std::size_t>(count) ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int write(sqlite3_file* file, const void* from, int count, sqlite3_int64 to) {
  if (const int code = disk->call(true); code != SQLITE_OK) return code;
  Disk::File& it = content(file);
  const auto begin = static_cast<std::size_t>(to), end = begin + static_cast<std::size_t>(count);
  if (it.now.size() < end) it.now.resize(end);
  std::memcpy(it.now.data() + begin, from, static_cast<std::size_t>(count));
  touch(it, begin, end);
  return SQLITE_OK;
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  if (const int code = disk->call(true); code != SQLITE_OK) return code;
  Disk::File& it = content(file);
  touch(it, static_cast<std::size_t>(size),
        std::max(it.now.size(), static_cast<std::size_t>(size)));
  it.now.resize(static_cast<std::size_t>(size));
  return SQLITE_OK;
}

int sync(sqlite3_file* file, int /*flags*/) {
  if (const int code = disk->call(false); code != SQLITE_OK) return SQLITE_IOERR_FSYNC;
  Disk::File& it = content(file);
  it.synced.resize(it.now.size());
  for (const std::size_t each : it.dirty) {
    const std::size_t begin = each * sector, end = std::min(begin + sector, it.now.size());
    if (begin < end)
      std::copy(it.now.begin() + static_cast<std::ptrdiff_t>(begin),
                it.now.begin() + static_cast<std::ptrdiff_t>(end),
                it.synced.begin() + static_cast<std::ptrdiff_t>(begin));
  }
  it.dirty.clear();
  return SQLITE_OK;
}

int size_of(sqlite3_file* file, sqlite3_int64* size) {
  *size = static_cast<sqlite3_int64>(content(file).now.size());
  return SQLITE_OK;
}

// One connection at a time: nobody else to lock out.
int lock(sqlite3_file*, int) {
  return SQLITE_OK;
}
int is_reserved(sqlite3_file*, int* answer) {
  *answer = 0;
  return SQLITE_OK;
}
int control(sqlite3_file*, int, void*) {
  return SQLITE_NOTFOUND;
}
int sector_size(sqlite3_file*) {
  return sector;
}
int characteristics(sqlite3_file*) {
  return 0;
}

int map_shared(sqlite3_file* file, int region, int size, int extend, void volatile** memory) {
  auto& regions = *handle(file)->shared;
  *memory = nullptr;
  if (region >= static_cast<int>(regions.size())) {
    if (extend == 0) return SQLITE_OK;
    regions.resize(static_cast<std::size_t>(region) + 1);
  }
  auto& its = regions[static_cast<std::size_t>(region)];
  its.resize(static_cast<std::size_t>(size));
  *memory = its.data();
  return SQLITE_OK;
}
int lock_shared(sqlite3_file*, int, int, int) {
  return SQLITE_OK;
}
void barrier(sqlite3_file*) {}
int unmap_shared(sqlite3_file* file, int) {
  handle(file)->shared->clear();
  return SQLITE_OK;
}

const sqlite3_io_methods methods = {2,
                                    close,
                                    read,
                                    write,
                                    truncate,
                                    sync,
                                    size_of,
                                    lock,
                                    lock,
                                    is_reserved,
                                    control,
                                    sector_size,
                                    characteristics,
                                    map_shared,
                                    lock_shared,
                                    barrier,
                                    unmap_shared,
                                    nullptr,
                                    nullptr};

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  static int temporaries = 0;
  auto* const it = handle(file);
  it->base.pMethods = &methods;
  it->name = new std::string(name != nullptr ? name : "temporary-" + std::to_string(++temporaries));
  it->shared = new std::vector<std::vector<unsigned char>>;
  disk->file(*it->name);
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int remove(sqlite3_vfs*, const char* name, int) {
  if (const int code = disk->call(true); code != SQLITE_OK) return SQLITE_IOERR_DELETE;
  disk->remove(name);
  return SQLITE_OK;
}

int access(sqlite3_vfs*, const char* name, int, int* answer) {
  *answer = disk->has(name) ? 1 : 0;
  return SQLITE_OK;
}

int full_path(sqlite3_vfs*, const char* name, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", name);
  return SQLITE_OK;
}

sqlite3_vfs* make_vfs() {
  below = sqlite3_vfs_find(nullptr);
  static sqlite3_vfs vfs = *below;
  vfs.zName = "hone-test-disk";
  vfs.szOsFile = sizeof(Handle);
  vfs.pNext = nullptr;
  vfs.xOpen = open;
  vfs.xDelete = remove;
  vfs.xAccess = access;
  vfs.xFullPathname = full_path;
  return &vfs;
}

}  // namespace

Disk::Disk(std::uint64_t seed) : random_{seed} {
  static sqlite3_vfs* const vfs = make_vfs();
  disk = this;
  sqlite3_vfs_register(vfs, 1);
}

Disk::~Disk() {
  sqlite3_vfs_unregister(sqlite3_vfs_find("hone-test-disk"));
  sqlite3_vfs_register(below, 1);
  disk = nullptr;
}

void Disk::plan(Fault fault, std::int64_t calls) {
  fault_ = fault;
  calls_left_ = calls;
  happened_ = false;
}

int Disk::call(bool writes) {
  if (is_off_) return SQLITE_IOERR;
  if (calls_left_ == 0 || --calls_left_ > 0) return SQLITE_OK;
  if (fault_ == Fault::full && !writes) {
    calls_left_ = 1;  // the next one
    return SQLITE_OK;
  }
  happened_ = has_failed_ = true;
  is_off_ = fault_ == Fault::power_cut;
  return fault_ == Fault::full ? SQLITE_FULL : SQLITE_IOERR;
}

void Disk::restore_power() {
  for (auto& [name, file] : files_) {
    std::vector<unsigned char> left = file.synced;
    if (!file.dirty.empty() && random_.below(2) == 0) left.resize(file.now.size());
    for (const std::size_t each : file.dirty) {
      const std::size_t begin = each * sector;
      const std::size_t end = std::min({begin + sector, file.now.size(), left.size()});
      if (begin >= end) continue;
      if (random_.below(2) == 0) {
        std::copy(file.now.begin() + static_cast<std::ptrdiff_t>(begin),
                  file.now.begin() + static_cast<std::ptrdiff_t>(end),
                  left.begin() + static_cast<std::ptrdiff_t>(begin));
      } else {
        ++sectors_lost_;
        if (!name.ends_with("-wal")) ++database_sectors_lost_;
      }
    }
    file.now = file.synced = left;
    file.dirty.clear();
  }
  is_off_ = false;
  calls_left_ = 0;
}

}  // namespace hone::simulation
