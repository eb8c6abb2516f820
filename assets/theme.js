// Light or dark: what was chosen here, else what the system asks for. Set at once, before the page is painted.
(function () {
  "use strict";
  const keepsight = (window.keepsight = window.keepsight || {});
  if (keepsight.theme) return;
  const KEY = "keepsight-theme";
  const system = window.matchMedia("(prefers-color-scheme: dark)");

  function remembered() {
    try {
      const theme = window.localStorage.getItem(KEY);
      return theme === "dark" || theme === "light" ? theme : null;
    } catch (refused) {
      return null; // a browser may close its storage; the system's theme holds then
    }
  }

  function show(theme) {
    document.documentElement.setAttribute("data-bs-theme", theme);
    for (const button of document.querySelectorAll("#ks-theme-switch")) {
      button.setAttribute("aria-pressed", String(theme === "dark"));
    }
    const dash = window.dash_clientside;
    if (dash && dash.set_props && document.getElementById("ks-theme-switch")) {
      dash.set_props("ks-theme", { data: theme }); // charts redraw in the new colours, without a request
    }
  }

  keepsight.theme = {
    current: () => document.documentElement.getAttribute("data-bs-theme"),
    choose(theme) {
      try {
        window.localStorage.setItem(KEY, theme);
      } catch (refused) {
        // not remembered, but shown
      }
      show(theme);
    },
  };

  show(remembered() || (system.matches ? "dark" : "light"));
  system.addEventListener("change", () => remembered() || show(system.matches ? "dark" : "light"));
  document.addEventListener("click", (event) => {
    if (event.target.closest && event.target.closest("#ks-theme-switch")) {
      keepsight.theme.choose(keepsight.theme.current() === "dark" ? "light" : "dark");
    }
  });
  new MutationObserver((_, observer) => {
    const button = document.getElementById("ks-theme-switch");
    if (!button) return;
    button.setAttribute("aria-pressed", String(keepsight.theme.current() === "dark"));
    observer.disconnect();
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
