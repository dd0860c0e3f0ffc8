// Loops the compiler vectorises well by itself; each is compiled once per level.
#include "CKernels.h"
#include "targets.h"
#include <string.h>

CK_INLINE void thresholdBody(const int32_t *x, size_t pixels, size_t channels,
                             const int32_t *steps, size_t count, uint8_t bias, uint8_t *out) {
  enum { BLOCK = 32 };
  for (size_t p = 0; p < pixels; p++, x += channels, out += channels) {
    size_t c = 0;
    for (; c + BLOCK <= channels; c += BLOCK) {
      int32_t n[BLOCK];
      for (int i = 0; i < BLOCK; i++) n[i] = bias;
      for (size_t t = 0; t < count; t++) {
        const int32_t *s = steps + t * channels + c;
        for (int i = 0; i < BLOCK; i++) n[i] += s[i] <= x[c + i];
      }
      for (int i = 0; i < BLOCK; i++) out[c + i] = (uint8_t)n[i];
    }
    for (; c + 8 <= channels; c += 8) {
      int32_t n[8];
      for (int i = 0; i < 8; i++) n[i] = bias;
      for (size_t t = 0; t < count; t++) {
        const int32_t *s = steps + t * channels + c;
        for (int i = 0; i < 8; i++) n[i] += s[i] <= x[c + i];
      }
      for (int i = 0; i < 8; i++) out[c + i] = (uint8_t)n[i];
    }
    for (; c < channels; c++) {
      int32_t n = bias;
      for (size_t t = 0; t < count; t++) n += steps[t * channels + c] <= x[c];
      out[c] = (uint8_t)n;
    }
  }
}

CK_INLINE void thresholdBitsBody(const int32_t *x, size_t pixels, size_t channels,
                                 const int32_t *thresholds, uint64_t *out, size_t words) {
  for (size_t p = 0; p < pixels; p++, x += channels, out += words)
    for (size_t k = 0; k < words; k++) {
      size_t c0 = k * 64, n = channels - c0 < 64 ? channels - c0 : 64;
      uint64_t word = 0;
      for (size_t i = 0; i < n; i++) word |= (uint64_t)(thresholds[c0 + i] <= x[c0 + i]) << i;
      out[k] = word;
    }
}

#define DEPTHWISE_BODY(NAME, T)                                                               \
  CK_INLINE void NAME(const T *x, size_t pixels, size_t folds, size_t taps, size_t channels,  \
                      const int16_t *weights, int32_t *out) {                                 \
    enum { BLOCK = 32 };                                                                      \
    for (size_t i = 0; i < pixels * folds; i++, x += taps * channels, out += channels) {      \
      const int16_t *w = weights + i % folds * taps * channels;                               \
      size_t c = 0;                                                                           \
      for (; c + BLOCK <= channels; c += BLOCK) {                                             \
        int32_t acc[BLOCK];                                                                   \
        for (int j = 0; j < BLOCK; j++) acc[j] = 0;                                           \
        for (size_t k = 0; k < taps; k++)                                                     \
          for (int j = 0; j < BLOCK; j++)                                                     \
            acc[j] += (int32_t)x[k * channels + c + j] * w[k * channels + c + j];             \
        memcpy(out + c, acc, sizeof acc);                                                     \
      }                                                                                       \
      if (c < channels) {                                                                     \
        memset(out + c, 0, (channels - c) * sizeof *out);                                     \
        for (size_t k = 0; k < taps; k++)                                                     \
          for (size_t j = c; j < channels; j++)                                               \
            out[j] += (int32_t)x[k * channels + j] * w[k * channels + j];                     \
      }                                                                                       \
    }                                                                                         \
  }
DEPTHWISE_BODY(depthwiseS8Body, int8_t)
DEPTHWISE_BODY(depthwiseU8Body, uint8_t)

#define WIDEN_BODY(NAME, T)                                                                   \
  CK_INLINE void NAME(const T *x, size_t pixels, size_t columns, size_t dstStride,            \
                      int16_t *dst) {                                                         \
    for (size_t p = 0; p < pixels; p++, x += columns, dst += dstStride) {                     \
      for (size_t k = 0; k < columns; k++) dst[k] = x[k];                                     \
      for (size_t k = columns; k < dstStride; k++) dst[k] = 0;                                \
    }                                                                                         \
  }
WIDEN_BODY(widenS8Body, int8_t)
WIDEN_BODY(widenU8Body, uint8_t)

PER_LEVEL(threshold, thresholdBody,
          (const int32_t *x, size_t pixels, size_t channels, const int32_t *steps, size_t count,
           uint8_t bias, uint8_t *out),
          (x, pixels, channels, steps, count, bias, out))
void ck_threshold_s32(int level, const int32_t *x, size_t pixels, size_t channels,
                      const int32_t *steps, size_t count, uint8_t bias, uint8_t *out) {
  DISPATCH(threshold, (x, pixels, channels, steps, count, bias, out))
}

PER_LEVEL(thresholdBits, thresholdBitsBody,
          (const int32_t *x, size_t pixels, size_t channels, const int32_t *thresholds,
           uint64_t *out, size_t words),
          (x, pixels, channels, thresholds, out, words))
#if defined(__x86_64__)
#include <immintrin.h>
CK_TARGET_AVX2 static void thresholdBits_fast(const int32_t *x, size_t pixels, size_t channels,
                                              const int32_t *thresholds, uint64_t *out,
                                              size_t words) {
  for (size_t p = 0; p < pixels; p++, x += channels, out += words)
    for (size_t k = 0; k < words; k++) {
      uint64_t word = 0;
      for (size_t i = 0; i < 64; i += 8) {
        __m256i a = _mm256_loadu_si256((const __m256i *)(x + k * 64 + i));
        __m256i t = _mm256_loadu_si256((const __m256i *)(thresholds + k * 64 + i));
        unsigned below = (unsigned)_mm256_movemask_ps(
            _mm256_castsi256_ps(_mm256_cmpgt_epi32(t, a)));
        word |= (uint64_t)(below ^ 0xffu) << i;
      }
      out[k] = word;
    }
}
#endif
void ck_threshold_bits(int level, const int32_t *x, size_t pixels, size_t channels,
                       const int32_t *thresholds, uint64_t *out, size_t words) {
#if defined(__x86_64__)
  if (channels % 64 == 0) {
    thresholdBits_fast(x, pixels, channels, thresholds, out, words);
    return;
  }
#endif
  DISPATCH(thresholdBits, (x, pixels, channels, thresholds, out, words))
}

PER_LEVEL(depthwiseS8, depthwiseS8Body,
          (const int8_t *x, size_t pixels, size_t folds, size_t taps, size_t channels,
           const int16_t *w, int32_t *out),
          (x, pixels, folds, taps, channels, w, out))
void ck_depthwise_s8(int level, const int8_t *x, size_t pixels, size_t folds, size_t taps,
                     size_t channels, const int16_t *w, int32_t *out) {
  DISPATCH(depthwiseS8, (x, pixels, folds, taps, channels, w, out))
}

PER_LEVEL(depthwiseU8, depthwiseU8Body,
          (const uint8_t *x, size_t pixels, size_t folds, size_t taps, size_t channels,
           const int16_t *w, int32_t *out),
          (x, pixels, folds, taps, channels, w, out))
void ck_depthwise_u8(int level, const uint8_t *x, size_t pixels, size_t folds, size_t taps,
                     size_t channels, const int16_t *w, int32_t *out) {
  DISPATCH(depthwiseU8, (x, pixels, folds, taps, channels, w, out))
}

PER_LEVEL(widenS8, widenS8Body,
          (const int8_t *x, size_t pixels, size_t columns, size_t dstStride, int16_t *dst),
          (x, pixels, columns, dstStride, dst))
void ck_widen_s8(int level, const int8_t *x, size_t pixels, size_t columns, size_t dstStride,
                 int16_t *dst) {
  DISPATCH(widenS8, (x, pixels, columns, dstStride, dst))
}

PER_LEVEL(widenU8, widenU8Body,
          (const uint8_t *x, size_t pixels, size_t columns, size_t dstStride, int16_t *dst),
          (x, pixels, columns, dstStride, dst))
void ck_widen_u8(int level, const uint8_t *x, size_t pixels, size_t columns, size_t dstStride,
                 int16_t *dst) {
  DISPATCH(widenU8, (x, pixels, columns, dstStride, dst))
}
