#ifndef CK_TARGETS_H
#define CK_TARGETS_H

#define CK_TARGET_AVX2 __attribute__((target("avx2,popcnt")))
#define CK_TARGET_AVX512                                                                 \
  __attribute__((target("avx2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,"     \
                        "avx512vpopcntdq")))
#define CK_INLINE static inline __attribute__((always_inline))

#endif
