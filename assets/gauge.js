// The gauge: the chance of leaving on a half circle, with its range, the at-risk line and where it stood before.
//   draw(node, { probability, low, high, threshold, before, firm })   shares in 0-1; threshold and before may be
// missing. Where firm is false the figure is "No firm score", and the number stands beneath it, subdued.
(function () {
  "use strict";
  const keepsight = (window.keepsight = window.keepsight || {});
  const SVG = "http://www.w3.org/2000/svg";
  const CX = 120;
  const CY = 122;
  const R = 96;

  function svg(tag, className, attributes, parent) {
    const node = document.createElementNS(SVG, tag);
    if (className) node.setAttribute("class", className);
    for (const name of Object.keys(attributes)) node.setAttribute(name, attributes[name]);
    parent.appendChild(node);
    return node;
  }

  const arc = (r) => `M ${CX - r} ${CY} A ${r} ${r} 0 0 1 ${CX + r} ${CY}`;
  const at = (part, r) => [CX - r * Math.cos(Math.PI * part), CY - r * Math.sin(Math.PI * part)];
  const inside = (part) => Math.min(1, Math.max(0, part));
  const given = (part) => part !== null && part !== undefined && Number.isFinite(part);

  function div(className, parent, tag) {
    const node = document.createElement(tag || "div");
    node.className = className;
    parent.appendChild(node);
    return node;
  }

  function init(node) {
    node.textContent = "";
    const dial = div("ks-gauge-dial", node);
    dial.setAttribute("role", "img");
    const root = svg("svg", "", { viewBox: "0 0 240 142", "aria-hidden": "true", focusable: "false" }, dial);
    svg("path", "ks-gauge-track", { d: arc(R) }, root);
    const value = svg("path", "ks-gauge-value", { d: arc(R), pathLength: 1 }, root);
    const band = svg("path", "ks-gauge-band", { d: arc(R + 15), pathLength: 1 }, root);
    const line = svg("line", "ks-gauge-line", {}, root);
    const before = svg("circle", "ks-gauge-before", { r: 5 }, root);
    svg("text", "", { x: CX - R, y: 140, "text-anchor": "middle" }, root).textContent = "0%";
    svg("text", "", { x: CX + R, y: 140, "text-anchor": "middle" }, root).textContent = "100%";
    const centre = div("ks-gauge-centre", dial);
    const figure = div("ks-gauge-figure", centre);
    const caption = div("ks-gauge-caption", centre);
    const words = div("ks-gauge-words", node);
    const range = div("", words, "span");
    const where = div("", words, "span");
    const was = div("", words, "span");
    node.ksGauge = { dial, value, band, line, before, figure, caption, range, where, was };
    return node.ksGauge;
  }

  function mark(node, part, place) {
    if (!given(part)) {
      node.setAttribute("visibility", "hidden");
      return;
    }
    node.setAttribute("visibility", "visible");
    place(inside(part));
  }

  function draw(node, data) {
    const g = node.ksGauge || init(node);
    const { share } = keepsight.format;
    const p = inside(data.probability);
    g.value.setAttribute("stroke-dasharray", `${p.toFixed(5)} 2`);
    const low = inside(data.low);
    const long = Math.max(0.004, inside(data.high) - low);
    g.band.setAttribute("stroke-dasharray", `0 ${low.toFixed(5)} ${long.toFixed(5)} 2`);
    mark(g.line, data.threshold, (t) => {
      const [x1, y1] = at(t, R - 13);
      const [x2, y2] = at(t, R + 20);
      for (const [name, v] of [["x1", x1], ["y1", y1], ["x2", x2], ["y2", y2]]) g.line.setAttribute(name, v);
    });
    mark(g.before, data.before, (b) => {
      const [x, y] = at(b, R);
      g.before.setAttribute("cx", x);
      g.before.setAttribute("cy", y);
    });
    const isFirm = data.firm !== false;
    node.classList.toggle("ks-gauge-unfirm", !isFirm);
    g.figure.textContent = isFirm ? share(data.probability) : "No firm score";
    g.caption.textContent = isFirm ? "chance of leaving" : `would be ${share(data.probability)}`;
    g.range.textContent = `range ${share(data.low)} to ${share(data.high)}`;
    const line = given(data.threshold) ? data.threshold : null;
    const side = line !== null && data.probability >= line ? "on or above" : "below";
    g.where.textContent = line === null ? "" : `${side} the at-risk line of ${share(line)}`;
    const moved = given(data.before) && data.before !== data.probability;
    g.was.textContent = moved
      ? `was ${share(data.before)}: ${keepsight.format.points(data.probability - data.before)} points`
      : "";
    g.dial.setAttribute(
      "aria-label",
      `Chance of leaving ${share(data.probability)}${isFirm ? "" : ", no firm score"}, ${g.range.textContent}` +
        (g.where.textContent ? `, ${g.where.textContent}` : "") +
        (moved ? `, ${g.was.textContent}` : "")
    );
  }

  keepsight.gauge = { draw };
})();
