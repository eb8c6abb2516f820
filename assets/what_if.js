// The What-if page: while a slider is dragged the figures are computed here and written straight into the page,
// and nothing is sent; on release the server answers the same question exactly and puts it in the log.
// What is seen of it: assets/what_if_view.js and assets/what_if_sliders.js.
(function () {
  "use strict";
  const keepsight = (window.keepsight = window.keepsight || {});
  const NEAR_ENOUGH = 1e-12;
  const KEYS_REST_MS = 300;
  const PATIENCE_MS = 10000;

  const cards = new Map(); // by version; a version never changes
  let page = null;

  const byId = (name) => document.getElementById(`what-if-${name}`);
  const drawn = (kind) => document.getElementById(keepsight.elementId({ type: `ks-${kind}`, name: "what-if" }));
  const control = (place) => ({ type: "what-if-control", place });
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);
  const sliders = () => keepsight.whatIfSliders;
  const prove = (text, state, entry) => keepsight.whatIfView.prove(byId("proof"), text, state, entry);

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
    page.positions = setting.controls.map((one) => sliders().position(one, valueOf(one.column)));
    setting.controls.forEach((one, place) => sliders().ground(page, one, place));
    listen(byId("controls"));
    listenToPicker(byId("pick"));
    const of = page;
    sliders().meet(page, byId("controls"), (place, at) => {
      if (page === of) drag(of.positions.map((was, n) => (n === place ? at : was)));
    });
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
    keepsight.control.hold(of.setting.version, byId("controls"), (why) => page === of && stop(why), { customer: of.setting.id });
    page.setting.controls.forEach((_, place) => setProps(control(place), { disabled: false }));
    const own = outlook();
    page.claimed = own.after.log_odds;
    compare(page.setting.answer, own.after.log_odds);
  }

  function cannotLoad(of) {
    if (page !== of) return;
    prove("The model could not be loaded, so nothing can be moved. Check your connection and reload the page.", "bad");
  }

  // Lets go of the model, for good: it may not answer any more, here either.
  function letGo() {
    cards.clear();
    page.card = null;
    page.setting.controls.forEach((_, place) => setProps(control(place), { disabled: true }));
  }

  function stop(why) {
    letGo();
    keepsight.control.show(byId("controls").parentElement, why);
  }

  // --- what is moved ---------------------------------------------------------------------------------

  function valueOf(column) {
    const { changes, setting } = page;
    return Object.hasOwn(changes, column) ? changes[column] : setting.row[column] ?? null;
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
    const back = sliders().position(one, one.value);
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
    keepsight.whatIfView.paint(page, view, isLive);
    page.setting.controls.forEach((one, place) => sliders().paint(page, one, valueOf(one.column), place));
    byId("reset").disabled = !Object.keys(page.changes).length;
  }

  // --- hands on the page -----------------------------------------------------------------------------

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
    if (answer.stopped) {
      stop(answer.refused);
      return;
    }
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
      letGo();
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
    const firm = answer.familiarity === "unlike" ? "No firm score. " : "";
    if (answer.number) say(`${firm}Chance of leaving ${chance}, was ${share(answer.before.probability)}. Log entry ${entry}.`);
  }

  function say(text) {
    keepsight.whatIfView.write(byId("spoken"), text);
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
