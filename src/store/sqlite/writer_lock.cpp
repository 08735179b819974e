#include "store/sqlite/writer_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace tidemark::store {

namespace {

std::string holder_of(int file) {
  std::array<char, 32> text = {};
  const ssize_t size = ::pread(file, text.data(), text.size(), 0);
  const std::string pid(text.data(), size > 0 ? static_cast<size_t>(size) : 0);
  const size_t digits = pid.find_first_not_of("0123456789");
  return digits == 0 || pid.empty() ? "another process" : "process " + pid.substr(0, digits);
}

tl::unexpected<Error> not_taken(const std::string& path, int error) {
  const bool is_denied = error == EACCES || error == EROFS || error == EPERM;
  const ErrorCode code = is_denied         ? ErrorCode::kReadOnly
                         : error == ENOSPC ? ErrorCode::kFull
                                           : ErrorCode::kUnavailable;
  return failure(code, "cannot write " + path + ": " + std::strerror(error) +
                           "; choose a data folder that this user may write");
}

}  // namespace

// An advisory lock on a file of its own: locks on the database file belong to SQLite, which loses
// them when anybody in the process closes that file.
Result<WriterLock> WriterLock::take(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return not_taken(path, errno);
  WriterLock lock(file);
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return not_taken(path, errno);
    return failure(ErrorCode::kBusy, holder_of(file) + " holds " + path +
                                         ": a store has one writer; stop that one, or choose "
                                         "another data folder. Reading commands work beside it");
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  // The number only helps people; a full disk does not keep anybody from the lock.
  if (::ftruncate(file, 0) == 0) (void)!::pwrite(file, pid.data(), pid.size(), 0);
  return lock;
}

WriterLock::~WriterLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace tidemark::store
