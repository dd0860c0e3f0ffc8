import CGMP
import CKernels
public let simKernelsLevel = simkernels_cpu_level()
