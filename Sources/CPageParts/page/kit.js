// What every page shares: the data, elements made of text alone, numbers, commands to copy.

const data = JSON.parse(document.getElementById("data").textContent);
const page = document.getElementById("page");

// Text from files as it may be shown: what would turn the direction of text or hide is spelled out.
function visible(text) {
  return String(text).replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    c => "\\u{" + c.codePointAt(0).toString(16) + "}");
}

function assign(element, attributes) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") Object.assign(element.style, value);
    else element.setAttribute(name, value === true ? "" : visible(value));
  }
  return element;
}

function fill(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(visible(child)));
  }
  return element;
}

// An element with attributes and children; strings become text, never markup.
function make(tag, attributes, ...children) {
  return fill(assign(document.createElement(tag), attributes), children);
}

function draw(tag, attributes, ...children) {
  return fill(assign(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes), children);
}

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });
function count(n) { return n === null || n === undefined ? "–" : whole.format(n); }
function rounded(n, digits = 4) {
  if (n === null || n === undefined || !isFinite(n)) return "–";
  if (Math.abs(n) >= Math.pow(10, digits - 1)) return whole.format(n);
  return String(+n.toPrecision(digits));
}
// A tie goes away from zero, as where `simrun` prints: `Double.percent`.
function percent(share, digits = 1) {
  if (share === null || share === undefined) return "–";
  const scale = Math.pow(10, digits);
  return (Math.sign(share) * Math.round(Math.abs(100 * share * scale)) / scale).toFixed(digits) + " %";
}
function some(n, thing) { return count(n) + " " + thing + (n === 1 ? "" : "s"); }
function duration(microseconds) {
  if (microseconds >= 1e6) return rounded(microseconds / 1e6) + " s";
  if (microseconds >= 1e3) return rounded(microseconds / 1e3) + " ms";
  return rounded(microseconds) + " µs";
}

function shellQuoted(argument) {
  return /^[\p{L}\p{N}\-_./=,:+@%]+$/u.test(argument) ? argument : "'" + argument.replaceAll("'", "'\\''") + "'";
}

// What is folded away is on paper too.
addEventListener("beforeprint", () => {
  for (const d of document.querySelectorAll("details:not([open])")) { d.open = true; d.dataset.folded = ""; }
});
addEventListener("afterprint", () => {
  for (const d of document.querySelectorAll("details[data-folded]")) { d.open = false; delete d.dataset.folded; }
});

const live = make("div", { class: "hidden-live", role: "status", "aria-live": "polite" });
function announce(text) { live.textContent = visible(text); }

// A command with a button that copies it.
function command(text) {
  // An option stays whole where a line ends.
  const words = value => value.split(" ").flatMap((word, i) => [i ? " " : "", word.startsWith("-") ? make("span", { class: "together" }, word) : word]);
  const code = make("code", {}, words(text));
  const button = make("button", {
    class: "copy", type: "button", "aria-label": "Copy the command",
    onclick: async () => {
      try {
        await navigator.clipboard.writeText(code.textContent);
      } catch {
        const range = document.createRange();
        range.selectNodeContents(code);
        getSelection().removeAllRanges();
        getSelection().addRange(range);
        document.execCommand("copy");
      }
      button.textContent = "copied";
      announce("command copied");
      setTimeout(() => button.textContent = "copy", 1500);
    },
  }, "copy");
  const box = make("div", { class: "command" }, code, button);
  box.setText = value => code.replaceChildren(...fill(make("code"), words(value)).childNodes);
  return box;
}

function themeButton() {
  const names = ["auto", "light", "dark"];
  let chosen = 0;
  try { chosen = Math.max(0, names.indexOf(localStorage.getItem("simrun-theme"))); } catch { /* no storage */ }
  const asked = new URLSearchParams(location.hash.slice(1)).get("theme");
  if (names.includes(asked)) chosen = names.indexOf(asked);
  const button = make("button", { class: "theme", type: "button" });
  function show() {
    if (chosen) document.documentElement.dataset.theme = names[chosen];
    else delete document.documentElement.dataset.theme;
    button.textContent = "theme: " + names[chosen];
  }
  button.addEventListener("click", () => {
    chosen = (chosen + 1) % names.length;
    try { localStorage.setItem("simrun-theme", names[chosen]); } catch { /* no storage */ }
    show();
  });
  show();
  return button;
}

// The frame of every page. `sections` are [id, title, element]; an element may be null.
function layOutPage(title, subtitle, sections) {
  const shown = sections.filter(s => s[2]);
  page.replaceChildren();
  fill(page, [
    make("a", { class: "skip", href: "#main" }, "Skip to the answer"),
    make("header", { class: "top" },
      make("h1", {}, title), make("span", { class: "soft small grow" }, subtitle), themeButton()),
    shown.length > 2 && make("nav", { class: "sections", "aria-label": "Sections" },
      shown.map(([id, name]) => make("a", { href: "#" + id }, name))),
    make("main", { id: "main" }, shown.map(([id, name, content]) =>
      make("section", { id, "aria-label": name }, content)),
    make("p", { class: "soft small" }, "Made by simrun " + data.simrunVersion
      + ". This file needs no network; its data is the JSON in the element “data” (" + data.kind + ", version "
      + data.schemaVersion + ").")),
    live,
  ]);
}

function tile(value, label) { return make("div", { class: "tile" }, make("b", {}, value), make("span", {}, label)); }

function facts(pairs) {
  return make("dl", { class: "facts" }, pairs.filter(p => p && p[1] !== undefined && p[1] !== null && p[1] !== "")
    .map(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
}

// Cores that put out words that are nobody's results, in the words of the command line.
function surplusRemarks(sentences) {
  return sentences.map(text => make("p", { class: "small surplus" }, make("b", { class: "over" }, "Hazard: "), text));
}

// A table; columns are {name, number, value(row), show(row)}. Headers sort.
function table(columns, rows, options = {}) {
  const body = make("tbody");
  let sorted = options.sorted ?? -1;
  let down = options.down ?? true;
  function filled() {
    const list = rows.slice();
    if (sorted >= 0) {
      const value = columns[sorted].value;
      list.sort((a, b) => {
        const [x, y] = [value(a), value(b)];
        const order = typeof x === "number" && typeof y === "number" ? x - y
          : String(x ?? "").localeCompare(String(y ?? ""), "en", { numeric: true });
        return down ? -order : order;
      });
    }
    body.replaceChildren(...list.map(row => assign(
      make("tr", {}, columns.map(c => make("td", { class: (c.number ? "number " : "") + (c.class || "") },
        (c.show || c.value)(row)))), options.row?.(row) || {})));
    heads.forEach((h, n) => {
      if (n === sorted) h.setAttribute("aria-sort", down ? "descending" : "ascending");
      else h.removeAttribute("aria-sort");
    });
  }
  const heads = columns.map((c, n) => make("th", { scope: "col", class: c.number ? "number" : "" },
    c.value ? make("button", {
      type: "button", onclick: () => {
        if (sorted === n) down = !down;
        else [sorted, down] = [n, !!c.number];
        filled();
      },
    }, c.name) : c.name));
  const result = make("div", { class: "scroll" }, make("table", {}, make("thead", {}, make("tr", {}, heads)), body));
  filled();
  return result;
}

// A stacked bar: [[share, class, name], …].
function bar(parts, label) {
  const text = label ?? parts.map(([share, , name]) => name + " " + percent(share, 0)).join(", ");
  return make("div", { class: "bar", role: "img", "aria-label": text, title: text },
    parts.map(([share, kind]) => make("span", {
      class: kind, style: { width: Math.max(0, Math.min(100, 100 * share)) + "%" },
    })));
}

// Resources against what there is: {lut, bram18, …}. `most` is the high end of an estimate, by which the fit is judged.
const resourceNames = { LUT: "LUT", FF: "FF", BRAM_18K: "BRAM18", URAM: "URAM", DSP: "DSP" };
function meters(used, available, most) {
  const known = Object.entries(resourceNames).filter(([key]) => typeof used[key] === "number");
  return make("div", { class: "meter" }, known.map(([key, name]) => {
    const [n, all] = [used[key], available?.[key]];
    const high = Math.max(n, most?.[key] ?? n);
    const shareOf = v => all ? v / all : v > 0 && all === 0 ? Infinity : 0;
    const share = shareOf(high);
    const over = share > 1;
    const part = v => all ? " (" + percent(shareOf(v)).replace(" ", "\u00a0") + ")" : "";
    const compared = all === undefined || all === null ? "" : " of " + count(all);
    const likely = [Math.min(shareOf(n), 1), over ? "blocked-fill" : "stored-fill", name];
    const unsure = [Math.min(share, 1) - likely[0], (over ? "blocked-fill" : "stored-fill") + " unsure-fill", "high end"];
    return [make("span", {}, name),
      available ? bar([likely, unsure], name + " " + percent(Math.min(shareOf(n), 9.99)) + (high > n ? ", at most " + percent(Math.min(share, 9.99)) : ""))
        : make("span", { class: "soft" }, ""),
      make("span", { class: "number" + (over ? " over" : "") },
        count(n) + (high > n ? " to " + count(high) : "") + compared + part(high))];
  }));
}
