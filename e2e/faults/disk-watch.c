/*
 * Loaded before the C library: watches what a server writes to its log on the disk and what it sends, and lets the
 * disk fail when it is told to.
 *
 * DISK_WATCH_LOG names the file that gets a line for each of these, in the order in which they happened:
 *   write N   the log file got, for the first time, a page that holds the word canary-N
 *   sync      the log file was synced
 *   done N    an acknowledgement of canary-N is handed to the network
 *   told N    an event about canary-N is handed to the network
 *
 * DISK_WATCH_FAULT names a file whose first letter, while it is there, says what fails with EIO: "s" syncing the log,
 * "w" writing to it, "d" syncing the database file itself.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { tokens = 1 << 20 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned char written[tokens];
static int log_file = -1;

#define REAL(name)                     \
  static __typeof__(&name) real;       \
  if (!real) real = dlsym(RTLD_NEXT, #name)

static void say(const char *what, long token) {
  static __typeof__(&write) write_through;
  if (!write_through) write_through = dlsym(RTLD_NEXT, "write");
  if (log_file < 0) {
    const char *path = getenv("DISK_WATCH_LOG");
    if (!path) return;
    log_file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log_file < 0) abort();
  }
  char line[64];
  int length = token < 0 ? snprintf(line, sizeof line, "%s\n", what) : snprintf(line, sizeof line, "%s %ld\n", what, token);
  if (write_through(log_file, line, length) != length) abort();
}

static int ends_with(int file, const char *end) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  size_t wanted = strlen(end);
  return (size_t)length >= wanted && strcmp(path + length - wanted, end) == 0;
}

static int fails(char what) {
  const char *path = getenv("DISK_WATCH_FAULT");
  if (!path) return 0;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  char first = 0;
  ssize_t length = read(file, &first, 1);
  close(file);
  return length == 1 && first == what;
}

/* The number behind `before` at or after `from`; -1 where there is none, and then `*next` is the end. */
static long number_after(const char *before, const char *from, const char *end, const char **next) {
  size_t length = strlen(before);
  const char *found = memmem(from, end - from, before, length);
  *next = end;
  if (!found) return -1;
  long number = 0;
  const char *digit = found + length;
  for (; digit < end && *digit >= '0' && *digit <= '9'; digit++) number = number * 10 + (*digit - '0');
  *next = digit;
  return number < tokens ? number : 0;
}

static void watch_page(const char *bytes, size_t length) {
  const char *end = bytes + length;
  for (const char *next = bytes; next < end;) {
    long token = number_after("canary-", next, end, &next);
    if (token < 0 || written[token]) continue;
    written[token] = 1;
    say("write", token);
  }
}

static void watch_sent(const char *bytes, size_t length) {
  const char *end = bytes + length;
  for (const char *next = bytes; next < end;) {
    long token = number_after("\"type\":\"done\",\"id\":\"canary-", next, end, &next);
    if (token >= 0) say("done", token);
  }
  for (const char *next = bytes; next < end;) {
    const char *event = memmem(next, end - next, "\"kind\":\"message.sent\"", 21);
    if (!event) break;
    long token = number_after("\"client_id\":\"canary-", event, end, &next);
    if (token >= 0) say("told", token);
  }
}

static int synced(int file, int result) {
  if (result == 0 && ends_with(file, "-wal")) {
    pthread_mutex_lock(&lock);
    say("sync", -1);
    pthread_mutex_unlock(&lock);
  }
  return result;
}

static int may_not_sync(int file) {
  if (!(fails('s') && ends_with(file, "-wal")) && !(fails('d') && ends_with(file, ".db"))) return 0;
  errno = EIO;
  return 1;
}

int fsync(int file) {
  REAL(fsync);
  return may_not_sync(file) ? -1 : synced(file, real(file));
}

int fdatasync(int file) {
  REAL(fdatasync);
  return may_not_sync(file) ? -1 : synced(file, real(file));
}

static int may_not_write(int file, const void *bytes, size_t length) {
  if (!ends_with(file, "-wal")) return 0;
  if (fails('w')) {
    errno = EIO;
    return 1;
  }
  pthread_mutex_lock(&lock);
  watch_page(bytes, length);
  pthread_mutex_unlock(&lock);
  return 0;
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t at) {
  REAL(pwrite);
  return may_not_write(file, bytes, length) ? -1 : real(file, bytes, length, at);
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t at) {
  REAL(pwrite64);
  return may_not_write(file, bytes, length) ? -1 : real(file, bytes, length, at);
}

static void watch(const void *bytes, size_t length) {
  pthread_mutex_lock(&lock);
  watch_sent(bytes, length);
  pthread_mutex_unlock(&lock);
}

ssize_t send(int socket, const void *bytes, size_t length, int flags) {
  REAL(send);
  watch(bytes, length);
  return real(socket, bytes, length, flags);
}

ssize_t sendto(int socket, const void *bytes, size_t length, int flags, const struct sockaddr *to, socklen_t size) {
  REAL(sendto);
  watch(bytes, length);
  return real(socket, bytes, length, flags, to, size);
}

ssize_t sendmsg(int socket, const struct msghdr *message, int flags) {
  REAL(sendmsg);
  for (size_t index = 0; index < message->msg_iovlen; index++) {
    watch(message->msg_iov[index].iov_base, message->msg_iov[index].iov_len);
  }
  return real(socket, message, flags);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
  REAL(writev);
  for (int index = 0; index < count; index++) watch(parts[index].iov_base, parts[index].iov_len);
  return real(file, parts, count);
}
