#include "CKernels.h"
int simkernels_cpu_level(void) { return 0; }
