// The page of a folding: what was chosen, before and after.

const { report } = data;
const goal = report.meetsGoal;
const most = Math.max(...report.layers.flatMap(l => [l.before.cycles, l.after.cycles]), 1);
const peOf = f => [f.pe === null || f.pe === undefined ? "" : "PE " + f.pe, f.simd === null || f.simd === undefined ? "" : "SIMD " + f.simd].filter(Boolean).join(" ");

function verdict() {
  const before = Math.max(...report.layers.map(l => l.before.cycles), 1);
  return make("div", { class: "panel verdict " + (goal ? (data.surplus.length ? "warn" : "good") : "bad") },
    make("p", { class: "headline" }, rounded(report.chosen.fps) + " frames/s" + (goal ? "" : " – the goal is missed")),
    make("div", { class: "tiles" },
      tile(count(report.chosen.cyclesPerFrame), "cycles per frame"),
      report.chosen.latency && tile(duration(report.chosen.latency.microseconds), "latency of the first frame"),
      tile(rounded(report.clockMHz * 1e6 / before), "frames/s of the slowest layer before"),
      report.finn && tile(rounded(report.finn.fps), "frames/s with FINN’s SetFolding"),
      tile(count(report.chosen.fifoWords), "words in FIFOs")),
    surplusRemarks(data.surplus),
    report.fasterFolding && make("p", {}, "The next faster folding: " + rounded(report.fasterFolding.fps) + " frames/s, changing " + report.fasterFolding.changedNodes.join(", ") + "."),
    report.next && [command(report.next.command), make("p", { class: "soft small" }, report.next.reason)]);
}

function costs() {
  return make("div", { class: "panel" }, make("h2", {}, "Cost" + (report.part ? " on " + report.part : "")), meters(report.chosen.resources, data.device, report.chosen.high),
    report.finn && [make("h3", { style: { marginTop: ".6rem" } }, "FINN’s SetFolding"), meters(report.finn.resources, data.device, report.finn.high)]);
}

function pair(before, after, scale, name) {
  return make("div", { title: name + ": " + count(before) + " before, " + count(after) + " after" },
    bar([[before / scale, "starved-fill", "before"]], "before " + count(before)),
    bar([[after / scale, "busy-fill", "after"]], "after " + count(after)));
}

function layers() {
  const luts = Math.max(...report.layers.flatMap(l => [l.before.resources.LUT, l.after.resources.LUT]), 1);
  return [
    make("h2", {}, "Layers before and after"),
    make("div", { class: "legend" }, make("span", {}, make("i", { class: "starved-fill" }), "before"), make("span", {}, make("i", { class: "busy-fill" }), "after")),
    table([
      { name: "layer", class: "words-cell", value: l => l.node },
      { name: "before", class: "words-cell", value: l => peOf(l.before), show: l => peOf(l.before) + (l.before.memory ? ", " + l.before.memory : "") },
      { name: "after", class: "words-cell", value: l => peOf(l.after), show: l => make("b", {}, peOf(l.after) + (l.after.memory ? ", " + l.after.memory : "")) },
      { name: "cycles", number: true, value: l => l.after.cycles, show: l => count(l.before.cycles) + " → " + count(l.after.cycles) },
      { name: "", class: "chart-cell narrow", show: l => pair(l.before.cycles, l.after.cycles, most, "cycles") },
      { name: "LUT", number: true, value: l => l.after.resources.LUT, show: l => count(l.before.resources.LUT) + " → " + count(l.after.resources.LUT) },
      { name: "", class: "chart-cell narrow", show: l => pair(l.before.resources.LUT, l.after.resources.LUT, luts, "LUT") },
      { name: "BRAM18", number: true, value: l => l.after.resources.BRAM_18K, show: l => count(l.before.resources.BRAM_18K) + " → " + count(l.after.resources.BRAM_18K) },
      { name: "DSP", number: true, value: l => l.after.resources.DSP, show: l => count(l.before.resources.DSP) + " → " + count(l.after.resources.DSP) },
      { name: "why", class: "words-cell", value: l => l.reason },
    ], report.layers, { row: l => ({ class: report.bottleneckChain[0]?.node === l.node ? "marked" : "" }) }),
  ];
}

layOutPage(report.design, ["folding", report.part, rounded(report.clockMHz, 6) + " MHz"].filter(Boolean).join(" · "), [
  ["answer", "Answer", make("div", { class: "split answer" }, verdict(), costs())],
  ["layers", "Layers", make("div", { class: "panel" }, layers())],
]);
