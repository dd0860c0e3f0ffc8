// The page of a comparison: which layer is wrong first, by how much, and where in the image.

const { report, pictures, findings } = data;
const first = report.firstDivergence;

function verdict() {
  if (report.agrees) {
    return make("div", { class: "panel verdict " + (report.interrupted ? "warn" : "good") },
      make("p", { class: "headline" }, report.interrupted ? "Interrupted: what was compared agrees." : "All tensors agree."),
      make("p", {}, some(report.layers.length, "tensor") + " compared"
        + (report.ties.length ? "; values exactly on a rounding boundary differ in " + report.ties.join(", ") : "") + "."));
  }
  const short = report.layers.find(l => l.missingWords);
  return make("div", { class: "panel verdict bad" },
    make("p", { class: "headline" }, "First wrong: " + (first ? first.node || first.stream : short ? short.node || short.stream : "")),
    first && [make("p", {}, "Stream ", make("b", {}, first.stream), ", frame " + first.frame + ", index [" + first.index.join(", ") + "]: expected ",
      make("b", {}, rounded(first.expected, 7)), ", got ", make("b", {}, rounded(first.actual, 7)), " (channel " + first.channel + ", word "
      + first.word + ", element " + first.lane + ")."),
    make("p", {}, make("b", {}, "Diagnosis: "), first.diagnosis),
    first.origin && make("p", {}, "Struck by " + first.origin.cause + ": " + first.origin.place + " (" + first.origin.event + ").")],
    short && make("p", {}, some(short.missingWords, "word") + " never come on " + short.stream + "."),
    findings.map(f => make("p", {}, make("b", {}, f.node), ": " + f.finding, f.advice && make("span", { class: "soft" }, " – " + f.advice))));
}

// Error per layer, in the order of the data flow.
function layers() {
  const share = l => l.elements ? l.differing / l.elements : 0;
  const most = Math.max(...report.layers.map(l => l.meanError), 1e-30);
  return [
    make("h2", {}, "Layer by layer"),
    make("p", { class: "soft small" }, "In the order of the data flow. Left bar: share of elements that differ; right bar: mean error, on a logarithmic scale."),
    table([
      { name: "stream", class: "words-cell", value: l => l.stream },
      { name: "node", class: "words-cell", value: l => l.node },
      { name: "differ", number: true, value: share, show: l => count(l.differing) + " of " + count(l.elements) },
      { name: "", class: "chart-cell", show: l => bar([[Math.max(share(l), l.differing ? 0.01 : 0), "blocked-fill", "differ"]], percent(share(l)) + " differ") },
      { name: "mean error", number: true, value: l => l.meanError, show: l => l.meanError ? rounded(l.meanError) : "0" },
      { name: "", class: "chart-cell", show: l => bar([[l.meanError ? Math.max(0.02, 1 + Math.log10(l.meanError / most) / 6) : 0, "limit-fill", "error"]], "mean error " + rounded(l.meanError)) },
      { name: "max error", number: true, value: l => l.maximumError, show: l => l.maximumError ? rounded(l.maximumError) : "0" },
      { name: "SQNR dB", number: true, value: l => l.sqnr ?? Infinity, show: l => l.sqnr === null || l.sqnr === undefined ? "–" : l.sqnr.toFixed(1) },
    ], report.layers, { row: l => ({ class: first && l.stream === first.stream ? "marked" : "" }) }),
  ];
}

// A small image of numbers; `colour(value)` gives [r, g, b].
function image(width, height, values, colour, caption) {
  const side = Math.max(width, height);
  const zoom = Math.max(1, Math.min(24, Math.floor(300 / side)));
  const canvas = make("canvas", { width, height, role: "img", "aria-label": caption, style: { width: width * zoom + "px", height: "auto", aspectRatio: width + " / " + height } });
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(width, height);
  values.forEach((v, i) => {
    const [r, g, b] = colour(v);
    pixels.data.set([r, g, b, 255], 4 * i);
  });
  context.putImageData(pixels, 0, 0);
  canvas.addEventListener("pointermove", e => {
    const box = canvas.getBoundingClientRect();
    const [x, y] = [Math.floor((e.clientX - box.left) / box.width * width), Math.floor((e.clientY - box.top) / box.height * height)];
    canvas.title = "row " + y + ", column " + x + ": " + values[y * width + x];
  });
  return make("figure", {}, canvas, make("figcaption", {}, caption));
}

function pictureOf(p) {
  // Too many numbers to hand over as arguments.
  const ends = (values, [low, high]) => values.reduce(([l, h], v) => [v < l ? v : l, v > h ? v : h], [low, high]);
  const [low, high] = ends(p.actual, ends(p.expected, [Infinity, -Infinity]));
  const grey = v => { const g = 30 + Math.round(210 * (v - low) / (high - low || 1)); return [g, g, g]; };
  const most = ends(p.wrongChannels, [1, 1])[1];
  const mostOfChannel = ends(p.wrongByChannel, [1, 1])[1];
  const heat = v => v === 0 ? [40, 60, 80] : [255, Math.round(190 - 170 * v / most), 40];
  const place = "row " + p.row + ", column " + p.column;
  return [
    make("h3", {}, p.stream + (p.node ? ", written by " + p.node : "")),
    make("p", { class: "small" }, "Frame " + p.frame + ", channel " + p.channel + ", first wrong at " + place + ". "
      + some(p.wrongByChannel.filter(n => n > 0).length, "channel") + " of " + p.wrongByChannel.length + " have wrong values."),
    make("div", { class: "images" },
      image(p.width, p.height, p.expected, grey, "expected, channel " + p.channel),
      image(p.width, p.height, p.actual, grey, "got, channel " + p.channel),
      image(p.width, p.height, p.actual.map((v, i) => v !== p.expected[i] ? 1 : 0), v => v ? [230, 50, 50] : [40, 60, 80], "where channel " + p.channel + " differs"),
      image(p.width, p.height, p.wrongChannels, heat, "wrong channels per position, at most " + most)),
    make("details", {}, make("summary", {}, "Wrong values per channel"),
      make("div", { style: { height: "90px" } }, chart(p.wrongByChannel.length, "wrong values per channel",
        draw("path", { class: "blocked-fill", d: steps(null, p.wrongByChannel.map(n => n / mostOfChannel)) })))),
  ];
}

layOutPage(report.design, "comparison with " + data.reference, [
  ["answer", "Answer", verdict()],
  ["layers", "Layers", make("div", { class: "panel" }, layers())],
  ["images", "Where", pictures.length ? make("div", { class: "panel" }, make("h2", {}, "Where it is wrong"), pictures.map(p => pictureOf({ ...p.picture, stream: p.stream, node: p.node }))) : null],
]);
