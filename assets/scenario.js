/* Scenarios in the browser: the steps of models/scenario carried out on a sample of the customers, while a
 * slider moves, with no request. The server answers for everybody on release; both are compared there.
 *
 * A scenario is {steps: [{column, operation, value, level, who, coverage, cost}]}, as the server reads it.
 */
window.keepsight = window.keepsight || {};

window.keepsight.scenario = (() => {
  "use strict";

  const PLACES = 2 ** 32;
  const BANDS = 20;
  const TIE = 1e-12;
  const KEPT = 8;
  const TYPES = { f8: Float64Array, u4: Uint32Array, u2: Uint16Array, u1: Uint8Array };

  /** Read what models/scenario/sample.py packed, and join it with its prepared scorecard. */
  function open(buffer, card) {
    const length = new DataView(buffer).getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
    const arrays = new Map();
    for (const { name, type, offset, rows } of header.arrays) {
      arrays.set(name, new TYPES[type](buffer, 4 + length + offset, rows));
    }
    const base = { ...header, arrays, card, kept: new Map(), masks: new Map(), levels: new Map(Object.entries(header.levels)) };
    base.features = new Map(Object.entries(header.features));
    base.placeOf = new Map(card.features.map((feature, place) => [feature.column, place]));
    base.binsOfCodes = card.features.map((feature) => {
      if (!feature.codes) return null;
      const own = base.levels.get(feature.column);
      return Uint32Array.from([0, ...own.map((text) => feature.codes.get(text) ?? feature.other)]);
    });
    base.rulesOf = (column) => header.rules.filter((rule) => column in rule.when || column in rule.then);
    return base;
  }

  const isLevels = (base, column) => base.levels.has(column);
  const recorded = (base, column) =>
    base.arrays.get(`${isLevels(base, column) ? "codes" : "values"}:${column}`);
  const codeOf = (base, column, text) => base.levels.get(column).indexOf(text) + 1;

  /** Say whom a step is for: a byte per row, or null for everybody. It does not change while a value moves. */
  function chosen(base, step) {
    const key = JSON.stringify([step.who, step.coverage]);
    if (!base.masks.has(key)) {
      if (base.masks.size >= KEPT) base.masks.clear();
      base.masks.set(key, choose(base, step.who || {}, step.coverage ?? 1));
    }
    return base.masks.get(key);
  }

  /** models/scenario/moving.py: chosen. */
  function choose(base, who, coverage) {
    const tests = [];
    for (const [column, levels] of Object.entries(who.levels || {})) {
      const wanted = new Set(levels.map((text) => codeOf(base, column, text)));
      const codes = recorded(base, column);
      tests.push((row) => wanted.has(codes[row]));
    }
    for (const [column, [low, high]] of Object.entries(who.ranges || {})) {
      const values = recorded(base, column);
      const least = low ?? -Infinity;
      const most = high ?? Infinity;
      tests.push((row) => values[row] >= least && values[row] <= most);
    }
    const places = base.arrays.get("place");
    if (!tests.length && !who.first && coverage === 1) return null;
    const mask = new Uint8Array(base.rows);
    for (let row = 0; row < base.rows; row++) mask[row] = tests.every((test) => test(row)) ? 1 : 0;
    if (who.first) keepFirst(base, mask, who.first);
    if (coverage < 1) {
      for (let row = 0; row < base.rows; row++) if (!(places[row] < coverage * PLACES)) mask[row] = 0;
    }
    return mask;
  }

  /** Keep those with the highest expected loss: of a sample, its share of them. */
  function keepFirst(base, mask, first) {
    const ranks = base.arrays.get("rank");
    const among = [];
    for (let row = 0; row < base.rows; row++) if (mask[row]) among.push(ranks[row]);
    const wanted = Math.round((first * base.rows) / base.customers);
    if (among.length <= wanted) return;
    const last = among.sort((a, b) => a - b)[wanted - 1] ?? -1;
    for (let row = 0; row < base.rows; row++) if (ranks[row] > last) mask[row] = 0;
  }

  /** The new value of a number; held at the end of its range, but never moved the other way. */
  function moved(step, feature, old) {
    if (step.operation === "set") return step.value;
    const value = step.operation === "add" ? old + step.value : old * step.value;
    const low = feature.minimum === null ? -Infinity : Math.min(old, feature.minimum);
    const high = feature.maximum === null ? Infinity : Math.max(old, feature.maximum);
    return value < low ? low : value > high ? high : value;
  }

  /** The new code of each code of a column of levels. */
  function recoded(base, step) {
    const codes = Uint32Array.from({ length: base.levels.get(step.column).length + 1 }, (_, code) => code);
    const to = codeOf(base, step.column, step.value);
    if (step.operation === "set") codes.fill(to);
    else codes[codeOf(base, step.column, step.level)] = to;
    return codes;
  }

  /** Rules that speak of a column, as tests of one row: broken(row, code of the column). */
  function rulesFor(base, columns, column) {
    const now = (name) => columns.get(name) || recorded(base, name);
    return base.rulesOf(column).filter((rule) =>
      [...Object.keys(rule.when), ...Object.keys(rule.then)].every((name) => isLevels(base, name))
    ).map((rule) => {
      const tables = (part, holds) => Object.entries(part).map(([name, levels]) => {
        const own = base.levels.get(name);
        const table = [false, ...own.map((text) => levels.includes(text) === holds)];
        return { own: name === column, codes: now(name), table };
      });
      const when = tables(rule.when, true);
      const then = tables(rule.then, false);
      const at = ({ own, codes, table }, row, code) => table[own ? code : codes[row]];
      return (row, code) => when.every((one) => at(one, row, code)) && then.some((one) => at(one, row, code));
    });
  }

  /** Carry the steps out; gives the columns moved and the cost. models/scenario/moving.py. */
  function carryOut(base, scenario) {
    const columns = new Map();
    let cost = 0;
    for (const step of scenario.steps) {
      const feature = base.features.get(step.column);
      const mask = chosen(base, step);
      const old = columns.get(step.column) || recorded(base, step.column);
      const fresh = old.slice();
      const levels = isLevels(base, step.column) ? recoded(base, step) : null;
      const rules = rulesFor(base, columns, step.column);
      for (let row = 0; row < base.rows; row++) {
        if (mask && !mask[row]) continue;
        const next = levels ? levels[old[row]] : moved(step, feature, old[row]);
        if (next === old[row] || Number.isNaN(next)) continue;
        if (rules.some((broken) => broken(row, next) && !broken(row, old[row]))) continue;
        fresh[row] = next;
        if (step.cost !== undefined && step.cost !== null) cost += step.cost;
        else if (feature.cost) {
          const size = levels ? 1 : Math.abs(next - old[row]);
          if (!Number.isNaN(size)) cost += feature.cost * base.months * size;
        }
      }
      columns.set(step.column, fresh);
    }
    follow(base, columns);
    return { columns, cost };
  }

  const columnsOf = (tree) =>
    typeof tree === "string" ? [tree] : Array.isArray(tree) ? [...columnsOf(tree[1]), ...columnsOf(tree[2])] : [];

  /** Evaluate a formula on one row, by the same operations in the same order as config/formula.py. */
  function evaluate(tree, read, row) {
    if (typeof tree === "number") return tree;
    if (typeof tree === "string") return read.get(tree)[row];
    const left = evaluate(tree[1], read, row);
    const right = evaluate(tree[2], read, row);
    if (tree[0] === "+") return left + right;
    if (tree[0] === "-") return left - right;
    return tree[0] === "*" ? left * right : left / right;
  }

  function follow(base, columns) {
    for (const [column, tree] of base.derived) {
      const names = columnsOf(tree);
      if (columns.has(column) || !names.some((name) => columns.has(name))) continue;
      const before = new Map(names.map((name) => [name, recorded(base, name)]));
      const after = new Map(names.map((name) => [name, columns.get(name) || recorded(base, name)]));
      const fresh = recorded(base, column).slice();
      for (let row = 0; row < base.rows; row++) {
        const difference = evaluate(tree, after, row) - evaluate(tree, before, row);
        const value = fresh[row] + difference;
        if (difference !== 0 && Number.isFinite(value)) fresh[row] = value;
      }
      columns.set(column, fresh);
    }
  }

  function binsOf(edges, values) {
    const bins = new Uint32Array(values.length);
    for (let row = 0; row < values.length; row++) {
      const value = values[row];
      if (Number.isNaN(value)) continue;
      let low = 0;
      let high = edges.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (edges[middle] <= value) low = middle + 1;
        else high = middle;
      }
      bins[row] = low + 1;
    }
    return bins;
  }

  /** Per axis of a table term: the slot of each row, and what a slot adds to the cell number. */
  function axesOf(base, term, columns) {
    return term.axes.map(({ feature, map }) => {
      const { column, edges } = base.card.features[feature];
      const ofCodes = base.binsOfCodes[feature];
      const fresh = columns.get(column);
      if (ofCodes) return { slots: fresh || recorded(base, column), cells: ofCodes.map((bin) => map[bin]) };
      return { slots: fresh ? binsOf(edges, fresh) : base.arrays.get(`bins:${column}`), cells: map };
    });
  }

  const linearScore = (term, value) => {
    if (Number.isNaN(value)) return term.missing;
    const product = term.slope * (value - term.centre);
    if (Number.isNaN(product)) return 0;
    return Math.floor(Math.min(Math.max(product, -term.limit), term.limit) * 2 ** 44 + 0.5) / 2 ** 44;
  };

  /** Add the scores of some terms to each row's total, or take them away. */
  function addTerms(base, places, columns, total, sign) {
    for (const place of places) {
      const term = base.card.terms[place];
      if (term.linear) {
        const { column } = base.card.features[term.linear.feature];
        const values = columns.get(column) || recorded(base, column);
        for (let row = 0; row < base.rows; row++) total[row] += sign * linearScore(term.linear, values[row]);
        continue;
      }
      const [first, second] = axesOf(base, term, columns);
      const { scores } = base.card;
      if (!second) {
        for (let row = 0; row < base.rows; row++) total[row] += sign * scores[first.cells[first.slots[row]]];
      } else {
        for (let row = 0; row < base.rows; row++) {
          total[row] += sign * scores[first.cells[first.slots[row]] + second.cells[second.slots[row]]];
        }
      }
    }
  }

  function touchedPlaces(base, columns) {
    const features = new Set([...columns.keys()].map((column) => base.placeOf.get(column)));
    return base.card.terms.flatMap((term, place) => {
      const own = term.linear ? [term.linear.feature] : term.axes.map((axis) => axis.feature);
      return own.some((feature) => features.has(feature)) ? [place] : [];
    });
  }

  /** Log-odds without some terms, exactly; the last few are kept. */
  function untouched(base, places) {
    const key = places.join();
    let rest = base.kept.get(key);
    if (!rest) {
      rest = base.arrays.get("log_odds").slice();
      addTerms(base, places, new Map(), rest, -1);
      base.kept.set(key, rest);
      if (base.kept.size > KEPT) base.kept.delete(base.kept.keys().next().value);
    }
    return rest;
  }

  /** Give each sampled customer's log-odds after a scenario: the same bits as the server's. */
  function logOdds(base, columns) {
    const places = touchedPlaces(base, columns);
    const total = untouched(base, places).slice();
    addTerms(base, places, columns, total, 1);
    return total;
  }

  function summed(base, columns, total, line) {
    const revenue = base.revenue ? columns.get(base.revenue) || recorded(base, base.revenue) : null;
    const worth = base.value ? columns.get(base.value) || recorded(base, base.value) : null;
    const chances = new Float64Array(base.rows);
    const side = { leavers: 0, atRisk: 0, kept: 0, over: 0, bands: new Array(BANDS).fill(0), chances };
    for (let row = 0; row < base.rows; row++) {
      const p = 1 / (1 + Math.exp(-total[row]));
      const paid = revenue ? revenue[row] || 0 : 0;
      chances[row] = p;
      side.leavers += p;
      side.atRisk += p * paid;
      side.kept += (1 - p) * (worth ? worth[row] || 0 : paid * base.months);
      if (p >= line) side.over += 1;
      side.bands[Math.min(Math.floor(p * BANDS), BANDS - 1)] += 1;
    }
    return side;
  }

  const scaled = (base, side) => {
    const each = base.rows ? base.customers / base.rows : 0;
    return {
      leavers: side.leavers * each, atRisk: side.atRisk * each, kept: side.kept * each,
      over: side.over * each, bands: side.bands.map((count) => count * each), chances: side.chances,
    };
  };

  /** Standard error of the change of leavers: neighbours in score stand for what a stratum varies by. */
  function errorOf(base, before, after) {
    let squares = 0;
    let last = null;
    for (let row = 0; row < base.rows; row++) {
      const change = after.chances[row] - before.chances[row];
      if (last !== null) squares += (change - last) ** 2;
      last = change;
    }
    const variance = base.rows > 1 ? squares / (2 * (base.rows - 1)) : 0;
    const unseen = Math.max(0, 1 - base.rows / base.customers);
    return base.rows ? base.customers * Math.sqrt((variance / base.rows) * unseen) : 0;
  }

  /** The base as it is, by the sample. */
  function before(base) {
    if (!base.before) base.before = summed(base, new Map(), base.arrays.get("log_odds"), lineOf(base));
    return base.before;
  }

  const lineOf = (base) => (base.line === null || base.line === undefined ? Infinity : base.line * (1 - TIE));

  /** Answer a scenario by the sample: sums scaled to all customers, and the error of the change. */
  function run(base, scenario) {
    const then = before(base);
    const { columns, cost } = carryOut(base, scenario);
    const total = logOdds(base, columns);
    const now = summed(base, columns, total, lineOf(base));
    const each = base.rows ? base.customers / base.rows : 0;
    return {
      before: scaled(base, then), after: scaled(base, now), cost: cost * each,
      error: errorOf(base, then, now), logOdds: total,
    };
  }

  /** Say by how much the chances of the sample lie apart from the server's, at most. */
  function apart(answer, chances) {
    let most = answer.after.chances.length === chances.length ? 0 : Infinity;
    for (let row = 0; row < chances.length; row++) {
      most = Math.max(most, Math.abs(chances[row] - answer.after.chances[row]));
    }
    return most;
  }

  return { open, run, apart };
})();
