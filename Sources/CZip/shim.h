// minizip over memory: archives are bytes here, and only the caller knows whether they came from a file.
#include <minizip/unzip.h>
#include <minizip/zip.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/// Bytes with a position. `capacity` is 0 for bytes that are only read.
typedef struct {
  unsigned char *bytes;
  size_t size;
  size_t capacity;
  size_t position;
  int failed;
} czip_memory;

static inline voidpf czip_open_memory(voidpf opaque, const void *name, int mode) {
  (void)name;
  (void)mode;
  return opaque;
}

static inline uLong czip_read_memory(voidpf opaque, voidpf stream, void *buffer, uLong size) {
  (void)opaque;
  czip_memory *m = stream;
  size_t left = m->position < m->size ? m->size - m->position : 0;
  size_t n = size < left ? size : left;
  if (n > 0) memcpy(buffer, m->bytes + m->position, n);
  m->position += n;
  return n;
}

static inline uLong czip_write_memory(voidpf opaque, voidpf stream, const void *buffer, uLong size) {
  (void)opaque;
  czip_memory *m = stream;
  if (size > SIZE_MAX / 2 - m->position) return 0;
  size_t end = m->position + size;
  if (end > m->capacity) {
    size_t capacity = end < 4096 ? 8192 : 2 * end;
    unsigned char *bytes = realloc(m->bytes, capacity);
    if (!bytes) {
      m->failed = 1;
      return 0;
    }
    m->bytes = bytes;
    m->capacity = capacity;
  }
  if (m->position > m->size) memset(m->bytes + m->size, 0, m->position - m->size);
  memcpy(m->bytes + m->position, buffer, size);
  m->position = end;
  if (end > m->size) m->size = end;
  return size;
}

static inline ZPOS64_T czip_tell_memory(voidpf opaque, voidpf stream) {
  (void)opaque;
  return ((czip_memory *)stream)->position;
}

static inline long czip_seek_memory(voidpf opaque, voidpf stream, ZPOS64_T offset, int origin) {
  (void)opaque;
  czip_memory *m = stream;
  size_t base = origin == ZLIB_FILEFUNC_SEEK_CUR   ? m->position
                : origin == ZLIB_FILEFUNC_SEEK_END ? m->size
                                                   : 0;
  // minizip goes back by offsets that wrap around. What lies beyond the end is nothing that an archive of this size can mean.
  size_t target = base + (size_t)offset;
  if (target > m->size) return -1;
  m->position = target;
  return 0;
}

static inline int czip_close_memory(voidpf opaque, voidpf stream) {
  (void)opaque;
  (void)stream;
  return 0;
}

static inline int czip_memory_failed(voidpf opaque, voidpf stream) {
  (void)opaque;
  return ((czip_memory *)stream)->failed;
}

static inline zlib_filefunc64_def czip_functions(czip_memory *memory) {
  zlib_filefunc64_def f;
  f.zopen64_file = czip_open_memory;
  f.zread_file = czip_read_memory;
  f.zwrite_file = czip_write_memory;
  f.ztell64_file = czip_tell_memory;
  f.zseek64_file = czip_seek_memory;
  f.zclose_file = czip_close_memory;
  f.zerror_file = czip_memory_failed;
  f.opaque = memory;
  return f;
}

/// An archive to read; NULL where there is none. `memory` and its bytes outlive it.
static inline unzFile czip_reader(czip_memory *memory) {
  zlib_filefunc64_def f = czip_functions(memory);
  return unzOpen2_64("", &f);
}

/// An archive to write into `memory`, whose bytes are the caller's to free.
static inline zipFile czip_writer(czip_memory *memory) {
  zlib_filefunc64_def f = czip_functions(memory);
  return zipOpen2_64("", APPEND_STATUS_CREATE, NULL, &f);
}

/// Begins a deflated entry with a UTF-8 name, dated 1980-01-01, the first day of the zip calendar.
static inline int czip_begin(zipFile archive, const char *name, int isLarge) {
  zip_fileinfo info = {0};
  info.dosDate = 0x210000;
  return zipOpenNewFileInZip4_64(
      archive, name, &info, NULL, 0, NULL, 0, NULL, Z_DEFLATED, 6, 0, -MAX_WBITS, 8,
      Z_DEFAULT_STRATEGY, NULL, 0, 20, 1 << 11, isLarge);
}
