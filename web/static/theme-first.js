// Light or dark before the first paint, so that nothing flashes: what was chosen, else what the system asks for.
(function () {
    "use strict";
    var chosen = null;
    try {
        chosen = window.localStorage.getItem("keepsight-theme");
    } catch (blocked) {
        chosen = null; // storage is switched off: follow the system
    }
    var dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
    var theme = chosen === "light" || chosen === "dark" ? chosen : dark ? "dark" : "light";
    document.documentElement.setAttribute("data-bs-theme", theme);
})();
