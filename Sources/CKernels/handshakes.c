// What is made of every handshake of a run that is followed.
#include "CKernels.h"
#include "targets.h"
#include <string.h>

CK_INLINE void handshakesBody(const intptr_t *writes, const intptr_t *reads, intptr_t latency,
                              intptr_t credit, intptr_t last, size_t count, intptr_t *cycles,
                              intptr_t *waits) {
  for (size_t i = 0; i < count; i++) {
    intptr_t arrival = writes[i] + latency, freed = reads[i] + credit;
    cycles[i] = arrival > freed ? arrival : freed;
    waits[i] = cycles[i] - arrival;
  }
  if (count > 0) {
    intptr_t most = cycles[0] - last - 1;
    if (waits[0] > most) waits[0] = most;
  }
  for (size_t i = 1; i < count; i++) {
    intptr_t most = cycles[i] - cycles[i - 1] - 1;
    waits[i] = waits[i] < most ? waits[i] : most;
  }
}

PER_LEVEL(handshakes, handshakesBody,
          (const intptr_t *restrict writes, const intptr_t *restrict reads, intptr_t latency,
           intptr_t credit, intptr_t last, size_t count, intptr_t *restrict cycles,
           intptr_t *restrict waits),
          (writes, reads, latency, credit, last, count, cycles, waits))
void ck_handshakes(int level, const intptr_t *writes, const intptr_t *reads, intptr_t latency,
                   intptr_t credit, intptr_t last, size_t count, intptr_t *cycles, intptr_t *waits) {
  DISPATCH(handshakes, (writes, reads, latency, credit, last, count, cycles, waits))
}

CK_INLINE intptr_t at(const ck_place *place, intptr_t i) {
  intptr_t arrival = place->writes[i] + place->latency, freed = place->reads[i] + place->credit;
  return arrival > freed ? arrival : freed;
}

CK_INLINE void firstLaterBody(const ck_place *place, const ck_place *other, intptr_t count,
                              intptr_t *found) {
  enum { AT_ONCE = 32 };
  intptr_t i = 0;
  for (; i + AT_ONCE <= count; i += AT_ONCE) {
    // Negative where one is later.
    intptr_t all = 0;
    for (intptr_t k = i; k < i + AT_ONCE; k++) all |= at(other, k) - at(place, k);
    if (all < 0) break;
  }
  while (i < count && at(place, i) <= at(other, i)) i++;
  *found = i;
}

PER_LEVEL(firstLater, firstLaterBody,
          (const ck_place *place, const ck_place *other, intptr_t count, intptr_t *found),
          (place, other, count, found))
intptr_t ck_first_later(int level, ck_place place, ck_place other, intptr_t count) {
  intptr_t found = 0;
  DISPATCH(firstLater, (&place, &other, count, &found))
  return found;
}

CK_INLINE uint64_t zigzag(intptr_t value) {
  return ((uint64_t)value << 1) ^ (uint64_t)((int64_t)value >> 63);
}

CK_INLINE uint8_t *put(uint8_t *out, uint64_t number) {
  while (number >= 0x80) {
    *out++ = (uint8_t)number | 0x80;
    number >>= 7;
  }
  *out++ = (uint8_t)number;
  return out;
}

enum { BLOCK = 8 };

// Eight numbers, byte k of `narrow` being number k, or at least 0x80 where that takes more than a byte.
CK_INLINE uint8_t *putBlock(uint8_t *out, uint64_t narrow, const uint64_t *numbers) {
  uint64_t wide = narrow & 0x8080808080808080u;
  int done = 0;
  while (__builtin_expect(wide != 0, 0)) {
    int k = __builtin_ctzll(wide) >> 3;
    uint64_t rest = narrow >> (8 * done);
    memcpy(out, &rest, 8);
    out = put(out + (k - done), numbers[k]);
    done = k + 1;
    if (done == BLOCK) return out;
    wide &= wide - 1;
  }
  narrow >>= 8 * done;
  memcpy(out, &narrow, 8);
  return out + (BLOCK - done);
}

typedef int64_t Eight __attribute__((vector_size(64), aligned(8), may_alias));
typedef uint64_t EightNumbers __attribute__((vector_size(64)));
typedef uint8_t EightBytes __attribute__((vector_size(8)));

CK_INLINE uint8_t *putEight(uint8_t *out, const Eight *differences) {
  Eight values = *differences;
  EightNumbers numbers = (EightNumbers)((values + values) ^ (values >> 63));
  EightNumbers isWide = (EightNumbers)(numbers > 0x7f);
  EightBytes bytes = __builtin_convertvector(numbers | (isWide & 0x80), EightBytes);
  uint64_t narrow, each[BLOCK];
  memcpy(&narrow, &bytes, sizeof narrow);
  if (__builtin_expect((narrow & 0x8080808080808080u) == 0, 1)) {
    memcpy(out, &narrow, sizeof narrow);
    return out + BLOCK;
  }
  memcpy(each, &numbers, sizeof each);
  return putBlock(out, narrow, each);
}

CK_INLINE void appendBody(const intptr_t *cycles, const intptr_t *waits, size_t count,
                          ck_columns *columns) {
  ck_columns now = *columns;
  size_t i = 0;
  while (i < count) {
    if (i >= 2 && count - i >= BLOCK) {
      const Eight *cycle = (const Eight *)(cycles + i), *before = (const Eight *)(cycles + i - 1);
      const Eight *first = (const Eight *)(cycles + i - 2);
      const Eight *wait = (const Eight *)(waits + i), *waited = (const Eight *)(waits + i - 1);
      Eight steps = (*cycle - *before) - (*before - *first), differences = *wait - *waited;
      now.steps = putEight(now.steps, &steps);
      now.waits = putEight(now.waits, &differences);
      i += BLOCK;
      now.last = cycles[i - 1];
      now.step = now.last - cycles[i - 2];
      now.wait = waits[i - 1];
    } else {
      intptr_t step = cycles[i] - now.last;
      now.steps = put(now.steps, zigzag(step - now.step));
      now.waits = put(now.waits, zigzag(waits[i] - now.wait));
      now.last = cycles[i];
      now.step = step;
      now.wait = waits[i];
      i++;
    }
  }
  *columns = now;
}

PER_LEVEL(append, appendBody,
          (const intptr_t *cycles, const intptr_t *waits, size_t count, ck_columns *columns),
          (cycles, waits, count, columns))
void ck_append_handshakes(int level, const intptr_t *cycles, const intptr_t *waits, size_t count,
                          ck_columns *columns) {
  DISPATCH(append, (cycles, waits, count, columns))
}
