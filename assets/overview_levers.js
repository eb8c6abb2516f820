// The few levers of the Overview: predicted churn as it is and as it would be, while they move.
// The sample and what runs on it: assets/scenario_sample.js, assets/scenario.js; the server answers on release.
(function () {
  "use strict";
  const keepsight = (window.keepsight = window.keepsight || {});
  let page = null;

  const card = () => document.getElementById("levers-card");
  const part = (name) => card().querySelector(`[data-part="${name}"]`);
  const make = (...given) => keepsight.whatIfView.make(...given);
  const write = (node, text) => keepsight.whatIfView.write(node, text);
  const prove = (text, state, entry) =>
    keepsight.whatIfView.prove(document.getElementById("levers-proof"), text, state, entry);

  function begin(setting) {
    if (!setting || !card()) return;
    page = { setting, at: setting.levers.map((one) => one.at), number: 0, base: null };
    card().hidden = false;
    sliders();
    bars();
    paint(setting.answer);
    const of = page;
    keepsight.scenarioSample.load(setting).then((base) => {
      of.base = base;
      keepsight.control.hold(setting.version, card(), (why) => page === of && stop(why), { left_out: setting.left_out });
    }, () => {});
  }

  // Lets go of the model: it may not answer any more, here either.
  function letGo() {
    keepsight.scenarioSample.forget();
    page.base = null;
  }

  function stop(why) {
    letGo();
    keepsight.control.show(card(), why);
  }

  // --- what is moved ---------------------------------------------------------------------------------

  function stepOf(lever, at) {
    const { column } = lever;
    if (!at) return [];
    if (lever.kind === "add") return [{ column, operation: "add", value: at }];
    if (lever.kind === "percent") return [{ column, operation: "multiply", value: Math.round((1 + at / 100) * 1e6) / 1e6 }];
    const step = { column, operation: "move", level: lever.level, value: lever.value };
    return [at < 100 ? { ...step, coverage: at / 100 } : step];
  }

  const steps = () => page.setting.levers.flatMap((lever, place) => stepOf(lever, page.at[place]));

  const said = (lever, at) => {
    const size = Number(Math.abs(at).toFixed(2)).toLocaleString("en-US");
    const sign = lever.kind === "share" || !at ? "" : at > 0 ? "+" : "\u2212";
    return lever.kind === "share" ? `${size}% of them` : `${sign}${size}${lever.unit === "%" ? "%" : ` ${lever.unit || ""}`}`.trim();
  };

  function sliders() {
    const place = part("sliders");
    place.textContent = "";
    page.setting.levers.forEach((lever, n) => {
      const box = make("div", `ks-ol-lever ks-ol-lever-${lever.role}`, place);
      const head = make("div", "ks-ol-head", box);
      const label = make("label", "", head, lever.label);
      if (lever.role === "assumption") make("span", "ks-badge", head, "not ours to move");
      const now = make("output", "ks-ol-value", head, said(lever, page.at[n]));
      const slide = make("input", "form-range ks-sc-range", box);
      Object.assign(slide, { type: "range", min: lever.low, max: lever.high, step: lever.step, value: page.at[n], id: `lever-${n}` });
      label.htmlFor = slide.id;
      slide.addEventListener("input", () => {
        page.at[n] = Number(slide.value);
        write(now, said(lever, page.at[n]));
        slide.setAttribute("aria-valuetext", said(lever, page.at[n]));
        preview();
      });
      slide.addEventListener("change", ask);
    });
  }

  function preview() {
    if (!page.base || page.waiting) return;
    page.waiting = true;
    const of = page;
    window.requestAnimationFrame(() => {
      of.waiting = false;
      if (page !== of) return;
      const found = keepsight.scenario.run(of.base, { steps: steps() });
      draw(found.before.leavers, found.after.leavers, null);
      const change = found.after.leavers - found.before.leavers;
      const doubt = found.error >= 0.5 ? `, give or take ${count(2 * found.error)}` : "";
      write(part("first"), `About ${count(Math.abs(change))} ${change < 0 ? "fewer" : "more"} leavers${doubt} (sample).`);
      prove(`From a sample of ${count(of.base.rows)} customers, in your browser. On release the server answers for everybody.`, "own");
    });
  }

  function ask() {
    page.number += 1;
    prove("Asking the server about everybody ...", "wait");
    window.dash_clientside.set_props("levers-question", { data: { steps: steps(), number: page.number } });
  }

  function confirm(answer) {
    if (!answer || !page || answer.number !== page.number) return;
    if (answer.stopped) stop(answer.refused);
    else if (answer.refused) prove(answer.refused, "bad");
    else {
      if (answer.stamp.version !== page.setting.version) letGo();
      paint(answer);
    }
  }

  // --- what follows ----------------------------------------------------------------------------------

  const count = (value) => Math.round(value).toLocaleString("en-US");

  function paint(answer) {
    const { leavers } = answer;
    draw(leavers.before, leavers.after, leavers);
    part("draft").hidden = !answer.draft;
    write(part("first"), answer.sentences[0]);
    part("link").href = `/scenarios?steps=${encodeURIComponent(JSON.stringify(answer.scenario.steps || []))}`;
    prove(`Answered for all ${count(answer.customers)} customers:`, "good", answer.entry);
  }

  function bars() {
    const place = part("bars");
    place.textContent = "";
    place.setAttribute("role", "img");
    for (const name of ["before", "after"]) {
      const row = make("div", `ks-ol-row ks-ol-${name}`, place);
      make("span", "ks-ol-name", row, name === "before" ? "as it is" : "as it would be");
      const track = make("span", "ks-ol-track", row);
      make("span", "ks-ol-bar", track);
      if (name === "after") make("span", "ks-ol-range", track);
      make("span", "ks-ol-figure", row);
    }
  }

  function draw(before, after, range) {
    const { customers } = page.setting.answer;
    const share = (leavers) => (customers ? leavers / customers : 0);
    const most = Math.max(before, after, range ? before + range.high : 0, 1) * 1.05;
    const place = part("bars");
    [before, after].forEach((leavers, n) => {
      const row = place.children[n];
      row.querySelector(".ks-ol-bar").style.width = `${(100 * leavers) / most}%`;
      write(row.querySelector(".ks-ol-figure"), `${keepsight.format.share(share(leavers))} (${count(leavers)})`);
    });
    const reach = place.querySelector(".ks-ol-range");
    reach.hidden = !range || Math.round(range.low) === Math.round(range.high);
    if (!reach.hidden) {
      reach.style.left = `${(100 * (before + range.low)) / most}%`;
      reach.style.width = `${(100 * (range.high - range.low)) / most}%`;
      reach.title = "The model's spread of the change";
    }
    const said = [before, after].map((leavers) => keepsight.format.share(share(leavers)));
    place.setAttribute("aria-label", `Predicted churn: ${said[0]} as it is, ${said[1]} as it would be.`);
  }

  const alone = (work) => (given) => {
    work(given);
    return window.dash_clientside.no_update;
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    overview_levers: { begin: alone(begin), confirm: alone(confirm) },
  });
})();
