// Puts the theme's colours into a figure: "@accent" becomes the value of --ks-accent.
(function () {
  "use strict";
  const COLOURED = /(color|colors|colorscale|colorway)$/;

  function resolved(value, style, coloured) {
    if (Array.isArray(value)) return value.map((part) => resolved(part, style, coloured));
    if (value && typeof value === "object") {
      const copy = {};
      for (const key of Object.keys(value)) copy[key] = resolved(value[key], style, COLOURED.test(key));
      return copy;
    }
    if (coloured && typeof value === "string" && value.startsWith("@")) {
      return style.getPropertyValue(`--ks-${value.slice(1)}`).trim();
    }
    return value;
  }

  function themed(figure) {
    if (!figure) return window.dash_clientside.no_update;
    return resolved(figure, getComputedStyle(document.documentElement), false);
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, { graphs: { themed } });
})();
