#define _GNU_SOURCE
#include "CFSTText.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "CFSTReader.h"

/* How long a reading process may take altogether, and how long it may work without a word: milliseconds, of the
 * clock on the wall and of processor time. A section is unpacked whole before its first change is told. */
static const long long most_wait = 60000;
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#ifdef IS_SANITIZED
static const long long most_silence = 15000;
#else
static const long long most_silence = 1500;
#endif

static rlim_t address_space(void)
{
  unsigned long pages = 0;
  FILE *file = fopen("/proc/self/statm", "re");
  if (file) {
    if (fscanf(file, "%lu", &pages) != 1) pages = 0;
    fclose(file);
  }
  return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

/* What a file may unpack to: LZ4 makes at most 255 bytes of one, and more than 2 GB nobody unpacks at once. */
static rlim_t memory_for(const char *path)
{
  const rlim_t least = (rlim_t)96 << 20, most = (rlim_t)2 << 30;
  struct stat status;
  if (stat(path, &status) != 0 || status.st_size < 0) return least;
  rlim_t size = (rlim_t)status.st_size;
  return size > (most - least) / 256 ? most : least + 256 * size;
}

static long long milliseconds(clockid_t clock)
{
  struct timespec now;
  if (clock_gettime(clock, &now) != 0) return 0;
  return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* The text of one process as it comes. */
struct reading {
  pid_t child;
  int input;
  long long deadline;
  /* Its processor time, and that of its last word. */
  clockid_t clock;
  long long told;
};

/* Waits for more to read. FST_TEXT_OK when there is. */
static int wait_for_more(struct reading *reading)
{
  for (;;) {
    struct pollfd end = {reading->input, POLLIN, 0};
    int ready = poll(&end, 1, 50);
    if (ready > 0) {
      reading->told = milliseconds(reading->clock);
      return FST_TEXT_OK;
    }
    if (ready < 0 && errno != EINTR) return FST_TEXT_FAILED;
    if (milliseconds(reading->clock) - reading->told > most_silence) return FST_TEXT_DAMAGED;
    if (milliseconds(CLOCK_MONOTONIC) > reading->deadline) return FST_TEXT_TOO_SLOW;
  }
}

/* Reads to the end. The buffer grows as it must. */
static int read_all(struct reading *reading, size_t limit, char **text, size_t *size)
{
  size_t room = 1 << 16;
  *text = malloc(room);
  *size = 0;
  while (*text) {
    int answer = wait_for_more(reading);
    if (answer != FST_TEXT_OK) return answer;
    ssize_t got = read(reading->input, *text + *size, room - *size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return got == 0 ? FST_TEXT_OK : FST_TEXT_FAILED;
    *size += (size_t)got;
    if (*size > limit) return FST_TEXT_TOO_LONG;
    if (*size < room) continue;
    char *larger = realloc(*text, room * 2);
    if (!larger) break;
    *text = larger;
    room *= 2;
  }
  return FST_TEXT_FAILED;
}

/* The child's own answer. One that does not even end when it is killed, since its disk is gone, is left behind. */
static int ended(pid_t child, int answer)
{
  if (answer != FST_TEXT_OK) kill(child, SIGKILL);
  int status = 0;
  for (int n = 0; n < 200; n++) {
    pid_t found = waitpid(child, &status, answer == FST_TEXT_OK ? 0 : WNOHANG);
    if (found == child || (found < 0 && errno != EINTR)) break;
    if (found == 0) usleep(5000);
  }
  if (answer != FST_TEXT_OK) return answer;
  return !WIFEXITED(status) || WEXITSTATUS(status) > FST_TEXT_FAILED ? FST_TEXT_DAMAGED : WEXITSTATUS(status);
}

/* The child is a copy of a process with threads, of which only this one goes on in it. It calls nothing but C: locks
 * that another thread may hold are those of malloc and stdio, which glibc hands over whole. */
int fst_text(const char *path, const uint32_t *handles, size_t count, size_t limit, char **text, size_t *size)
{
  struct fst_task task = {path, handles, count, address_space(), memory_for(path)};
  int ends[2];
  *text = NULL;
  *size = 0;
  if (pipe2(ends, O_CLOEXEC) != 0) return FST_TEXT_FAILED;
  pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    fst_serve(&task, ends[1]);
  }
  close(ends[1]);
  int answer = FST_TEXT_FAILED;
  if (child > 0) {
    struct reading reading = {.child = child, .input = ends[0]};
    reading.deadline = milliseconds(CLOCK_MONOTONIC) + most_wait;
    if (clock_getcpuclockid(child, &reading.clock) != 0) reading.clock = CLOCK_MONOTONIC;
    reading.told = milliseconds(reading.clock);
    answer = ended(child, read_all(&reading, limit, text, size));
  }
  close(ends[0]);
  if (answer != FST_TEXT_OK) {
    free(*text);
    *text = NULL;
    *size = 0;
  }
  return answer;
}
