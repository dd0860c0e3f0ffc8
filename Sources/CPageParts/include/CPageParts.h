#ifndef CPAGEPARTS_H
#define CPAGEPARTS_H

#include <stddef.h>

// The parts of a report page, as they lie beside this header; embedded, so that the program needs no file.
struct PagePart {
  const unsigned char *bytes;
  size_t count;
};

struct PagePart pageStyle(void);
struct PagePart pageKit(void);
struct PagePart pageGraph(void);
struct PagePart pageCharts(void);
struct PagePart pageDesign(void);
struct PagePart pageComparison(void);
struct PagePart pageFolding(void);
struct PagePart pageSweep(void);
// Graph layout (dagre).
struct PagePart pageLayout(void);

#endif
