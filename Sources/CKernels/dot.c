// Narrow integer matrix products with 32-bit sums. Lanes are output rows; a few consecutive inputs of
// one pixel are broadcast against the same inputs of 16 weight rows.
#include "CKernels.h"
#include "targets.h"
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 \
  __attribute__((target("avx2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))

CK_INLINE int32_t load32(const void *p) {
  int32_t v;
  memcpy(&v, p, sizeof v);
  return v;
}

AVX512 CK_INLINE __mmask16 liveMask(size_t live) {
  return live >= 16 ? 0xffff : (__mmask16)((1u << live) - 1);
}

// PIXELS pixels against BLOCKS blocks of 16 rows. x86 multiplies unsigned by signed bytes, and sums
// four products without saturation.
#define TILE_U8S8(PIXELS, BLOCKS)                                                              \
  AVX512 static void u8s8_##PIXELS##_##BLOCKS(const uint8_t *x, size_t stride, size_t quads,   \
                                              int32_t flip, const int8_t *w, size_t rows,      \
                                              size_t live, const int32_t *rowOffset,           \
                                              int32_t *out) {                                  \
    __m512i acc[PIXELS][BLOCKS];                                                               \
    const __m512i f = _mm512_set1_epi32(flip);                                                 \
    for (int p = 0; p < PIXELS; p++)                                                           \
      for (int b = 0; b < BLOCKS; b++) acc[p][b] = _mm512_loadu_si512(rowOffset + b * 16);     \
    for (size_t q = 0; q < quads; q++) {                                                       \
      __m512i wk[BLOCKS];                                                                      \
      for (int b = 0; b < BLOCKS; b++) wk[b] = _mm512_loadu_si512(w + (b * quads + q) * 64);   \
      _Pragma("unroll") for (int p = 0; p < PIXELS; p++) {                                     \
        __m512i v = _mm512_xor_si512(_mm512_set1_epi32(load32(x + p * stride + q * 4)), f);    \
        _Pragma("unroll") for (int b = 0; b < BLOCKS; b++) acc[p][b] =                         \
            _mm512_dpbusd_epi32(acc[p][b], v, wk[b]);                                          \
      }                                                                                        \
    }                                                                                          \
    for (int p = 0; p < PIXELS; p++)                                                           \
      for (int b = 0; b < BLOCKS; b++)                                                         \
        _mm512_mask_storeu_epi32(out + p * rows + b * 16, liveMask(live - b * 16), acc[p][b]); \
  }
TILE_U8S8(4, 4)
TILE_U8S8(8, 1)
TILE_U8S8(1, 4)
TILE_U8S8(1, 1)

AVX512 void ck_dot_u8s8(const uint8_t *x, size_t pixels, size_t stride, size_t quads,
                        uint8_t flip, const int8_t *w, size_t rows, const int32_t *rowOffset,
                        int32_t *out) {
  const int32_t f = (int32_t)(flip * 0x01010101u);
  // A band of pixels small enough for the first-level cache is swept by all row blocks.
  size_t band = (24 * 1024) / (stride ? stride : 1) & ~(size_t)7;
  if (band < 8) band = 8;
  for (size_t p0 = 0; p0 < pixels; p0 += band) {
    size_t p1 = p0 + band < pixels ? p0 + band : pixels;
    size_t r = 0;
    for (; r + 49 <= rows; r += 64) {
      size_t p = p0;
      for (; p + 4 <= p1; p += 4)
        u8s8_4_4(x + p * stride, stride, quads, f, w + r * quads * 4, rows, rows - r,
                 rowOffset + r, out + p * rows + r);
      for (; p < p1; p++)
        u8s8_1_4(x + p * stride, stride, quads, f, w + r * quads * 4, rows, rows - r,
                 rowOffset + r, out + p * rows + r);
    }
    for (; r < rows; r += 16) {
      size_t p = p0;
      for (; p + 8 <= p1; p += 8)
        u8s8_8_1(x + p * stride, stride, quads, f, w + r * quads * 4, rows, rows - r,
                 rowOffset + r, out + p * rows + r);
      for (; p < p1; p++)
        u8s8_1_1(x + p * stride, stride, quads, f, w + r * quads * 4, rows, rows - r,
                 rowOffset + r, out + p * rows + r);
    }
  }
}

#define TILE_S16_512(PIXELS)                                                                 \
  AVX512 static void s16_512_##PIXELS(const int16_t *x, size_t stride, size_t pairs,         \
                                      const int16_t *w, size_t rows, size_t live,            \
                                      int32_t *out) {                                        \
    __m512i acc[PIXELS];                                                                     \
    for (int p = 0; p < PIXELS; p++) acc[p] = _mm512_setzero_si512();                        \
    for (size_t q = 0; q < pairs; q++) {                                                     \
      __m512i wk = _mm512_loadu_si512(w + q * 32);                                           \
      _Pragma("unroll") for (int p = 0; p < PIXELS; p++) acc[p] = _mm512_dpwssd_epi32(       \
          acc[p], _mm512_set1_epi32(load32(x + p * stride + q * 2)), wk);                    \
    }                                                                                        \
    for (int p = 0; p < PIXELS; p++)                                                         \
      _mm512_mask_storeu_epi32(out + p * rows, liveMask(live), acc[p]);                      \
  }
TILE_S16_512(8)
TILE_S16_512(1)

#define TILE_S16_256(PIXELS)                                                                 \
  CK_TARGET_AVX2 static void s16_256_##PIXELS(const int16_t *x, size_t stride, size_t pairs, \
                                              const int16_t *w, size_t rows, size_t live,    \
                                              int32_t *out) {                                \
    __m256i acc[PIXELS][2];                                                                  \
    for (int p = 0; p < PIXELS; p++) acc[p][0] = acc[p][1] = _mm256_setzero_si256();         \
    for (size_t q = 0; q < pairs; q++) {                                                     \
      __m256i w0 = _mm256_loadu_si256((const __m256i *)(w + q * 32));                        \
      __m256i w1 = _mm256_loadu_si256((const __m256i *)(w + q * 32 + 16));                   \
      _Pragma("unroll") for (int p = 0; p < PIXELS; p++) {                                   \
        __m256i v = _mm256_set1_epi32(load32(x + p * stride + q * 2));                       \
        acc[p][0] = _mm256_add_epi32(acc[p][0], _mm256_madd_epi16(v, w0));                   \
        acc[p][1] = _mm256_add_epi32(acc[p][1], _mm256_madd_epi16(v, w1));                   \
      }                                                                                      \
    }                                                                                        \
    for (int p = 0; p < PIXELS; p++) {                                                       \
      int32_t v[16];                                                                         \
      _mm256_storeu_si256((__m256i *)v, acc[p][0]);                                          \
      _mm256_storeu_si256((__m256i *)(v + 8), acc[p][1]);                                    \
      memcpy(out + p * rows, v, (live < 16 ? live : 16) * sizeof *v);                        \
    }                                                                                        \
  }
TILE_S16_256(6)
TILE_S16_256(1)

AVX512 static void dotS16_512(const int16_t *x, size_t pixels, size_t stride, size_t pairs,
                              const int16_t *w, size_t rows, int32_t *out) {
  size_t p = 0;
  for (; p + 8 <= pixels; p += 8)
    for (size_t r = 0; r < rows; r += 16)
      s16_512_8(x + p * stride, stride, pairs, w + r * pairs * 2, rows, rows - r,
                out + p * rows + r);
  for (; p < pixels; p++)
    for (size_t r = 0; r < rows; r += 16)
      s16_512_1(x + p * stride, stride, pairs, w + r * pairs * 2, rows, rows - r,
                out + p * rows + r);
}

CK_TARGET_AVX2 static void dotS16_256(const int16_t *x, size_t pixels, size_t stride,
                                      size_t pairs, const int16_t *w, size_t rows, int32_t *out) {
  size_t p = 0;
  for (; p + 6 <= pixels; p += 6)
    for (size_t r = 0; r < rows; r += 16)
      s16_256_6(x + p * stride, stride, pairs, w + r * pairs * 2, rows, rows - r,
                out + p * rows + r);
  for (; p < pixels; p++)
    for (size_t r = 0; r < rows; r += 16)
      s16_256_1(x + p * stride, stride, pairs, w + r * pairs * 2, rows, rows - r,
                out + p * rows + r);
}

void ck_dot_s16(int level, const int16_t *x, size_t pixels, size_t stride, size_t pairs,
                const int16_t *w, size_t rows, int32_t *out) {
  if (level >= CK_AVX512)
    dotS16_512(x, pixels, stride, pairs, w, rows, out);
  else
    dotS16_256(x, pixels, stride, pairs, w, rows, out);
}
#else
void ck_dot_u8s8(const uint8_t *x, size_t pixels, size_t stride, size_t quads, uint8_t flip,
                 const int8_t *w, size_t rows, const int32_t *rowOffset, int32_t *out) {}
void ck_dot_s16(int level, const int16_t *x, size_t pixels, size_t stride, size_t pairs,
                const int16_t *w, size_t rows, int32_t *out) {}
#endif
