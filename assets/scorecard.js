/* The scorecard in the browser: the same table, the same sums, the same bits as models/scorecard.py.
 *
 * A row is a plain object, column -> number | string | boolean | null. A column that is not there is
 * missing, and so is what every object inherits (a column may be named "constructor"). Nothing here
 * builds code from text, so it runs under a strict Content-Security-Policy.
 */
window.keepsight = window.keepsight || {};

window.keepsight.scorecard = (() => {
  "use strict";

  const GRID = 2 ** 44;
  const UNSEEN = "";
  const BLANK = /^[ \t\r\n]+|[ \t\r\n]+$/g;
  const DECIMAL = /^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$/;

  /** Read a value as a number; NaN where it is missing or no plain decimal. models/values.py: number. */
  function number(value) {
    if (typeof value === "number") return value;
    if (typeof value === "boolean") return value ? 1 : 0;
    if (typeof value !== "string") return NaN;
    const text = value.replace(BLANK, "");
    return DECIMAL.test(text) ? Number(text) : NaN;
  }

  /** Read a value as a level; null where it is missing. models/values.py: level. */
  function level(value) {
    if (typeof value === "string") return value.replace(BLANK, "") || null;
    const read = number(value);
    if (Number.isNaN(read)) return null;
    return Number.isInteger(read) && Math.abs(read) < 2 ** 53 ? String(read) : UNSEEN;
  }

  /** Count the edges that are at most the value. */
  function passed(edges, value) {
    let low = 0;
    let high = edges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (edges[middle] <= value) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function prepareFeature(feature) {
    const levels = feature.kind === "categorical" ? feature.levels : null;
    return {
      column: feature.column,
      edges: levels ? null : Float64Array.from(feature.edges),
      codes: levels && new Map(levels.map((text, place) => [text, place + 1])),
      other: levels ? levels.length + 1 : 0,
    };
  }

  /** Per axis: which share of the cell number each bin of its feature has. */
  function prepareTable(term, features, start) {
    const sizes = term.axes.map((axis) => (axis.levels || axis.edges).length + 2);
    const cells = sizes.reduce((product, size) => product * size, 1);
    let stride = cells;
    const axes = term.axes.map((axis, place) => {
      stride /= sizes[place];
      const { edges, other } = features[axis.feature];
      const map = new Uint32Array(edges ? edges.length + 2 : other + 1);
      for (let bin = 0; bin < map.length; bin++) {
        let own = bin;
        if (edges && bin > 1) own = passed(axis.edges, edges[bin - 2]) + 1;
        map[bin] = own * stride + (place === 0 ? start : 0);
      }
      return { feature: axis.feature, map };
    });
    return { axes, cells };
  }

  /** Prepare a scorecard, given as JSON text or already parsed, for fast scoring. */
  function prepare(json) {
    const plain = typeof json === "string" ? JSON.parse(json) : json;
    if (plain.format !== 1) {
      throw new Error(`This scorecard is of format ${plain.format}; this page reads format 1. Reload it.`);
    }
    const features = plain.features.map(prepareFeature);
    const bags = plain.bag_intercepts.length;
    const terms = [];
    let cells = 0;
    for (const term of plain.terms) {
      if (term.type === "linear") {
        terms.push({ linear: term });
      } else {
        const table = prepareTable(term, features, cells);
        cells += table.cells;
        terms.push(table);
      }
    }
    const scores = new Float64Array(cells);
    const bagScores = new Float64Array(cells * bags); // cell by cell, so that one cell's bags lie together
    let start = 0;
    plain.terms.forEach((term) => {
      if (term.type === "linear") return;
      scores.set(term.scores, start);
      term.bags.forEach((bag, b) => bag.forEach((score, cell) => (bagScores[(start + cell) * bags + b] = score)));
      start += term.scores.length;
    });
    return {
      intercept: plain.intercept,
      bagIntercepts: Float64Array.from(plain.bag_intercepts),
      spread: plain.spread,
      features,
      terms,
      scores,
      bagScores,
      bins: new Uint32Array(features.length),
    };
  }

  /** Find the bin of each feature; the array is the card's own, and overwritten by the next call. */
  function encode(card, row) {
    const { features, bins } = card;
    for (let place = 0; place < features.length; place++) {
      const feature = features[place];
      const raw = row[feature.column];
      if (feature.codes) {
        const text = level(raw);
        bins[place] = text === null ? 0 : feature.codes.get(text) ?? feature.other;
      } else {
        const value = number(raw);
        bins[place] = Number.isNaN(value) ? 0 : passed(feature.edges, value) + 1;
      }
    }
    return bins;
  }

  function cellOf(term, bins) {
    let cell = 0;
    for (const { feature, map } of term.axes) cell += map[bins[feature]];
    return cell;
  }

  /** Score by a slope: the product kept within the limit, then rounded to the grid; infinity x 0 is 0. */
  function linearScore(value, slope, missing, term) {
    if (Number.isNaN(value)) return missing;
    const product = slope * (value - term.centre);
    if (Number.isNaN(product)) return 0;
    return Math.floor(Math.min(Math.max(product, -term.limit), term.limit) * GRID + 0.5) / GRID;
  }

  const linearValue = (card, row, term) => number(row[card.features[term.feature].column]);

  /** Say what each term gives to the log-odds; with the intercept they add up to it exactly. */
  function contributions(card, row) {
    const bins = encode(card, row);
    const parts = new Float64Array(card.terms.length);
    card.terms.forEach((term, place) => {
      const { linear } = term;
      parts[place] = linear
        ? linearScore(linearValue(card, row, linear), linear.slope, linear.missing, linear)
        : card.scores[cellOf(term, bins)];
    });
    return parts;
  }

  /** Score a row. */
  function logOdds(card, row) {
    return contributions(card, row).reduce((sum, part) => sum + part, card.intercept);
  }

  /** Score a row by every bag. */
  function bagLogOdds(card, row) {
    const bins = encode(card, row);
    const total = card.bagIntercepts.slice();
    const bags = total.length;
    for (const term of card.terms) {
      const { linear } = term;
      const start = linear ? 0 : cellOf(term, bins) * bags;
      const value = linear ? linearValue(card, row, linear) : NaN;
      for (let b = 0; b < bags; b++) {
        total[b] += linear
          ? linearScore(value, linear.bags[b].slope, linear.bags[b].missing, linear)
          : card.bagScores[start + b];
      }
    }
    return total;
  }

  /** Turn log-odds into a probability. */
  const probability = (x) => 1 / (1 + Math.exp(-x));

  /** Give the range of a row's score (model spread, not chance): [low, high], probabilities. */
  function interval(card, row) {
    const bags = bagLogOdds(card, row);
    const mean = bags.reduce((sum, x) => sum + x, 0) / bags.length;
    const squares = bags.reduce((sum, x) => sum + (x - mean) * (x - mean), 0);
    const reach = card.spread * Math.sqrt(squares / (bags.length - 1));
    return [probability(mean - reach), probability(mean + reach)];
  }

  /** Evaluate a parsed formula (config/formula.py) on a row. */
  function evaluate(tree, row) {
    if (typeof tree === "number") return tree;
    if (typeof tree === "string") return number(row[tree]);
    const left = evaluate(tree[1], row);
    const right = evaluate(tree[2], row);
    if (tree[0] === "+") return left + right;
    if (tree[0] === "-") return left - right;
    return tree[0] === "*" ? left * right : left / right;
  }

  /** Move a derived column by the difference of its formula; models/derivation.py: derive. */
  function derive(tree, before, after, recorded) {
    const difference = evaluate(tree, after) - evaluate(tree, before);
    const moved = number(recorded) + difference;
    return difference === 0 || !Number.isFinite(moved) ? recorded : moved;
  }

  return { prepare, encode, logOdds, contributions, bagLogOdds, probability, interval, derive, number, level };
})();
