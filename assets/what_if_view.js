// What the What-if page shows: gauge, waterfall, words, and what the server says of them. Nothing is computed here.
(function () {
  "use strict";
  const keepsight = (window.keepsight = window.keepsight || {});
  const ROWS_SHOWN = 6;
  const MOST_TOLD = 2;

  function write(node, text) {
    if (node.textContent !== text) node.textContent = text;
  }

  function make(tag, className, parent, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    if (parent) parent.appendChild(node);
    return node;
  }

  // `view` is an outlook: the browser's own (assets/outlook.js) or the server's answer.
  function paint(page, view, isLive) {
    const { setting } = page;
    keepsight.gauge.draw(page.gauge, {
      probability: view.after.probability,
      low: view.after.low,
      high: view.after.high,
      threshold: setting.threshold,
      before: view.before.probability,
      firm: isFirm(view),
    });
    keepsight.waterfall.draw(page.waterfall, {
      start: setting.start,
      end: view.after.probability,
      rows: rows(page, view),
      live: isLive,
    });
    for (const node of [page.parts.shift, page.parts.strip, page.waterfall]) {
      node.classList.toggle("ks-unfirm", !isFirm(view));
    }
    paintWords(page, view);
  }

  const isFirm = (view) => view.familiarity !== "unlike";

  // Rows keep their order while sliders move; those that are moved are always shown, the rest is summed.
  function rows(page, view) {
    const { columns, row } = page.setting;
    const changed = new Set([...Object.keys(view.changes), ...view.followed.map((one) => one.column)]);
    const found = new Map(view.reasons.map((reason) => [reason.columns.join("\u0000"), reason]));
    const shown = [];
    const rest = [];
    page.order.forEach((key, place) => {
      const reason = found.get(key);
      const isMoved = reason.columns.some((column) => changed.has(column));
      let { value } = reason;
      if (isMoved && reason.columns.length === 1) {
        const [column] = reason.columns;
        value += `, was ${keepsight.words.valueInside(columns[column], row[column])}`;
      }
      const one = { label: reason.label, value, points: reason.points, role: reason.role };
      (isMoved || place < ROWS_SHOWN ? shown : rest).push(one);
    });
    if (rest.length === 1) return shown.concat(rest);
    if (rest.length) {
      const points = rest.reduce((sum, one) => sum + one.points, 0);
      shown.push({ label: "Everything else", value: `${rest.length} more`, points, role: null });
    }
    return shown;
  }

  function paintWords(page, view) {
    const { share, points, money } = keepsight.format;
    const { currency } = page.setting;
    const now = view.after.probability;
    const was = view.before.probability;
    const { parts } = page;
    const isMoved = Object.keys(view.changes).length > 0;
    write(parts.before, share(was));
    write(parts.after, share(now));
    write(parts.stripBefore, share(was));
    write(parts.stripAfter, isFirm(view) ? share(now) : `no firm score (${share(now)})`);
    const difference = `${points(now - was)} points`;
    write(parts.difference, isMoved ? difference : "nothing moved yet");
    write(parts.stripDifference, isMoved ? difference : "nothing moved yet");
    const direction = !isMoved ? "none" : now === was ? "still" : now > was ? "raise" : "lower";
    for (const node of [parts.shift, parts.strip]) {
      if (node.dataset.direction !== direction) node.dataset.direction = direction;
    }
    write(parts.sentence, sentence(page, view, isMoved));
    const amount = (value) => money(value, currency, 0);
    write(parts.lossBefore, amount(view.before.expected_loss));
    write(parts.lossAfter, amount(view.after.expected_loss));
    const paid = (value) => money(value, currency, page.setting.decimals);
    write(parts.revenueBefore, paid(view.before.revenue));
    write(parts.revenueAfter, paid(view.after.revenue));
    for (const [name, of] of [["loss", "expected_loss"], ["revenue", "revenue"]]) {
      const same = String(view.before[of] === view.after[of]);
      if (parts[name].dataset.same !== same) parts[name].dataset.same = same;
    }
    const along = view.followed.map((one) => `${one.label} ${one.before} \u2192 ${one.after}`);
    if (page.setting.derived.length) {
      write(parts.followed, along.length ? `Moved along: ${along.join("; ")}.` : "Nothing else moves along.");
    }
    write(parts.reason, view.sentence);
    const cautions = [...page.setting.left_out, view.doubt, ...view.warnings].filter(Boolean);
    list(parts.warnings, cautions);
    if (parts.caution.hidden === cautions.length > 0) parts.caution.hidden = !cautions.length;
  }

  function sentence(page, view, isMoved) {
    if (!isMoved && !isFirm(view)) return "No firm score: this customer is unlike anything the model has seen.";
    if (!isMoved) return "This is the customer as known. Move a slider on the left to see what would follow.";
    if (!isFirm(view)) return "No firm score: the customer as moved is unlike anything the model has seen.";
    const told = Object.keys(view.changes).map((column) => oneMove(page, column, view.changes[column]));
    const more = told.length - MOST_TOLD;
    const named = told.slice(0, MOST_TOLD).concat(more > 0 ? [`${more} more ${more === 1 ? "change" : "changes"}`] : []);
    const change = view.after.probability - view.before.probability;
    const size = keepsight.format.points(Math.abs(change)).replace("+", "");
    const follows = change < 0 ? `falls by ${size} points` : change > 0 ? `rises by ${size} points` : "stays as it is";
    return `With ${keepsight.words.and(named)}, the chance of leaving within ${horizon(page)} ${follows}.`;
  }

  function horizon(page) {
    const months = page.setting.horizon_months;
    return months === 1 ? "1 month" : `${months} months`;
  }

  // "discount 10 instead of 0 EUR per month": a unit is said once.
  function oneMove(page, column, value) {
    const spoken = page.setting.columns[column];
    const present = page.setting.row[column] ?? null;
    const { inside, valueInside } = keepsight.words;
    const isKnown = present !== null && spoken.kind === "numeric";
    const now = isKnown ? keepsight.words.value({ ...spoken, unit: null }, value) : valueInside(spoken, value);
    return `${inside(spoken.label)} ${now} instead of ${valueInside(spoken, present)}`;
  }

  function list(node, texts) {
    while (node.children.length > texts.length) node.lastChild.remove();
    texts.forEach((text, i) => write(node.children[i] || make("li", "", node), text));
  }

  const SIGNS = { good: "bi-check-circle-fill", bad: "bi-exclamation-triangle-fill", wait: "bi-hourglass-split", own: "bi-cpu" };

  function prove(node, text, state, entry) {
    const seen = `${state}|${text}|${entry ?? ""}`;
    if (node.ksSeen === seen) return;
    node.ksSeen = seen;
    node.textContent = "";
    node.className = `ks-wi-proof ks-wi-proof-${state}`;
    make("i", `bi ${SIGNS[state]}`, node).setAttribute("aria-hidden", "true");
    const words = make("span", "", node, text);
    if (entry === undefined || entry === null) return;
    words.append(" ");
    const link = make("a", "", words, `log entry ${entry}`);
    link.href = `/log?entry=${entry}`;
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      keepsight.go(link.getAttribute("href"));
    });
  }

  keepsight.whatIfView = { paint, prove, write, make };
})();
