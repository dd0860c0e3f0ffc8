import DataflowAnalysis
import Foundation

/// A sweep as one HTML page without outside parts: scatter plot, Pareto front, folding on hover.
public struct SweepPage {
  /// Points drawn besides the front; more would only be ink.
  static let mostPoints = 5000
  /// The page, one file without links.
  public let html: String

  /// A page about all points of `database`.
  public init(_ database: SweepDatabase) throws {
    var front = ParetoFront()
    var sample: [SweepDatabase.Entry] = []
    var seen = 0
    try database.forEach { entry in
      guard entry.result.status == .complete else { return }
      front.add(entry)
      seen += 1
      // Addresses are hashes, so the first ones are a fair sample.
      if sample.count < Self.mostPoints { sample.append(entry) }
    }
    let onFront = Set(front.entries.map(\.address))
    let rows =
      front.entries.map { Self.row($0, isFront: true) }
      + sample.filter { !onFront.contains($0.address) }.map { Self.row($0, isFront: false) }
    html = Self.template
      .replacingOccurrences(of: "/*POINTS*/", with: rows.joined(separator: ",\n"))
      .replacingOccurrences(of: "/*COUNT*/", with: "\(seen)")
  }

  private static func row(_ e: SweepDatabase.Entry, isFront: Bool) -> String {
    let r = e.result
    return "[\(r.framesPerSecond),\(r.resources.lut),\(r.resources.bram18),\(r.resources.uram),"
      + "\(r.resources.dsp),\(r.latency),\(isFront ? 1 : 0),\(script(e.address)),\(script(e.point))]"
  }

  /// A text as a literal inside a script: no tag may begin in it, and no line may end.
  private static func script(_ text: String) -> String {
    JSONValue.quoted(text).replacingOccurrences(of: "<", with: "\\u003c")
      .replacingOccurrences(of: "\u{2028}", with: "\\u2028")
      .replacingOccurrences(of: "\u{2029}", with: "\\u2029")
  }

  private static let template = """
    <!DOCTYPE html>
    <html lang="en"><head><meta charset="utf-8"><title>simrun sweep</title>
    <style>
    body { font: 14px system-ui, sans-serif; margin: 2em; color: #222; }
    svg { border: 1px solid #ccc; background: #fff; }
    #tip { position: absolute; display: none; background: #fffbe8; border: 1px solid #998;
      padding: .5em .7em; white-space: pre; font: 12px ui-monospace, monospace; pointer-events: none; }
    circle.dot { fill: #9bb; } circle.front { fill: #c33; } path { fill: none; stroke: #c33; }
    </style></head><body>
    <h1>Sweep: /*COUNT*/ points</h1>
    <p>Frames per second against <select id="axis"></select>. Red: the Pareto front over LUT, BRAM,
    URAM, DSP and latency; the line joins the front for the chosen axis.</p>
    <svg id="plot" width="960" height="560"></svg><div id="tip"></div>
    <script>
    const names = ["frames/s", "LUT", "BRAM18", "URAM", "DSP", "latency, cycles"];
    const points = [
    /*POINTS*/
    ];
    const svg = document.getElementById("plot"), tip = document.getElementById("tip");
    const axis = document.getElementById("axis"), W = 960, H = 560, M = 70;
    for (let i = 1; i < 6; i++) axis.add(new Option(names[i], i));
    function make(kind, attributes, parent) {
      const e = document.createElementNS("http://www.w3.org/2000/svg", kind);
      for (const k in attributes) e.setAttribute(k, attributes[k]);
      return (parent || svg).appendChild(e);
    }
    function ticks(max) {
      const step = Math.pow(10, Math.floor(Math.log10(max || 1)));
      const s = max / step < 2 ? step / 4 : max / step < 5 ? step / 2 : step, list = [];
      for (let v = 0; v <= max; v += s) list.push(v);
      return list;
    }
    function draw() {
      const a = +axis.value;
      svg.textContent = "";
      let mx = 1, my = 1;
      for (const p of points) { mx = Math.max(mx, p[a]); my = Math.max(my, p[0]); }
      mx *= 1.05; my *= 1.05;
      const x = v => M + v / mx * (W - 2 * M), y = v => H - M - v / my * (H - 2 * M);
      for (const t of ticks(mx)) {
        make("line", {x1: x(t), x2: x(t), y1: M, y2: H - M, stroke: "#eee"});
        make("text", {x: x(t), y: H - M + 18, "text-anchor": "middle"}).textContent = +t.toPrecision(4);
      }
      for (const t of ticks(my)) {
        make("line", {x1: M, x2: W - M, y1: y(t), y2: y(t), stroke: "#eee"});
        make("text", {x: M - 8, y: y(t) + 4, "text-anchor": "end"}).textContent = +t.toPrecision(4);
      }
      make("text", {x: W / 2, y: H - 20, "text-anchor": "middle"}).textContent = names[a];
      make("text", {x: M, y: M - 20}).textContent = names[0];
      const sorted = points.slice().sort((p, q) => p[a] - q[a] || q[0] - p[0]);
      let best = -1, d = "";
      for (const p of sorted) if (p[0] > best) {
        d += (d ? "H" + x(p[a]) + "V" : "M" + x(p[a]) + " ") + y(p[0]);
        best = p[0];
      }
      if (d) make("path", {d});
      for (const p of points.slice().sort((p, q) => p[6] - q[6])) {
        const c = make("circle", {cx: x(p[a]), cy: y(p[0]), r: p[6] ? 5 : 3, class: p[6] ? "front" : "dot"});
        c.onmousemove = e => {
          tip.style.display = "block";
          tip.style.left = e.pageX + 14 + "px"; tip.style.top = e.pageY + 14 + "px";
          tip.textContent = names.map((n, i) => n + ": " + +p[i].toPrecision(7)).join("\\n")
            + "\\n" + p[7] + "\\n" + p[8].split(";").join("\\n");
        };
        c.onmouseleave = () => tip.style.display = "none";
      }
    }
    axis.onchange = draw;
    draw();
    </script></body></html>

    """
}
