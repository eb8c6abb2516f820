// How like the training data a customer is, by the same rule as models/familiarity.py: each input, the whole row,
// and in words. The two are tested against each other, since a score must not look firm while a slider moves.
//   keepsight.familiarity.prepare(features) -> known       keepsight.familiarity.of(known, columns, row, bins)
(function () {
  "use strict";
  const keepsight = (window.keepsight = window.keepsight || {});
  const FAR = 0.5;
  const RARE_INPUT = 0.001;
  const RARE_ROW = 1e-2;
  const UNLIKE_ROW = 1e-4;
  const MOST_UNREAD = 0.5;

  const sum = (values) => values.reduce((total, one) => total + one, 0);
  const within = (share, rows) => Math.min(1, Math.max(1 / (1 + rows), share));

  /** Per bin, twice the share of rows at it or on its nearer side; missing: its own share. */
  function numericShares(counts) {
    const rows = sum(counts);
    const seen = counts.slice(1);
    const total = Math.max(sum(seen), 1);
    let below = 0;
    let above = sum(seen);
    const shares = [counts[0] / Math.max(rows, 1)];
    for (const count of seen) {
      below += count;
      shares.push(2 * Math.min(below / total, above / total));
      above -= count;
    }
    return shares.map((share) => within(share, rows));
  }

  /** Per level, the share of rows that hold it or a rarer one. */
  function levelShares(counts) {
    const rows = sum(counts);
    const held = (own) => (own ? sum(counts.filter((count) => count <= own)) / Math.max(rows, 1) : 0);
    return counts.map((own) => within(held(own), rows));
  }

  function prepare(features) {
    return features.map((feature) => {
      const isNumeric = feature.kind === "numeric";
      const rows = sum(feature.counts);
      return {
        column: feature.column,
        isNumeric,
        minimum: isNumeric ? feature.minimum : null,
        maximum: isNumeric ? feature.maximum : null,
        other: isNumeric ? null : feature.levels.length + 1,
        isCounted: rows > 0,
        least: 1 / (1 + rows),
        shares: isNumeric ? numericShares(feature.counts) : levelShares(feature.counts),
        feature,
      };
    });
  }

  /** How far a number lies outside the training range, in widths of it. */
  function beyond({ minimum, maximum }, raw) {
    if (minimum === null || maximum === null) return 0;
    const width = maximum - minimum || Math.max(1, Math.abs(maximum));
    const value = keepsight.scorecard.number(raw);
    const out = Math.max(minimum - value, value - maximum) / width;
    return Number.isNaN(out) ? 0 : Math.max(out, 0);
  }

  function input(one, column, raw, bin) {
    const far = beyond(one, raw);
    const share = !one.isCounted ? null : far > 0 ? one.least : one.shares[bin];
    let words = keepsight.words.warning(one.feature, column, raw);
    if (words === null && share !== null && share <= RARE_INPUT) {
      const value = keepsight.words.value(column, raw);
      words = `${column.label} is ${value}; ${oneIn(share)} that the model has learned from are as far out.`;
    }
    return { label: column.label, share, beyond: far, isRead: bin !== 0 && bin !== one.other, words };
  }

  function oneIn(share) {
    return `fewer than 1 in ${keepsight.words.amount(Math.max(1, Math.floor(1 / share) - 1), {})} customers`;
  }

  /** The shares of the inputs combined, by Fisher's method; null where none were counted. */
  function rowShare(inputs) {
    const shares = inputs.map((one) => one.share).filter((share) => share !== null);
    if (!shares.length) return null;
    const surprise = -sum(shares.map(Math.log));
    let term = 1;
    let total = 1;
    for (let step = 1; step < shares.length; step++) {
      term = (term * surprise) / step;
      total += term;
    }
    return Math.min(1, Math.exp(-surprise) * total);
  }

  /** Judge a row; `bins` are those of the card's features (scorecard.encode), `columns` how each is read out. */
  function of(known, columns, row, bins) {
    const inputs = known.map((one, place) => input(one, columns[one.column], row[one.column], bins[place]));
    const share = rowShare(inputs);
    const isRare = (one) => (one.share ?? 0) <= RARE_INPUT;
    const unread = inputs.filter((one) => !one.isRead && isRare(one)).length / inputs.length;
    const far = inputs.filter((one) => one.beyond > FAR);
    const words = inputs.map((one) => one.words).filter(Boolean);
    if (far.length || unread > MOST_UNREAD || (share !== null && share < UNLIKE_ROW)) {
      return { grade: "unlike", text: unlike(far, unread, inputs), words };
    }
    const odd = inputs.filter((one) => one.words !== null && isRare(one));
    if (odd.length || (share !== null && share < RARE_ROW)) return { grade: "unusual", text: unusual(odd, inputs), words };
    return { grade: "usual", text: "", words };
  }

  function unlike(far, unread, inputs) {
    let why = `too much is unusual at once, above all ${rarest(inputs)}`;
    if (far.length) why = `far outside what the model has seen in ${labels(far)}`;
    else if (unread > MOST_UNREAD) {
      why = `${percent(unread)} of what the model reads is not known here or was never seen`;
    }
    return `No firm score: ${why}.`;
  }

  function unusual(odd, inputs) {
    if (odd.length) return `Unusual, so take the score with care: ${labels(odd)}.`;
    return `Unusual as a whole, so take the score with care; above all ${rarest(inputs)}.`;
  }

  /** Whole per cent; a half goes to the even one, as Python writes it. */
  function percent(share) {
    const exact = share * 100;
    const rounded = Math.round(exact);
    return `${exact % 1 === 0.5 && rounded % 2 ? rounded - 1 : rounded}%`;
  }

  function rarest(inputs) {
    const counted = inputs.filter((one) => one.share !== null);
    return labels(counted.sort((a, b) => a.share - b.share).slice(0, 3));
  }

  const labels = (inputs) => keepsight.words.and(inputs.map((one) => one.label));

  keepsight.familiarity = { prepare, of };
})();
