// What a scenario brings: tiles, sentences, the distribution, groups. Nothing is computed here.
//   paint(page, answer): the server's answer        paintSample(page, found): of keepsight.scenario.run
(function () {
  "use strict";
  const keepsight = (window.keepsight = window.keepsight || {});
  const MINUS = "\u2212";

  const write = (node, text) => node && keepsight.whatIfView.write(node, text);
  const make = (...given) => keepsight.whatIfView.make(...given);
  const count = (value) => Math.round(value).toLocaleString("en-US");
  const money = (value, currency) => keepsight.format.money(value, currency, 0);
  const signed = (value, say) => (Math.round(value) === 0 ? "no change" : `${value > 0 ? "+" : MINUS}${say(Math.abs(value))}`);

  function tile(parts, name, after, note, isBetter) {
    write(parts[`${name}After`], after);
    write(parts[`${name}Note`], note);
    const box = parts[`${name}After`] && parts[`${name}After`].parentElement;
    if (box) box.dataset.direction = isBetter === null ? "still" : isBetter ? "better" : "worse";
  }

  const better = (change) => (Math.round(change) === 0 ? null : change < 0);

  function paint(page, answer) {
    if (answer.refused) return;
    const { parts } = page;
    const { currency } = answer.stamp;
    const cash = (value) => money(value, currency);
    const spread = ({ low, high }, say) =>
      Math.round(low) === Math.round(high) ? "" : `; spread ${signed(low, say)} to ${signed(high, say)}`;
    const change = (one) => one.after - one.before;
    const { leavers, at_risk: atRisk, net, over } = answer;
    document.querySelector(".ks-sc").dataset.sample = "no";
    tile(parts, "leavers", count(leavers.after), moved(change(leavers), count, leavers.before, spread(leavers, count)), better(change(leavers)));
    if (atRisk) tile(parts, "atRisk", cash(atRisk.after), moved(change(atRisk), cash, atRisk.before, ""), better(change(atRisk)));
    else tile(parts, "atRisk", "not known", "the data hold no revenue", null);
    const crossed = `${count(answer.joins)} come onto the list, ${count(answer.leaves)} leave it`;
    tile(parts, "over", count(over.after), answer.joins || answer.leaves ? crossed : "nobody crosses the line", better(change(over)));
    tile(parts, "cost", cash(answer.cost), `over ${answer.months} months`, null);
    if (net) {
      const gain = change(net);
      tile(parts, "net", signed(gain, cash), `over ${answer.months} months${spread(net, cash)}`, Math.round(gain) === 0 ? null : gain > 0);
    } else tile(parts, "net", "not known", "the data hold no revenue", null);
    write(parts.first, answer.sentences[0]);
    write(parts.second, answer.steps.length ? answer.sentences[1] : "");
    if (parts.words) {
      parts.words.textContent = "";
      for (const step of answer.steps) make("li", "", parts.words, step.text);
    }
    warnings(parts.warnings, answer.warnings, answer.steps.length);
    bands(parts.bands, answer.bands_before, answer.bands_after, answer.line);
    groups(parts.groups, answer.groups);
  }

  const moved = (change, say, before, spread) =>
    Math.round(change) === 0 ? `as many as now (${say(before)})` : `${signed(change, say)} from ${say(before)}${spread}`;

  function paintSample(page, found) {
    const { parts, answer } = page;
    const { currency } = (answer.stamp || page.setting.answer.stamp);
    const months = page.setting.answer.months;
    const cash = (value) => money(value, currency);
    const { before, after, cost, error } = found;
    const change = after.leavers - before.leavers;
    document.querySelector(".ks-sc").dataset.sample = "yes";
    const doubt = error >= 0.5 ? `, give or take ${count(2 * error)}` : "";
    tile(parts, "leavers", `about ${count(after.leavers)}`, `${signed(change, count)}${doubt} (sample)`, better(change));
    const risk = after.atRisk - before.atRisk;
    tile(parts, "atRisk", `about ${cash(after.atRisk)}`, `${signed(risk, cash)} (sample)`, better(risk));
    tile(parts, "over", `about ${count(after.over)}`, `${signed(after.over - before.over, count)} (sample)`, better(after.over - before.over));
    tile(parts, "cost", `about ${cash(cost)}`, `over ${months} months (sample)`, null);
    const gain = after.kept - before.kept - cost;
    tile(parts, "net", signed(gain, cash), `over ${months} months (sample)`, Math.round(gain) === 0 ? null : gain > 0);
    bands(parts.bands, before.bands, after.bands, page.base.line);
  }

  function warnings(node, texts, steps) {
    node.textContent = "";
    if (!texts.length) make("li", "", node, steps ? "Nothing stands out." : "Nothing is moved yet.");
    for (const text of texts) make("li", "", node, text);
  }

  // Bars beside each other: grey as it is, coloured as it would be; the line where the list begins.
  function bands(node, before, after, line) {
    if (!node) return;
    const most = Math.max(...before, ...after, 1);
    if (node.children.length !== before.length + 1) {
      node.textContent = "";
      before.forEach((_, n) => {
        const band = make("div", "ks-sc-band", node);
        make("span", "ks-sc-bar ks-sc-bar-before", band);
        make("span", "ks-sc-bar ks-sc-bar-after", band);
        if (n % 4 === 0) make("span", "ks-sc-band-name", band, `${n * 5}%`);
      });
      make("span", "ks-sc-line", node);
      node.setAttribute("role", "img");
    }
    before.forEach((was, n) => {
      const band = node.children[n];
      band.title = `${n * 5} to ${n * 5 + 5}%: ${count(was)} customers now, ${count(after[n])} then`;
      band.children[0].style.height = `${(100 * was) / most}%`;
      band.children[1].style.height = `${(100 * after[n]) / most}%`;
    });
    const mark = node.lastChild;
    mark.hidden = line === null || line === undefined;
    if (!mark.hidden) {
      mark.style.left = `${100 * line}%`;
      mark.title = `At-risk line: ${keepsight.format.share(line)}`;
    }
    const above = (counts) => count(counts.slice(10).reduce((sum, one) => sum + one, 0));
    node.setAttribute(
      "aria-label",
      `Customers by chance of leaving. Above 50%: ${above(before)} as it is, ${above(after)} as it would be.`
    );
  }

  function groups(node, all) {
    node.textContent = "";
    for (const group of all) {
      const table = make("table", "ks-sc-table", node);
      const caption = make("caption", "", table, group.label);
      if (group.is_protected) make("span", "ks-badge", caption, "protected");
      const head = make("tr", "", make("thead", "", table));
      for (const name of ["", "Customers", "Leavers now", "Leavers then", "Change"]) {
        const cell = make("th", "", head, name);
        cell.scope = "col";
        if (!name) cell.textContent = group.label;
      }
      const body = make("tbody", "", table);
      for (const level of group.levels) {
        const row = make("tr", "", body);
        make("th", "", row, level.label).scope = "row";
        make("td", "", row, count(level.customers));
        if (level.leavers_before === null) {
          const cell = make("td", "ks-sc-few", row, "too few to say");
          cell.colSpan = 3;
          continue;
        }
        make("td", "", row, count(level.leavers_before));
        make("td", "", row, count(level.leavers_after));
        const change = level.leavers_after - level.leavers_before;
        const share = level.leavers_before ? change / level.leavers_before : 0;
        make("td", "", row, Math.round(change) === 0 ? "none" : `${signed(change, count)} (${signed(100 * share, (x) => `${x.toFixed(0)}%`)})`);
      }
    }
  }

  keepsight.scenarioView = { paint, paintSample, count };
})();
