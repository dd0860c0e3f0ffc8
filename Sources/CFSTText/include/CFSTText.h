#ifndef CFST_TEXT_H
#define CFST_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* How reading ended. */
enum {
  FST_TEXT_OK = 0,
  /* The file is no FST that fstapi can open. */
  FST_TEXT_UNREADABLE = 1,
  /* fstapi crashed on it, or asked for more memory or time than it was given. */
  FST_TEXT_DAMAGED = 2,
  /* The text is longer than `limit`. */
  FST_TEXT_TOO_LONG = 3,
  /* There is no process or memory to be had. */
  FST_TEXT_FAILED = 4,
  /* The process waits for something that does not come. */
  FST_TEXT_TOO_SLOW = 5,
};

/* The file as a value change dump: its declarations, and of the signals in `handles` the changes.
 *
 * fstapi trusts what it reads, and ends the process where it cannot go on. So it reads in a process of its own,
 * with bounded memory and time, that may open nothing for writing, start nothing and speak to nobody, and whose end
 * is nothing but an answer here.
 *
 * `*text` is for the caller to free. */
int fst_text(const char *path, const uint32_t *handles, size_t count, size_t limit, char **text, size_t *size);

#endif
