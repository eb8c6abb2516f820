// From Scenarios to Actions: the link carries the steps on the screen, or names the kept scenario they are.
(function () {
  "use strict";

  function address(steps, shown) {
    if (!steps || !steps.length) return "/actions";
    const text = JSON.stringify(steps);
    if (shown && text === JSON.stringify(shown.steps)) return `/actions?scenario=${encodeURIComponent(shown.id)}`;
    return `/actions?steps=${encodeURIComponent(text)}`;
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, { actions: { address } });
})();
