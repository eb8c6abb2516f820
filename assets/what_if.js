// The What-if page: while a slider is dragged the figures are computed here and written straight into the page,
// and nothing is sent; on release the server answers the same question exactly and puts it in the log.
(function () {
  "use strict";
  const keepsight = (window.keepsight = window.keepsight || {});
  const ROWS_SHOWN = 6;
  const NEAR_ENOUGH = 1e-12;
  const KEYS_REST_MS = 300;
  const PATIENCE_MS = 10000;
  const MOST_TOLD = 2;

  const cards = new Map(); // by version; a version never changes
  let page = null;

  const byId = (name) => document.getElementById(`what-if-${name}`);
  const drawn = (kind) => document.getElementById(keepsight.elementId({ type: `ks-${kind}`, name: "what-if" }));
  const control = (place) => ({ type: "what-if-control", place });
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);

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

  // --- setting up ------------------------------------------------------------------------------------

  function begin(setting) {
    if (!setting || !byId("controls")) return;
    page = {
      setting,
      card: null,
      changes: { ...setting.answer.changes },
      confirmed: { ...setting.answer, number: 0 },
      number: 0,
      isLive: false,
      byKeys: false,
      order: setting.answer.reasons.map((reason) => reason.columns.join("\u0000")),
      slides: [...byId("controls").querySelectorAll(".ks-slide")],
      gauge: drawn("gauge"),
      waterfall: drawn("waterfall"),
      parts: parts(),
    };
    page.positions = setting.controls.map((one) => position(one, valueOf(one.column)));
    setting.controls.forEach(ground);
    listen(byId("controls"));
    listenToPicker(byId("pick"));
    meetThumbs();
    page.parts.money.hidden = !setting.worth.column;
    paint(setting.answer, false);
    prove("Loading the model ...", "wait");
    load(setting.version).then(ready.bind(null, page), cannotLoad.bind(null, page));
  }

  function parts() {
    const found = {};
    for (const node of document.querySelectorAll("[data-part]")) found[node.dataset.part] = node;
    return found;
  }

  function load(version) {
    if (!cards.has(version)) {
      const file = fetch(`/_scorecard/${version}.json`, { credentials: "same-origin" }).then((answer) => {
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.json();
      });
      file.catch(() => cards.delete(version));
      cards.set(version, file.then(keepsight.outlook.prepare));
    }
    return cards.get(version);
  }

  function ready(of, card) {
    if (page !== of) return;
    page.card = card;
    page.setting.controls.forEach((_, place) => setProps(control(place), { disabled: false }));
    const own = outlook();
    page.claimed = own.after.log_odds;
    compare(page.setting.answer, own.after.log_odds);
  }

  function cannotLoad(of) {
    if (page !== of) return;
    prove("The model could not be loaded, so nothing can be moved. Check your connection and reload the page.", "bad");
  }

  // --- what is moved ---------------------------------------------------------------------------------

  function valueOf(column) {
    const { changes, setting } = page;
    return Object.hasOwn(changes, column) ? changes[column] : setting.row[column] ?? null;
  }

  function position(one, value) {
    if (one.levels.length) return one.levels.indexOf(keepsight.scorecard.level(value));
    return value === null ? null : keepsight.scorecard.number(value);
  }

  // Takes where the sliders stand; says whether anything has moved since.
  function take(values) {
    let moved = false;
    values.forEach((at, place) => {
      if (at === null || at === undefined || at === page.positions[place]) return;
      const one = page.setting.controls[place];
      const value = one.levels.length ? one.levels[at] : at;
      const isBack = page.resetting === place || value === one.value;
      page.positions[place] = at;
      if (isBack) delete page.changes[one.column];
      else page.changes[one.column] = value;
      moved = true;
    });
    return moved;
  }

  function drag(values) {
    if (page && page.card && take(values)) follow();
  }

  function release(values) {
    if (!page || !page.card) return;
    if (take(values)) follow();
    window.clearTimeout(page.resting);
    page.resting = window.setTimeout(ask, page.byKeys ? KEYS_REST_MS : 0);
  }

  function reset(place) {
    const one = page.setting.controls[place];
    const back = position(one, one.value);
    page.resetting = place;
    // a value that is not known has no place on the slider: the thumb goes to its start, and means "not known"
    setProps(control(place), { value: back === null || back < 0 ? one.minimum ?? 0 : back });
    if (Object.hasOwn(page.changes, one.column)) {
      delete page.changes[one.column];
      follow();
      window.clearTimeout(page.resting);
      page.resting = window.setTimeout(ask, 0);
    }
  }

  // --- what follows ----------------------------------------------------------------------------------

  const outlook = () => keepsight.outlook.of(page.setting, page.card, page.changes);

  function follow() {
    const own = outlook();
    page.claimed = own.after.log_odds;
    paint(own, page.isLive);
    if (isAsked(page.confirmed)) compare(page.confirmed, own.after.log_odds);
    else prove("Computed here, in your browser. On release the server confirms it.", "own");
  }

  const isAsked = (answer) => !answer.refused && isSame(answer.changes, page.changes);

  function isSame(one, other) {
    const names = Object.keys(one);
    return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
  }

  function paint(view, isLive) {
    const { setting } = page;
    keepsight.gauge.draw(page.gauge, {
      probability: view.after.probability,
      low: view.after.low,
      high: view.after.high,
      threshold: setting.threshold,
      before: view.before.probability,
    });
    keepsight.waterfall.draw(page.waterfall, {
      start: setting.start,
      end: view.after.probability,
      rows: rows(view),
      live: isLive,
    });
    paintWords(view);
    setting.controls.forEach(paintControl);
    const isMoved = Object.keys(page.changes).length > 0;
    byId("reset").disabled = !isMoved;
  }

  // Rows keep their order while sliders move; those that are moved are always shown, the rest is summed.
  function rows(view) {
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

  function paintWords(view) {
    const { share, points, money } = keepsight.format;
    const { currency } = page.setting;
    const now = view.after.probability;
    const was = view.before.probability;
    const { parts } = page;
    const isMoved = Object.keys(view.changes).length > 0;
    write(parts.before, share(was));
    write(parts.after, share(now));
    write(parts.stripBefore, share(was));
    write(parts.stripAfter, share(now));
    const difference = `${points(now - was)} points`;
    write(parts.difference, isMoved ? difference : "nothing moved yet");
    write(parts.stripDifference, isMoved ? difference : "nothing moved yet");
    const direction = !isMoved ? "none" : now === was ? "still" : now > was ? "raise" : "lower";
    for (const node of [parts.shift, parts.strip]) {
      if (node.dataset.direction !== direction) node.dataset.direction = direction;
    }
    write(parts.sentence, sentence(view, isMoved));
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
    const cautions = [...page.setting.left_out, ...view.warnings];
    list(parts.warnings, cautions);
    if (parts.caution.hidden === cautions.length > 0) parts.caution.hidden = !cautions.length;
  }

  function sentence(view, isMoved) {
    if (!isMoved) return "This is the customer as known. Move a slider on the left to see what would follow.";
    const told = Object.keys(view.changes).map((column) => oneMove(column, view.changes[column]));
    const more = told.length - MOST_TOLD;
    const named = told.slice(0, MOST_TOLD).concat(more > 0 ? [`${more} more ${more === 1 ? "change" : "changes"}`] : []);
    const change = view.after.probability - view.before.probability;
    const size = keepsight.format.points(Math.abs(change)).replace("+", "");
    const follows = change < 0 ? `falls by ${size} points` : change > 0 ? `rises by ${size} points` : "stays as it is";
    return `With ${keepsight.words.and(named)}, the chance of leaving within ${horizon()} ${follows}.`;
  }

  function horizon() {
    const months = page.setting.horizon_months;
    return months === 1 ? "1 month" : `${months} months`;
  }

  // "discount 10 instead of 0 EUR per month": a unit is said once.
  function oneMove(column, value) {
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

  // --- the sliders' own dress ------------------------------------------------------------------------

  const share = (one, at) => {
    const [low, high] = one.levels.length ? [0, one.levels.length - 1] : [one.minimum, one.maximum];
    return ((Math.min(Math.max(at, low), high) - low) / (high - low)) * 100;
  };

  function ground(one, place) {
    const node = page.slides[place].querySelector(".ks-slide-ground");
    node.textContent = "";
    make("div", "ks-slide-track", node);
    for (const [low, high] of one.no_data) {
      const gap = make("div", "ks-slide-gap", node);
      // a stretch at an end reaches to the end of the track, half a thumb beyond the last value
      gap.style.left = low <= one.minimum ? "calc(var(--ks-thumb) / -2)" : `${share(one, low)}%`;
      gap.style.right = high >= one.maximum ? "calc(var(--ks-thumb) / -2)" : `${100 - share(one, high)}%`;
    }
    one.levels.forEach((_, n) => (make("div", "ks-slide-tick", node).style.left = `${share(one, n)}%`));
    make("div", "ks-slide-travel", node);
    const present = position(one, one.value);
    if (present !== null && present >= 0) make("div", "ks-slide-mark", node).style.left = `${share(one, present)}%`;
  }

  function paintControl(one, place) {
    const slide = page.slides[place];
    const isMoved = Object.hasOwn(page.changes, one.column);
    const value = valueOf(one.column);
    const words = keepsight.words.value(page.setting.columns[one.column], value);
    const seen = `${isMoved}|${words}`;
    if (slide.ksSeen === seen && slide.querySelector("[role=slider][aria-valuetext]")) return;
    slide.ksSeen = seen;
    write(slide.querySelector(".ks-slide-value"), words);
    slide.classList.toggle("ks-slide-moved", isMoved);
    slide.classList.toggle("ks-slide-unknown", !isMoved && value === null);
    slide.querySelector(".ks-slide-reset").disabled = !isMoved;
    const thumb = slide.querySelector("[role=slider]");
    if (thumb) thumb.setAttribute("aria-valuetext", words);
    const from = position(one, one.value);
    const to = position(one, value);
    const travel = slide.querySelector(".ks-slide-travel");
    const hasWay = isMoved && from !== null && from >= 0;
    travel.hidden = !hasWay;
    if (hasWay) {
      const [low, high] = [share(one, from), share(one, to)].sort((a, b) => a - b);
      travel.style.left = `${low}%`;
      travel.style.width = `${high - low}%`;
    }
    slide.querySelectorAll(".ks-slide-stop").forEach((stop, n) => {
      stop.classList.toggle("ks-slide-stop-on", n === to);
    });
  }

  // Dash's slider is loaded late, and names its thumb nothing; a screen reader needs a name.
  function meetThumbs() {
    const of = page;
    const meet = () => {
      const thumbs = of.slides.map((slide) => slide.querySelector("[role=slider]"));
      thumbs.forEach((thumb, place) => {
        if (!thumb || thumb.hasAttribute("aria-label")) return;
        thumb.setAttribute("aria-label", of.slides[place].dataset.label);
        thumb.setAttribute("aria-valuetext", of.slides[place].querySelector(".ks-slide-value").textContent);
        attend(of, thumb, place);
      });
      return thumbs.every(Boolean);
    };
    if (meet()) return;
    const observer = new MutationObserver(() => meet() && observer.disconnect());
    observer.observe(byId("controls"), { childList: true, subtree: true });
  }

  // Dash hands drag_value on some timers after the thumb has moved. The thumb's own attribute is there at once,
  // so the figures follow that, and what drag_value says then is known: 7 instead of 12 ms (bench/drag.py).
  function attend(of, thumb, place) {
    new MutationObserver(() => {
      if (page !== of) return;
      const values = of.positions.slice();
      values[place] = Number(thumb.getAttribute("aria-valuenow"));
      drag(values);
    }).observe(thumb, { attributes: true, attributeFilter: ["aria-valuenow"] });
  }

  function listen(node) {
    if (node.ksListens) return;
    node.ksListens = true;
    node.addEventListener("pointerdown", (event) => {
      if (!event.target.closest(".dash-slider-root")) return;
      page.isLive = true;
      page.byKeys = false;
      page.resetting = null;
    }, true);
    node.addEventListener("keydown", (event) => {
      if (!event.target.matches("[role=slider]")) return;
      page.byKeys = true;
      page.resetting = null;
    }, true);
    node.addEventListener("click", (event) => {
      if (!page.card) return;
      const slide = event.target.closest(".ks-slide");
      const place = page.slides.indexOf(slide);
      const stop = event.target.closest(".ks-slide-stop");
      if (event.target.closest("#what-if-reset")) page.setting.controls.forEach((_, n) => reset(n));
      else if (slide && event.target.closest(".ks-slide-reset")) reset(place);
      else if (stop) {
        page.resetting = null;
        page.byKeys = false;
        setProps(control(place), { value: Number(stop.dataset.stop) });
      }
    });
  }

  for (const end of ["pointerup", "pointercancel"]) {
    window.addEventListener(end, () => {
      if (!page || !page.isLive) return;
      page.isLive = false;
      if (page.card) paint(outlook(), false);
    });
  }

  function listenToPicker(node) {
    if (!node || node.ksListens) return;
    node.ksListens = true;
    const go = () => {
      const key = node.value.trim();
      if (key) keepsight.go(`/what-if?customer=${encodeURIComponent(key)}`);
    };
    node.addEventListener("keydown", (event) => event.key === "Enter" && go());
    // what is taken from the list of offers comes as a whole
    node.addEventListener("input", (event) => {
      const isWhole = !event.inputType || event.inputType === "insertReplacementText";
      if (isWhole && [...node.list.options].some((option) => option.value === node.value)) go();
    });
  }

  // --- the server's word -----------------------------------------------------------------------------

  function ask() {
    const of = page;
    if (!of || isAsked(of.confirmed)) {
      remember();
      return;
    }
    of.number += 1;
    const { number } = of;
    prove("Asking the server ...", "wait");
    window.clearTimeout(of.patience);
    of.patience = window.setTimeout(() => {
      if (page === of && of.number === number && of.confirmed.number !== number) {
        prove(
          "The server has not answered: the figures are your browser's own and not in the log. " +
            "Check your connection, then move a slider again.",
          "bad"
        );
      }
    }, PATIENCE_MS);
    remember();
    setProps("what-if-question", {
      data: { customer: of.setting.id, changes: { ...of.changes }, claimed: String(of.claimed), number },
    });
  }

  function remember() {
    keepsight.address.set("customer", page.setting.id);
    keepsight.address.set("moved", new URLSearchParams(Object.entries(page.changes)).toString());
  }

  function confirm(answer) {
    if (!answer || !page || answer.number !== page.number) return;
    window.clearTimeout(page.patience);
    page.confirmed = answer;
    if (answer.refused) {
      prove(answer.refused, "bad");
      say(answer.refused);
      return;
    }
    page.setting.left_out = [];
    if (!isSame(answer.changes, page.changes)) return;
    if (!page.isLive) paint(answer, false);
    compare(answer, page.claimed);
  }

  // Compares what was computed here with what the server answered, and says so.
  function compare(answer, own) {
    const { share } = keepsight.format;
    const apart = Math.abs(own - Number(answer.after.log_odds));
    const entry = answer.entry;
    const chance = share(answer.after.probability);
    if (answer.version !== page.setting.version) {
      prove("A newer model answered than the one loaded here. The figures are its own; reload the page.", "bad", entry);
    } else if (apart === 0) {
      prove("Confirmed by the server, to the last bit:", "good", entry);
    } else if (apart <= NEAR_ENOUGH) {
      prove(`Confirmed by the server; log-odds differ by ${apart.toExponential(1)}:`, "good", entry);
    } else {
      prove(
        `The server's answer differs by ${apart.toExponential(1)} in log-odds. The figures shown are the server's; ` +
          "reload the page, and report it if it happens again:",
        "bad",
        entry
      );
      paint(answer, false);
    }
    if (answer.number) say(`Chance of leaving ${chance}, was ${share(answer.before.probability)}. Log entry ${entry}.`);
  }

  const SIGNS = { good: "bi-check-circle-fill", bad: "bi-exclamation-triangle-fill", wait: "bi-hourglass-split", own: "bi-cpu" };

  function prove(text, state, entry) {
    const node = byId("proof");
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

  function say(text) {
    write(byId("spoken"), text);
  }

  // Everything is written into the page from here, so Dash is handed nothing and renders nothing.
  function alone(work) {
    return function (given) {
      work(given);
      return window.dash_clientside.no_update;
    };
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    what_if: { begin: alone(begin), drag: alone(drag), release: alone(release), confirm: alone(confirm) },
  });
})();
