// Vector kernels of SimKernels. Every function has a plain Swift twin that is the reference; these
// exist only for speed and are called only when ck_cpu_level() says the processor has what they use.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>
#include <stdint.h>

// Widest level this processor (and its operating system) can run.
enum { CK_PORTABLE = 0, CK_AVX2 = 1, CK_AVX512 = 2 };
int ck_cpu_level(void);

// out[p * rows + r] = offset[r] - (popcount(x[p] ^ w[r]) << shift)
// x: pixels rows of `words` 64-bit words. w: blocks of 16 rows, word k of row lane at
// w[(block * words + k) * 16 + lane]; offset has one entry per padded row.
void ck_xnor(int level, const uint64_t *x, size_t pixels, size_t words, const uint64_t *w,
             size_t rows, const int32_t *offset, int shift, int32_t *out);

// out[p * rows + r] = rowOffset[r] + sum_k u(x[p * stride + k]) * w[r][k], wrapping at 32 bits,
// where u(b) = (uint8_t)(b ^ flip). Only for CK_AVX512.
// k counts 4 * quads; w: blocks of 16 rows, w[((block * quads + q) * 16 + lane) * 4 + j].
// stride is a multiple of 4. rowOffset has one entry per padded row.
void ck_dot_u8s8(const uint8_t *x, size_t pixels, size_t stride, size_t quads, uint8_t flip,
                 const int8_t *w, size_t rows, const int32_t *rowOffset, int32_t *out);

// out[p * rows + r] = sum_k x[p * stride + k] * w[r][k], wrapping at 32 bits.
// k counts 2 * pairs; w: blocks of 16 rows, w[((block * pairs + q) * 16 + lane) * 2 + j].
void ck_dot_s16(int level, const int16_t *x, size_t pixels, size_t stride, size_t pairs,
                const int16_t *w, size_t rows, int32_t *out);

// out[p * channels + c] = bias + #{t : steps[t * channels + c] <= x[p * channels + c]}, modulo 256.
void ck_threshold_s32(int level, const int32_t *x, size_t pixels, size_t channels,
                      const int32_t *steps, size_t count, uint8_t bias, uint8_t *out);

// Bit c of out[p * words + c / 64] = thresholds[c] <= x[p * channels + c]; pad bits are 0.
void ck_threshold_bits(int level, const int32_t *x, size_t pixels, size_t channels,
                       const int32_t *thresholds, uint64_t *out, size_t words);

// out[p][f][c] = sum over taps of x[p][f][tap][c] * w[f][tap][c], wrapping at 32 bits; c fastest.
void ck_depthwise_s8(int level, const int8_t *x, size_t pixels, size_t folds, size_t taps,
                     size_t channels, const int16_t *w, int32_t *out);
void ck_depthwise_u8(int level, const uint8_t *x, size_t pixels, size_t folds, size_t taps,
                     size_t channels, const int16_t *w, int32_t *out);

// dst[p * dstStride + k] = x[p * columns + k] widened, zero for k in columns..<dstStride.
void ck_widen_s8(int level, const int8_t *x, size_t pixels, size_t columns, size_t dstStride,
                 int16_t *dst);
void ck_widen_u8(int level, const uint8_t *x, size_t pixels, size_t columns, size_t dstStride,
                 int16_t *dst);

// out[p * rows + r] = sum_k (double)x[p * stride + k] * w[r][k], summed in double precision in some
// order. w: blocks of 8 rows, w[(block * columns + k) * 8 + lane], the last block padded. Any level.
void ck_dot_f64(int level, const float *x, size_t pixels, size_t stride, size_t columns,
                const float *w, size_t rows, double *out);

// The handshakes at a place between the two ends of a channel.
//   cycles[i] = max(arrival, reads[i] + credit) with arrival = writes[i] + latency
//   waits[i] = cycles[i] - max(arrival, cycles[i - 1] + 1), with `last` in the place of cycles[-1]
void ck_handshakes(int level, const intptr_t *writes, const intptr_t *reads, intptr_t latency,
                   intptr_t credit, intptr_t last, size_t count, intptr_t *cycles, intptr_t *waits);

// A place: handshake i comes in cycle max(writes[i] + latency, reads[i] + credit).
typedef struct {
  const intptr_t *writes, *reads;
  intptr_t latency, credit;
} ck_place;

// The first of `count` handshakes at a place that comes later than the one at another; `count` where none does.
intptr_t ck_first_later(int level, ck_place place, ck_place other, intptr_t count);

// Where columns of numbers end, in little-endian base 128: second differences of cycles and first differences of
// waits, both in zigzag; and of stretches of even words, whose numbers would be 0 and are left out: how many words
// with numbers come since the stretch before, and how many the stretch has.
typedef struct {
  // The last cycle, its distance to the one before, and its wait.
  intptr_t last, step, wait;
  uint8_t *steps, *waits, *stretches;
  // Words so far, and up to the end of the last stretch.
  size_t count, end;
  // Even words that come last; nothing is written of them yet.
  size_t even;
} ck_columns;

// Shorter stretches are not left out. No fewer, as a block of eight is not searched for more than one.
enum { CK_LEAST_STRETCH = 8 };
// Bytes that may be written behind the last number of a column.
enum { CK_SLACK = 64 };

// Asks for the memory at an address without waiting for it.
static inline void ck_prefetch(const void *address) { __builtin_prefetch(address, 1); }

// What follows appends `count` handshakes. Each column has room for 10 bytes a word and for the slack.

// Handshakes that are listed.
void ck_append_handshakes(int level, const intptr_t *cycles, const intptr_t *waits, size_t count,
                          ck_columns *columns);

// Those that `ck_handshakes` lists of a place, after a handshake in cycle `last`.
void ck_append_place(int level, const ck_place *place, intptr_t last, size_t count,
                     ck_columns *columns);

// Handshake i in cycle `cycles[i] + offset`: none waits, or (`waits`) each since the cycle behind the one before.
void ck_append_cycles(int level, const intptr_t *cycles, intptr_t offset, int waits, size_t count,
                      ck_columns *columns);

// Handshakes at equal distances, each but the first after the same wait.
void ck_append_run(intptr_t cycle, intptr_t step, intptr_t first_wait, intptr_t wait, size_t count,
                   ck_columns *columns);

// The same behind another handshake.
void ck_append_word_and_run(intptr_t word, intptr_t word_wait, intptr_t cycle, intptr_t step,
                            intptr_t first_wait, intptr_t wait, size_t count, ck_columns *columns);

// Writes what is left of the even words that came last.
void ck_close_columns(ck_columns *columns);

#endif
