// The waterfall: rows of a table whose bars go from the starting point to the score.
// draw(node, data) only writes what changed, so it keeps up with a slider.
//   data = { start, end, rows: [{label, value, points, role}], live }   shares in 0-1; live: while dragging
(function () {
  "use strict";
  const keepsight = (window.keepsight = window.keepsight || {});
  const ROLES = ["lever", "assumption", "fact"];

  function make(tag, className, parent, role) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (role) node.setAttribute("role", role);
    if (parent) parent.appendChild(node);
    return node;
  }

  function makeRow(table) {
    const row = make("div", "ks-wf-row", table, "row");
    const name = make("div", "ks-wf-name", row, "rowheader");
    const first = make("span", "ks-wf-label", name);
    const label = make("span", "", first);
    const role = make("span", "ks-wf-role", first);
    const value = make("span", "ks-wf-value", name);
    const cell = make("div", "ks-wf-cell", row, "cell");
    const track = make("div", "ks-wf-track", cell);
    track.setAttribute("aria-hidden", "true");
    const bar = make("div", "ks-wf-bar", track);
    const figure = make("div", "ks-wf-figure", cell);
    return { row, label, role, value, bar, figure, seen: {} };
  }

  function init(node) {
    node.textContent = "";
    const key = make("div", "ks-wf-key", node);
    key.setAttribute("aria-hidden", "true");
    for (const [kind, words] of [["raise", "raises the chance of leaving"], ["lower", "lowers it"]]) {
      const part = make("span", "", key);
      make("span", `ks-wf-swatch ks-wf-swatch-${kind}`, part);
      part.appendChild(document.createTextNode(words));
    }
    make("span", "", key).textContent = "figures in percentage points";
    const table = make("div", "", node, "table");
    table.setAttribute(
      "aria-label",
      "How the reasons add up, in percentage points, from the starting point to the chance of leaving"
    );
    node.ksWaterfall = { table, rows: [], domain: null };
    return node.ksWaterfall;
  }

  function put(held, name, value, write) {
    if (held.seen[name] === value) return;
    held.seen[name] = value;
    write(value);
  }

  function writeRow(held, kind, row, from, to, domain) {
    const span = domain[1] - domain[0];
    const left = ((Math.min(from, to) - domain[0]) / span) * 100;
    const width = (Math.abs(to - from) / span) * 100;
    put(held, "kind", kind, (v) => (held.row.className = `ks-wf-row ks-wf-${v}`));
    put(held, "label", row.label, (v) => (held.label.textContent = v));
    put(held, "role", ROLES.includes(row.role) ? row.role : "", (v) => {
      held.role.textContent = v;
      held.role.className = `ks-wf-role ks-wf-role-${v || "none"}`;
    });
    put(held, "value", row.value || "", (v) => (held.value.textContent = v));
    put(held, "figure", row.figure, (v) => (held.figure.textContent = v));
    put(held, "left", left.toFixed(2), (v) => (held.bar.style.left = v + "%"));
    put(held, "width", width.toFixed(2), (v) => (held.bar.style.width = v + "%"));
  }

  // While dragging the scale only widens, and it narrows again at rest, so that bars do not swim.
  function scale(state, low, high, live) {
    const fit = [Math.min(0, low), Math.max(high, 0.02) * 1.02]; // from zero: the length of a total is its size
    const old = state.domain;
    if (live && old) state.domain = [Math.min(old[0], fit[0]), Math.max(old[1], fit[1])];
    else state.domain = fit;
    return state.domain;
  }

  function draw(node, data) {
    const state = node.ksWaterfall || init(node);
    const format = keepsight.format;
    node.classList.toggle("ks-live", Boolean(data.live));
    const sums = [data.start];
    for (const row of data.rows) sums.push(sums[sums.length - 1] + row.points);
    const all = sums.concat(data.end);
    const domain = scale(state, Math.min(...all), Math.max(...all), data.live);
    const needed = data.rows.length + 2;
    while (state.rows.length < needed) state.rows.push(makeRow(state.table));
    while (state.rows.length > needed) state.rows.pop().row.remove();
    const first = { label: data.startLabel || "Starting point", figure: format.share(data.start) };
    writeRow(state.rows[0], "start", first, 0, data.start, domain);
    data.rows.forEach((row, i) => {
      const kind = row.points > 0 ? "raise" : row.points < 0 ? "lower" : "still";
      const shown = { label: row.label, value: row.value, role: row.role, figure: format.points(row.points) };
      writeRow(state.rows[i + 1], kind, shown, sums[i], sums[i + 1], domain);
    });
    const last = { label: data.endLabel || "Chance of leaving", figure: format.share(data.end) };
    writeRow(state.rows[needed - 1], "end", last, 0, data.end, domain);
  }

  // Folds all but the first `shown` rows into "Everything else"; what is shown still adds up.
  function fold(start, end, rows, shown) {
    if (rows.length <= shown) return { start, end, rows };
    const kept = rows.slice(0, shown);
    const points = end - start - kept.reduce((sum, row) => sum + row.points, 0);
    const rest = { label: "Everything else", value: `${rows.length - shown} more`, points, role: null };
    return { start, end, rows: kept.concat(rest) };
  }

  keepsight.waterfall = { draw, fold };
})();
