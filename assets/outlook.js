// One customer as moved, computed in the browser: the same bits and words as services/what_if.py gives.
//   keepsight.outlook.prepare(plain scorecard) -> card       keepsight.outlook.of(setting, card, changes) -> outlook
(function () {
  "use strict";
  const keepsight = (window.keepsight = window.keepsight || {});

  function prepare(plain) {
    const places = (term) => (term.type === "linear" ? [term.feature] : term.axes.map((axis) => axis.feature));
    return {
      ...keepsight.scorecard.prepare(plain),
      known: keepsight.familiarity.prepare(plain.features),
      termColumns: plain.terms.map((term) => places(term).map((place) => plain.features[place].column)),
    };
  }

  /** Apply changes, then move each derived column by the difference of its formula. models/derivation.py: move. */
  function moved(setting, changes) {
    const row = { ...setting.row, ...changes };
    for (const [column, tree] of setting.derived) {
      if (Object.hasOwn(changes, column)) continue;
      row[column] = keepsight.scorecard.derive(tree, setting.row, row, setting.row[column]);
    }
    return row;
  }

  function followed({ derived, columns, row: before }, row) {
    const { value } = keepsight.words;
    return derived
      .filter(([column]) => row[column] !== before[column])
      .map(([column]) => ({
        column,
        label: columns[column].label,
        before: value(columns[column], before[column]),
        after: value(columns[column], row[column]),
      }));
  }

  function of(setting, card, changes) {
    const { contributions, encode, interval, number, probability } = keepsight.scorecard;
    const { words } = keepsight;
    const row = moved(setting, changes);
    const parts = contributions(card, row);
    const logOdds = parts.reduce((sum, part) => sum + part, card.intercept);
    const chance = probability(logOdds);
    const [low, high] = interval(card, row);
    const reasons = words.reasons(card, setting.columns, row, parts, logOdds);
    const familiar = keepsight.familiarity.of(card.known, setting.columns, row, encode(card, row));
    const known = (amount) => (Number.isFinite(amount) ? amount : null);
    const money = (column) => (column ? number(row[column] ?? null) : NaN);
    return {
      changes,
      before: setting.answer.before,
      after: {
        log_odds: logOdds,
        probability: chance,
        low,
        high,
        expected_loss: known(chance * (money(setting.worth.column) * setting.worth.months)),
        revenue: known(money(setting.worth.revenue)),
      },
      reasons,
      sentence: words.headline(reasons),
      followed: followed(setting, row),
      familiarity: familiar.grade,
      doubt: familiar.text,
      warnings: [...familiar.words, ...words.broken(setting.rules, row)],
    };
  }

  keepsight.outlook = { prepare, of };
})();
