// Charts over time as stretched SVG paths: they follow the width of their cell without being drawn again.

// One column per value, as a stepped area between two lists of heights (0 to 1).
function steps(low, high) {
  const y = v => (100 - 100 * Math.max(0, Math.min(1, v))).toFixed(1);
  let up = "", back = "";
  let last = null;
  for (let i = 0; i < high.length; i++) {
    const now = y(high[i]);
    if (now !== last) up += (i ? "H" + i : "") + (i ? "V" : "M0 ") + now;
    last = now;
  }
  up += "H" + high.length;
  last = null;
  for (let i = high.length - 1; i >= 0; i--) {
    const now = y(low ? low[i] : 0);
    if (now !== last) back += (i < high.length - 1 ? "H" + (i + 1) : "") + "V" + now;
    last = now;
  }
  return up + back + "H0Z";
}

function chart(columns, label, ...children) {
  return draw("svg", { class: "chart", viewBox: "0 0 " + columns + " 100", preserveAspectRatio: "none", role: "img", "aria-label": label },
    ...children);
}

// What a FIFO holds: the least and most words of each column; red where it is full.
function occupancyChart(lane) {
  const top = Math.max(lane.depth, 1);
  const n = lane.most.length;
  const most = lane.most.map(v => v / top);
  let full = "";
  lane.most.forEach((v, i) => { if (v >= lane.depth) full += "M" + i + " 0h1v9h-1z"; });
  return chart(n, lane.name + ": at most " + count(lane.maximum) + " of " + some(lane.depth, "word") + ", full " + percent(lane.full, 0) + " of the time",
    draw("rect", { x: 0, y: 0, width: n, height: 100, style: { fill: "var(--raised)" } }),
    draw("path", { class: "stored-fill", d: steps(null, most), style: { opacity: "0.45" } }),
    draw("path", { class: "stored-fill", d: steps(null, lane.least.map(v => v / top)) }),
    full && draw("path", { class: "blocked-fill", d: full }));
}

// What a block does: busy from below, blocked above it, starved what is left.
function activityChart(lane, ...more) {
  const n = lane.busy.length;
  const busy = lane.busy.map(v => v / 100);
  const both = lane.busy.map((v, i) => (v + lane.blocked[i]) / 100);
  return chart(n, lane.name + ": busy " + percent(lane.shares.busy, 0) + ", blocked " + percent(lane.shares.blocked, 0)
    + ", starved " + percent(lane.shares.starved, 0),
  draw("rect", { x: 0, y: 30, width: n, height: 70, style: { fill: "var(--raised)" } }),
  draw("g", { transform: "translate(0 30) scale(1 0.7)" },
    draw("path", { class: "blocked-fill", d: steps(busy, both) }),
    draw("path", { class: "busy-fill", d: steps(null, busy) })), ...more);
}

const frameHues = [212, 32, 145, 350, 268, 185];
function frameColour(f) { return "hsl(" + frameHues[f % frameHues.length] + " 62% 55%)"; }

// Spans of frames inside [from, to), as thin bars at the top of a chart of `columns`.
function frameBars(lane, from, to, columns) {
  const x = c => (c - from) / (to - from) * columns;
  return lane.begins.flatMap((begin, f) => {
    if (begin === null || begin === undefined) return [];
    const end = lane.ends[f] ?? to;
    if (end < from || begin >= to) return [];
    const left = x(Math.max(begin, from));
    return [draw("rect", {
      x: left, y: 2, width: Math.max(x(Math.min(end + 1, to)) - left, columns / 900), height: 22, rx: 0,
      style: { fill: frameColour(f), opacity: lane.ends[f] === null ? "0.55" : "1" },
    }, draw("title", {}, "frame " + f + ": cycle " + count(begin) + " to " + (lane.ends[f] === null ? "…" : count(end))))];
  });
}

// Ticks of an axis over cycles, with time.
function timeAxis(from, to, clockMHz) {
  const span = to - from;
  const wanted = innerWidth > 900 ? 5 : 2;
  let step = Math.pow(10, Math.floor(Math.log10(span / wanted || 1)));
  for (const m of [5, 2]) if (span / (step * m) >= wanted) { step *= m; break; }
  const ticks = [];
  for (let c = Math.ceil(from / step) * step; c <= to; c += step) ticks.push(c);
  const place = c => 100 * (c - from) / span;
  return make("div", { class: "axis" },
    ticks.map(c => make("span", {
      style: { left: place(c) + "%", transform: place(c) < 5 ? "none" : place(c) > 93 ? "translateX(-100%)" : "translateX(-50%)" },
    }, count(c))),
    make("b", {}, "cycle" + (clockMHz ? " (" + duration(span / clockMHz) + " in all)" : "")));
}

// A rail beside rows of blocks, as version histories have it: lanes of streams. `order` lists nodes, `edges` are
// {from, to, classes}. Returns {width, draw(i)}.
function rails(order, edges) {
  const outgoing = new Map(), incoming = new Map();
  for (const e of edges) {
    outgoing.set(e.from, [...(outgoing.get(e.from) || []), e]);
    incoming.set(e.to, [...(incoming.get(e.to) || []), e]);
  }
  const slots = [];
  const rows = [];
  const free = () => { const i = slots.indexOf(null); if (i >= 0) return i; slots.push(null); return slots.length - 1; };
  for (const n of order) {
    const before = slots.slice();
    const mine = before.flatMap((e, i) => e && e.to === n ? [i] : []);
    for (const i of mine) slots[i] = null;
    const place = mine.length ? mine[0] : free();
    const starts = [];
    for (const [k, e] of (outgoing.get(n) || []).entries()) {
      const slot = k === 0 && slots[place] === null ? place : free();
      slots[slot] = e;
      starts.push(slot);
    }
    rows.push({ place, mine, starts, before, after: slots.slice() });
    while (slots.length && slots[slots.length - 1] === null) slots.pop();
  }
  const lanes = Math.max(1, ...rows.map(r => Math.max(r.place + 1, r.before.length, r.after.length)));
  const gap = Math.min(11, 80 / lanes);
  const x = i => 8 + i * gap;
  const line = (x1, y1, x2, y2, e) => draw("line", {
    x1: x1.toFixed(1), x2: x2.toFixed(1), y1, y2, "stroke-width": e?.classes ? 3 : 1.5,
    style: { stroke: (e?.classes || "").includes("waits") ? "var(--blocked)" : (e?.classes || "").includes("marked") ? "var(--limit)" : "var(--soft)" },
  });
  return {
    width: Math.round(16 + (lanes - 1) * gap),
    row(i, classes) {
      const r = rows[i];
      const parts = [];
      r.before.forEach((e, s) => { if (e && !r.mine.includes(s)) parts.push(line(x(s), "0", x(s), "100%", e)); });
      for (const s of r.mine) parts.push(line(x(s), "0", x(r.place), "50%", r.before[s]));
      r.starts.forEach(s => parts.push(line(x(r.place), "50%", x(s), "100%", r.after[s])));
      parts.push(draw("circle", {
        cx: x(r.place), cy: "50%", r: 4.5,
        style: { fill: classes.includes("waits") ? "var(--blocked)" : classes.includes("marked") ? "var(--limit)" : "var(--accent)", stroke: "var(--panel)" },
      }));
      return make("div", { class: "rail", "aria-hidden": "true" }, draw("svg", {}, parts));
    },
  };
}
