// The steps of a scenario as cards: what moves, how, for whom, for how many of them, at what cost.
//   draw(page, place, adder, starters, change)   change(steps, { redraw, rests }) takes the steps as edited
(function () {
  "use strict";
  const keepsight = (window.keepsight = window.keepsight || {});
  const MOST_STEPS = 12;
  const HALF = 0.5; // a price is multiplied by 0.5 to 1.5: -50 % to +50 %
  const OPERATIONS = { multiply: "change by %", add: "change by", set: "set to" };

  const make = (...given) => keepsight.whatIfView.make(...given);

  function icon(parent, name) {
    make("i", `bi ${name}`, parent).setAttribute("aria-hidden", "true");
  }

  function button(parent, words, sign, work, className = "ks-button ks-button-second ks-sc-small") {
    const node = make("button", className, parent);
    node.type = "button";
    if (sign) icon(node, sign);
    make("span", sign ? "ks-sc-words" : "", node, words);
    node.title = words;
    node.addEventListener("click", work);
    return node;
  }

  let fields = 0;
  function labelled(parent, words, node, className = "ks-sc-field") {
    const box = make("div", className, parent);
    const label = make("label", "", box, words);
    fields += 1;
    node.id = node.id || `scenario-field-${fields}`;
    label.htmlFor = node.id;
    box.appendChild(node);
    return box;
  }

  function select(options, chosen) {
    const node = make("select", "form-select form-select-sm");
    for (const [value, words] of options) {
      const option = make("option", "", node, words);
      option.value = value;
      option.selected = value === chosen;
    }
    return node;
  }

  function amount(value, { step = "any", minimum, maximum, placeholder = "" } = {}) {
    const node = make("input", "form-control form-control-sm");
    node.type = "number";
    node.step = step;
    if (minimum !== undefined && minimum !== null) node.min = minimum;
    if (maximum !== undefined && maximum !== null) node.max = maximum;
    node.placeholder = placeholder;
    node.value = value ?? "";
    return node;
  }

  const leverOf = (page, column) => page.setting.levers.find((one) => one.column === column);

  // --- a new step ------------------------------------------------------------------------------------

  function fresh(lever) {
    if (lever.levels.length) {
      return { column: lever.column, operation: "move", level: lever.levels[0][0], value: lever.levels[1][0] };
    }
    const operation = lever.role === "lever" && lever.minimum >= 0 ? "multiply" : "add";
    return { column: lever.column, operation, value: operation === "multiply" ? 1 : 0 };
  }

  function adder(page, place, change) {
    place.textContent = "";
    if (page.steps.length >= MOST_STEPS) {
      make("p", "ks-card-note", place, `A scenario has at most ${MOST_STEPS} steps.`);
      return;
    }
    const groups = { lever: "We move these", assumption: "They move, not by us" };
    const node = make("select", "form-select");
    make("option", "", node, page.steps.length ? "Add a step: choose what else moves" : "Choose what moves").value = "";
    for (const [role, words] of Object.entries(groups)) {
      const mine = page.setting.levers.filter((one) => one.role === role);
      if (!mine.length) continue;
      const group = make("optgroup", "", node);
      group.label = words;
      for (const one of mine) make("option", "", group, one.label).value = one.column;
    }
    node.addEventListener("change", () => {
      if (node.value) change([...page.steps, fresh(leverOf(page, node.value))], { redraw: true });
    });
    labelled(place, "Add a step", node, "ks-sc-field ks-sc-adder");
  }

  function starters(page, place, change) {
    place.textContent = "";
    if (page.steps.length || !page.setting.starters.length) return;
    make("p", "ks-card-note", place, "Nothing is moved yet. Begin with one of these, or choose what moves:");
    const row = make("div", "ks-sc-starter-row", place);
    for (const one of page.setting.starters) {
      button(row, one.words, null, () => change(structuredClone(one.steps), { redraw: true }), "ks-sc-starter");
    }
  }

  // --- one step --------------------------------------------------------------------------------------

  function card(page, place, change) {
    const step = page.steps[place];
    const lever = leverOf(page, step.column);
    const node = make("fieldset", `ks-sc-step ks-sc-step-${lever ? lever.role : "gone"}`);
    const legend = make("legend", "ks-sc-step-head", node);
    make("span", "ks-sc-step-name", legend, `${place + 1}. ${lever ? lever.label : step.column}`);
    const edit = (changes, more) => {
      const steps = structuredClone(page.steps);
      const now = { ...steps[place], ...changes };
      for (const name of Object.keys(now)) if (now[name] === undefined) delete now[name];
      steps[place] = now;
      change(steps, more);
    };
    if (lever) badges(legend, lever);
    orders(page, place, node, change);
    if (!lever) {
      make("p", "ks-sc-told", node, "This is nothing that can be moved any more: remove the step.");
      return node;
    }
    if (lever.levels.length) levelFields(node, lever, step, edit);
    else numberFields(node, lever, step, edit);
    if (lever.followed.length) make("p", "ks-card-note", node, `Moves along: ${lever.followed.join(", ")}.`);
    who(page, node, step, edit);
    const last = make("div", "ks-sc-row", node);
    coverage(last, step, edit);
    cost(page, last, lever, step, edit);
    make("p", "ks-sc-told", node).dataset.told = place;
    return node;
  }

  function badges(parent, lever) {
    const measured = lever.evidence !== "predictive";
    const words = lever.role === "lever" ? (measured ? `measured: ${lever.evidence}` : "predictive only") : "not ours to move";
    const badge = make("span", `ks-badge ks-sc-badge-${lever.role}`, parent, words);
    badge.title = measured || lever.role !== "lever"
      ? lever.description
      : "Seen together with leaving in the past; no experiment has shown that moving it changes anything.";
  }

  function orders(page, place, node, change) {
    const row = make("div", "ks-sc-orders", node);
    const moved = (to) => {
      const steps = structuredClone(page.steps);
      const [one] = steps.splice(place, 1);
      if (to !== null) steps.splice(to, 0, one);
      change(steps, { redraw: true });
    };
    const name = `step ${place + 1}`;
    const one = (words, sign, to, isOff) => {
      const made = button(row, `${words} ${name}`, sign, () => moved(to), "ks-sc-order");
      made.disabled = isOff;
    };
    one("Move up", "bi-arrow-up", place - 1, place === 0);
    one("Move down", "bi-arrow-down", place + 1, place === page.steps.length - 1);
    one("Remove", "bi-trash", null, false);
  }

  function levelFields(node, lever, step, edit) {
    const row = make("div", "ks-sc-row", node);
    const from = select([["", "everybody's"], ...lever.levels], step.operation === "move" ? step.level : "");
    from.addEventListener("change", () =>
      edit(from.value ? { operation: "move", level: from.value } : { operation: "set", level: undefined })
    );
    labelled(row, "From", from);
    const to = select(lever.levels, step.value);
    to.addEventListener("change", () => edit({ value: to.value }));
    labelled(row, "To", to);
  }

  function ends(lever, operation) {
    if (operation === "multiply") return [-100 * HALF, 100 * HALF, 0.5];
    const span = lever.maximum - lever.minimum;
    return operation === "set" ? [lever.minimum, lever.maximum, lever.step] : [-span / 2, span / 2, lever.step];
  }

  const shown = (step) => (step.operation === "multiply" ? Math.round((step.value - 1) * 1e6) / 1e4 : step.value);
  const meant = (operation, value) => (operation === "multiply" ? Math.round((1 + value / 100) * 1e8) / 1e8 : value);

  function numberFields(node, lever, step, edit) {
    const row = make("div", "ks-sc-row", node);
    const operation = select(Object.entries(OPERATIONS), step.operation);
    operation.addEventListener("change", () => {
      const start = { multiply: 1, add: 0, set: (lever.minimum + lever.maximum) / 2 }[operation.value];
      edit({ operation: operation.value, value: start }, { redraw: true });
    });
    labelled(row, "How", operation);
    const [low, high, size] = ends(lever, step.operation);
    const unit = step.operation === "multiply" ? "%" : lever.unit || "";
    const exact = amount(shown(step), { step: "any" });
    const slide = make("input", "form-range ks-sc-range");
    Object.assign(slide, { type: "range", min: low, max: high, step: size, value: shown(step) });
    slide.setAttribute("aria-label", `${lever.label}, ${OPERATIONS[step.operation]}${unit ? `, in ${unit}` : ""}`);
    slide.addEventListener("input", () => {
      exact.value = slide.value;
      edit({ value: meant(step.operation, Number(slide.value)) }, { rests: false });
    });
    slide.addEventListener("change", () => edit({ value: meant(step.operation, Number(slide.value)) }));
    exact.addEventListener("change", () => {
      if (exact.value === "" || !Number.isFinite(Number(exact.value))) return;
      slide.value = exact.value;
      edit({ value: meant(step.operation, Number(exact.value)) });
    });
    labelled(row, unit ? `By how much (${unit})` : "By how much", exact, "ks-sc-field ks-sc-amount");
    const way = make("div", "ks-sc-way", node);
    if (step.operation === "set") shade(way, lever);
    way.appendChild(slide);
    const words = make("div", "ks-slide-ends", node);
    make("span", "", words, `${low > 0 && step.operation !== "set" ? "+" : ""}${round(low)}`);
    make("span", "", words, `${high > 0 && step.operation !== "set" ? "+" : ""}${round(high)}${unit === "%" ? "%" : ""}`);
  }

  const round = (value) => Number(value.toFixed(2)).toLocaleString("en-US").replace("-", "\u2212");

  // Stretches in which the model has seen nobody.
  function shade(way, lever) {
    const span = lever.maximum - lever.minimum;
    for (const [low, high] of lever.no_data) {
      const gap = make("span", "ks-sc-gap", way);
      gap.style.left = `${(100 * (low - lever.minimum)) / span}%`;
      gap.style.width = `${(100 * (high - low)) / span}%`;
      gap.title = "No such customer in the training data";
    }
  }

  // --- for whom --------------------------------------------------------------------------------------

  function who(page, node, step, edit) {
    const asked = step.who || {};
    const box = make("div", "ks-sc-who", node);
    make("span", "ks-sc-who-label", box, "For");
    const list = make("ul", "ks-sc-conditions", box);
    const put = (changes, more) => {
      const now = { ...asked, ...changes };
      for (const name of Object.keys(now)) {
        const value = now[name];
        if (value === undefined || (typeof value === "object" && !Object.keys(value).length)) delete now[name];
      }
      edit({ who: Object.keys(now).length ? now : undefined }, { redraw: true, ...more });
    };
    const without = (group, column) => {
      const { [column]: gone, ...rest } = asked[group];
      return put({ [group]: rest });
    };
    const levels = Object.entries(asked.levels || {});
    const ranges = Object.entries(asked.ranges || {});
    if (!levels.length && !ranges.length && !asked.first && !asked.key) make("li", "ks-sc-everybody", list, "everybody");
    if (asked.key) condition(list, `customer ${asked.key}`, () => put({ key: undefined }));
    for (const [column, chosen] of levels) levelCondition(page, list, column, chosen, asked, put, without);
    for (const [column, ends] of ranges) rangeCondition(page, list, column, ends, asked, put, without);
    if (asked.first) {
      const item = condition(list, "the", () => put({ first: undefined }));
      const field = amount(asked.first, { step: 1, minimum: 1 });
      field.setAttribute("aria-label", "How many customers");
      field.addEventListener("change", () => put({ first: Math.max(1, Math.round(Number(field.value) || 1)) }));
      item.insertBefore(field, item.lastChild);
      item.insertBefore(make("span", "", null, "with the highest expected loss"), item.lastChild);
    }
    more(page, box, asked, put);
  }

  function condition(list, words, remove) {
    const item = make("li", "ks-sc-condition", list);
    make("span", "", item, words);
    button(item, "Take this condition away", "bi-x", remove, "ks-sc-order");
    return item;
  }

  function levelCondition(page, list, column, chosen, asked, put, without) {
    const of = page.setting.who.find((one) => one.column === column);
    const item = condition(list, `${of ? of.label : column} is`, () => without("levels", column));
    const group = make("span", "ks-sc-levels");
    for (const [value, words] of of ? of.levels : chosen.map((one) => [one, one])) {
      const label = make("label", "ks-sc-level", group);
      const box = make("input", "form-check-input", label);
      box.type = "checkbox";
      box.checked = chosen.includes(value);
      box.addEventListener("change", () => {
        const now = box.checked ? [...chosen, value] : chosen.filter((one) => one !== value);
        if (!now.length) return without("levels", column);
        return put({ levels: { ...asked.levels, [column]: now } });
      });
      label.append(words);
    }
    item.insertBefore(group, item.lastChild);
  }

  function rangeCondition(page, list, column, ends, asked, put, without) {
    const of = page.setting.ranges.find((one) => one.column === column);
    const item = condition(list, `${of ? of.label : column}${of && of.unit ? ` (${of.unit})` : ""} from`, () =>
      without("ranges", column)
    );
    ["from", "to"].forEach((name, place) => {
      const field = amount(ends[place]);
      field.setAttribute("aria-label", `${of ? of.label : column}, ${name}`);
      field.addEventListener("change", () => {
        const now = [...ends];
        now[place] = field.value === "" ? null : Number(field.value);
        put({ ranges: { ...asked.ranges, [column]: now } });
      });
      if (place) item.insertBefore(make("span", "", null, "to"), item.lastChild);
      item.insertBefore(field, item.lastChild);
    });
  }

  function more(page, box, asked, put) {
    const { setting } = page;
    const options = [["", "Only some of them ..."]];
    for (const one of setting.who) if (!(one.column in (asked.levels || {}))) options.push([`l:${one.column}`, `by ${one.label}`]);
    for (const one of setting.ranges) if (!(one.column in (asked.ranges || {}))) options.push([`r:${one.column}`, `by ${one.label}`]);
    if (!asked.first) options.push(["first", "those with the highest expected loss"]);
    const node = select(options, "");
    node.setAttribute("aria-label", "For whom: add a condition");
    node.addEventListener("change", () => {
      const column = node.value.slice(2);
      if (node.value === "first") put({ first: 1000 });
      else if (node.value.startsWith("l:")) {
        const of = setting.who.find((one) => one.column === column);
        put({ levels: { ...asked.levels, [column]: [of.levels[0][0]] } });
      } else if (node.value.startsWith("r:")) {
        const of = setting.ranges.find((one) => one.column === column);
        put({ ranges: { ...asked.ranges, [column]: [of.minimum, of.maximum] } });
      }
    });
    box.appendChild(node);
  }

  // --- how many, at what cost ------------------------------------------------------------------------

  function coverage(row, step, edit) {
    const share = Math.round(100 * (step.coverage ?? 1));
    const field = amount(share, { step: 1, minimum: 1, maximum: 100 });
    field.addEventListener("change", () => {
      const value = Math.min(100, Math.max(1, Number(field.value) || 100));
      field.value = value;
      edit({ coverage: value === 100 ? undefined : value / 100 });
    });
    labelled(row, "How many of them get it (%)", field);
  }

  function cost(page, row, lever, step, edit) {
    if (lever.role !== "lever") return;
    const { currency } = page.setting.answer.stamp;
    const months = page.setting.answer.months;
    const own = lever.moves_price ? "in the price" : lever.cost ? `by the data: ${round(lever.cost)} a month${lever.levels.length ? "" : " a unit"}` : "0";
    const field = amount(step.cost, { minimum: 0, placeholder: own });
    field.addEventListener("change", () => edit({ cost: field.value === "" ? undefined : Math.max(0, Number(field.value)) }));
    labelled(row, `Cost for each, over ${months} months (${currency})`, field);
  }

  // --- all of them -----------------------------------------------------------------------------------

  function draw(page, place, adding, starting, change) {
    const focus = document.activeElement && place.contains(document.activeElement);
    place.textContent = "";
    page.steps.forEach((_, n) => place.appendChild(card(page, n, change)));
    adder(page, adding, change);
    starters(page, starting, change);
    if (!page.answer.refused && page.answer.steps.length === page.steps.length) tell(place, page.answer.steps);
    if (focus) {
      const next = place.querySelector("select, input, button") || adding.querySelector("select");
      if (next) next.focus({ preventScroll: true });
    }
  }

  // Say under each step what it did.
  function tell(place, told) {
    told.forEach((one, n) => {
      const node = place.querySelector(`[data-told="${n}"]`);
      if (!node) return;
      const { count } = keepsight.scenarioView;
      const parts = [`Changes ${count(one.changed)} of ${count(one.reached)} customers`];
      if (one.impossible) parts.push(`${count(one.impossible)} cannot have it`);
      if (one.held) parts.push(`${count(one.held)} stop at the end of the range`);
      node.textContent = `${parts.join("; ")}.`;
    });
  }

  keepsight.scenarioSteps = { draw, tell };
})();
