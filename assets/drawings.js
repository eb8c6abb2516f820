// Draws the waterfalls and gauges that come with their data; the What-if page draws its own.
(function () {
  "use strict";

  function drawing(kind) {
    return function (data) {
      const { callback_context: context, no_update } = window.dash_clientside;
      const node = document.getElementById(stringified(context.outputs_list.id));
      if (node && data) window.keepsight[kind].draw(node, data);
      return no_update;
    };
  }

  // Dash writes the id of an element as JSON with its keys in order.
  function stringified(id) {
    const parts = Object.keys(id).sort().map((key) => `${JSON.stringify(key)}:${JSON.stringify(id[key])}`);
    return `{${parts.join(",")}}`;
  }

  window.keepsight = window.keepsight || {};
  window.keepsight.elementId = stringified;
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    drawings: { waterfall: drawing("waterfall"), gauge: drawing("gauge") },
  });
})();
