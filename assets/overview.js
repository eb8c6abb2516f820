// The Overview keeps its dimension in the address and hands its filters on to the list of customers.
(function () {
  "use strict";

  function address(query, by) {
    window.keepsight.address.set("by", by);
    const search = new URLSearchParams(window.location.search);
    const inner = new URLSearchParams();
    for (const column of Object.keys(query.levels)) {
      for (const level of query.levels[column]) inner.append(column, level);
    }
    search.delete("by");
    search.delete("since");
    search.delete("until");
    if (inner.toString()) search.set("filters", inner.toString());
    else search.delete("filters");
    const text = search.toString();
    return "/customers" + (text ? "?" + text : "");
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, { overview: { address } });
})();
