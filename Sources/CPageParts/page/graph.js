// The block graph: laid out by dagre from left to right, broken into lines as text is, so that a long chain
// fills the panel; pan, zoom, search, and arrow keys that follow the streams.
//
// nodes: [{name, label, sub, value, shares: {busy, blocked, starved}, note, classes, isBorder}]
// edges: [{from, to, text, level, title, classes, fixText}], from and to being places in nodes

const cardSize = { width: 128, height: 44, borderWidth: 74, borderHeight: 22 };

// How much room a label in the middle of a stream takes. What to change is written above the FIFO in large letters, and must
// not reach into the blocks beside it.
function labelSize(edge) {
  if (!edge.text && !edge.fixText) return { width: 6, height: 14 };
  return { width: Math.max(34, 10.5 * (edge.fixText?.length ?? 0)), height: edge.fixText ? 44 : 14 };
}

function laidOut(nodes, edges) {
  const boxes = nodes.map((n, i) => ({
    v: String(i), width: n.isBorder ? cardSize.borderWidth : cardSize.width,
    height: n.isBorder ? cardSize.borderHeight : cardSize.height,
  }));
  const lines = edges.map(e => ({
    v: String(e.from), w: String(e.to), minlen: 1, weight: 1, ...labelSize(e), labeloffset: 0, labelpos: "r",
  }));
  const layout = { nodesep: 16, ranksep: 22, edgesep: 10, rankdir: "LR" };
  if (nodes.length > 3000) layout.ranker = "longest-path";
  dagre.layout(boxes, lines, layout, {});
  return { boxes, lines };
}

// Where to break a wide layout into lines, as x positions; few edges cross them.
function breaks(boxes, lines, aspect) {
  const left = Math.min(...boxes.map(b => b.x - b.width / 2));
  const right = Math.max(...boxes.map(b => b.x + b.width / 2));
  const top = Math.min(...boxes.map(b => b.y - b.height / 2));
  const bottom = Math.max(...boxes.map(b => b.y + b.height / 2));
  const [width, height] = [right - left, bottom - top + 46];
  const rows = Math.max(1, Math.round(Math.sqrt(width / (aspect * height))));
  if (rows < 2) return [];
  const ranks = [...new Set(boxes.map(b => Math.round(b.x)))].sort((a, b) => a - b);
  const gaps = ranks.slice(1).map((x, i) => (x + ranks[i]) / 2);
  const cuts = [];
  let start = left;
  const target = width / rows;
  while (right - start > target * 1.35) {
    const candidates = gaps.filter(g => g > start + target * 0.72 && g < start + target * 1.22);
    if (!candidates.length) break;
    const cost = g => lines.filter(l => boxes[+l.v].x < g && boxes[+l.w].x > g).length * target * 0.12
      + Math.abs(g - start - target);
    const cut = candidates.reduce((a, b) => cost(b) < cost(a) ? b : a);
    cuts.push(cut);
    start = cut;
  }
  return cuts;
}

// Positions after breaking: {place: [{x, y, width, height}], paths: [{points, label, isTurn}], width, height}.
function broken(boxes, lines, aspect) {
  const cuts = breaks(boxes, lines, aspect);
  const rowOf = x => { let r = 0; while (r < cuts.length && x > cuts[r]) r++; return r; };
  const rows = Array.from({ length: cuts.length + 1 }, () => ({ left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity }));
  const include = (row, x, y) => {
    row.left = Math.min(row.left, x); row.right = Math.max(row.right, x);
    row.top = Math.min(row.top, y); row.bottom = Math.max(row.bottom, y);
  };
  for (const b of boxes) {
    b.row = rowOf(b.x);
    include(rows[b.row], b.x - b.width / 2, b.y - b.height / 2);
    include(rows[b.row], b.x + b.width / 2, b.y + b.height / 2);
  }
  for (const l of lines) {
    l.isTurn = boxes[+l.v].row !== boxes[+l.w].row;
    if (!l.isTurn) for (const p of l.points) include(rows[boxes[+l.v].row], p.x, p.y);
  }
  const turns = Array(rows.length).fill(0);
  for (const l of lines) if (l.isTurn) turns[boxes[+l.v].row]++;
  let y = 0;
  rows.forEach((row, r) => {
    row.dx = 34 - row.left;
    row.dy = y - row.top;
    row.end = y + row.bottom - row.top;
    y = row.end + 40 + Math.min(turns[r], 8) * 5;
  });
  const width = Math.max(...rows.map(r => r.right - r.left)) + 68;
  const place = boxes.map(b => ({ x: b.x + rows[b.row].dx, y: b.y + rows[b.row].dy, width: b.width, height: b.height, row: b.row }));
  const used = Array(rows.length).fill(0);
  const paths = lines.map(l => {
    const [from, to] = [place[+l.v], place[+l.w]];
    if (!l.isTurn) {
      const row = rows[from.row];
      const shift = p => ({ x: p.x + row.dx, y: p.y + row.dy });
      const points = l.points.map(shift);
      return { points, label: middle(points), isTurn: false };
    }
    const turn = used[from.row]++;
    const lane = turn % 8;
    const row = rows[from.row];
    const [a, b] = [{ x: from.x + from.width / 2, y: from.y }, { x: to.x - to.width / 2, y: to.y }];
    const outside = Math.max(row.right + row.dx, a.x) + 10 + lane * 3;
    const between = row.end + 16 + lane * 5;
    const inside = 22 - lane * 3;
    const points = [a, { x: outside, y: a.y }, { x: outside, y: between }, { x: inside, y: between }, { x: inside, y: b.y }, b];
    // Their lines are nearer to each other than labels are high, so no label stands above another.
    const x = inside + (outside - inside) * (turn + 1) / (turns[from.row] + 1);
    return { points, label: { x, y: between }, isTurn: true };
  });
  return { place, paths, width, height: y };
}

// The point halfway along a line.
function middle(points) {
  const lengths = points.slice(1).map((p, i) => Math.hypot(p.x - points[i].x, p.y - points[i].y));
  let rest = lengths.reduce((a, b) => a + b, 0) / 2;
  for (const [i, length] of lengths.entries()) {
    if (rest <= length && length > 0) {
      const [p, q] = [points[i], points[i + 1]];
      return { x: p.x + (q.x - p.x) * rest / length, y: p.y + (q.y - p.y) * rest / length };
    }
    rest -= length;
  }
  return points[points.length >> 1];
}

function smooth(points) {
  if (points.length < 3) return "M" + points.map(p => p.x.toFixed(1) + " " + p.y.toFixed(1)).join("L");
  let d = "M" + points[0].x.toFixed(1) + " " + points[0].y.toFixed(1);
  for (let i = 1; i < points.length - 1; i++) {
    const [p, q] = [points[i], points[i + 1]];
    const end = i === points.length - 2 ? q : { x: (p.x + q.x) / 2, y: (p.y + q.y) / 2 };
    d += "Q" + p.x.toFixed(1) + " " + p.y.toFixed(1) + " " + end.x.toFixed(1) + " " + end.y.toFixed(1);
  }
  return d;
}

function angular(points) {
  return "M" + points.map(p => p.x.toFixed(1) + " " + p.y.toFixed(1)).join("L");
}

function shortened(text, length) {
  text = visible(text);
  return text.length <= length ? text : text.slice(0, length - 7) + "…" + text.slice(-6);
}

function makeGraph(nodes, edges, { onselect, marked }) {
  const width = Math.min(innerWidth, 2400) * (innerWidth >= 980 ? 0.64 : 0.95);
  const aspect = width / Math.max(320, Math.min(0.56 * innerHeight, 720));
  const { boxes, lines } = laidOut(nodes, edges);
  const picture = broken(boxes, lines, aspect);
  const view = draw("g");
  const canvas = draw("svg", {
    class: "canvas", tabindex: "0", role: "application",
    "aria-roledescription": "block graph",
    "aria-label": "Block graph with " + nodes.length + " nodes. Arrow keys follow the streams, Enter shows details, plus and minus zoom, 0 fits everything, slash searches.",
  },
  draw("defs", {}, draw("marker", {
    id: "arrow", viewBox: "0 0 8 8", refX: "7", refY: "4", markerWidth: "6", markerHeight: "6", orient: "auto",
  }, draw("path", { d: "M0 0L8 4L0 8z", style: { fill: "context-stroke", stroke: "none" } }))), view);

  const edgeElements = edges.map((e, i) => {
    const path = picture.paths[i];
    const d = path.isTurn ? angular(path.points) : smooth(path.points);
    const group = draw("g", { class: "edge " + (e.classes || "") + (path.isTurn ? " turn" : "") },
      draw("title", {}, e.title), draw("path", { d, "marker-end": "url(#arrow)" }),
      draw("path", { d, style: { stroke: "transparent", strokeWidth: "9" } }));
    if (e.text) {
      const { x, y } = path.label;
      const level = Math.max(0, Math.min(1, e.level ?? 0));
      group.append(draw("rect", { class: "fifo", x: x - 16, y: y - 6.5, width: 32, height: 13, rx: 3 }));
      if (level > 0) group.append(draw("rect", {
        class: level >= 1 ? "blocked-fill" : "stored-fill", x: x - 15, y: y - 5.5, width: 30 * level, height: 11, rx: 2,
        style: { opacity: "0.55" },
      }));
      group.append(draw("text", { x, y: y + 3.2 }, e.text));
      if (e.fixText) {
        group.append(path.isTurn ? draw("text", { class: "fix", x: x + 20, y: y + 4, style: { textAnchor: "start" } }, e.fixText)
          : draw("text", { class: "fix", x, y: y - 10 }, e.fixText));
      }
    }
    group.addEventListener("click", () => select({ edge: i }));
    view.append(group);
    return group;
  });

  const nodeElements = nodes.map((n, i) => {
    const { x, y, width, height } = picture.place[i];
    const [left, top] = [x - width / 2, y - height / 2];
    const group = draw("g", { class: "node " + (n.classes || "") + (n.isBorder ? " border" : ""), "data-name": n.name },
      draw("title", {}, n.title || n.name),
      draw("rect", { class: "card", x: left, y: top, width, height, rx: n.isBorder ? 11 : 5 }),
      draw("text", { x: left + 6, y: top + 15 }, shortened(n.label, n.isBorder ? 12 : 18)));
    if (!n.isBorder) {
      group.append(draw("text", { class: "sub", x: left + 6, y: top + 27 }, shortened(n.sub || "", 17)));
      if (n.value) group.append(draw("text", { class: "sub", x: left + width - 6, y: top + 27, style: { textAnchor: "end" } }, n.value));
      let at = left + 5;
      for (const kind of ["busy", "blocked", "starved"]) {
        const part = (width - 10) * (n.shares?.[kind] ?? 0);
        if (part > 0.4) group.append(draw("rect", { class: kind + "-fill", x: at, y: top + height - 11, width: part, height: 7 }));
        at += part;
      }
    }
    if (n.note) group.append(draw("text", { class: "label-wait", x, y: top - 4 }, n.note));
    group.addEventListener("click", () => select({ node: i }));
    view.append(group);
    return group;
  });

  // View
  let [scale, dx, dy] = [1, 0, 0];
  const apply = () => view.setAttribute("transform", "translate(" + dx.toFixed(1) + " " + dy.toFixed(1) + ") scale(" + scale.toFixed(4) + ")");
  const size = () => {
    const box = canvas.getBoundingClientRect();
    return { width: box.width || 900, height: box.height || 500 };
  };
  function show(area, most = 1.6) {
    const { width, height } = size();
    scale = Math.min(most, width / (area.right - area.left + 40), height / (area.bottom - area.top + 40));
    dx = width / 2 - scale * (area.left + area.right) / 2;
    dy = height / 2 - scale * (area.top + area.bottom) / 2;
    // No empty room above while there is something left to see below.
    const above = everything.top * scale + dy - 20, below = everything.bottom * scale + dy - height + 20;
    if (above > 0 && below > 0) dy -= Math.min(above, below);
    apply();
  }
  const everything = { left: 0, right: picture.width, top: -10, bottom: picture.height - 30 };
  function around(places) {
    const boxes = places.map(i => picture.place[i]);
    return {
      left: Math.min(...boxes.map(b => b.x - b.width / 2)), right: Math.max(...boxes.map(b => b.x + b.width / 2)),
      top: Math.min(...boxes.map(b => b.y - b.height / 2)), bottom: Math.max(...boxes.map(b => b.y + b.height / 2)),
    };
  }
  function zoom(factor, at) {
    const { width, height } = size();
    const [x, y] = at || [width / 2, height / 2];
    const next = Math.max(0.03, Math.min(5, scale * factor));
    dx = x - (x - dx) * next / scale;
    dy = y - (y - dy) * next / scale;
    scale = next;
    apply();
  }
  function fit() { show(everything); }
  function start() {
    fit();
    if (scale < 0.6 && marked?.length) {
      const whole = scale;
      show(around(marked), 1);
      // Where little is gained, all is shown.
      if (scale < 1.4 * whole) fit();
    }
    // A graph too large to be read as a whole is shown from its start.
    if (scale < 0.2) { scale = 0.5; dx = 10; dy = 20; apply(); }
  }

  const pointers = new Map();
  canvas.addEventListener("pointerdown", e => {
    pointers.set(e.pointerId, [e.clientX, e.clientY]);
  });
  canvas.addEventListener("pointermove", e => {
    const before = pointers.get(e.pointerId);
    if (!before) return;
    const now = [e.clientX, e.clientY];
    if (pointers.size === 2) {
      const other = [...pointers].find(([id]) => id !== e.pointerId)[1];
      const gap = p => Math.hypot(p[0] - other[0], p[1] - other[1]) || 1;
      const box = canvas.getBoundingClientRect();
      zoom(gap(now) / gap(before), [(now[0] + other[0]) / 2 - box.left, (now[1] + other[1]) / 2 - box.top]);
    } else if (Math.hypot(now[0] - before[0], now[1] - before[1]) > 2 || canvas.classList.contains("dragging")) {
      if (!canvas.classList.contains("dragging")) {
        canvas.classList.add("dragging");
        canvas.setPointerCapture(e.pointerId);
      }
      dx += now[0] - before[0];
      dy += now[1] - before[1];
      apply();
    } else return;
    pointers.set(e.pointerId, now);
  });
  for (const end of ["pointerup", "pointercancel", "pointerleave"]) {
    canvas.addEventListener(end, e => {
      pointers.delete(e.pointerId);
      if (!pointers.size) setTimeout(() => canvas.classList.remove("dragging"));
    });
  }
  canvas.addEventListener("wheel", e => {
    // Without a modifier the wheel belongs to the page, unless the graph has the focus.
    if (!e.ctrlKey && !e.metaKey && document.activeElement !== canvas) return;
    e.preventDefault();
    const box = canvas.getBoundingClientRect();
    zoom(Math.exp(-e.deltaY * (e.ctrlKey ? 0.01 : 0.0016)), [e.clientX - box.left, e.clientY - box.top]);
  }, { passive: false });

  // Selection
  let chosen = null;
  function select(what) {
    if (canvas.classList.contains("dragging")) return;
    nodeElements.forEach((g, i) => g.classList.toggle("selected", what?.node === i));
    edgeElements.forEach((g, i) => g.classList.toggle("selected", what?.edge === i));
    chosen = what;
    if (what) reveal(what);
    onselect(what);
  }
  function reveal(what) {
    const p = what.node !== undefined ? picture.place[what.node] : picture.paths[what.edge].label;
    const { width, height } = size();
    const [x, y] = [p.x * scale + dx, p.y * scale + dy];
    if (x > 60 && x < width - 60 && y > 30 && y < height - 30 && scale > 0.4) return;
    if (scale < 0.6) scale = 0.8;
    dx = width / 2 - p.x * scale;
    dy = height / 2 - p.y * scale;
    apply();
  }
  function step(key) {
    const now = chosen?.node;
    if (now === undefined) return marked?.[0] ?? 0;
    const here = picture.place[now];
    if (key === "ArrowRight") return edges.find(e => e.from === now)?.to;
    if (key === "ArrowLeft") return edges.find(e => e.to === now)?.from;
    const sign = key === "ArrowDown" ? 1 : -1;
    let best;
    picture.place.forEach((p, i) => {
      const [across, along] = [Math.abs(p.x - here.x), sign * (p.y - here.y)];
      if (along > 4 && (best === undefined || along + 2 * across < best.cost)) best = { i, cost: along + 2 * across };
    });
    return best?.i;
  }
  canvas.addEventListener("keydown", e => {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key.startsWith("Arrow")) {
      const next = step(e.key);
      if (next !== undefined) select({ node: next });
    } else if (e.key === "+" || e.key === "=") zoom(1.25);
    else if (e.key === "-") zoom(0.8);
    else if (e.key === "0") fit();
    else if (e.key === "/") search.focus();
    else if (e.key === "Escape") select(null);
    else return;
    e.preventDefault();
  });

  // Search
  let hits = [], hit = -1;
  const found = make("span", { class: "soft small", "aria-live": "polite" });
  function look() {
    const word = search.value.trim().toLowerCase();
    hits = word ? nodes.flatMap((n, i) => (n.name + " " + (n.search || "")).toLowerCase().includes(word) ? [i] : []) : [];
    hit = -1;
    nodeElements.forEach((g, i) => g.classList.toggle("found", hits.includes(i)));
    found.textContent = word ? hits.length + " found" : "";
    if (hits.length) { hit = 0; reveal({ node: hits[0] }); }
  }
  const search = make("input", {
    type: "search", placeholder: "search blocks", "aria-label": "Search blocks in the graph",
    oninput: look,
    onkeydown: e => {
      if (e.key !== "Enter" || !hits.length) return;
      select({ node: hits[Math.max(0, hit)] });
      hit = (hit + 1) % hits.length;
    },
  });

  const tool = (text, label, act) => make("button", { type: "button", "aria-label": label, title: label, onclick: act }, text);
  const element = make("div", { class: "graph" },
    make("div", { class: "tools" }, search, found, tool("+", "Zoom in", () => zoom(1.3)), tool("−", "Zoom out", () => zoom(0.77)),
      tool("fit", "Show the whole graph", fit),
      marked?.length ? tool("show what matters", "Zoom to the blocks that matter", () => show(around(marked), 1.3)) : null,
      make("span", { class: "soft small" }, "drag to pan, Ctrl + wheel to zoom")),
    canvas);
  requestAnimationFrame(start);
  addEventListener("resize", () => { if (!chosen) start(); });
  // On paper the whole graph, whatever its width there.
  addEventListener("beforeprint", () => {
    canvas.setAttribute("viewBox", "-10 -20 " + (picture.width + 20) + " " + (picture.height + 20));
    view.removeAttribute("transform");
  });
  addEventListener("afterprint", () => { canvas.removeAttribute("viewBox"); apply(); });
  return {
    element,
    selectNode: i => select({ node: i }),
    selectEdge: i => select({ edge: i }),
    fade: on => element.classList.toggle("faded", on),
  };
}
