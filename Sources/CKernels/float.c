// Sums of products of float32 numbers in double precision. A product of two is exact there; the
// caller bounds the error of the sum, so its order is free.
#include "CKernels.h"
#include "targets.h"
#include <string.h>

typedef double ck_f64x8 __attribute__((vector_size(64)));
typedef float ck_f32x8 __attribute__((vector_size(32)));

// PIXELS vectors against 8 rows.
#define TILE_BODY(PIXELS)                                                                     \
  CK_INLINE void tile_##PIXELS(const float *x, size_t stride, size_t columns, const float *w, \
                               size_t rows, size_t live, double *out) {                       \
    ck_f64x8 acc[PIXELS];                                                                     \
    for (int p = 0; p < PIXELS; p++) acc[p] = (ck_f64x8){0};                                  \
    for (size_t k = 0; k < columns; k++) {                                                    \
      ck_f32x8 narrow;                                                                        \
      memcpy(&narrow, w + k * 8, sizeof narrow);                                              \
      const ck_f64x8 wk = __builtin_convertvector(narrow, ck_f64x8);                          \
      _Pragma("unroll") for (int p = 0; p < PIXELS; p++) acc[p] +=                            \
          wk * (double)x[p * stride + k];                                                     \
    }                                                                                         \
    for (int p = 0; p < PIXELS; p++)                                                          \
      memcpy(out + p * rows, &acc[p], (live < 8 ? live : 8) * sizeof *out);                   \
  }
TILE_BODY(1)
TILE_BODY(4)
TILE_BODY(8)

#define SWEEP(NAME, TARGET, PIXELS)                                                           \
  TARGET static void NAME(const float *x, size_t pixels, size_t stride, size_t columns,       \
                          const float *w, size_t rows, double *out) {                         \
    size_t p = 0;                                                                             \
    for (; p + PIXELS <= pixels; p += PIXELS)                                                 \
      for (size_t r = 0; r < rows; r += 8)                                                    \
        tile_##PIXELS(x + p * stride, stride, columns, w + r * columns, rows, rows - r,       \
                      out + p * rows + r);                                                    \
    for (; p < pixels; p++)                                                                   \
      for (size_t r = 0; r < rows; r += 8)                                                    \
        tile_1(x + p * stride, stride, columns, w + r * columns, rows, rows - r,              \
               out + p * rows + r);                                                           \
  }
#if defined(__x86_64__)
SWEEP(dot_512, CK_TARGET_AVX512, 8)
SWEEP(dot_256, CK_TARGET_AVX2, 4)
#endif
SWEEP(dot_plain, , 1)

void ck_dot_f64(int level, const float *x, size_t pixels, size_t stride, size_t columns,
                const float *w, size_t rows, double *out) {
#if defined(__x86_64__)
  if (level >= CK_AVX512) {
    dot_512(x, pixels, stride, columns, w, rows, out);
    return;
  }
  if (level >= CK_AVX2) {
    dot_256(x, pixels, stride, columns, w, rows, out);
    return;
  }
#endif
  dot_plain(x, pixels, stride, columns, w, rows, out);
}
