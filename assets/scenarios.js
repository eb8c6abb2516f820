// The Scenarios page: the steps as people change them. While something is dragged the figures come from a sample of
// the customers, here, with no request (assets/scenario.js); on release the server answers for everybody.
// What is seen: assets/scenario_steps.js (the steps) and assets/scenario_view.js (what they bring).
(function () {
  "use strict";
  const keepsight = (window.keepsight = window.keepsight || {});
  const NEAR_ENOUGH = 1e-12;
  const REST_MS = 250;
  const PATIENCE_MS = 20000;

  let page = null;

  const byId = (name) => document.getElementById(`scenario-${name}`);
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);
  const prove = (text, state, entry) => keepsight.whatIfView.prove(byId("proof"), text, state, entry);
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  function begin(setting) {
    if (!setting || !byId("steps")) return;
    page = {
      setting,
      steps: setting.answer.scenario.steps || [],
      answer: { ...setting.answer, number: 0 },
      base: null,
      number: 0,
      history: null,
      at: 0,
      parts: parts(),
    };
    listen();
    draw();
    keepsight.scenarioView.paint(page, page.answer);
    if (setting.refused) {
      prove(setting.refused, "bad");
    } else {
      prove(`Answered for all ${keepsight.scenarioView.count(setting.customers)} customers:`, "good", setting.answer.entry);
    }
    const of = page;
    keepsight.scenarioSample.load(setting).then((base) => {
      of.base = base;
      keepsight.control.hold(setting.version, byId("steps"), (why) => page === of && stop(why), { left_out: setting.left_out });
      if (page === of) check(of.answer);
    }, () => page === of && prove("The sample could not be loaded, so figures follow on release only.", "bad"));
  }

  // Lets go of the model: it may not answer any more, here either.
  function letGo() {
    keepsight.scenarioSample.forget();
    page.base = null;
  }

  function stop(why) {
    letGo();
    keepsight.control.show(document.querySelector(".ks-sc"), why);
  }

  function parts() {
    const found = {};
    for (const node of document.querySelectorAll(".ks-sc [data-part]")) found[node.dataset.part] = node;
    return found;
  }

  // --- what is asked ---------------------------------------------------------------------------------

  // Takes new steps: shown at once by the sample, asked of the server when the hand rests.
  function change(steps, { redraw = false, rests = true } = {}) {
    page.steps = steps;
    if (redraw) draw();
    preview();
    if (rests) release();
  }

  function preview() {
    if (!page.base || page.waiting) return;
    page.waiting = true;
    window.requestAnimationFrame(() => {
      page.waiting = false;
      if (!ready(page.steps)) return;
      const found = keepsight.scenario.run(page.base, { steps: page.steps });
      page.preview = found;
      if (isAnswered()) return;
      keepsight.scenarioView.paintSample(page, found);
      const rows = keepsight.scenarioView.count(page.base.rows);
      prove(`From a sample of ${rows} customers, in your browser. On release the server answers for everybody.`, "own");
    });
  }

  const ready = (steps) => steps.every((step) => step.column && step.value !== null && step.value !== "");
  const isAnswered = () => !page.answer.refused && same(page.answer.scenario.steps || [], page.steps);

  function release() {
    setProps("kept-on-screen", { data: structuredClone(page.steps) }); // so that what is kept is what is seen
    window.clearTimeout(page.resting);
    page.resting = window.setTimeout(ask, REST_MS);
  }

  function ask() {
    const of = page;
    if (!ready(of.steps)) return;
    remember();
    if (isAnswered()) {
      keepsight.scenarioView.paint(of, of.answer);
      check(of.answer);
      return;
    }
    of.number += 1;
    const { number } = of;
    prove("Asking the server about everybody ...", "wait");
    window.clearTimeout(of.patience);
    of.patience = window.setTimeout(() => {
      if (page === of && of.number === number && of.answer.number !== number) {
        prove("The server has not answered: the figures are of the sample, and not in the log. Check your connection.", "bad");
      }
    }, PATIENCE_MS);
    setProps("scenario-question", { data: { steps: of.steps, number } });
  }

  function remember() {
    keepsight.address.set("steps", page.steps.length ? JSON.stringify(page.steps) : "");
    if (!same(page.history[page.at], page.steps)) {
      page.history = [...page.history.slice(0, page.at + 1), structuredClone(page.steps)];
      page.at += 1;
    }
    tools();
  }

  function travel(way) {
    const steps = page.history[page.at + way];
    if (!steps) return;
    page.at += way;
    change(structuredClone(steps), { redraw: true });
  }

  function tools() {
    byId("undo").disabled = page.at === 0;
    byId("redo").disabled = page.at >= page.history.length - 1;
    byId("clear").disabled = !page.steps.length;
  }

  // --- the server's word -----------------------------------------------------------------------------

  function confirm(answer) {
    if (!answer || !page || answer.number !== page.number) return;
    window.clearTimeout(page.patience);
    page.answer = answer;
    if (answer.stopped) {
      stop(answer.refused);
      return;
    }
    if (answer.refused) {
      prove(answer.refused, "bad");
      say(answer.refused);
      return;
    }
    if (!isAnswered()) {
      // the server leaves out what is not said, so the same steps may be written in two ways
      page.answer = { ...answer, scenario: { steps: page.steps } };
    }
    if (answer.stamp.version !== page.setting.version) letGo();
    keepsight.scenarioView.paint(page, answer);
    keepsight.scenarioSteps.tell(byId("steps"), answer.steps);
    check(page.answer);
    say(answer.sentences.join(" "));
  }

  // Asks the server for the chances of the sample behind an answer on record, and says how far both lie apart.
  async function check(answer) {
    const of = page;
    const everybody = `Answered for all ${keepsight.scenarioView.count(answer.customers)} customers:`;
    if (answer.refused || answer.entry === null) return;
    if (!of.base) return prove(everybody, "good", answer.entry);
    try {
      const bytes = await (await keepsight.scenarioSample.fetched(`/_scenario/${answer.entry}.proof`)).arrayBuffer();
      if (page !== of || of.answer.entry !== answer.entry || bytes.byteLength === 0) return;
      const own = keepsight.scenario.run(of.base, { steps: answer.scenario.steps || [] });
      const apart = keepsight.scenario.apart(own, new Float64Array(bytes));
      const rows = keepsight.scenarioView.count(of.base.rows);
      const told = apart === 0 ? "not at all" : `by ${apart.toExponential(1)} at most`;
      prove(
        `${everybody.replace(/:$/, ".")} Browser and server differ ${told} over the sample of ${rows}:`,
        apart <= NEAR_ENOUGH ? "good" : "bad",
        answer.entry
      );
    } catch {
      if (page === of) prove(everybody, "good", answer.entry);
    }
  }

  const say = (text) => keepsight.whatIfView.write(byId("spoken"), text);

  // --- hands on the page -----------------------------------------------------------------------------

  function draw() {
    keepsight.scenarioSteps.draw(page, byId("steps"), byId("add"), byId("starters"), change);
    page.history = page.history || [structuredClone(page.steps)];
    tools();
  }

  function listen() {
    const on = (name, work) => {
      const node = byId(name);
      if (node.ksListens) return;
      node.ksListens = true;
      node.addEventListener("click", () => page && work());
    };
    on("undo", () => travel(-1));
    on("redo", () => travel(1));
    on("clear", () => change([], { redraw: true }));
  }

  function alone(work) {
    return function (given) {
      work(given);
      return window.dash_clientside.no_update;
    };
  }

  // What the server answered for the steps on screen; null while they are answered by the sample only.
  function answered() {
    if (!page || page.answer.refused || !isAnswered()) return null;
    return { answer: page.answer, parts: page.parts };
  }

  keepsight.scenarios = { answered };
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    scenarios: { begin: alone(begin), confirm: alone(confirm) },
  });
})();
