// What is made of every handshake of a run that is followed.
#include "CKernels.h"
#include "targets.h"
#include <string.h>

enum { BLOCK = 8 };

typedef int64_t Eight __attribute__((vector_size(64), aligned(8), may_alias));
typedef uint64_t EightNumbers __attribute__((vector_size(64)));
typedef uint8_t EightBytes __attribute__((vector_size(8)));

// Macros, as vectors cannot be handed over where the compiler knows none as wide.
#define EIGHT(FROM) (*(const Eight *)(FROM))
#define LATER(ONE, OTHER) (((ONE) & ((ONE) > (OTHER))) | ((OTHER) & ~((ONE) > (OTHER))))

CK_INLINE void handshakesBody(const intptr_t *writes, const intptr_t *reads, intptr_t latency,
                              intptr_t credit, intptr_t last, size_t count, intptr_t *cycles,
                              intptr_t *waits) {
  size_t i = 0;
  while (i < count) {
    if (i > 0 && count > BLOCK) {
      // What a block overlaps with is worked out twice.
      if (i > count - BLOCK) i = count - BLOCK;
      Eight arrival = EIGHT(writes + i) + latency, freed = EIGHT(reads + i) + credit;
      Eight cycle = LATER(arrival, freed);
      Eight arrived = EIGHT(writes + i - 1) + latency, left = EIGHT(reads + i - 1) + credit;
      Eight before = LATER(arrived, left) + 1;
      *(Eight *)(cycles + i) = cycle;
      *(Eight *)(waits + i) = cycle - LATER(arrival, before);
      i += BLOCK;
    } else {
      intptr_t arrival = writes[i] + latency, freed = reads[i] + credit;
      intptr_t before = i > 0 ? cycles[i - 1] : last;
      cycles[i] = arrival > freed ? arrival : freed;
      waits[i] = cycles[i] - (arrival > before + 1 ? arrival : before + 1);
      i++;
    }
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

CK_INLINE int isAnyLater(const ck_place *place, const ck_place *other, intptr_t from, intptr_t count) {
  // Negative where one is later.
  intptr_t all = 0;
  for (intptr_t k = from; k < from + count; k++) all |= at(other, k) - at(place, k);
  return all < 0;
}

CK_INLINE void firstLaterBody(const ck_place *place, const ck_place *other, intptr_t count,
                              intptr_t *found) {
  enum { AT_ONCE = 32 };
  intptr_t i = 0;
  while (i + AT_ONCE <= count && !isAnyLater(place, other, i, AT_ONCE)) i += AT_ONCE;
  while (i + BLOCK <= count && !isAnyLater(place, other, i, BLOCK)) i += BLOCK;
  // The rest with some of those before.
  if (i + BLOCK > count && count >= BLOCK && !isAnyLater(place, other, count - BLOCK, BLOCK)) i = count;
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

// `count` numbers, byte k of `narrow` being number k, or at least 0x80 where that takes more than a byte.
CK_INLINE uint8_t *putBlock(uint8_t *out, uint64_t narrow, const uint64_t *numbers, int count) {
  uint64_t wide = narrow & 0x8080808080808080u;
  int done = 0;
  while (__builtin_expect(wide != 0, 0)) {
    int k = __builtin_ctzll(wide) >> 3;
    uint64_t rest = narrow >> (8 * done);
    memcpy(out, &rest, 8);
    out = put(out + (k - done), numbers[k]);
    done = k + 1;
    if (done == count) return out;
    wide &= wide - 1;
  }
  narrow >>= 8 * done;
  memcpy(out, &narrow, 8);
  return out + (count - done);
}

// All but the first `but` of eight differences.
CK_INLINE uint8_t *putEight(uint8_t *out, const Eight *differences, int but) {
  Eight values = *differences;
  EightNumbers numbers = (EightNumbers)((values + values) ^ (values >> 63));
  EightNumbers isWide = (EightNumbers)(numbers > 0x7f);
  EightBytes bytes = __builtin_convertvector(numbers | (isWide & 0x80), EightBytes);
  uint64_t narrow, each[BLOCK];
  memcpy(&narrow, &bytes, sizeof narrow);
  narrow >>= 8 * but;
  if (__builtin_expect((narrow & 0x8080808080808080u) == 0, 1)) {
    memcpy(out, &narrow, sizeof narrow);
    return out + (BLOCK - but);
  }
  memcpy(each, &numbers, sizeof each);
  return putBlock(out, narrow, each + but, BLOCK - but);
}

CK_INLINE void appendBody(const intptr_t *cycles, const intptr_t *waits, size_t count,
                          ck_columns *columns) {
  ck_columns now = *columns;
  size_t i = 0;
  while (i < count) {
    if (i >= 2 && count >= BLOCK + 2) {
      // The last eight, of which some may have been appended.
      size_t from = i > count - BLOCK ? count - BLOCK : i;
      Eight before = EIGHT(cycles + from - 1);
      Eight steps = (EIGHT(cycles + from) - before) - (before - EIGHT(cycles + from - 2));
      Eight differences = EIGHT(waits + from) - EIGHT(waits + from - 1);
      now.steps = putEight(now.steps, &steps, (int)(i - from));
      now.waits = putEight(now.waits, &differences, (int)(i - from));
      i = from + BLOCK;
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

CK_INLINE void appendPlaceBody(const ck_place *place, intptr_t last, size_t count, ck_columns *columns) {
  const intptr_t *writes = place->writes, *reads = place->reads;
  intptr_t latency = place->latency, credit = place->credit;
  ck_columns now = *columns;
  size_t i = 0;
  while (i < count) {
    if (i >= 2 && count >= BLOCK + 2) {
      // The last eight, of which some may have been appended.
      size_t from = i > count - BLOCK ? count - BLOCK : i;
      Eight arrival = EIGHT(writes + from) + latency, freed = EIGHT(reads + from) + credit;
      Eight arrived = EIGHT(writes + from - 1) + latency, left = EIGHT(reads + from - 1) + credit;
      Eight first = EIGHT(writes + from - 2) + latency, gone = EIGHT(reads + from - 2) + credit;
      Eight cycle = LATER(arrival, freed), before = LATER(arrived, left);
      Eight beforeThat = LATER(first, gone), sooner = before + 1, soonest = beforeThat + 1;
      Eight wait = cycle - LATER(arrival, sooner), waited = before - LATER(arrived, soonest);
      Eight steps = (cycle - before) - (before - beforeThat), differences = wait - waited;
      now.steps = putEight(now.steps, &steps, (int)(i - from));
      now.waits = putEight(now.waits, &differences, (int)(i - from));
      i = from + BLOCK;
      if (i == count) {
        now.last = cycle[BLOCK - 1];
        now.step = now.last - before[BLOCK - 1];
        now.wait = wait[BLOCK - 1];
      }
    } else {
      intptr_t cycle = at(place, i), arrival = writes[i] + latency;
      intptr_t wait = cycle - (arrival > last + 1 ? arrival : last + 1), step = cycle - now.last;
      now.steps = put(now.steps, zigzag(step - now.step));
      now.waits = put(now.waits, zigzag(wait - now.wait));
      last = cycle;
      now.last = cycle;
      now.step = step;
      now.wait = wait;
      i++;
    }
  }
  *columns = now;
}

PER_LEVEL(appendPlace, appendPlaceBody,
          (const ck_place *place, intptr_t last, size_t count, ck_columns *columns),
          (place, last, count, columns))
void ck_append_place(int level, const ck_place *place, intptr_t last, size_t count,
                     ck_columns *columns) {
  DISPATCH(appendPlace, (place, last, count, columns))
}
