#include "CBuild.h"

// Written by scripts/wheel for a released program.
#if __has_include("stamp.h")
#include "stamp.h"
#endif

#ifdef SIMRUN_COMMIT
const char *simrun_commit(void) { return SIMRUN_COMMIT; }
const char *simrun_commit_date(void) { return SIMRUN_DATE; }
#else
const char *simrun_commit(void) { return ""; }
const char *simrun_commit_date(void) { return ""; }
#endif

// Data of Foundation's ICU without languages. A symbol defined here is not taken from its library.
#ifdef SIMRUN_ICU_SYMBOL
__asm__(
    ".pushsection .rodata\n.balign 16\n.global " SIMRUN_ICU_SYMBOL "\n" SIMRUN_ICU_SYMBOL
    ":\n.incbin \"" SIMRUN_ICU_FILE "\"\n.popsection\n");
#endif
