#define _GNU_SOURCE
#include "CFSTReader.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fstapi.h"

/* Seconds of processor time. */
static const rlim_t most_seconds = 20;

/* Address sanitizer maps terabytes that it never touches, and asks the system for more than a reader needs. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
static const int is_sanitized = 1;
#else
static const int is_sanitized = 0;
#endif
#else
static const int is_sanitized = 0;
#endif

static void bound(int resource, rlim_t most)
{
  struct rlimit limit = {most, most};
  setrlimit(resource, &limit);
}

/* What reading a file and writing to a pipe that is open asks of the system. */
static const int calls[] = {
  SYS_read, SYS_pread64, SYS_readv, SYS_write, SYS_writev, SYS_lseek, SYS_close, SYS_fstat, SYS_newfstatat, SYS_fcntl,
  SYS_dup, SYS_mmap, SYS_mremap, SYS_munmap, SYS_mprotect, SYS_madvise, SYS_brk, SYS_memfd_create, SYS_getpid,
  SYS_gettid, SYS_tgkill, SYS_futex, SYS_getrandom, SYS_rt_sigreturn, SYS_rt_sigprocmask, SYS_rt_sigaction,
  SYS_restart_syscall, SYS_exit, SYS_exit_group,
#ifdef SYS_stat
  SYS_stat,
#endif
};

#if defined(__x86_64__)
static const unsigned machine = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
static const unsigned machine = AUDIT_ARCH_AARCH64;
#else
static const unsigned machine = 0;
#endif

/* From here on the process may read, and write to what is open: it opens nothing for writing, starts nothing, and
 * speaks to nobody. Where the kernel knows no such filter, memory and time stay bounded. */
static void confine(void)
{
  if (is_sanitized || machine == 0) return;
  enum { CALLS = sizeof calls / sizeof calls[0] };
  struct sock_filter program[CALLS + 16];
  unsigned n = 0;
  program[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
  program[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, machine, 1, 0);
  program[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
  program[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
  for (unsigned i = 0; i < CALLS; i++) {
    /* To the last statement, which allows. */
    unsigned char rest = (unsigned char)(CALLS - 1 - i + 5);
    program[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls[i], rest, 0);
  }
  program[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 1, 0);
  program[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
  /* The lower half of the flags of openat. */
  program[n++] = (struct sock_filter)BPF_STMT(
    BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args) + 2 * sizeof(__u64));
  program[n++] = (struct sock_filter)BPF_JUMP(
    BPF_JMP | BPF_JSET | BPF_K, O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0, 1);
  program[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
  program[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog filter = {(unsigned short)n, program};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

void fst_serve(const struct fst_task *task, int output)
{
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (int number = 1; number < 32; number++) signal(number, SIG_DFL);
  int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
  dup2(nowhere, 0);
  dup2(nowhere, 1);
  dup2(nowhere, 2);
  if (!is_sanitized) bound(RLIMIT_AS, task->present + task->memory);
  bound(RLIMIT_CPU, most_seconds);
  bound(RLIMIT_CORE, 0);
  bound(RLIMIT_FSIZE, task->memory);
  confine();
  FILE *out = fdopen(output, "w");
  void *file = fstReaderOpen(task->path);
  if (!out || !file || !fstReaderProcessHier(file, out)) _exit(FST_TEXT_UNREADABLE);
  if (task->count > 0) {
    fstReaderClrFacProcessMaskAll(file);
    for (size_t n = 0; n < task->count; n++) {
      fstHandle handle = task->handles[n];
      if (handle >= 1 && handle <= fstReaderGetMaxHandle(file)) fstReaderSetFacProcessMask(file, handle);
    }
    if (!fstReaderIterBlocks(file, NULL, NULL, out)) _exit(FST_TEXT_UNREADABLE);
  }
  _exit(fflush(out) == 0 ? FST_TEXT_OK : FST_TEXT_FAILED);
}
