// The Model page: goes on after signing or rolling back, and prints in light colours with every fold open.
(function () {
  "use strict";

  // The page is loaded anew, so that frame, banner and every mark say what is so now.
  function done(outcome) {
    if (outcome && outcome.go) window.location.assign(outcome.go);
  }

  const folded = [];
  let theme = null;

  function show(name) {
    document.documentElement.setAttribute("data-bs-theme", name);
    window.dash_clientside.set_props("ks-theme", { data: name });
  }

  function print() {
    const { documentElement: root } = document;
    theme = root.getAttribute("data-bs-theme") === "dark" ? "dark" : null;
    if (theme) show("light");
    // charts redraw in the colours of paper before the page is handed to the printer
    window.setTimeout(() => window.print(), theme ? 600 : 0);
  }

  window.addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll(".ks-page details:not([open])")) {
      fold.open = true;
      folded.push(fold);
    }
  });
  window.addEventListener("afterprint", () => {
    while (folded.length) folded.pop().open = false;
    if (theme) show(theme);
    theme = null;
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, { model: { done, print } });
})();
