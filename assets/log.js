// The decision log asks again when its filters change, and keeps them and the chosen entry in the address.
(function () {
  "use strict";
  const PARTS = ["kind", "who", "about", "version", "since", "until"];

  function narrow(kind, who, about, version, since, until, before) {
    const { no_update } = window.dash_clientside;
    const query = { kind, who, about, version, since, until };
    const asked = new URLSearchParams();
    PARTS.forEach((name) => {
      query[name] = query[name] || "";
      window.keepsight.address.set(name, query[name]);
      if (query[name]) asked.set(name, query[name]);
    });
    const tail = asked.size ? `?${asked}` : "";
    const isSame = PARTS.every((name) => query[name] === ((before || {})[name] || ""));
    return [
      isSame ? no_update : query,
      `/log.csv${tail}`,
      `/log.jsonl${tail}`,
      asked.size === 0,
    ];
  }

  function again() {
    window.keepsight.reloadGrid("log-grid");
    return window.dash_clientside.no_update;
  }

  function words(value, options) {
    return value ? ((options || []).find((option) => option.value === value) || {}).label || "" : "";
  }

  function days(since, until) {
    return [since, until].filter(Boolean).join(" to ");
  }

  function clear(clicks) {
    const { no_update, set_props } = window.dash_clientside;
    if (!clicks) return [no_update, no_update, no_update, no_update, no_update];
    if (document.getElementById("log-who-words")) set_props("log-who", { value: "" });
    return ["", "", "", "", ""];
  }

  function address(seq) {
    window.keepsight.address.set("entry", seq ? String(seq) : "");
    return window.dash_clientside.no_update;
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    log: { narrow, again, words, days, clear, address },
  });
})();
