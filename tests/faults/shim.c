/* Stands between a program and the C library and makes the disk misbehave, or writes down what it was told.
 *
 * Preloaded by tests/faults/shim.py. Only files whose path begins with CRM_SHIM_PREFIX are touched; "-shm" files
 * are not, SQLite maps them. Nothing happens until shim_arm or shim_trace is called in the process itself.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define FILES 4096
enum { WRITE = 1, SYNC = 2, TRUNCATE = 4, UNLINK = 8, RENAME = 16, OPEN = 32, READ = 64, NOTE = 128 };

static char *paths[FILES];
static const char *prefix;
static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

/* What is armed: operations of these kinds, from the first-th on, `times` of them (0: for ever). */
static int armed_kinds, armed_error, armed_short;
static long armed_first, armed_times, seen, failed;
static int trace = -1;

#define REAL(name) __typeof__(name) *real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) { prefix = getenv("CRM_SHIM_PREFIX"); }

static int ours(const char *path) {
  size_t length;
  if (!prefix || !path || strncmp(path, prefix, strlen(prefix)) != 0) return 0;
  length = strlen(path);
  return length < 4 || strcmp(path + length - 4, "-shm") != 0;
}

static const char *of(int fd) { return fd >= 0 && fd < FILES ? paths[fd] : NULL; }

void shim_arm(int kinds, long first, long times, int error, int is_short) {
  pthread_mutex_lock(&lock);
  armed_first = first, armed_times = times, armed_error = error, armed_short = is_short;
  seen = failed = 0;
  armed_kinds = kinds;
  pthread_mutex_unlock(&lock);
}

long shim_seen(void) { return seen; }
long shim_failed(void) { return failed; }

/* Counts an operation; returns 1 when it must fail, 2 when half of it must be written. */
static int fails(int kind) {
  int verdict = 0;
  pthread_mutex_lock(&lock);
  if (armed_kinds & kind) {
    seen++;
    if (seen >= armed_first && (armed_times == 0 || seen < armed_first + armed_times)) {
      failed++;
      verdict = armed_short && kind == WRITE && seen == armed_first ? 2 : 1;
    }
  }
  pthread_mutex_unlock(&lock);
  return verdict;
}

static void put(int kind, const char *path, int64_t offset, const void *data, uint64_t length) {
  uint32_t head[2] = {(uint32_t)kind, (uint32_t)strlen(path)};
  struct iovec parts[5] = {{head, sizeof head}, {(void *)path, head[1]}, {&offset, 8}, {&length, 8},
                           {(void *)data, data ? length : 0}};
  if (trace < 0) return;
  if (writev(trace, parts, 5) < 0) abort();
}

void shim_trace(const char *path) {
  pthread_mutex_lock(&lock);
  trace = path ? open(path, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600) : -1;
  pthread_mutex_unlock(&lock);
}

void shim_note(const char *text) {
  pthread_mutex_lock(&lock);
  put(NOTE, "", 0, text, strlen(text));
  pthread_mutex_unlock(&lock);
}

static int opened(const char *path, int flags, int fd) {
  if (fd >= 0 && fd < FILES && ours(path)) {
    pthread_mutex_lock(&lock);
    free(paths[fd]);
    paths[fd] = strdup(path);
    /* Length 1: it was emptied by being opened. */
    if (flags & (O_CREAT | O_TRUNC)) put(OPEN, path, 0, NULL, (flags & O_TRUNC) != 0);
    pthread_mutex_unlock(&lock);
  }
  return fd;
}

#define OPENER(name)                                                                                          \
  int name(const char *path, int flags, ...) {                                                                \
    REAL(name);                                                                                               \
    va_list rest;                                                                                             \
    va_start(rest, flags);                                                                                    \
    mode_t mode = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(rest, mode_t) : 0;           \
    va_end(rest);                                                                                             \
    if (ours(path) && fails(OPEN)) return errno = armed_error, -1;                                            \
    return opened(path, flags, real(path, flags, mode));                                                      \
  }
OPENER(open)
OPENER(open64)

#define OPENER_AT(name)                                                                                       \
  int name(int folder, const char *path, int flags, ...) {                                                    \
    REAL(name);                                                                                               \
    va_list rest;                                                                                             \
    va_start(rest, flags);                                                                                    \
    mode_t mode = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(rest, mode_t) : 0;           \
    va_end(rest);                                                                                             \
    if (ours(path) && fails(OPEN)) return errno = armed_error, -1;                                            \
    return opened(path, flags, real(folder, path, flags, mode));                                              \
  }
OPENER_AT(openat)
OPENER_AT(openat64)

int close(int fd) {
  REAL(close);
  if (of(fd)) {
    pthread_mutex_lock(&lock);
    free(paths[fd]);
    paths[fd] = NULL;
    pthread_mutex_unlock(&lock);
  }
  return real(fd);
}

#define WRITER(name, type)                                                                                    \
  ssize_t name(int fd, const void *data, size_t length, type offset) {                                        \
    REAL(name);                                                                                               \
    ssize_t done;                                                                                             \
    int verdict;                                                                                              \
    if (!of(fd)) return real(fd, data, length, offset);                                                       \
    pthread_mutex_lock(&lock);                                                                                \
    verdict = fails(WRITE);                                                                                   \
    if (verdict == 1) done = -1, errno = armed_error;                                                         \
    else {                                                                                                    \
      done = real(fd, data, verdict ? (length + 1) / 2 : length, offset);                                     \
      if (done > 0) put(WRITE, of(fd), offset, data, done);                                                   \
    }                                                                                                         \
    pthread_mutex_unlock(&lock);                                                                              \
    return done;                                                                                              \
  }
WRITER(pwrite, off_t)
WRITER(pwrite64, off64_t)

ssize_t write(int fd, const void *data, size_t length) {
  REAL(write);
  ssize_t done;
  int verdict;
  if (!of(fd)) return real(fd, data, length);
  pthread_mutex_lock(&lock);
  verdict = fails(WRITE);
  if (verdict == 1) done = -1, errno = armed_error;
  else {
    off_t at = (fcntl(fd, F_GETFL) & O_APPEND) ? lseek(fd, 0, SEEK_END) : lseek(fd, 0, SEEK_CUR);
    done = real(fd, data, verdict ? (length + 1) / 2 : length);
    if (done > 0) put(WRITE, of(fd), at, data, done);
  }
  pthread_mutex_unlock(&lock);
  return done;
}

#define PLAIN(name, kind, parameters, arguments, file, offset)                                                \
  int name parameters {                                                                                       \
    REAL(name);                                                                                               \
    int done;                                                                                                 \
    if (!(file)) return real arguments;                                                                       \
    pthread_mutex_lock(&lock);                                                                                \
    if (fails(kind)) done = -1, errno = armed_error;                                                          \
    else {                                                                                                    \
      done = real arguments;                                                                                  \
      if (done == 0) put(kind, file, offset, NULL, 0);                                                        \
    }                                                                                                         \
    pthread_mutex_unlock(&lock);                                                                              \
    return done;                                                                                              \
  }
PLAIN(fsync, SYNC, (int fd), (fd), of(fd), 0)
PLAIN(fdatasync, SYNC, (int fd), (fd), of(fd), 0)
PLAIN(ftruncate, TRUNCATE, (int fd, off_t size), (fd, size), of(fd), size)
PLAIN(ftruncate64, TRUNCATE, (int fd, off64_t size), (fd, size), of(fd), size)
PLAIN(unlink, UNLINK, (const char *path), (path), ours(path) ? path : NULL, 0)

/* SQLite preallocates only where it was told to; a plain ENOSYS makes it write instead. */
int posix_fallocate(int fd, off_t offset, off_t length) {
  REAL(posix_fallocate);
  return of(fd) ? ENOSYS : real(fd, offset, length);
}
int posix_fallocate64(int fd, off64_t offset, off64_t length) {
  REAL(posix_fallocate64);
  return of(fd) ? ENOSYS : real(fd, offset, length);
}

#define MOVER(name)                                                                                           \
  int name(const char *from, const char *to) {                                                                \
    REAL(name);                                                                                               \
    int done;                                                                                                 \
    if (!ours(from) && !ours(to)) return real(from, to);                                                      \
    pthread_mutex_lock(&lock);                                                                                \
    if (fails(RENAME)) done = -1, errno = armed_error;                                                        \
    else {                                                                                                    \
      done = real(from, to);                                                                                  \
      if (done == 0) put(RENAME, from, #name[0] == 'l', to, strlen(to));                                      \
    }                                                                                                         \
    pthread_mutex_unlock(&lock);                                                                              \
    return done;                                                                                              \
  }
MOVER(rename)
MOVER(link)

#define READER(name, parameters, arguments)                                                                   \
  ssize_t name parameters {                                                                                   \
    REAL(name);                                                                                               \
    if (of(fd) && fails(READ)) return errno = armed_error, -1;                                                \
    return real arguments;                                                                                    \
  }
READER(read, (int fd, void *data, size_t length), (fd, data, length))
READER(pread, (int fd, void *data, size_t length, off_t offset), (fd, data, length, offset))
READER(pread64, (int fd, void *data, size_t length, off64_t offset), (fd, data, length, offset))
