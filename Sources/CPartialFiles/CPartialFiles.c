#define _GNU_SOURCE
#include "CPartialFiles.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One path. Places are used again and never freed, so that a handler may walk them at any time. */
struct place {
  struct place *next;
  /* The next of the same bucket, or the next unused one. Not for handlers. */
  struct place *other;
  /* Odd while `path` is whole. */
  atomic_uint turn;
  char path[PATH_MAX];
};

static _Atomic(struct place *) first;

/* Thousands of files may appear together, so none is looked for among all. */
enum { buckets = 1 << 14 };
static struct place *used[buckets];
static struct place *unused;
static pthread_mutex_t writing = PTHREAD_MUTEX_INITIALIZER;

static struct place **bucket(const char *path)
{
  unsigned hash = 2166136261u;
  for (; *path; path++) hash = (hash ^ (unsigned char)*path) * 16777619u;
  return &used[(hash ^ hash >> 16) % buckets];
}

int partial_files_add(const char *path)
{
  size_t length = strlen(path);
  /* No file of such a name can be made. */
  if (length >= PATH_MAX) return 1;
  pthread_mutex_lock(&writing);
  struct place *place = unused;
  if (place) {
    unused = place->other;
  } else {
    place = calloc(1, sizeof *place);
    if (place) {
      place->next = atomic_load(&first);
      atomic_store(&first, place);
    }
  }
  if (place) {
    memcpy(place->path, path, length + 1);
    atomic_fetch_add(&place->turn, 1);
    struct place **same = bucket(path);
    place->other = *same;
    *same = place;
  }
  pthread_mutex_unlock(&writing);
  return place != NULL;
}

void partial_files_remove(const char *path)
{
  pthread_mutex_lock(&writing);
  for (struct place **link = bucket(path); *link; link = &(*link)->other) {
    struct place *place = *link;
    if (strcmp(place->path, path) != 0) continue;
    atomic_fetch_add(&place->turn, 1);
    *link = place->other;
    place->other = unused;
    unused = place;
    break;
  }
  pthread_mutex_unlock(&writing);
}

/* Removes what is at `place`, unless another thread is changing it. Whether anything went. */
static int remove_one(struct place *place)
{
  char path[PATH_MAX];
  unsigned turn = atomic_load(&place->turn);
  if (turn % 2 == 0) return 0;
  memcpy(path, place->path, PATH_MAX);
  if (atomic_load(&place->turn) != turn) return 0;
  return unlink(path) == 0 || (errno == EISDIR && rmdir(path) == 0);
}

void partial_files_remove_all(void)
{
  int code = errno;
  /* Again for the folders that had something in them. */
  int removed = 1;
  while (removed) {
    removed = 0;
    for (struct place *place = atomic_load(&first); place; place = place->next) removed |= remove_one(place);
  }
  errno = code;
}

static const char *last_words;
static int last_code;

static void end(int signal)
{
  (void)signal;
  partial_files_remove_all();
  if (write(STDERR_FILENO, last_words, strlen(last_words)) < 0) _exit(last_code);
  _exit(last_code);
}

void partial_files_end_at(int number, const char *message, int code)
{
  last_words = message;
  last_code = code;
  struct sigaction action = {.sa_handler = end, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, NULL);
}
