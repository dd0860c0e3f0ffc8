#ifndef CK_TARGETS_H
#define CK_TARGETS_H

#define CK_TARGET_AVX2 __attribute__((target("avx2,popcnt")))
#define CK_TARGET_AVX512                                                                 \
  __attribute__((target("avx2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,"     \
                        "avx512vpopcntdq")))
#define CK_INLINE static inline __attribute__((always_inline))

// ck_NAME(level, …): BODY compiled for each level.
#if defined(__x86_64__)
#define PER_LEVEL(NAME, BODY, PARAMS, ARGS)                     \
  CK_TARGET_AVX2 static void NAME##_avx2 PARAMS { BODY ARGS; }  \
  CK_TARGET_AVX512 static void NAME##_avx512 PARAMS { BODY ARGS; }
#define DISPATCH(NAME, ARGS)      \
  if (level >= CK_AVX512)         \
    NAME##_avx512 ARGS;           \
  else                            \
    NAME##_avx2 ARGS;
#else
#define PER_LEVEL(NAME, BODY, PARAMS, ARGS) \
  static void NAME##_plain PARAMS { BODY ARGS; }
#define DISPATCH(NAME, ARGS) NAME##_plain ARGS;
#endif

#endif
