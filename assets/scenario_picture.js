// A scenario as a picture, drawn from the server's answer: name, steps, figures, two sentences, bars, stamp.
//   draw(answer, name, parts) -> Promise of a PNG (Blob); `parts` are the page's nodes that hold the figures
(function () {
  "use strict";
  const keepsight = (window.keepsight = window.keepsight || {});
  const WIDTH = 1200;
  const EDGE = 48;
  const TALLEST = 2400;
  const BARS = 220;
  const TILES = ["leavers", "atRisk", "over", "cost", "net"];
  const NOTICE = "Made to assist; a person decides. Predictions from past customers, not causes and not certainties.";

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--ks-${name}`).trim();

  // A pen that goes down the page: `at` is where the next line stands.
  function pen(canvas) {
    const context = canvas.getContext("2d");
    const family = colour("font") || "sans-serif";
    const own = { context, at: EDGE };

    own.look = (size, weight, ink) => {
      context.font = `${weight} ${size}px ${family}`;
      context.fillStyle = colour(ink);
      context.textBaseline = "top";
    };

    own.wrap = (text, width) => {
      const lines = [""];
      for (const word of String(text).split(/\s+/)) {
        const longer = `${lines[lines.length - 1]} ${word}`.trim();
        if (context.measureText(longer).width <= width || !lines[lines.length - 1]) lines[lines.length - 1] = longer;
        else lines.push(word);
      }
      return lines;
    };

    own.text = (text, { size = 18, weight = 400, ink = "ink", x = EDGE, y = own.at, width = WIDTH - 2 * EDGE } = {}) => {
      own.look(size, weight, ink);
      const lines = own.wrap(text, width);
      lines.forEach((line, n) => context.fillText(line, x, y + n * size * 1.4));
      return y + lines.length * size * 1.4;
    };

    own.write = (text, look) => {
      own.at = own.text(text, look);
    };
    return own;
  }

  function tiles(own, parts) {
    const gap = 16;
    const width = (WIDTH - 2 * EDGE - gap * (TILES.length - 1)) / TILES.length;
    const top = own.at;
    let low = top;
    TILES.forEach((name, n) => {
      const box = parts[`${name}After`].parentElement;
      const x = EDGE + n * (width + gap);
      const title = box.querySelector(".ks-sc-tile-name > span").textContent;
      let y = own.text(title, { size: 15, ink: "muted", x, y: top, width });
      y = own.text(parts[`${name}After`].textContent, { size: 26, weight: 700, x, y: top + 44, width });
      y = own.text(parts[`${name}Note`].textContent, { size: 14, ink: "muted", x, y, width });
      low = Math.max(low, y);
    });
    own.at = low + 20;
  }

  function bars(own, answer) {
    const { context } = own;
    const { bands_before: before, bands_after: after, line } = answer;
    const most = Math.max(...before, ...after, 1);
    const width = (WIDTH - 2 * EDGE) / before.length;
    own.write("Customers by chance of leaving", { weight: 600 });
    const floor = own.at + 8 + BARS;
    [before, after].forEach((counts, which) => {
      context.fillStyle = colour(which ? "model" : "grey");
      counts.forEach((count, n) => {
        const height = (BARS * count) / most;
        context.fillRect(EDGE + n * width + 6 + which * (width / 2 - 6), floor - height, width / 2 - 8, height);
      });
    });
    if (line !== null && line !== undefined) {
      context.strokeStyle = colour("ink");
      context.setLineDash([6, 5]);
      context.beginPath();
      const x = EDGE + line * before.length * width;
      context.moveTo(x, floor - BARS);
      context.lineTo(x, floor);
      context.stroke();
      context.setLineDash([]);
    }
    for (let n = 0; n < before.length; n += 4) {
      own.text(`${n * 5}%`, { size: 14, ink: "muted", x: EDGE + n * width, y: floor + 6 });
    }
    context.fillStyle = colour("grey");
    context.fillRect(EDGE, floor + 38, 14, 14);
    own.text("as it is", { size: 14, ink: "muted", x: EDGE + 22, y: floor + 36 });
    context.fillStyle = colour("model");
    context.fillRect(EDGE + 100, floor + 38, 14, 14);
    own.text("as it would be", { size: 14, ink: "muted", x: EDGE + 122, y: floor + 36 });
    own.text(line === null || line === undefined ? "" : "dashed: at-risk line", { size: 14, ink: "muted", x: EDGE + 250, y: floor + 36 });
    own.at = floor + 72;
  }

  function draw(answer, name, parts) {
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: WIDTH, height: TALLEST });
    const own = pen(canvas);
    own.context.fillStyle = colour("surface");
    own.context.fillRect(0, 0, WIDTH, TALLEST);
    own.write(name, { size: 30, weight: 700 });
    answer.steps.forEach((step, n) => own.write(`${n + 1}. ${step.text}`, { ink: "muted" }));
    own.at += 20;
    tiles(own, parts);
    answer.sentences.slice(0, answer.steps.length ? 2 : 1).forEach((text) => own.write(text));
    own.at += 20;
    bars(own, answer);
    const { stamp } = answer;
    const state = answer.draft ? " Draft, not signed off." : "";
    const data = `${stamp.synthetic ? "Synthetic data" : "Data"} of ${stamp.data_date}`;
    own.write(`${data}, model ${stamp.version.slice(0, 8)}, log entry ${answer.entry}.${state}`, { size: 15, ink: "muted" });
    own.write(NOTICE, { size: 15, ink: "muted" });
    return cut(canvas, Math.min(own.at + EDGE, TALLEST));
  }

  function cut(canvas, height) {
    const whole = document.createElement("canvas");
    Object.assign(whole, { width: WIDTH, height: Math.ceil(height) });
    whole.getContext("2d").drawImage(canvas, 0, 0);
    return new Promise((done) => whole.toBlob(done, "image/png"));
  }

  keepsight.scenarioPicture = { draw };
})();
