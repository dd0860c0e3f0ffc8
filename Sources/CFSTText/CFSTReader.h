#ifndef CFST_READER_H
#define CFST_READER_H

#include <sys/resource.h>

#include "CFSTText.h"

/* What the reading process does. */
struct fst_task {
  const char *path;
  const uint32_t *handles;
  size_t count;
  /* Bytes of addresses that the process begins with, and that it may take beyond them. */
  rlim_t present;
  rlim_t memory;
};

/* The reading process: writes the text to `output` and ends. */
_Noreturn void fst_serve(const struct fst_task *task, int output);

#endif
