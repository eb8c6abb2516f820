// What the browser does about the control room's switch: a page that holds a model asks now and then whether it may
// go on, never while something is dragged, and only while somebody is at it, so that sessions still come to rest.
(function () {
  "use strict";
  const keepsight = (window.keepsight = window.keepsight || {});
  const EVERY_MS = 5000;
  const AT_IT_MS = 60000;

  let held = null;
  let isDown = false;
  let active = Date.now();

  // A page says which version it computes with, where it stands, and how it lets go of it; and, by name, what else it
  // stands on: the customer it is about, or who was left out of its sample.
  function hold(version, node, stop, on) {
    held = { version, node, stop, on: new URLSearchParams(on || {}) };
  }

  async function look() {
    const of = held;
    if (!of || !of.node.isConnected || document.hidden || isDown || Date.now() - active > AT_IT_MS) return;
    const answer = await fetch(`/_control/${of.version}?${of.on}`, { credentials: "same-origin", cache: "no-store" });
    if (!answer.ok) return;
    const { why } = await answer.json();
    if (held !== of || !why) return;
    held = null;
    of.stop(why);
  }

  // Puts the reason in the place of what was computed here.
  function show(root, why) {
    if (!root || root.classList.contains("ks-stopped")) return;
    root.classList.add("ks-stopped");
    const make = keepsight.whatIfView.make;
    const note = make("div", "ks-card ks-stopped-note", root);
    note.setAttribute("role", "alert");
    make("p", "", note, why);
    const again = make("button", "ks-button", note, "Show what is so now");
    again.type = "button";
    again.addEventListener("click", () => window.location.reload());
    again.focus();
  }

  const nothing = () => {};
  window.setInterval(() => look().catch(nothing), EVERY_MS);
  for (const [kind, down] of [["pointerdown", true], ["pointerup", false], ["pointercancel", false]]) {
    window.addEventListener(kind, () => {
      isDown = down;
      active = Date.now();
    }, true);
  }
  window.addEventListener("keydown", () => (active = Date.now()), true);
  document.addEventListener("visibilitychange", () => {
    active = Date.now();
    look().catch(nothing);
  });

  keepsight.control = { hold, show };
})();
