// The list of customers asks the server again when filters or search change.
(function () {
  "use strict";
  let seen = null;

  function again(query, search) {
    const { no_update } = window.dash_clientside;
    window.keepsight.address.set("q", search);
    const asked = JSON.stringify([query, search]);
    if (seen !== null && seen !== asked) reload("customers-grid");
    seen = asked;
    return no_update;
  }

  function reload(grid) {
    window.dash_ag_grid.getApiAsync(grid).then((api) => {
      api.ensureIndexVisible && api.getDisplayedRowCount() && api.ensureIndexVisible(0, "top");
      api.purgeInfiniteCache();
    });
  }

  window.keepsight = window.keepsight || {};
  window.keepsight.reloadGrid = reload;
  window.dash_clientside = Object.assign({}, window.dash_clientside, { customers: { again } });
})();
