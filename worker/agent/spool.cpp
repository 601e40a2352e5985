#include "worker/agent/spool.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/crc.hpp>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

#include "common/fault_point.hpp"
#include "common/net/durable.hpp"

namespace hone {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view magic = "HONESPL1";
constexpr std::size_t header_size = 8;  // of a record
constexpr std::string_view extension = ".spool";
constexpr int most_folders = 10000;      // agents that share one cache
constexpr std::size_t room = 1U << 20U;  // bytes: reports of some trials

[[noreturn]] void fail(const fs::path& file, const char* doing) {
  throw SpoolError("spool " + file.string() + ": cannot " + doing + ": " + std::strerror(errno));
}

std::uint32_t crc_of(std::string_view bytes) {
  boost::crc_32_type crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

void put_number(std::string& text, std::uint32_t number) {
  for (unsigned shift = 0; shift < 32; shift += 8)
    text += static_cast<char>(number >> shift & 255U);
}

std::uint32_t number_at(std::string_view text) {
  std::uint32_t number = 0;
  for (std::size_t i = 4; i-- > 0;) number = number << 8U | static_cast<unsigned char>(text[i]);
  return number;
}

// The record that `text` starts with, or nothing if it is torn.
std::optional<std::string_view> first_record(std::string_view text) {
  if (text.size() < header_size) return {};
  const std::size_t size = number_at(text);
  const std::uint32_t crc = number_at(text.substr(4));
  text.remove_prefix(header_size);
  if (text.size() < size || crc_of(text.substr(0, size)) != crc) return {};
  return text.substr(0, size);
}

// Nothing of a file that is not there yet. What cannot be read is no short file: all that is not
// read would be cut off.
std::string contents_of(const fs::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0 && errno == ENOENT) return {};
  if (descriptor < 0) fail(file, "read");
  std::string text;
  std::array<char, 65536> buffer{};
  ssize_t got = 0;
  while ((got = ::read(descriptor, buffer.data(), buffer.size())) != 0) {
    if (got > 0) text.append(buffer.data(), static_cast<std::size_t>(got));
    if (got < 0 && errno != EINTR) break;
  }
  const int reason = errno;
  ::close(descriptor);
  errno = reason;
  if (got < 0) fail(file, "read");
  return text;
}

std::optional<Ticket> ticket_of(const std::string& name) {
  Ticket ticket;
  const char* const end = name.data() + name.size();
  const auto trial = std::from_chars(name.data(), end, ticket.trial.value);
  if (trial.ec != std::errc{} || trial.ptr == end || *trial.ptr != '-') return {};
  const auto attempt = std::from_chars(trial.ptr + 1, end, ticket.attempt);
  if (attempt.ec != std::errc{} || attempt.ptr != end) return {};
  return ticket;
}

}  // namespace

std::string text_of(const Ticket& ticket) {
  return std::to_string(ticket.trial.value) + "-" + std::to_string(ticket.attempt);
}

SpoolFile::SpoolFile(fs::path file) : file_(std::move(file)) {
  const std::string text = contents_of(file_);
  std::size_t whole = 0;
  if (text.starts_with(magic)) {
    whole = magic.size();
    while (const auto record = first_record(std::string_view(text).substr(whole))) {
      records_.emplace_back(*record);
      whole += header_size + record->size();
    }
  }
  try {
    open(whole);
  } catch (...) {
    if (descriptor_ >= 0) ::close(descriptor_);
    throw;
  }
}

SpoolFile::SpoolFile(SpoolFile&& other) noexcept
    : file_(std::move(other.file_)),
      records_(std::move(other.records_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      whole_(other.whole_),
      is_torn_(other.is_torn_) {}

void SpoolFile::open(std::size_t whole) {
  descriptor_ = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (descriptor_ < 0) fail(file_, "open");
  if (::ftruncate(descriptor_, static_cast<off_t>(whole)) != 0) fail(file_, "cut");
  if (whole == 0 && !write_all(descriptor_, magic)) fail(file_, "write");
  if (::fsync(descriptor_) != 0) fail(file_, "fsync");
  make_durable(file_.parent_path());
  whole_ = std::max(whole, magic.size());
}

SpoolFile::~SpoolFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void SpoolFile::append(std::string_view record) {
  std::string bytes;
  put_number(bytes, static_cast<std::uint32_t>(record.size()));
  put_number(bytes, crc_of(record));
  bytes += record;
  // What a try that failed has left would hide from readers all that follows it.
  if (is_torn_ && ::ftruncate(descriptor_, static_cast<off_t>(whole_)) != 0) fail(file_, "cut");
  is_torn_ = true;
  if (!write_all(descriptor_, bytes)) fail(file_, "write");
  fault::at("spool.before");
  if (::fdatasync(descriptor_) != 0) fail(file_, "fsync");
  is_torn_ = false;
  whole_ += bytes.size();
  fault::at("spool.after");
}

void SpoolFile::remove() {
  std::error_code ignored;  // at worst it is sent once more and dropped then
  fs::remove(file_, ignored);
}

SpoolFolder::SpoolFolder(const fs::path& parent) {
  for (int i = 0; i < most_folders; ++i) {
    path_ = parent / ("spool-" + std::to_string(i));
    if (try_lock()) {
      std::error_code ignored;
      fs::remove_all(path_ / "work", ignored);  // of trials that died with the last agent
      return;
    }
  }
  throw SpoolError("every spool folder under " + parent.string() + " is in use");
}

SpoolFolder::~SpoolFolder() {
  ::close(lock_);
}

bool SpoolFolder::try_lock() {
  std::error_code error;
  fs::create_directories(path_, error);
  if (error) throw SpoolError("cannot make " + path_.string() + ": " + error.message());
  lock_ = ::open((path_ / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0) fail(path_, "open the lock of");
  if (::flock(lock_, LOCK_EX | LOCK_NB) == 0) return true;
  if (errno != EWOULDBLOCK) fail(path_, "lock");
  ::close(lock_);
  return false;
}

bool SpoolFolder::has_room() const {
  const fs::path file = path_ / "room";
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) return false;
  const bool has = write_all(descriptor, std::string(room, '\0')) && ::fdatasync(descriptor) == 0;
  ::close(descriptor);
  std::error_code ignored;
  fs::remove(file, ignored);
  return has;
}

std::vector<Ticket> SpoolFolder::tickets() const {
  std::vector<Ticket> found;
  for (const auto& entry : fs::directory_iterator(path_)) {
    if (entry.path().extension() != extension) continue;
    if (const auto ticket = ticket_of(entry.path().stem().string())) found.push_back(*ticket);
  }
  std::sort(found.begin(), found.end());
  return found;
}

SpoolFile SpoolFolder::open(const Ticket& ticket) const {
  return SpoolFile(file_of(ticket));
}

void SpoolFolder::remove(const Ticket& ticket) const {
  std::error_code ignored;
  fs::remove(file_of(ticket), ignored);
}

fs::path SpoolFolder::file_of(const Ticket& ticket) const {
  return path_ / (text_of(ticket) + std::string(extension));
}

fs::path SpoolFolder::make_work_folder(const Ticket& ticket) const {
  fs::path folder = path_ / "work" / text_of(ticket);
  std::error_code error;
  fs::remove_all(folder, error);
  fs::create_directories(folder, error);
  if (error) throw SpoolError("cannot make " + folder.string() + ": " + error.message());
  return folder;
}

void SpoolFolder::remove_work_folder(const Ticket& ticket) const {
  std::error_code ignored;
  fs::remove_all(path_ / "work" / text_of(ticket), ignored);
}

}  // namespace hone
