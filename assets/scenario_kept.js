// Keeping on the Scenarios page, as far as the browser does it: goes on after a deed, says what is chosen and what is
// not saved, copies the link, and sends for lists. The picture is drawn by assets/scenario_picture.js.
(function () {
  "use strict";
  const keepsight = (window.keepsight = window.keepsight || {});
  const FEWEST = 2;
  const MOST = 4;

  // Steps that come out of the store have their fields in another order.
  const ordered = (key, value) =>
    value && typeof value === "object" && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort()) : value;
  const same = (one, other) => JSON.stringify(one, ordered) === JSON.stringify(other, ordered);
  const say = (text) => keepsight.whatIfView.write(document.getElementById("kept-told"), text);

  // The page is loaded anew, so that banner, dialog and list say what is so now.
  function go(outcome) {
    if (outcome && outcome.go) window.location.assign(outcome.go);
  }

  function ticked(values) {
    const chosen = values.filter(Boolean).length;
    const words = chosen === 0 ? "" : `${chosen} of at most ${MOST} chosen`;
    return [chosen < FEWEST || chosen > MOST, words, values.map((on) => !on && chosen >= MOST)];
  }

  const onScreen = (steps, shown) => !shown || same(steps, shown.steps);

  async function copy() {
    const link = new URL(document.getElementById("kept-copy").dataset.link, window.location.href).href;
    const isCopied = await written(link);
    say(isCopied ? "The link is copied. Whoever may explore can open it." : `Copy this link: ${link}`);
  }

  // Browsers have a clipboard for pages by https or of this machine only; for others there is the old way.
  async function written(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const box = keepsight.whatIfView.make("textarea", "visually-hidden", document.body);
      box.value = text;
      box.select();
      const isCopied = document.execCommand("copy");
      box.remove();
      return isCopied;
    }
  }

  // A kept scenario's list comes by its link, so that its id stands in the file's name and in the log. A list of
  // other steps is asked for by a form, whose answer is saved as it comes: a million rows never stand in memory.
  const list = (what) => (clicks, steps, shown) => {
    if (!clicks) return;
    if (!steps || !steps.length) {
      say("Nothing is moved yet, so there is nobody to list.");
      return;
    }
    say("The list is on its way. It names customers: that you took it is in the decision log.");
    if (shown && same(steps, shown.steps)) {
      send("get", `/scenarios/${shown.id}/${what}.csv`);
    } else {
      send("post", `/scenarios/${what}.csv`, JSON.stringify({ steps }));
    }
  };

  function send(method, action, scenario) {
    const form = keepsight.whatIfView.make("form", "", document.body);
    Object.assign(form, { method, action, target: "_blank", hidden: true });
    if (scenario !== undefined) {
      const field = keepsight.whatIfView.make("input", "", form);
      Object.assign(field, { type: "hidden", name: "scenario", value: scenario });
    }
    form.requestSubmit();
    form.remove();
  }

  async function picture(clicks) {
    if (!clicks) return;
    const found = keepsight.scenarios.answered();
    if (!found) {
      say("The server has not answered for everybody yet, so there is no picture.");
      return;
    }
    const blob = await keepsight.scenarioPicture.draw(found.answer, name(), found.parts);
    const link = keepsight.whatIfView.make("a", "", document.body);
    link.href = URL.createObjectURL(blob);
    link.download = `scenario-${found.answer.entry}.png`;
    link.click();
    link.remove();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    say("The picture is saved.");
  }

  function name() {
    const title = document.querySelector(".ks-kept-banner .ks-card-title");
    const unsaved = document.getElementById("kept-unsaved");
    if (!title) return "A scenario";
    return unsaved && !unsaved.hidden ? `${title.textContent}, changed` : title.textContent;
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    kept: {
      go,
      ticked,
      on_screen: onScreen,
      copy: (clicks) => clicks && void copy(),
      picture: (clicks) => void picture(clicks),
      steps_csv: list("steps"),
      crossing_csv: list("crossing"),
    },
  });
})();
