#include "store/sqlite/durable_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace tidemark::store {

namespace {

std::string_view advice_for(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT: return "free some space";
    case EACCES:
    case EPERM: return "check the owner and the permissions";
    case EROFS: return "the disk is mounted for reading only; choose a place elsewhere";
    case ENOENT: return "check that the folder exists";
    case ENOTDIR: return "a part of that name is a file and no folder; choose another name";
    case EEXIST: return "remove it, or choose another name";
    default: return "check that the folder exists, may be written and has room";
  }
}

tl::unexpected<Error> failed(const std::string& doing, const std::string& path, int error) {
  const ErrorCode code = error == ENOSPC || error == EDQUOT ? ErrorCode::kFull
                         : error == EACCES || error == EROFS || error == EPERM
                             ? ErrorCode::kReadOnly
                             : ErrorCode::kUnavailable;
  return failure(code, doing + " " + path + " failed: " + std::strerror(error) + "; " +
                           std::string(advice_for(error)));
}

Result<> sync(const std::string& path, int flags) {
  const int file = ::open(path.c_str(), flags | O_CLOEXEC);
  if (file < 0) return failed("opening", path, errno);
  const int synced = ::fsync(file) == 0 ? 0 : errno;
  ::close(file);
  if (synced != 0) return failed("syncing", path, synced);
  return {};
}

}  // namespace

Result<> remove_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failed("removing", path, errno);
  return {};
}

Result<> reserve_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return failed("making", path, errno);
  ::close(file);
  return {};
}

Result<> put_in_place(const std::string& from, const std::string& to) {
  if (const auto synced = sync(from, O_RDWR); !synced) return synced;
  if (std::rename(from.c_str(), to.c_str()) != 0) return failed("renaming", from, errno);
  const std::string folder = std::filesystem::path(to).parent_path();
  return sync(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY);
}

Result<> make_folder(const std::string& path) {
  if (path.empty()) return {};
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return {};
  std::filesystem::create_directories(path, error);
  if (error) return failed("making the folder", path, error.value());
  if (::chmod(path.c_str(), S_IRWXU) != 0) return failed("protecting", path, errno);
  return {};
}

}  // namespace tidemark::store
