#include "store/sqlite/fault_vfs_test.h"

#include <unistd.h>

#include <cstring>

namespace tidemark::store {

namespace {

FaultPlan plan;
uint64_t count = 0;
constexpr int kExitCode = 77;

struct FaultFile {
  sqlite3_file base;
  sqlite3_file* real;  // lies behind this struct
};

sqlite3_file* real_of(sqlite3_file* file) { return reinterpret_cast<FaultFile*>(file)->real; }
const sqlite3_io_methods* methods_of(sqlite3_file* file) { return real_of(file)->pMethods; }

// What becomes of the next operation that changes something.
int judge(int broken) {
  ++count;
  const bool is_due = plan.kind == FaultPlan::Kind::kOnce ? count == plan.at : count >= plan.at;
  if (!is_due) return SQLITE_OK;
  switch (plan.kind) {
    case FaultPlan::Kind::kNone:
    case FaultPlan::Kind::kReadOnly: return SQLITE_OK;
    case FaultPlan::Kind::kFull: return SQLITE_FULL;
    case FaultPlan::Kind::kBroken:
    case FaultPlan::Kind::kOnce: return broken;
    case FaultPlan::Kind::kExit:
    case FaultPlan::Kind::kTear: ::_exit(kExitCode);
  }
  return SQLITE_OK;
}

int close_file(sqlite3_file* file) { return methods_of(file)->xClose(real_of(file)); }
int read_file_at(sqlite3_file* file, void* to, int size, sqlite3_int64 at) {
  return methods_of(file)->xRead(real_of(file), to, size, at);
}
int write_file_at(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
  if (plan.kind == FaultPlan::Kind::kTear && count + 1 == plan.at) {
    (void)methods_of(file)->xWrite(real_of(file), from, size / 2, at);
  }
  const int verdict = judge(SQLITE_IOERR_WRITE);
  return verdict != SQLITE_OK ? verdict : methods_of(file)->xWrite(real_of(file), from, size, at);
}
int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  const int verdict = judge(SQLITE_IOERR_TRUNCATE);
  return verdict != SQLITE_OK ? verdict : methods_of(file)->xTruncate(real_of(file), size);
}
int sync_file(sqlite3_file* file, int flags) {
  const int verdict = judge(SQLITE_IOERR_FSYNC);
  return verdict != SQLITE_OK ? verdict : methods_of(file)->xSync(real_of(file), flags);
}
int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return methods_of(file)->xFileSize(real_of(file), size);
}
int lock_file(sqlite3_file* file, int level) {
  return methods_of(file)->xLock(real_of(file), level);
}
int unlock_file(sqlite3_file* file, int level) {
  return methods_of(file)->xUnlock(real_of(file), level);
}
int check_reserved_lock(sqlite3_file* file, int* out) {
  return methods_of(file)->xCheckReservedLock(real_of(file), out);
}
int control_file(sqlite3_file* file, int operation, void* argument) {
  return methods_of(file)->xFileControl(real_of(file), operation, argument);
}
int sector_size(sqlite3_file* file) { return methods_of(file)->xSectorSize(real_of(file)); }
int characteristics(sqlite3_file* file) {
  return methods_of(file)->xDeviceCharacteristics(real_of(file));
}
int map_shared(sqlite3_file* file, int region, int size, int extend, void volatile** out) {
  return methods_of(file)->xShmMap(real_of(file), region, size, extend, out);
}
int lock_shared(sqlite3_file* file, int offset, int n, int flags) {
  return methods_of(file)->xShmLock(real_of(file), offset, n, flags);
}
void barrier_shared(sqlite3_file* file) { methods_of(file)->xShmBarrier(real_of(file)); }
int unmap_shared(sqlite3_file* file, int remove) {
  return methods_of(file)->xShmUnmap(real_of(file), remove);
}

constexpr sqlite3_io_methods kMethods = {2,
                                         close_file,
                                         read_file_at,
                                         write_file_at,
                                         truncate_file,
                                         sync_file,
                                         file_size,
                                         lock_file,
                                         unlock_file,
                                         check_reserved_lock,
                                         control_file,
                                         sector_size,
                                         characteristics,
                                         map_shared,
                                         lock_shared,
                                         barrier_shared,
                                         unmap_shared,
                                         nullptr,
                                         nullptr};

sqlite3_vfs* real_vfs() { return sqlite3_vfs_find("unix"); }

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  auto* fault = reinterpret_cast<FaultFile*>(file);
  fault->real = reinterpret_cast<sqlite3_file*>(fault + 1);
  std::memset(fault->real, 0, static_cast<size_t>(real_vfs()->szOsFile));
  const bool is_database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
  if (plan.kind == FaultPlan::Kind::kReadOnly && is_database) {
    flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
  }
  const int code = real_vfs()->xOpen(real_vfs(), name, fault->real, flags, out_flags);
  fault->base.pMethods = fault->real->pMethods != nullptr ? &kMethods : nullptr;
  return code;
}

int remove_path(sqlite3_vfs*, const char* name, int sync) {
  return real_vfs()->xDelete(real_vfs(), name, sync);
}
int access_path(sqlite3_vfs*, const char* name, int flags, int* out) {
  return real_vfs()->xAccess(real_vfs(), name, flags, out);
}
int full_path(sqlite3_vfs*, const char* name, int size, char* out) {
  return real_vfs()->xFullPathname(real_vfs(), name, size, out);
}

}  // namespace

void plan_fault(const FaultPlan& next) {
  plan = next;
  count = 0;
  static sqlite3_vfs vfs = {};
  if (vfs.zName != nullptr) return;
  vfs = *real_vfs();
  vfs.pNext = nullptr;
  vfs.zName = kFaultVfs;
  vfs.szOsFile = static_cast<int>(sizeof(FaultFile)) + real_vfs()->szOsFile;
  vfs.xOpen = open_file;
  vfs.xDelete = remove_path;
  vfs.xAccess = access_path;
  vfs.xFullPathname = full_path;
  sqlite3_vfs_register(&vfs, 0);
}

uint64_t operations_counted() { return count; }

}  // namespace tidemark::store
