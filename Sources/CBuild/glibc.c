// What newer versions of glibc bring and the program's libraries ask for, so that scripts/wheel can link against an
// older one. Nothing of it is seen outside of the program.
#ifdef __has_include
#if __has_include("stamp.h")
#include "stamp.h"
#endif
#endif

#ifdef SIMRUN_OLD_GLIBC
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#define OWN __attribute__((visibility("hidden")))

// libstdc++ asks whether there are threads. There are.
OWN char __libc_single_threaded = 0;

// expat's seed for its hash tables.
OWN void arc4random_buf(void *bytes, size_t count) {
  for (char *next = bytes; count > 0;) {
    size_t part = count < 256 ? count : 256;
    if (getentropy(next, part) != 0) abort();
    next += part;
    count -= part;
  }
}

// Foundation's Process in another folder, which simrun never uses.
OWN int posix_spawn_file_actions_addchdir_np(void *actions, const char *folder) {
  (void)actions, (void)folder;
  return ENOSYS;
}

// glibc 2.29 gave these new versions that differ in setting errno alone.
#define OLDER1(name)                                    \
  double older_##name(double);                          \
  __asm__(".symver older_" #name "," #name "@GLIBC_2.2.5"); \
  OWN double name(double x) { return older_##name(x); }
#if defined(__x86_64__)
OLDER1(exp)
OLDER1(exp2)
OLDER1(log)
OLDER1(log2)
double older_pow(double, double);
__asm__(".symver older_pow,pow@GLIBC_2.2.5");
OWN double pow(double x, double y) { return older_pow(x, y); }
#endif
#endif
