// Only an address that asks for the note of the first use asks the server for it.
(function () {
  "use strict";

  function asked(search) {
    return new URLSearchParams(search || "").has("note") ? Date.now() : window.dash_clientside.no_update;
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, { first_use: { asked } });
})();
