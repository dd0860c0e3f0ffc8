#define _GNU_SOURCE
#include "CFSTText.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fstapi.h"

/* What the reading process may take beyond what it begins with: bytes, seconds of processor time. */
static const rlim_t most_memory = (rlim_t)2 << 30;
static const rlim_t most_seconds = 20;

/* Address sanitizer maps terabytes that it never touches. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
static const int reserves_memory = 1;
#else
static const int reserves_memory = 0;
#endif
#else
static const int reserves_memory = 0;
#endif

static void bound(int resource, rlim_t most)
{
  struct rlimit limit = {most, most};
  setrlimit(resource, &limit);
}

static rlim_t address_space(void)
{
  unsigned long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (file) {
    if (fscanf(file, "%lu", &pages) != 1) pages = 0;
    fclose(file);
  }
  return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

/* The reading process. */
static void serve(const char *path, const uint32_t *handles, size_t count, int output)
{
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (int number = 1; number < 32; number++) signal(number, SIG_DFL);
  int nowhere = open("/dev/null", O_RDWR);
  dup2(nowhere, 0);
  dup2(nowhere, 1);
  dup2(nowhere, 2);
  if (!reserves_memory) bound(RLIMIT_AS, address_space() + most_memory);
  bound(RLIMIT_CPU, most_seconds);
  bound(RLIMIT_CORE, 0);
  bound(RLIMIT_FSIZE, most_memory);
  FILE *out = fdopen(output, "w");
  void *file = fstReaderOpen(path);
  if (!out || !file || !fstReaderProcessHier(file, out)) _exit(FST_TEXT_UNREADABLE);
  if (count > 0) {
    fstReaderClrFacProcessMaskAll(file);
    for (size_t n = 0; n < count; n++) {
      if (handles[n] >= 1 && handles[n] <= fstReaderGetMaxHandle(file)) fstReaderSetFacProcessMask(file, handles[n]);
    }
    if (!fstReaderIterBlocks(file, NULL, NULL, out)) _exit(FST_TEXT_UNREADABLE);
  }
  _exit(fflush(out) == 0 ? FST_TEXT_OK : FST_TEXT_FAILED);
}

int fst_text(const char *path, const uint32_t *handles, size_t count, size_t limit, char **text, size_t *size)
{
  int ends[2];
  *text = NULL;
  *size = 0;
  if (pipe2(ends, O_CLOEXEC) != 0) return FST_TEXT_FAILED;
  pid_t child = fork();
  if (child < 0) {
    close(ends[0]);
    close(ends[1]);
    return FST_TEXT_FAILED;
  }
  if (child == 0) {
    close(ends[0]);
    serve(path, handles, count, ends[1]);
  }
  close(ends[1]);
  size_t room = 1 << 16;
  int result = FST_TEXT_OK;
  char *buffer = malloc(room);
  size_t used = 0;
  while (buffer) {
    ssize_t got = read(ends[0], buffer + used, room - used);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    used += (size_t)got;
    if (used > limit) {
      result = FST_TEXT_TOO_LONG;
      break;
    }
    if (used == room) {
      char *larger = realloc(buffer, room * 2);
      if (!larger) free(buffer);
      buffer = larger;
      room *= 2;
    }
  }
  if (!buffer) result = FST_TEXT_FAILED;
  /* A writer without a reader ends by SIGPIPE. */
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  if (result == FST_TEXT_OK) {
    result = !WIFEXITED(status) || WEXITSTATUS(status) > FST_TEXT_FAILED ? FST_TEXT_DAMAGED : WEXITSTATUS(status);
  }
  if (result != FST_TEXT_OK) {
    free(buffer);
    return result;
  }
  *text = buffer;
  *size = used;
  return FST_TEXT_OK;
}
