// The decision log asks again when its filters change, and keeps them and the chosen entry in the address.
(function () {
  "use strict";
  let seen = null;

  function again(kind, about, options) {
    const { set_props } = window.dash_clientside;
    window.keepsight.address.set("kind", kind);
    window.keepsight.address.set("about", about);
    const asked = JSON.stringify([kind, about]);
    if (seen !== null && seen !== asked) {
      set_props("log-ends", { data: {} });
      window.keepsight.reloadGrid("log-grid");
    }
    seen = asked;
    return kind ? (options.find((option) => option.value === kind) || {}).label || "" : "";
  }

  function address(seq) {
    window.keepsight.address.set("entry", seq ? String(seq) : "");
    return window.dash_clientside.no_update;
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, { log: { again, address } });
})();
