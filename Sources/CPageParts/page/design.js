// The page of a design: how fast it is or why it hangs, where the time goes, what the FIFOs hold.

const { report, hang, blocks, streams, recording } = data;
const blockAt = new Map(blocks.map((b, i) => [b.name, i]));
const loadOf = new Map(report.nodes.map(n => [n.name, n]));
const streamOf = new Map(streams.map(s => [s.name, s]));
const steadyWindow = recording.windows[recording.windows.length - 1];
const lanesOf = new Map(recording.windows.map(w => [w, {
  nodes: new Map(w.profile.nodes.map(l => [l.name, l])), fifos: new Map(w.profile.fifos.map(l => [l.name, l])),
}]));
const present = lanesOf.get(steadyWindow);
const framesOf = new Map(recording.frameTimes.nodes.map(l => [l.name, l]));
const clock = report.clockMHz;
const stops = report.outcome !== "complete";

// Names as people say them.
const shortOps = [["StreamingDataWidthConverter", "DWC"], ["ConvolutionInputGenerator", "SWG"], ["StreamingMaxPool", "MaxPool"],
  ["DuplicateStreams", "Duplicate"], ["AddStreams", "Add"], ["StreamingFIFO", "FIFO"], ["GlobalAccPool", "AccPool"],
  ["FMPadding", "Padding"], ["Thresholding", "Thresholding"], ["ChannelwiseOp", "Channelwise"]];
function short(name) {
  for (const [long, brief] of shortOps) if (name.startsWith(long)) return brief + name.slice(long.length);
  return name;
}
// A block to choose where there is little room: its name loses its middle, and is whole in the hint.
function blockLink(name) {
  return make("button", { type: "button", class: "link", title: name, onclick: () => pick(name) }, shortened(short(name), 20));
}
function folding(block) {
  return ["PE", "SIMD"].filter(a => a in block.attributes).map(a => a + " " + block.attributes[a]).join(" ");
}

// The graph without its FIFOs: they lie on the edges.
function contracted() {
  const nodes = [], edges = [];
  const place = new Map();
  blocks.forEach((b, i) => { if (!b.isFIFO) { place.set(i, nodes.length); nodes.push({ block: i, name: b.name }); } });
  const border = stream => {
    nodes.push({ name: stream, isBorder: true });
    return nodes.length - 1;
  };
  const between = new Map();
  for (const s of streams) {
    const startsAtFIFO = s.writer !== null && blocks[s.writer].isFIFO;
    if (startsAtFIFO) continue;
    const from = s.writer === null ? border(s.name) : place.get(s.writer);
    const [names, fifos] = [[s.name], []];
    let last = s;
    for (let guard = 0; last.reader !== null && blocks[last.reader].isFIFO && guard <= blocks.length; guard++) {
      fifos.push(blocks[last.reader].name);
      last = streamOf.get(blocks[last.reader].outputs[0]);
      names.push(last.name);
    }
    const to = last.reader === null ? border(last.name) : place.get(last.reader);
    const key = from + " " + to;
    const known = between.get(key);
    if (known) {
      known.streams.push(...names);
      known.fifos.push(...fifos);
    } else {
      const edge = { from, to, streams: names, fifos };
      between.set(key, edge);
      edges.push(edge);
    }
  }
  return { nodes, edges };
}

const graph = contracted();
const nodePlace = new Map(graph.nodes.map((n, i) => [n.name, i]));
function edgeWith(fifoOrStream) {
  return graph.edges.findIndex(e => e.fifos.includes(fifoOrStream) || e.streams.includes(fifoOrStream)
    || e.streams.some(s => s + "_fifo" === fifoOrStream));
}
function depthOf(fifo) { return present.fifos.get(fifo)?.depth ?? Number(blocks[blockAt.get(fifo)]?.attributes.depth ?? 0); }
function endsOf(edge) { return graph.nodes[edge.from].name + " → " + graph.nodes[edge.to].name; }

// What helps, as {fifo: depth}.
const smallestFix = (() => {
  if (!hang) return {};
  if (hang.minimalTotal) return hang.minimalTotal.depths;
  const single = hang.fixes.filter(f => f.minimalDepth !== null)
    .sort((a, b) => a.minimalDepth - a.depth - b.minimalDepth + b.depth)[0];
  return single ? { [single.fifo]: single.minimalDepth } : {};
})();

// Marks on the graph: the wait cycle, or what limits.
const waiting = new Map();
(hang ? (hang.waitCycle.length ? hang.waitCycle : hang.waits) : []).forEach((link, i, all) => {
  waiting.set(link.node, link);
  const next = all[(i + 1) % all.length];
  const edge = [...link.fifos, link.stream].map(edgeWith).find(e => e >= 0);
  if (edge >= 0) graph.edges[edge].classes = "waits";
  else if (next) {
    const [a, b] = [nodePlace.get(link.node), nodePlace.get(next.node)];
    const e = graph.edges.find(e => (e.from === a && e.to === b) || (e.from === b && e.to === a));
    if (e) e.classes = "waits";
  }
});
const limit = report.bottleneck;
const limiting = new Set();
if (!stops && limit.node) {
  limiting.add(limit.node);
  const closing = limit.limitingFIFO;
  if (closing) {
    limiting.add(closing.from).add(closing.to);
    const edge = edgeWith(closing.name);
    if (edge >= 0) Object.assign(graph.edges[edge], { classes: "marked fix", fixText: "deepen" });
  }
}
for (const [fifo, depth] of Object.entries(smallestFix)) {
  const edge = edgeWith(fifo);
  if (edge >= 0) Object.assign(graph.edges[edge], { classes: "waits fix", fixText: depthOf(fifo) + " → " + depth });
}
function classesOf(name) { return waiting.has(name) ? "waits" : limiting.has(name) ? "marked" : ""; }

// MARK: The answer

function sentence(link) {
  if (link.waitsFor === "word") {
    return link.words === 1 ? link.node + " waits for a word on " + link.stream + " (empty)"
      : link.node + " waits for " + count(link.words) + " more words of " + link.stream;
  }
  return link.capacity === 0 ? link.node + " waits for " + link.stream + " to be read (no buffer)"
    : link.node + " waits for room in " + (link.fifos.join(" and ") || link.stream) + " (full, " + link.held + " of " + some(link.capacity, "word")
      + (link.through.length ? "; " + link.through.join(", ") + " between" : "") + ")";
}

function waitList(links, isRing) {
  const item = (link, i) => make("li", {}, make("button", {
    type: "button", class: "link", onclick: () => pick(link.node),
  }, link.node), " " + sentence(link).slice(link.node.length),
  i === links.length - 1 && isRing ? " – and so the ring is closed" : "");
  const all = make("ol", { class: "waits" }, links.map(item));
  if (links.length <= 8) return all;
  return make("details", {}, make("summary", {}, "All " + links.length + " waits of the ring"), all);
}

function fixSentence() {
  const isInRing = name => hang.waitCycle.some(l => l.fifos.includes(name)) ? 0 : 1;
  const fixes = Object.entries(smallestFix).sort((a, b) => isInRing(a[0]) - isInRing(b[0]));
  if (!fixes.length) return null;
  const changes = fixes.map(([fifo, depth]) => {
    const edge = graph.edges[edgeWith(fifo)];
    const before = depthOf(fifo);
    return make("li", {}, before ? ["Make ", make("b", {}, fifo), " deeper: ", make("b", { class: "together" }, count(before) + " → " + count(depth) + " words")]
      : ["Insert a FIFO of ", make("b", {}, count(depth) + " words"), " on " + fifo.replace(/_fifo$/, "")],
    edge ? " (" + endsOf(edge) + ")" : "");
  });
  const alone = fixes.length === 1 ? hang.fixes.find(f => f.fifo === fixes[0][0]) : null;
  const cycles = hang.minimalTotal?.cyclesPerFrame ?? alone?.cyclesPerFrame;
  const notes = [];
  if (alone?.isConfirmed) notes.push("Confirmed by reruns from reset: it runs with " + count(alone.minimalDepth) + " words and hangs with " + count(alone.minimalDepth - 1) + ".");
  if (fixes.length > 1) notes.push("All of them together: with one ring opened the design would hang again at the next.");
  if (cycles) notes.push("The design then makes " + rounded(clock * 1e6 / cycles) + " frames/s (" + count(cycles) + " cycles per frame).");
  return make("div", {}, make("h3", {}, "What to change"), make("ul", {}, changes), make("p", { class: "small" }, notes.join(" ")));
}

function stopVerdict() {
  const links = hang?.waitCycle ?? [];
  const isDeadlock = report.outcome === "deadlock";
  const when = hang?.cycle !== null && hang ? " after cycle " + count(hang.cycle) + " (" + duration(hang.cycle / clock) + ")" : "";
  const headline = (isDeadlock ? "It hangs" : "It starves") + when + ".";
  const outcome = hang ? (hang.completedFrames ? some(hang.completedFrames, "frame") + " of " + hang.frames + " came out."
    : "Not one frame comes out.") : "";
  let why = [];
  if (links.length) {
    const join = links[0];
    const rooms = links.filter(l => l.waitsFor === "room");
    const room = rooms[rooms.length - 1];
    const others = links.filter(l => l !== join && !rooms.includes(l)).length;
    const full = room ? (room.fifos.length ? room.fifos.map((f, i) => [i ? " and " : "", make("b", {}, f)]) : make("b", {}, room.stream)) : "";
    why = [make("b", {}, join.node), " waits for a word from a branch" + (others ? " of " + some(others, "block") : "")
      + ". That branch gets no more input, because ", make("b", {}, room?.node ?? "its source"),
    " waits for room in ", full, room?.capacity ? " (full: " + room.held + " of " + some(room.capacity, "word") + ")" : "",
    ", which only ", make("b", {}, join.node), " could empty. Each waits for the other, for ever."];
  } else why = [hang?.starvation.join(" ") || report.stuck?.cause || ""];
  return make("div", { class: "panel verdict bad" },
    make("p", { class: "headline" }, headline), surplusRemarks(data.surplus), make("p", {}, outcome), make("p", {}, why), fixSentence(),
    data.next.map(s => [command(s.command), make("p", { class: "soft small" }, s.reason)]),
    links.length ? waitList(links, true) : hang?.waits.length ? waitList(hang.waits, false) : null);
}

function slowest() {
  return report.nodes.reduce((a, b) => b.cyclesAlone > a.cyclesAlone ? b : a, report.nodes[0]);
}

// The blocks that need most of a frame's cycles. That is a load, which no wait changes, and not how long they were
// busy in the run: there they also wait in the middle of their work.
function busiest() {
  const cycles = report.throughput.cyclesPerFrame;
  const list = report.nodes.filter(n => n.cyclesAlone > 0 && !blocks[blockAt.get(n.name)]?.isFIFO)
    .sort((a, b) => b.cyclesAlone - a.cyclesAlone).slice(0, 5);
  if (!cycles || !list.length) return null;
  return make("div", {}, make("h3", {}, "The slowest blocks"),
    make("p", { class: "soft small" }, "Cycles that they need for a frame where nothing holds them up, of the " + count(cycles) + " that it takes (their load):"),
    make("div", { class: "meter busiest" }, list.map(n => {
      const share = Math.min(1, n.cyclesAlone / cycles);
      return [blockLink(n.name),
        bar([[share, "busy-fill", n.name]], n.name + ": load " + percent(share, 0)),
        make("span", { class: "number" }, count(n.cyclesAlone) + " (" + percent(share, 0) + ")")];
    })));
}

function runVerdict() {
  const rate = report.throughput;
  const node = limit.node;
  const best = clock * 1e6 / (slowest()?.cyclesAlone || 1);
  const parts = [];
  let kind = "good";
  if (limit.limit === "fifo") {
    kind = "warn";
    const busy = slowest();
    parts.push(make("p", {}, make("b", {}, "Blocks wait for each other: the FIFOs between them are too small. "),
      "Even the slowest block, ", make("b", {}, busy.name), ", needs only " + count(busy.cyclesAlone) + " of the "
      + count(rate.cyclesPerFrame) + " cycles that a frame takes. With FIFOs deep enough it would be " + rounded(best) + " frames/s, " + rounded(best / rate.fps, 3) + " times as fast."));
    const closing = limit.limitingFIFO;
    if (closing) {
      parts.push(make("p", {}, "It starts at ", make("b", {}, closing.name), " (depth " + count(closing.depth) + "): " + closing.from
        + " waits for room in it until " + closing.to + " reads. With this one alone deeper, a frame takes "
        + count(closing.cyclesPerFrameDeeper) + " cycles instead of " + count(rate.cyclesPerFrame) + "."));
    } else if (limit.fullFIFOs.length) {
      parts.push(make("p", {}, "Full nearest to it: " + limit.fullFIFOs.slice(0, 3).join(", ") + (limit.fullFIFOs.length > 3 ? ", … (" + limit.fullFIFOs.length + " in all)" : "") + "."));
    }
  } else if (limit.limit === "compute") {
    parts.push(make("p", {}, make("b", {}, node), " sets the pace: it needs " + (limit.cyclesAlone < 0.9995 * rate.cyclesPerFrame
      ? count(limit.cyclesAlone) + " of the " + count(rate.cyclesPerFrame) + " cycles that a frame takes, however deep the FIFOs are"
      : "all the " + count(limit.cyclesAlone) + " cycles that a frame takes")
      + ". More PE or SIMD there makes the design faster; deeper FIFOs do not."));
  } else if (limit.limit === "memory") {
    parts.push(make("p", {}, make("b", {}, node), " moves data in every cycle: the memory port limits."));
  } else if (limit.limit === "source") {
    parts.push(make("p", {}, "The graph input ", make("b", {}, node), " delivers a word in every cycle: wider words make the design faster."));
  }
  if (data.surplus.length) kind = "warn";
  if (report.cost.fits === false) {
    kind = "bad";
    parts.push(make("p", {}, make("b", { class: "over" }, "It does not fit " + report.cost.part + ".")));
  }
  if (!rate.steadyState) parts.push(make("p", { class: "small" }, "The steady state is an estimate: it was not reached within the frames simulated."));
  const predicted = Object.keys(report.exactness.predicted).length;
  const range = report.range && report.range.leastFPS && rounded(report.range.leastFPS) !== rounded(report.range.mostFPS)
    ? rounded(report.range.leastFPS) + " to " + rounded(report.range.mostFPS) + " frames/s over possible HLS schedules" : null;
  return make("div", { class: "panel verdict " + kind },
    make("p", { class: "headline" }, rounded(rate.fps) + " frames/s"),
    make("div", { class: "tiles" },
      tile(count(rate.cyclesPerFrame), "cycles per frame"),
      tile(report.latency ? duration(report.latency.microseconds) : "–", "latency of the first frame"),
      tile({ fifo: "FIFOs", compute: "compute", memory: "memory port", source: "source" }[limit.limit] ?? "–", "limit"),
      report.finnEstimate && tile(rounded(report.finnEstimate.fps), "frames/s in FINN’s estimate")),
    parts, surplusRemarks(data.surplus), busiest(), range && make("p", { class: "small" }, range + "."),
    make("p", { class: "small" }, some(report.exactness.exact.length, "node") + " cycle-exact"
      + (predicted ? ", " + predicted + " with a predicted HLS schedule" : "")
      + (Object.keys(report.exactness.approximate).length ? ", " + Object.keys(report.exactness.approximate).length + " approximate" : "") + "."),
    data.next.length ? make("h3", {}, "Next") : null,
    data.next.map(s => [command(s.command), make("p", { class: "soft small" }, s.reason)]));
}

function costPanel() {
  const cost = report.cost;
  return make("div", { class: "panel" },
    make("h2", {}, cost.part ? "Cost on " + cost.part : "Cost"), meters(cost.resources, cost.device, cost.high),
    spread(cost),
    cost.device ? null : make("p", { class: "soft small" }, "--part or --budget compares it with a device."),
    make("h3", { style: { marginTop: ".8rem" } }, "Largest blocks"), dearest());
}

function spread(cost) {
  const isSpread = Object.keys(resourceNames).some(k => (cost.high[k] ?? 0) > (cost.resources[k] ?? 0));
  return isSpread ? make("p", { class: "soft small" }, "From the expected cost to its high end (90 %)"
    + (cost.device ? ", by which the fit is judged." : ".")) : null;
}

function dearest() {
  const device = report.cost.device;
  const all = report.cost.resources;
  const share = n => Math.max(...Object.keys(resourceNames).map(k => (n.resources[k] ?? 0) / Math.max(1, device ? device[k] || Infinity : all[k])));
  const list = report.nodes.slice().sort((a, b) => share(b) - share(a)).slice(0, 5);
  return make("div", { class: "dearest" }, table([
    { name: "block", value: n => n.name, show: n => blockLink(n.name) },
    ...Object.entries(resourceNames).map(([k, name]) => ({ name, number: true, value: n => n.resources[k] ?? 0, show: n => count(n.resources[k] ?? 0) })),
  ], list));
}

// MARK: Details of one block or FIFO

const details = make("div", { class: "panel details", "aria-live": "polite" });

function timingText(t) {
  const schedule = t.structure ? " (" + t.structure + (t.stages !== null && t.stages !== undefined ? ", " + some(t.stages, "stage") : "") + ")" : "";
  return {
    measured: "cycle-exact, measured rule", read: "cycle-exact, schedule read from the build" + schedule,
    stated: "cycle-exact, schedule stated" + schedule, predicted: "predicted schedule" + schedule, approximate: "approximate",
  }[t.basis] + (t.reason && t.basis === "approximate" ? ": " + t.reason : "");
}

function portList(names) {
  return names.map(n => {
    const s = streamOf.get(n) ?? {};
    return make("div", {}, n + (s.words ? ": " + count(s.words) + " words of " + count(s.width) + " bits" : "") + (s.dataType ? ", " + s.dataType : ""));
  });
}

// What a block did in the run, of which waits are a part.
function activity(lane) {
  const { busy, blocked, starved } = lane.shares;
  return [bar([[busy, "busy-fill", "busy"], [blocked, "blocked-fill", "blocked"], [starved, "starved-fill", "starved"]]),
    make("p", { class: "small" }, "In the run (" + steadyWindow.title.toLowerCase() + "): busy in " + percent(busy, 0) + " of the cycles, blocked in "
      + percent(blocked, 0) + (lane.blockedBy && blocked > 0.005 ? " (no room on " + lane.blockedBy + ")" : "")
      + ", starved in " + percent(starved, 0) + (lane.starvedOf && starved > 0.005 ? " (of " + lane.starvedOf + ")" : ""))];
}

function blockDetails(name) {
  const block = blocks[blockAt.get(name)];
  const load = loadOf.get(name);
  const lane = present.nodes.get(name);
  const link = waiting.get(name);
  return [
    make("h2", {}, name), make("p", { class: "soft small" }, block.opType + ". " + block.summary),
    link && make("p", { class: "over" }, sentence(link) + "."),
    lane && activity(lane),
    load && facts([
      ["cycles alone", count(load.cyclesAlone)], ["load", load.utilisation === null ? null : percent(load.utilisation) + ": cycles alone, moving words or not, of those that a frame takes"],
      ["FINN’s estimate", count(load.expectedCycles)],
      ["timing", timingText(load.timing)],
      ...Object.entries(resourceNames).filter(([k]) => load.resources[k]).map(([k, n]) => [n, count(load.resources[k])]),
    ]),
    make("details", { open: true }, make("summary", {}, "Streams"), facts([["in", portList(block.inputs)], ["out", portList(block.outputs)]])),
    make("details", {}, make("summary", {}, "Attributes"), facts(Object.entries(block.attributes).sort())),
  ];
}

function edgeDetails(edge) {
  return [
    make("h2", {}, endsOf(edge)),
    edge.fifos.length ? null : make("p", {}, "A plain wire, no FIFO."),
    edge.fifos.map(name => {
      const lane = present.fifos.get(name);
      return [make("h3", {}, name),
        lane && [make("div", { style: { height: "54px" } }, occupancyChart(lane)),
          facts([["depth", depthInput(name)], ["most words", count(lane.maximum)], ["full", percent(lane.full) + " of the time"], ["empty", percent(lane.empty)]])]];
    }),
    facts([["streams", portList(edge.streams)]]),
  ];
}

function showDetails(what) {
  if (!what) {
    details.replaceChildren(make("p", { class: "soft" }, "Choose a block or a FIFO."));
    return;
  }
  const node = what.node !== undefined ? graph.nodes[what.node] : null;
  details.replaceChildren(...fill(make("div"), node
    ? node.isBorder ? [make("h2", {}, node.name), make("p", {}, "A stream at the border of the graph."), facts([["stream", portList([node.name])]])]
      : blockDetails(node.name)
    : edgeDetails(graph.edges[what.edge])).childNodes);
}

let picture;
function pick(name) {
  const n = nodePlace.get(name);
  if (n !== undefined) picture.selectNode(n);
  else {
    const e = edgeWith(name);
    if (e >= 0) picture.selectEdge(e);
  }
  document.getElementById("graph").scrollIntoView({ block: "start" });
}

// MARK: The graph

function graphPanel() {
  const level = e => Math.max(0, ...e.fifos.map(f => { const l = present.fifos.get(f); return l && l.depth ? l.maximum / l.depth : 0; }));
  const nodes = graph.nodes.map(n => {
    if (n.isBorder) return { ...n, label: n.name, title: "graph stream " + n.name };
    const block = blocks[n.block];
    const lane = present.nodes.get(n.name);
    const load = loadOf.get(n.name);
    const link = waiting.get(n.name);
    return {
      ...n, label: short(n.name), sub: folding(block), value: load?.cyclesAlone ? compact.format(load.cyclesAlone) : "",
      shares: lane?.shares, classes: classesOf(n.name), search: block.opType,
      note: link ? (link.waitsFor === "word" ? "waits for a word" : "waits for room")
        : n.name === limit.node ? (limit.limit === "fifo" ? "slowest block" : "limits") : null,
      title: n.name + " (" + block.opType + ")" + (lane ? ": busy " + percent(lane.shares.busy, 0) + ", blocked " + percent(lane.shares.blocked, 0) + ", starved " + percent(lane.shares.starved, 0) : ""),
    };
  });
  const edges = graph.edges.map(e => ({
    ...e, text: e.fifos.length ? String(e.fifos.reduce((sum, f) => sum + depthOf(f), 0)) : null, level: level(e),
    classes: (e.classes || "") + (level(e) >= 1 ? " full" : ""),
    title: endsOf(e) + (e.fifos.length ? ": " + e.fifos.map(f => {
      const l = present.fifos.get(f);
      return f + ", depth " + depthOf(f) + (l ? ", at most " + l.maximum : "");
    }).join("; ") : ": plain wire"),
  }));
  const marked = [...nodePlace].filter(([name]) => waiting.has(name) || limiting.has(name)).map(([, i]) => i);
  picture = makeGraph(nodes, edges, { marked, onselect: showDetails });
  if (stops && marked.length && marked.length < nodes.length) picture.fade(true);
  showDetails(marked.length ? { node: nodePlace.get(limit.node ?? hang?.waitCycle[0]?.node ?? graph.nodes[marked[0]].name) ?? marked[0] } : null);
  return make("div", { class: "graph-panel" }, 
    make("div", { class: "legend" },
      make("span", {}, make("i", { class: "busy-fill" }), "busy: words move or are worked on"),
      make("span", {}, make("i", { class: "blocked-fill" }), "blocked: no room for its output"),
      make("span", {}, make("i", { class: "starved-fill" }), "starved: no word to work on"),
      make("span", {}, make("i", { class: "stored-fill" }), "number on a stream: FIFO depth, filled to the most it ever held, red when full"),
      make("span", {}, "number in a block: cycles per frame alone"),
      stops ? make("span", {}, make("i", { style: { border: "3px solid var(--blocked)" } }), "waits in the ring")
        : make("span", {}, make("i", { style: { border: "3px solid var(--limit)" } }), "sets the pace")),
    picture.element);
}

// MARK: Blocks over time

function order() {
  const waitingFor = new Map(graph.nodes.map((_, i) => [i, 0]));
  for (const e of graph.edges) waitingFor.set(e.to, waitingFor.get(e.to) + 1);
  const stack = [...waitingFor].filter(([, n]) => n === 0).map(([i]) => i).reverse();
  const result = [];
  while (stack.length) {
    const n = stack.pop();
    result.push(n);
    for (const e of graph.edges.filter(e => e.from === n).reverse()) {
      waitingFor.set(e.to, waitingFor.get(e.to) - 1);
      if (waitingFor.get(e.to) === 0) stack.push(e.to);
    }
  }
  return result.filter(i => !graph.nodes[i].isBorder);
}

function timePanel() {
  const places = order();
  const inner = graph.edges.filter(e => !graph.nodes[e.from].isBorder && !graph.nodes[e.to].isBorder);
  const rail = rails(places, inner);
  const rows = make("div", { class: "rows", role: "table", "aria-label": "Blocks over time", style: {} });
  rows.style.setProperty("--rail", rail.width + "px");
  const head = make("div", { class: "row head", role: "row" },
    make("span", { role: "columnheader" }), make("span", { role: "columnheader" }, "block"),
    make("span", { class: "cycles", role: "columnheader" }, "cycles alone"),
    make("span", { class: "share", role: "columnheader" }, "share of time"), make("div", { class: "lane-head", role: "columnheader" }));
  const lanes = places.map((p, i) => {
    const name = graph.nodes[p].name;
    const block = blocks[blockAt.get(name)];
    const share = make("div", { class: "share", role: "cell" });
    const lane = make("div", { class: "lane", role: "cell" });
    rows.append(make("div", { class: "row " + classesOf(name), role: "row" }, rail.row(i, classesOf(name)),
      make("div", { class: "name", role: "cell" }, make("button", { type: "button", title: name, onclick: () => pick(name) }, short(name)),
        make("small", {}, folding(block))),
      make("span", { class: "cycles", role: "cell" }, count(loadOf.get(name)?.cyclesAlone)), share, lane));
    return { name, share, lane };
  });
  rows.prepend(head);
  const words = make("div", { class: "words" });
  function show(window) {
    const { from, to, columns } = window.profile;
    const known = lanesOf.get(window);
    rows.classList.toggle("has-cursor", !!window.moments);
    words.replaceChildren(...fill(make("div"), window.moments ? wordsPanel(window, rows) : []).childNodes);
    head.lastChild.replaceChildren(timeAxis(from, to, clock));
    for (const { name, share, lane } of lanes) {
      const l = known.nodes.get(name);
      if (!l) continue;
      share.replaceChildren(bar([[l.shares.busy, "busy-fill", "busy"], [l.shares.blocked, "blocked-fill", "blocked"], [l.shares.starved, "starved-fill", "starved"]]));
      lane.replaceChildren(activityChart(l, framesOf.has(name) ? frameBars(framesOf.get(name), from, to, columns) : null));
    }
  }
  const buttons = recording.windows.map(w => make("button", {
    type: "button", "aria-pressed": "false", onclick: () => {
      buttons.forEach((b, i) => b.setAttribute("aria-pressed", String(recording.windows[i] === w)));
      show(w);
      announce(w.title);
    },
  }, w.title));
  show(recording.windows[0]);
  buttons[0].setAttribute("aria-pressed", "true");
  return [
    make("h2", {}, "Blocks over time"),
    make("div", { class: "tools" }, recording.windows.length > 1 ? buttons : make("span", { class: "soft" }, recording.windows[0].title),
      make("span", { class: "legend" },
        make("span", {}, [0, 1, 2, 3].map(f => make("i", { style: { background: frameColour(f), marginRight: ".1em" } })), " frames, first word in to last word out"),
        make("span", {}, make("i", { class: "busy-fill" }), "busy"), make("span", {}, make("i", { class: "blocked-fill" }), "blocked"),
        make("span", {}, make("i", { class: "starved-fill" }), "starved"))),
    rows, words,
  ];
}

// What the words on the streams are in a cycle that a slider chooses; a line in the rows shows where it is.
function wordsPanel(window, rows) {
  const { cycles, streams: lanes } = window.moments;
  const { from, to } = window.profile;
  const list = make("div");
  const when = make("output", { class: "number" });
  const slider = make("input", {
    type: "range", min: 0, max: cycles.length - 1, step: 1, value: Math.floor(cycles.length / 2), "aria-label": "Cycle whose words are shown",
    oninput: () => choose(Number(slider.value)),
  });
  const between = name => {
    const e = graph.edges[edgeWith(name)];
    return e ? endsOf(e).split(" → ").map(short).join(" → ") : "";
  };
  function choose(n) {
    when.textContent = "cycle " + count(cycles[n]);
    slider.setAttribute("aria-valuetext", when.textContent);
    rows.style.setProperty("--at", 100 * (cycles[n] - from) / (to - from) + "%");
    const offered = lanes.filter(l => l.words[n]);
    list.replaceChildren(offered.length ? table([
      { name: "stream", value: l => l.name, show: l => make("button", { type: "button", class: "link", onclick: () => pick(l.name) }, l.name) },
      { name: "between", value: l => between(l.name) },
      { name: "word", value: l => l.words[n].split(" = ")[0] },
      { name: "elements", class: "mono", value: l => l.words[n].split(" = ")[1] ?? "–" },
    ], offered) : make("p", { class: "soft" }, "No word is offered in this cycle."));
  }
  choose(Number(slider.value));
  return [
    make("h3", {}, "Words in a cycle"),
    make("div", { class: "tools" }, slider, when),
    make("p", { class: "soft small" }, "The word that each stream offers: frame, word, [position, channels], and its elements, element 0 first."
      + (recording.dataFrames < recording.frames ? " The data has " + some(recording.dataFrames, "frame") + ", which came again and again." : "")),
    list,
  ];
}

// MARK: FIFOs and what-if

const changedDepths = new Map();
const whatIfCommand = command("");
const whatIf = make("div", { class: "panel whatif", hidden: true, role: "region", "aria-label": "What if" },
  make("h3", {}, "What if: run this to see the design with these depths"), whatIfCommand,
  make("button", { type: "button", onclick: () => { changedDepths.clear(); depthsChanged(); } }, "reset"));
const depthInputs = new Map();

function depthsChanged() {
  whatIf.hidden = changedDepths.size === 0;
  whatIfCommand.setText(data.command + [...changedDepths].map(([name, depth]) => " --depth " + shellQuoted(name + "=" + depth)).join(""));
  for (const [name, inputs] of depthInputs) {
    for (const input of inputs) {
      input.value = changedDepths.get(name) ?? depthOf(name);
      input.classList.toggle("changed", changedDepths.has(name));
    }
  }
}

function depthInput(name) {
  const input = make("input", {
    type: "number", min: 2, step: 1, value: changedDepths.get(name) ?? depthOf(name), "aria-label": "Depth of " + name,
    onchange: () => {
      const depth = Math.floor(Number(input.value));
      if (depth >= 1 && depth !== depthOf(name)) changedDepths.set(name, depth);
      else changedDepths.delete(name);
      depthsChanged();
    },
  });
  depthInputs.set(name, [...(depthInputs.get(name) || []), input]);
  return input;
}

// A FIFO may be called like what every object has.
const isInFix = name => Object.hasOwn(smallestFix, name);

function fifoPanel() {
  const fifos = blocks.filter(b => b.isFIFO && present.fifos.has(b.name));
  if (!fifos.length) return null;
  const lane = b => present.fifos.get(b.name);
  const matters = b => isInFix(b.name) || limit.limitingFIFO?.name === b.name ? 2 : hang?.waitCycle.some(l => l.fifos.includes(b.name)) ? 1 : 0;
  const sorted = fifos.slice().sort((a, b) => matters(b) - matters(a));
  const place = new Map(sorted.map((b, i) => [b, i]));
  return [
    make("h2", {}, "FIFOs"),
    make("p", { class: "soft small" }, "Words over time in: " + steadyWindow.title.toLowerCase()
      + ". Light: the most in each column, dark: the least, red on top: full. Edit depths to get the command that evaluates them."),
    table([
      { name: "FIFO", value: b => b.name, show: b => [make("button", { type: "button", class: "link", onclick: () => pick(b.name) }, short(b.name)),
        isInFix(b.name) ? make("b", { class: "over" }, " ← make it " + count(smallestFix[b.name])) : limit.limitingFIFO?.name === b.name ? make("b", {}, " ← deepen") : null] },
      { name: "between", value: b => endsOf(graph.edges[edgeWith(b.name)] ?? graph.edges[0]),
        show: b => endsOf(graph.edges[edgeWith(b.name)] ?? graph.edges[0]).split(" → ").map(short).join(" → ") },
      { name: "depth", number: true, value: b => lane(b).depth, show: b => depthInput(b.name) },
      { name: "most", number: true, value: b => lane(b).maximum, show: b => count(lane(b).maximum) },
      { name: "full", number: true, value: b => lane(b).full, show: b => percent(lane(b).full, 0) },
      { name: "empty", number: true, value: b => lane(b).empty, show: b => percent(lane(b).empty, 0) },
      { name: "words over time", class: "chart-cell", show: b => occupancyChart(lane(b)) },
    ], sorted, { row: b => ({ class: matters(b) === 2 ? "marked" : "" }) }),
    whatIf,
  ];
}

// MARK: Every block

function blockTable() {
  return [
    make("h2", {}, "All nodes"),
    table([
      { name: "node", value: n => n.name, show: n => make("button", { type: "button", class: "link", onclick: () => pick(n.name) }, n.name) },
      { name: "op", value: n => n.opType },
      { name: "load", number: true, value: n => n.utilisation ?? -1, show: n => percent(n.utilisation) },
      { name: "cycles alone", number: true, value: n => n.cyclesAlone, show: n => count(n.cyclesAlone) },
      { name: "FINN’s", number: true, value: n => n.expectedCycles, show: n => count(n.expectedCycles) },
      ...Object.entries(resourceNames).map(([k, name]) => ({ name, number: true, value: n => n.resources[k] ?? 0, show: n => count(n.resources[k] ?? 0) })),
      { name: "timing", value: n => timingText(n.timing) },
    ], report.nodes.filter(n => !blocks[blockAt.get(n.name)]?.isFIFO), { sorted: 3 }),
  ];
}

layOutPage(report.design, [report.cost.part, rounded(clock, 6) + " MHz", "FINN " + report.exactness.finnGeneration].filter(Boolean).join(" · "), [
  ["answer", "Answer", make("div", { class: "split answer" }, stops ? stopVerdict() : runVerdict(), make("div", { id: "graph" }, graphPanel()))],
  ["details", "Block and cost", make("div", { class: "split halves" }, costPanel(), details)],
  ["time", "Over time", make("div", { class: "panel" }, timePanel())],
  ["fifos", "FIFOs", fill(make("div", { class: "panel" }), [fifoPanel() ?? make("p", {}, "The design has no FIFOs.")])],
  ["nodes", "All nodes", make("div", { class: "panel" }, blockTable())],
]);
