// A disk that turns read-only under a running server: loaded before libc, it lets every write to
// the files of the store fail with EROFS for as long as the file named by TIDEMARK_E2E_READ_ONLY
// exists. Only root could mount and none could remount: a file system with open files refuses to.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int is_refused(int file) {
  const char* flag = getenv("TIDEMARK_E2E_READ_ONLY");
  if (flag == NULL || access(flag, F_OK) != 0) return 0;
  char link[64];
  char path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = '\0';
  if (strstr(path, "/tidemark.db") == NULL) return 0;
  errno = EROFS;
  return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t pwrite(int file, const void* from, size_t size, off_t at) {
  return is_refused(file) ? -1 : REAL(pwrite)(file, from, size, at);
}
ssize_t pwrite64(int file, const void* from, size_t size, off64_t at) {
  return is_refused(file) ? -1 : REAL(pwrite64)(file, from, size, at);
}
ssize_t write(int file, const void* from, size_t size) {
  return is_refused(file) ? -1 : REAL(write)(file, from, size);
}
int ftruncate(int file, off_t size) { return is_refused(file) ? -1 : REAL(ftruncate)(file, size); }
int ftruncate64(int file, off64_t size) {
  return is_refused(file) ? -1 : REAL(ftruncate64)(file, size);
}
