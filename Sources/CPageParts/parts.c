#include "CPageParts.h"

static const unsigned char styleBytes[] = {
#embed "page/page.css"
};
static const unsigned char kitBytes[] = {
#embed "page/kit.js"
};
static const unsigned char graphBytes[] = {
#embed "page/graph.js"
};
static const unsigned char chartsBytes[] = {
#embed "page/charts.js"
};
static const unsigned char designBytes[] = {
#embed "page/design.js"
};
static const unsigned char comparisonBytes[] = {
#embed "page/comparison.js"
};
static const unsigned char foldingBytes[] = {
#embed "page/folding.js"
};
static const unsigned char sweepBytes[] = {
#embed "page/sweep.js"
};
static const unsigned char layoutBytes[] = {
#embed "dagre/dagre.js"
};

struct PagePart pageStyle(void) { return (struct PagePart){styleBytes, sizeof styleBytes}; }
struct PagePart pageKit(void) { return (struct PagePart){kitBytes, sizeof kitBytes}; }
struct PagePart pageGraph(void) { return (struct PagePart){graphBytes, sizeof graphBytes}; }
struct PagePart pageCharts(void) { return (struct PagePart){chartsBytes, sizeof chartsBytes}; }
struct PagePart pageDesign(void) { return (struct PagePart){designBytes, sizeof designBytes}; }
struct PagePart pageComparison(void) {
  return (struct PagePart){comparisonBytes, sizeof comparisonBytes};
}
struct PagePart pageFolding(void) { return (struct PagePart){foldingBytes, sizeof foldingBytes}; }
struct PagePart pageSweep(void) { return (struct PagePart){sweepBytes, sizeof sweepBytes}; }
struct PagePart pageLayout(void) { return (struct PagePart){layoutBytes, sizeof layoutBytes}; }
