// XNOR-popcount matrix product. Lanes are output rows, so no horizontal sums: a word of one pixel is
// broadcast against the same word of 8 (or 4) weight rows.
#include "CKernels.h"
#include "targets.h"
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 \
  __attribute__((target("avx2,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq")))


AVX512 CK_INLINE void finish512(__m512i lo, __m512i hi, const int32_t *offset, __m128i shift,
                                int32_t *out, size_t live) {
  __m512i n = _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtepi64_epi32(lo)),
                                 _mm512_cvtepi64_epi32(hi), 1);
  n = _mm512_sub_epi32(_mm512_loadu_si512(offset), _mm512_sll_epi32(n, shift));
  __mmask16 mask = live >= 16 ? 0xffff : (__mmask16)((1u << live) - 1);
  _mm512_mask_storeu_epi32(out, mask, n);
}

// `PIXELS` pixels against one block of 16 rows.
#define TILE512(PIXELS)                                                                     \
  AVX512 static void tile512_##PIXELS(const uint64_t *x, size_t words, const uint64_t *w,   \
                                      const int32_t *offset, __m128i shift, int32_t *out,   \
                                      size_t rows, size_t live) {                           \
    __m512i lo[PIXELS], hi[PIXELS];                                                         \
    for (int p = 0; p < PIXELS; p++) lo[p] = hi[p] = _mm512_setzero_si512();                \
    for (size_t k = 0; k < words; k++) {                                                    \
      __m512i w0 = _mm512_loadu_si512(w + k * 16);                                          \
      __m512i w1 = _mm512_loadu_si512(w + k * 16 + 8);                                      \
      _Pragma("unroll") for (int p = 0; p < PIXELS; p++) {                                  \
        __m512i b = _mm512_set1_epi64((long long)x[p * words + k]);                         \
        lo[p] = _mm512_add_epi64(lo[p], _mm512_popcnt_epi64(_mm512_xor_si512(w0, b)));      \
        hi[p] = _mm512_add_epi64(hi[p], _mm512_popcnt_epi64(_mm512_xor_si512(w1, b)));      \
      }                                                                                     \
    }                                                                                       \
    for (int p = 0; p < PIXELS; p++)                                                        \
      finish512(lo[p], hi[p], offset, shift, out + p * rows, live);                         \
  }
TILE512(8)
TILE512(1)

AVX512 static void xnor512(const uint64_t *x, size_t pixels, size_t words, const uint64_t *w,
                           size_t rows, const int32_t *offset, int shift, int32_t *out) {
  __m128i s = _mm_cvtsi32_si128(shift);
  size_t p = 0;
  for (; p + 8 <= pixels; p += 8)
    for (size_t r = 0; r < rows; r += 16)
      tile512_8(x + p * words, words, w + r * words, offset + r, s, out + p * rows + r, rows,
                rows - r);
  for (; p < pixels; p++)
    for (size_t r = 0; r < rows; r += 16)
      tile512_1(x + p * words, words, w + r * words, offset + r, s, out + p * rows + r, rows,
                rows - r);
}

// Bytes of n hold bit counts of the bytes of v.
CK_TARGET_AVX2 CK_INLINE __m256i byteCounts(__m256i v) {
  const __m256i low = _mm256_set1_epi8(15);
  const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1, 2,
                                         1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
  __m256i a = _mm256_shuffle_epi8(table, _mm256_and_si256(v, low));
  __m256i b = _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi32(v, 4), low));
  return _mm256_add_epi8(a, b);
}

// Two pixels against 8 rows; byte counters are flushed before they can reach 256.
#define TILE256(PIXELS)                                                                     \
  CK_TARGET_AVX2 static void tile256_##PIXELS(const uint64_t *x, size_t words,              \
                                              const uint64_t *w, const int32_t *offset,     \
                                              int shift, int32_t *out, size_t rows,         \
                                              size_t live) {                                \
    const __m256i zero = _mm256_setzero_si256();                                            \
    __m256i sum[PIXELS][2];                                                                 \
    for (int p = 0; p < PIXELS; p++) sum[p][0] = sum[p][1] = zero;                          \
    for (size_t k0 = 0; k0 < words; k0 += 31) {                                             \
      size_t k1 = k0 + 31 < words ? k0 + 31 : words;                                        \
      __m256i n[PIXELS][2];                                                                 \
      for (int p = 0; p < PIXELS; p++) n[p][0] = n[p][1] = zero;                            \
      for (size_t k = k0; k < k1; k++) {                                                    \
        _Pragma("unroll") for (int h = 0; h < 2; h++) {                                     \
          __m256i wk = _mm256_loadu_si256((const __m256i *)(w + k * 16 + h * 4));           \
          _Pragma("unroll") for (int p = 0; p < PIXELS; p++) {                              \
            __m256i b = _mm256_set1_epi64x((long long)x[p * words + k]);                    \
            n[p][h] = _mm256_add_epi8(n[p][h], byteCounts(_mm256_xor_si256(wk, b)));        \
          }                                                                                 \
        }                                                                                   \
      }                                                                                     \
      for (int p = 0; p < PIXELS; p++)                                                      \
        for (int h = 0; h < 2; h++)                                                         \
          sum[p][h] = _mm256_add_epi64(sum[p][h], _mm256_sad_epu8(n[p][h], zero));          \
    }                                                                                       \
    for (int p = 0; p < PIXELS; p++)                                                        \
      for (int h = 0; h < 2; h++) {                                                         \
        int64_t v[4];                                                                       \
        _mm256_storeu_si256((__m256i *)v, sum[p][h]);                                       \
        for (size_t i = 0; i < 4 && h * 4 + i < live; i++)                                  \
          out[p * rows + h * 4 + i] = \
              offset[h * 4 + i] - (int32_t)((uint32_t)v[i] << shift);                       \
      }                                                                                     \
  }
TILE256(4)
TILE256(1)

CK_TARGET_AVX2 static void xnor256(const uint64_t *x, size_t pixels, size_t words,
                                   const uint64_t *w, size_t rows, const int32_t *offset,
                                   int shift, int32_t *out) {
  size_t p = 0;
  for (; p + 4 <= pixels; p += 4)
    for (size_t r = 0; r < rows; r += 8)
      tile256_4(x + p * words, words, w + (r / 16) * words * 16 + r % 16, offset + r, shift,
                out + p * rows + r, rows, rows - r);
  for (; p < pixels; p++)
    for (size_t r = 0; r < rows; r += 8)
      tile256_1(x + p * words, words, w + (r / 16) * words * 16 + r % 16, offset + r, shift,
                out + p * rows + r, rows, rows - r);
}

void ck_xnor(int level, const uint64_t *x, size_t pixels, size_t words, const uint64_t *w,
             size_t rows, const int32_t *offset, int shift, int32_t *out) {
  if (level >= CK_AVX512)
    xnor512(x, pixels, words, w, rows, offset, shift, out);
  else
    xnor256(x, pixels, words, w, rows, offset, shift, out);
}
#else
void ck_xnor(int level, const uint64_t *x, size_t pixels, size_t words, const uint64_t *w,
             size_t rows, const int32_t *offset, int shift, int32_t *out) {}
#endif
