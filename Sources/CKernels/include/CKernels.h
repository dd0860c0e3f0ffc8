int simkernels_cpu_level(void);
