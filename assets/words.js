// A customer in words: values with units, reasons and warnings, as models/reasons.py says them. The two are
// tested against each other, since the browser speaks while a slider moves and the server once it rests.
(function () {
  "use strict";
  const keepsight = (window.keepsight = window.keepsight || {});
  const NOT_KNOWN = "not known";
  const WEIGHTY = 1 / 3;
  const ROLES = ["lever", "assumption", "fact"]; // a pair with a lever in it can be moved by us

  function amount(value, column) {
    if (Number.isNaN(value)) return NOT_KNOWN;
    if (!Number.isFinite(value)) return value > 0 ? "without limit" : "minus without limit";
    let text = value.toFixed(2).replace(/0+$/, "").replace(/\.$/, "");
    if (text === "-0") text = "0";
    const [whole, decimals] = text.split(".");
    text = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",") + (decimals ? "." + decimals : "");
    if (!column.unit) return text;
    return text === "1" ? `1 ${column.unit_of_one}` : `${text} ${column.unit}`;
  }

  /** A value as people read it. `column` is {label, kind, role, unit, unit_of_one, is_place, levels}. */
  function value(column, raw) {
    const { number, level } = keepsight.scorecard;
    if (column.kind === "numeric") return amount(number(raw), column);
    const text = level(raw);
    if (text === null) return NOT_KNOWN;
    return Object.hasOwn(column.levels, text) ? column.levels[text] : text;
  }

  /** A label inside a sentence: "Monthly charges" loses its capital, "DSL" keeps it. */
  function inside(label) {
    const rest = (label.trim().split(/\s+/)[0] || "").slice(1);
    const isLower = rest === rest.toLowerCase() && rest !== rest.toUpperCase();
    return isLower ? label.slice(0, 1).toLowerCase() + label.slice(1) : label;
  }

  function valueInside(column, raw) {
    const words = value(column, raw);
    return column.kind === "numeric" || column.is_place ? words : inside(words);
  }

  /** A fact as a clause: "the tenure is 2 months", "the support calls are 3". */
  function fact(column, raw) {
    const last = column.label.trim().split(/\s+/).pop().toLowerCase();
    const verb = last.endsWith("s") && !["ss", "us", "is"].includes(last.slice(-2)) ? "are" : "is";
    return `${column.kind === "flag" ? "" : "the "}${inside(column.label)} ${verb} ${valueInside(column, raw)}`;
  }

  /** The rise of the logistic function per log-odds between two points; where they meet, its slope. */
  function secant(start, end) {
    const { probability } = keepsight.scorecard;
    if (start === end) return probability(start) * probability(-start);
    return (probability(end) - probability(start)) / (end - start);
  }

  /** What each term gave, in the order of the card's terms: their points add up from start to score. */
  function reasons(card, columns, row, parts, logOdds) {
    const slope = secant(card.intercept, logOdds);
    return card.termColumns.map((names, place) => {
      const own = names.map((name) => columns[name]);
      return {
        columns: names,
        label: [own[0].label, ...own.slice(1).map((one) => inside(one.label))].join(" together with "),
        value: own.map((one, i) => valueInside(one, row[names[i]])).join(", "),
        points: parts[place] * slope,
        contribution: parts[place],
        role: ROLES.find((role) => own.some((one) => one.role === role)),
        facts: own.map((one, i) => fact(one, row[names[i]])),
      };
    });
  }

  /** The one or two reasons that weigh most in the direction of the score. */
  function headline(found) {
    const sum = found.reduce((total, reason) => total + reason.contribution, 0);
    const direction = sum < 0 ? -1 : 1;
    const weights = found.filter((reason) => reason.contribution * direction > 0);
    weights.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
    if (!weights.length) return "No single reason stands out.";
    const least = Math.abs(weights[0].contribution) * WEIGHTY;
    const weighty = weights.slice(0, 2).filter((one) => Math.abs(one.contribution) >= least);
    return `Mostly because ${and([...new Set(weighty.flatMap((one) => one.facts))])}.`;
  }

  /** What the model has not learned from of one value; null where there is nothing to say. */
  function warning(feature, column, raw) {
    const { number, level } = keepsight.scorecard;
    const { label } = column;
    const text = level(raw);
    if (text === null) return `${label} is not known; the score uses what the model learned of missing values.`;
    if (feature.kind !== "numeric") {
      return feature.levels.includes(text) ? null : `${label} is '${raw}', a level that the model has never seen.`;
    }
    const read = number(raw);
    if (Number.isNaN(read)) return `${label} is '${raw}', which is no number; the score treats it as missing.`;
    const isBelow = feature.minimum !== null && read < feature.minimum;
    if (!isBelow && !(feature.maximum !== null && read > feature.maximum)) return null;
    const limit = isBelow ? feature.minimum : feature.maximum;
    return (
      `${label} is ${amount(read, column)}, ${isBelow ? "below the least" : "above the most"} that the model has seen ` +
      `(${amount(limit, column)}); what the score says there stands on no data.`
    );
  }

  /** Combinations that cannot be; a missing value breaks no rule. models/derivation.py: broken_rules. */
  function broken(rules, row) {
    const { level } = keepsight.scorecard;
    const holds = (levels, column) => levels.includes(level(row[column] ?? null));
    return rules
      .filter((rule) => Object.entries(rule.when).every(([column, levels]) => holds(levels, column)))
      .filter((rule) =>
        Object.entries(rule.then).some(([column, levels]) => !holds([null, ...levels], column))
      )
      .map((rule) => rule.text);
  }

  /** Joins words: "a", "a and b", "a, b and c". */
  function and(words) {
    return [words.slice(0, -1).join(", "), words[words.length - 1]].filter(Boolean).join(" and ");
  }

  keepsight.words = { amount, value, valueInside, inside, reasons, headline, warning, broken, and };
})();
