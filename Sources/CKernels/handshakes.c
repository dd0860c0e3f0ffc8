// What is made of every handshake of a run that is followed.
#include "CKernels.h"
#include "targets.h"
#include <string.h>

enum { BLOCK = 8 };
// Words that are looked at together, whether they are even.
enum { EVEN = 2 * BLOCK };

typedef int64_t Eight __attribute__((vector_size(64), aligned(8), may_alias));
typedef uint64_t EightNumbers __attribute__((vector_size(64)));
typedef uint8_t EightBytes __attribute__((vector_size(8)));

// Macros, as vectors cannot be handed over where the compiler knows none as wide.
#define EIGHT(FROM) (*(const Eight *)(FROM))
#define BEHIND(BEFORE, NOW) __builtin_shufflevector(BEFORE, NOW, 7, 8, 9, 10, 11, 12, 13, 14)
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

// Whether a place goes by one end of the channel alone, as `credit` and `reads` say it.
CK_INLINE int hasOneEnd(const ck_place *place) {
  return place->writes == place->reads && place->latency <= place->credit;
}

CK_INLINE intptr_t at(const ck_place *place, intptr_t i) {
  intptr_t arrival = place->writes[i] + place->latency, freed = place->reads[i] + place->credit;
  return arrival > freed ? arrival : freed;
}

CK_INLINE intptr_t atEnd(const ck_place *place, intptr_t i, int oneEnd) {
  return oneEnd ? place->reads[i] + place->credit : at(place, i);
}

CK_INLINE int isAnyLater(const ck_place *place, int placeEnd, const ck_place *other, int otherEnd,
                         intptr_t from, intptr_t count) {
  // Negative where one is later.
  intptr_t all = 0;
  for (intptr_t k = from; k < from + count; k++)
    all |= atEnd(other, k, otherEnd) - atEnd(place, k, placeEnd);
  return all < 0;
}

CK_INLINE void firstLaterBody(const ck_place *place, int placeEnd, const ck_place *other,
                              int otherEnd, intptr_t count, intptr_t *found) {
#define IS_ANY_LATER(FROM, COUNT) isAnyLater(place, placeEnd, other, otherEnd, FROM, COUNT)
  enum { AT_ONCE = 32 };
  intptr_t i = 0;
  while (i + AT_ONCE <= count && !IS_ANY_LATER(i, AT_ONCE)) i += AT_ONCE;
  while (i + BLOCK <= count && !IS_ANY_LATER(i, BLOCK)) i += BLOCK;
  // The rest with some of those before.
  if (i + BLOCK > count && count >= BLOCK && !IS_ANY_LATER(count - BLOCK, BLOCK)) i = count;
  while (i < count && atEnd(place, i, placeEnd) <= atEnd(other, i, otherEnd)) i++;
  *found = i;
#undef IS_ANY_LATER
}

// By whether the place and the other go by one end alone, which is half of what has to be read.
#define FIRST_LATER(NAME, PLACE_END, OTHER_END)                                                  \
  PER_LEVEL(NAME, firstLaterBody,                                                                \
            (const ck_place *place, const ck_place *other, intptr_t count, intptr_t *found),     \
            (place, PLACE_END, other, OTHER_END, count, found))
FIRST_LATER(firstLater, 0, 0)
FIRST_LATER(firstLaterThanEnd, 0, 1)
FIRST_LATER(firstEndLater, 1, 0)
FIRST_LATER(firstEndLaterThanEnd, 1, 1)
intptr_t ck_first_later(int level, ck_place place, ck_place other, intptr_t count) {
  intptr_t found = 0;
  switch (2 * hasOneEnd(&place) + hasOneEnd(&other)) {
  case 0: DISPATCH(firstLater, (&place, &other, count, &found)) break;
  case 1: DISPATCH(firstLaterThanEnd, (&place, &other, count, &found)) break;
  case 2: DISPATCH(firstEndLater, (&place, &other, count, &found)) break;
  default: DISPATCH(firstEndLaterThanEnd, (&place, &other, count, &found))
  }
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

// Writes what is known of the even words in front of word `next`.
CK_INLINE void settle(ck_columns *now, size_t next) {
  if (now->even >= CK_LEAST_STRETCH) {
    now->stretches = put(now->stretches, next - now->even - now->end);
    now->stretches = put(now->stretches, now->even);
    now->end = next;
  } else {
    memset(now->steps, 0, CK_LEAST_STRETCH);
    memset(now->waits, 0, CK_LEAST_STRETCH);
    now->steps += now->even;
    now->waits += now->even;
  }
  now->even = 0;
}

void ck_close_columns(ck_columns *columns) { settle(columns, columns->count); }

// Appends word `i` by its two differences.
CK_INLINE void putOne(ck_columns *now, size_t i, intptr_t step, intptr_t wait) {
  if ((step | wait) == 0) {
    now->even++;
    return;
  }
  settle(now, i);
  now->steps = put(now->steps, zigzag(step));
  now->waits = put(now->waits, zigzag(wait));
}

// The numbers of eight differences, and byte k for number k as `putBlock` takes it.
CK_INLINE uint64_t narrowed(const Eight *differences, EightNumbers *numbers) {
  Eight values = *differences;
  *numbers = (EightNumbers)((values + values) ^ (values >> 63));
  EightNumbers isWide = (EightNumbers)(*numbers > 0x7f);
  EightBytes bytes = __builtin_convertvector(*numbers | (isWide & 0x80), EightBytes);
  uint64_t narrow;
  memcpy(&narrow, &bytes, sizeof narrow);
  return narrow;
}

CK_INLINE uint8_t *putPart(uint8_t *out, uint64_t narrow, const EightNumbers *numbers, int from, int count) {
  uint64_t each[BLOCK];
  if (__builtin_expect((narrow & 0x8080808080808080u) == 0, 1)) {
    memcpy(out, &narrow, sizeof narrow);
    return out + count;
  }
  memcpy(each, numbers, sizeof each);
  return putBlock(out, narrow, each + from, count);
}

// Appends all but the first `but` of eight words from word `i` on. Whether even words end them, more than half of them:
// behind fewer it seldom pays to look for more.
CK_INLINE int putEight(ck_columns *now, size_t i, const Eight *steps, const Eight *waits, int but) {
  EightNumbers stepNumbers, waitNumbers;
  uint64_t step = narrowed(steps, &stepNumbers) >> (8 * but);
  uint64_t wait = narrowed(waits, &waitNumbers) >> (8 * but);
  uint64_t both = step | wait;
  if (both == 0) {
    now->even += (size_t)(BLOCK - but);
    return 1;
  }
  // Of the even words only those at both ends may be in a stretch.
  int first = __builtin_ctzll(both) >> 3, last = (__builtin_clzll(both) >> 3) - but;
  int from = but + first, count = BLOCK - from - last;
  now->even += (size_t)first;
  settle(now, i + (size_t)from);
  now->steps = putPart(now->steps, step >> (8 * first), &stepNumbers, from, count);
  now->waits = putPart(now->waits, wait >> (8 * first), &waitNumbers, from, count);
  now->even = (size_t)last;
  return last > BLOCK / 2;
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
      putEight(&now, now.count + from, &steps, &differences, (int)(i - from));
      i = from + BLOCK;
      now.last = cycles[i - 1];
      now.step = now.last - cycles[i - 2];
      now.wait = waits[i - 1];
    } else {
      intptr_t step = cycles[i] - now.last;
      putOne(&now, now.count + i, step - now.step, waits[i] - now.wait);
      now.last = cycles[i];
      now.step = step;
      now.wait = waits[i];
      i++;
    }
  }
  now.count += count;
  *columns = now;
}

PER_LEVEL(append, appendBody,
          (const intptr_t *cycles, const intptr_t *waits, size_t count, ck_columns *columns),
          (cycles, waits, count, columns))
void ck_append_handshakes(int level, const intptr_t *cycles, const intptr_t *waits, size_t count,
                          ck_columns *columns) {
  DISPATCH(append, (cycles, waits, count, columns))
}

// Appends a handshake in cycle `cycle`.
CK_INLINE void appendCycle(ck_columns *now, intptr_t cycle, intptr_t wait) {
  intptr_t step = cycle - now->last;
  putOne(now, now->count, step - now->step, wait - now->wait);
  now->last = cycle;
  now->step = step;
  now->wait = wait;
  now->count++;
}

CK_INLINE void appendRun(ck_columns *now, intptr_t cycle, intptr_t step, intptr_t first_wait, intptr_t wait,
                         size_t count) {
  // The first two say what the others are.
  while (count > 0 && ((cycle - now->last - step) | (now->step - step) | (now->wait - wait) |
                       (first_wait - wait)) != 0) {
    appendCycle(now, cycle, first_wait);
    first_wait = wait;
    cycle += step;
    count--;
  }
  now->even += count;
  now->last += (intptr_t)count * step;
  now->count += count;
}

void ck_append_run(intptr_t cycle, intptr_t step, intptr_t first_wait, intptr_t wait, size_t count,
                   ck_columns *columns) {
  ck_columns now = *columns;
  appendRun(&now, cycle, step, first_wait, wait, count);
  *columns = now;
}

void ck_append_word_and_run(intptr_t word, intptr_t word_wait, intptr_t cycle, intptr_t step,
                            intptr_t first_wait, intptr_t wait, size_t count, ck_columns *columns) {
  ck_columns now = *columns;
  appendCycle(&now, word, word_wait);
  appendRun(&now, cycle, step, first_wait, wait, count);
  *columns = now;
}

// Whether as many handshakes from `from` on as are looked at together go on as those before them, the first of
// them in cycle `first`.
CK_INLINE int areEven(const ck_place *place, size_t from, intptr_t first, intptr_t step, intptr_t wait) {
  const Eight each = {0, 1, 2, 3, 4, 5, 6, 7};
  Eight expected = first + each * step, sooner = expected - step + 1, differences = {0};
  const intptr_t *writes = place->writes + from, *reads = place->reads + from;
  for (size_t k = 0; k < EVEN; k += BLOCK) {
    Eight arrival = EIGHT(writes + k) + place->latency, freed = EIGHT(reads + k) + place->credit;
    Eight cycle = LATER(arrival, freed);
    differences |= (cycle ^ expected) | ((cycle - LATER(arrival, sooner)) ^ wait);
    expected += BLOCK * step;
    sooner += BLOCK * step;
  }
  return __builtin_reduce_or(differences) == 0;
}

// How many handshakes from `from` on go on as those before them, as far as that is soon told.
CK_INLINE size_t evenFrom(const ck_place *place, size_t from, size_t count, intptr_t last, intptr_t step,
                          intptr_t wait) {
  size_t i = from;
  while (i + EVEN <= count && areEven(place, i, last + step, step, wait)) {
    last += EVEN * step;
    i += EVEN;
  }
  intptr_t rest = (intptr_t)(count - i);
  // With some of those before.
  if (i > from && rest > 0 && rest < EVEN &&
      areEven(place, count - EVEN, last + (rest + 1 - EVEN) * step, step, wait)) {
    i = count;
  }
  return i - from;
}

// What stands in columns behind handshake `i`; there are two before.
CK_INLINE void rewind(ck_columns *now, const ck_place *place, size_t i) {
  intptr_t before = at(place, i - 1), arrival = place->writes[i] + place->latency;
  now->last = at(place, i);
  now->step = now->last - before;
  now->wait = now->last - (arrival > before + 1 ? arrival : before + 1);
}

// Appends all but the first `but` of the eight handshakes from `from` on; whether the next may well go on as the last
// two. The columns are those before the eight, but for their bytes.
CK_INLINE int appendEight(ck_columns *now, const ck_place *place, size_t from, int but) {
  const Eight none = {0};
  Eight arrival = EIGHT(place->writes + from) + place->latency;
  Eight freed = EIGHT(place->reads + from) + place->credit;
  Eight cycle = LATER(arrival, freed), before = BEHIND(none + now->last, cycle), sooner = before + 1;
  Eight step = cycle - before, wait = cycle - LATER(arrival, sooner);
  Eight differences = step - BEHIND(none + now->step, step), longer = wait - BEHIND(none + now->wait, wait);
  int goesOn = putEight(now, now->count + from, &differences, &longer, but);
  now->last = cycle[BLOCK - 1];
  now->step = step[BLOCK - 1];
  now->wait = wait[BLOCK - 1];
  return goesOn;
}

// The same of one, whose wait is counted from when it is there and the cycle behind `before`.
CK_INLINE int appendOne(ck_columns *now, const ck_place *place, size_t i, intptr_t before) {
  intptr_t cycle = at(place, i), arrival = place->writes[i] + place->latency, step = cycle - now->last;
  intptr_t wait = cycle - (arrival > before + 1 ? arrival : before + 1);
  putOne(now, now->count + i, step - now->step, wait - now->wait);
  now->last = cycle;
  now->step = step;
  now->wait = wait;
  return now->even > 0;
}

CK_INLINE void appendPlaceBody(const ck_place *place, intptr_t last, size_t count, ck_columns *columns) {
  // Locals, as the bytes that are written may be anything's.
  const ck_place here = *place;
  ck_columns now = *columns;
  size_t i = 0;
  int mayGoOn = 1;
  if (count > 0 && last != now.last) mayGoOn = appendOne(&now, &here, i++, last);
  while (i < count) {
    size_t even = mayGoOn ? evenFrom(&here, i, count, now.last, now.step, now.wait) : 0;
    if (even > 0) {
      now.even += even;
      now.last += (intptr_t)even * now.step;
      i += even;
      if (i == count) break;
    }
    if (count - i >= BLOCK) {
      mayGoOn = appendEight(&now, &here, i, 0);
      i += BLOCK;
    } else if (count >= BLOCK + 2) {
      // The last eight, some of which have been appended.
      rewind(&now, &here, count - BLOCK - 1);
      appendEight(&now, &here, count - BLOCK, (int)(i + BLOCK - count));
      i = count;
    } else {
      mayGoOn = appendOne(&now, &here, i, now.last);
      i++;
    }
  }
  now.count += count;
  *columns = now;
}

PER_LEVEL(appendPlace, appendPlaceBody,
          (const ck_place *place, intptr_t last, size_t count, ck_columns *columns),
          (place, last, count, columns))
void ck_append_place(int level, const ck_place *place, intptr_t last, size_t count,
                     ck_columns *columns) {
  DISPATCH(appendPlace, (place, last, count, columns))
}

// Whether as many of `cycles` as are looked at together, `blocks` times eight, go on as those before them, the first of
// them in cycle `first`.
CK_INLINE int goOn(const intptr_t *cycles, size_t blocks, intptr_t first, intptr_t step) {
  const Eight each = {0, 1, 2, 3, 4, 5, 6, 7};
  Eight expected = first + each * step, differences = {0};
  for (size_t k = 0; k < blocks; k++) {
    differences |= EIGHT(cycles + k * BLOCK) ^ expected;
    expected += BLOCK * step;
  }
  return __builtin_reduce_or(differences) == 0;
}

// How many go on as the two before them, as far as that is soon told.
CK_INLINE size_t goingOn(const intptr_t *cycles, size_t count, intptr_t last, intptr_t step) {
  enum { AT_ONCE = 4 };
  size_t i = 0;
  while (i + AT_ONCE * BLOCK <= count && goOn(cycles + i, AT_ONCE, last + step, step)) {
    last += AT_ONCE * BLOCK * step;
    i += AT_ONCE * BLOCK;
  }
  while (i + BLOCK <= count && goOn(cycles + i, 1, last + step, step)) {
    last += BLOCK * step;
    i += BLOCK;
  }
  intptr_t rest = (intptr_t)(count - i);
  // With some of those before.
  if (i > 0 && rest > 0 && rest < BLOCK && goOn(cycles + count - BLOCK, 1, last + (rest + 1 - BLOCK) * step, step)) {
    i = count;
  }
  return i;
}

// The same of eight, whose waits have no numbers of their own. Whether the next may well go on as the last two.
CK_INLINE int appendEightCycles(ck_columns *now, const intptr_t *cycles, intptr_t offset, int waits) {
  const Eight none = {0};
  Eight cycle = EIGHT(cycles) + offset;
  Eight before = BEHIND(none + now->last, cycle), step = cycle - before;
  Eight differences = step - BEHIND(none + now->step, step);
  EightNumbers numbers;
  uint64_t narrow = narrowed(&differences, &numbers);
  int first = BLOCK, last = 0;
  if (narrow == 0) {
    now->even += BLOCK;
  } else {
    first = __builtin_ctzll(narrow) >> 3;
    last = __builtin_clzll(narrow) >> 3;
    int count = BLOCK - first - last;
    now->even += (size_t)first;
    settle(now, now->count + (size_t)first);
    now->steps = putPart(now->steps, narrow >> (8 * first), &numbers, first, count);
    now->waits = putPart(now->waits, waits ? narrow >> (8 * first) : 0, &numbers, first, count);
    now->even = (size_t)last;
  }
  now->last = cycle[BLOCK - 1];
  now->step = step[BLOCK - 1];
  now->wait = waits ? now->step - 1 : 0;
  now->count += BLOCK;
  return first == BLOCK || last > BLOCK / 2;
}

CK_INLINE void appendCyclesBody(const intptr_t *cycles, intptr_t offset, int waits, size_t count,
                                ck_columns *columns) {
  ck_columns now = *columns;
  size_t i = 0;
  int mayGoOn = 1;
  if (count > 0) {
    // Those before may have waited otherwise.
    appendCycle(&now, cycles[0] + offset, waits ? cycles[0] + offset - now.last - 1 : 0);
    i = 1;
  }
  while (i < count) {
    size_t even = mayGoOn ? goingOn(cycles + i, count - i, now.last - offset, now.step) : 0;
    now.even += even;
    now.count += even;
    now.last += (intptr_t)even * now.step;
    i += even;
    if (i == count) break;
    if (count - i >= BLOCK) {
      mayGoOn = appendEightCycles(&now, cycles + i, offset, waits);
      i += BLOCK;
    } else {
      intptr_t cycle = cycles[i] + offset;
      appendCycle(&now, cycle, waits ? cycle - now.last - 1 : 0);
      mayGoOn = 0;
      i++;
    }
  }
  *columns = now;
}

PER_LEVEL(appendCycles, appendCyclesBody,
          (const intptr_t *cycles, intptr_t offset, int waits, size_t count, ck_columns *columns),
          (cycles, offset, waits, count, columns))
void ck_append_cycles(int level, const intptr_t *cycles, intptr_t offset, int waits, size_t count,
                      ck_columns *columns) {
  DISPATCH(appendCycles, (cycles, offset, waits, count, columns))
}
