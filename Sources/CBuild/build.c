#include "CBuild.h"

#if __has_include("stamp.h")
#include "stamp.h"
#else
#define SIMRUN_COMMIT ""
#define SIMRUN_DATE ""
#endif

const char *simrun_commit(void) { return SIMRUN_COMMIT; }
const char *simrun_commit_date(void) { return SIMRUN_DATE; }
