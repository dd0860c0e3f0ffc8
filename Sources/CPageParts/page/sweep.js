// The page of a sweep: the front over axes to choose, with what the part holds, its knee, and foldings to take.

const axes = [
  { key: "fps", name: "frames/s", best: 1 }, { key: "lut", name: "LUT", best: -1, device: "LUT" },
  { key: "bram18", name: "BRAM18", best: -1, device: "BRAM_18K" }, { key: "uram", name: "URAM", best: -1, device: "URAM" },
  { key: "dsp", name: "DSP", best: -1, device: "DSP" }, { key: "latency", name: "latency, cycles", best: -1 },
];
const points = data.points;
const axisOf = key => axes.find(a => a.key === key);
const chooser = (label, chosen) => make("select", { "aria-label": label, onchange: () => show() },
  axes.map(a => assign(make("option", { value: a.key }, a.name), { selected: a.key === chosen })));
const across = chooser("Axis across", "lut"), up = chooser("Axis up", "fps");
const plot = draw("svg", { class: "plot", role: "img", "aria-label": "Points of the sweep" });
const detail = make("div", { class: "panel", "aria-live": "polite" });
const tableBox = make("div");
let chosen = null;

function ticks(most) {
  const step = Math.pow(10, Math.floor(Math.log10(most || 1)));
  const s = most / step < 2 ? step / 4 : most / step < 5 ? step / 2 : step;
  const list = [];
  for (let v = 0; v <= most; v += s) list.push(v);
  return list;
}

// Those that no other point beats, every axis considered: what `simrun sweep report` lists.
const front = points.filter(p => p.onFront && p.fits !== false);

// The best of the points for the two axes alone, from best x to best y; of those alike there, the one on the front.
function stairs(x, y) {
  const sorted = points.filter(p => p.fits !== false)
    .sort((p, q) => x.best * (q[x.key] - p[x.key]) || y.best * (q[y.key] - p[y.key]) || q.onFront - p.onFront);
  const list = [];
  for (const p of sorted) if (!list.length || y.best * (p[y.key] - list[list.length - 1][y.key]) > 0) list.push(p);
  return list;
}

// The point of the front farthest from the line between its ends: more costs much from there on.
function kneeOf(list, x, y) {
  if (list.length < 3) return null;
  const [a, b] = [list[0], list[list.length - 1]];
  const [w, h] = [b[x.key] - a[x.key] || 1, b[y.key] - a[y.key] || 1];
  let best = null, far = 0;
  for (const p of list) {
    const distance = (p[y.key] - a[y.key]) / h - (p[x.key] - a[x.key]) / w;
    if (distance > far) [far, best] = [distance, p];
  }
  return best;
}

function choose(p) {
  chosen = p;
  const changes = p.folding.split(";").map(t => t.trim()).filter(Boolean);
  detail.replaceChildren(
    make("h2", {}, rounded(p.fps) + " frames/s"),
    facts([["LUT", count(p.lut)], ["BRAM18", count(p.bram18)], ["URAM", count(p.uram)], ["DSP", count(p.dsp)],
      ["latency", count(p.latency) + " cycles"], ["point", p.address.slice(0, 12)], ["fits", p.fits === false ? "no" : p.fits ? "yes" : "unknown"], ["on the front", p.onFront ? "yes" : "no"]]),
    ...surplusRemarks(p.surplus ? [p.surplus] : []),
    make("h3", {}, "Folding"), make("ul", { class: "small" }, changes.map(c => make("li", {}, c))),
    command("simrun sweep report " + shellQuoted(data.database) + " --point " + p.address.slice(0, 12) + " --folding foldings"),
    make("p", { class: "soft small" }, "writes FINN’s folding configuration of this point"));
  show(false);
  announce(rounded(p.fps) + " frames per second chosen");
}

// How wide the widest of some labels is.
function widest(labels) {
  const probe = draw("text");
  plot.append(probe);
  const widths = labels.map(label => { probe.textContent = label; return probe.getComputedTextLength(); });
  probe.remove();
  return Math.max(...widths);
}

// A point to choose, with what it has on the two axes.
function mark(p, kind, radius, [x, y], [left, top]) {
  const text = rounded(p[y.key]) + " " + y.name + " for " + rounded(p[x.key]) + " " + x.name;
  return draw("circle", {
    class: kind + (p === chosen ? " chosen" : ""), cx: left, cy: top, r: radius, tabindex: "0", role: "button", "aria-label": text,
    onclick: () => choose(p), onkeydown: e => { if (e.key === "Enter" || e.key === " ") { e.preventDefault(); choose(p); } },
  }, draw("title", {}, text));
}

// The whole front as a table, and which of it is on the line of the two axes.
function listFront(x, y, line, knee) {
  const onLine = front.filter(p => line.includes(p)).length;
  const named = a => a.key === "latency" ? "latency" : a.name;
  tableBox.replaceChildren(
    make("p", { class: "soft small" }, some(front.length, "point") + " that no other beats, if all of "
      + axes.map(named).join(", ") + " count: what simrun sweep report lists. The line above is the best for "
      + named(x) + " and " + named(y) + " alone; " + count(onLine) + " of them " + (onLine === 1 ? "is" : "are") + " on it."),
    table([
      ...axes.map(a => ({ name: a.name, number: true, value: p => p[a.key], show: p => a.key === "fps" ? rounded(p.fps, 6) : count(p[a.key]) })),
      { name: "line", value: p => line.includes(p) ? 1 : 0, show: p => p === knee ? make("b", {}, "knee") : line.includes(p) ? "yes" : "" },
      { name: "point", value: p => p.address, show: p => make("button", { type: "button", class: "link mono", onclick: () => choose(p) }, p.address.slice(0, 12)) },
    ], front, { sorted: 0 }));
}

function show(refills = true) {
  const [x, y] = [axisOf(across.value), axisOf(up.value)];
  const limits = [[x, data.device?.[x.device]], [y, data.device?.[y.device]]];
  // As wide as there is room, so that its text has the size of text.
  const W = Math.max(300, Math.min(960, plot.clientWidth || 960)), H = W < 600 ? 400 : 540, M = 66, right = 36;
  const short = W < 600 ? v => compact.format(v) : v => rounded(v);
  plot.setAttribute("viewBox", "0 0 " + W + " " + H);
  let [mx, my] = [1, 1];
  for (const p of points) { mx = Math.max(mx, p[x.key]); my = Math.max(my, p[y.key]); }
  if (limits[0][1] && limits[0][1] < mx * 3) mx = Math.max(mx, limits[0][1]);
  if (limits[1][1] && limits[1][1] < my * 3) my = Math.max(my, limits[1][1]);
  mx *= 1.06; my *= 1.06;
  plot.replaceChildren();
  const left = Math.max(40, widest(ticks(my).map(short)) + 14);
  const X = v => left + v / mx * (W - left - right), Y = v => H - M + 10 - v / my * (H - 2 * M + 20);
  for (const t of ticks(mx)) plot.append(draw("line", { class: "grid", x1: X(t), x2: X(t), y1: Y(my), y2: Y(0) }),
    draw("text", { x: X(t), y: Y(0) + 18, style: { textAnchor: "middle" } }, short(t)));
  for (const t of ticks(my)) plot.append(draw("line", { class: "grid", x1: X(0), x2: X(mx), y1: Y(t), y2: Y(t) }),
    draw("text", { x: X(0) - 8, y: Y(t) + 4, style: { textAnchor: "end" } }, short(t)));
  plot.append(draw("text", { x: (X(0) + X(mx)) / 2, y: H - 14, style: { textAnchor: "middle" } }, x.name),
    draw("text", { x: 4, y: 16 }, y.name));
  const list = stairs(x, y);
  const knee = kneeOf(list, x, y);
  for (const p of points) if (!list.includes(p) && !front.includes(p)) plot.append(draw("circle", { class: "dot", cx: X(p[x.key]), cy: Y(p[y.key]), r: 2.6 }));
  if (list.length) plot.append(draw("path", {
    class: "stairs", d: list.map((p, i) => i ? "H" + X(p[x.key]).toFixed(1) + "V" + Y(p[y.key]).toFixed(1) : "M" + X(p[x.key]).toFixed(1) + " " + Y(p[y.key]).toFixed(1)).join(""),
  }));
  if (limits[0][1] && limits[0][1] < mx) plot.append(draw("line", { class: "limit", x1: X(limits[0][1]), x2: X(limits[0][1]), y1: Y(my), y2: Y(0) }),
    draw("text", { class: "limit-label", x: X(limits[0][1]) - 6, y: Y(my) + 14, style: { textAnchor: "end" } }, data.part + ": " + count(limits[0][1])));
  if (limits[1][1] && limits[1][1] < my) plot.append(draw("line", { class: "limit", x1: X(0), x2: X(mx), y1: Y(limits[1][1]), y2: Y(limits[1][1]) }),
    draw("text", { class: "limit-label", x: X(0) + 6, y: Y(limits[1][1]) - 6 }, data.part + ": " + count(limits[1][1])));
  const at = p => [X(p[x.key]), Y(p[y.key])];
  for (const p of front) if (!list.includes(p)) plot.append(mark(p, "rest", 4.5, [x, y], at(p)));
  for (const p of list) plot.append(mark(p, "front", 6, [x, y], at(p)));
  if (knee) plot.append(draw("circle", { class: "knee", cx: X(knee[x.key]), cy: Y(knee[y.key]), r: 11 }),
    draw("text", { x: X(knee[x.key]) + 15, y: Y(knee[y.key]) + 16, class: "limit-label" }, "knee"));
  if (refills) {
    listFront(x, y, list, knee);
    if (!chosen && list.length) choose(knee ?? list[0]);
    if (!list.length) detail.replaceChildren(make("h2", {}, "No point fits"),
      make("p", { class: "soft small" }, "Fold less, or sweep for a larger part (--part, --budget)."));
  }
}

layOutPage("Sweep of " + data.design, some(data.count, "point") + " ran" + (data.part ? " · " + data.part : ""), [
  ["answer", "Front", make("div", { class: "split answer" }, detail,
    make("div", { class: "panel" }, make("div", { class: "tools" }, make("label", {}, "up ", up), make("label", {}, "across ", across),
      make("span", { class: "soft small" }, "Line: the best for these two axes. Rings: the rest of the front. Choose a point for its folding."
        + (points.length < data.count ? " " + count(points.length) + " of the points are drawn." : ""))), plot))],
  ["points", "Table", make("div", { class: "panel" }, make("h2", {}, "The front"), tableBox)],
]);
show();
addEventListener("resize", () => show(false));
