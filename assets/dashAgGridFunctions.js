// What the grids call by name: formats, what a click opens, which columns fit.
(function () {
  "use strict";
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  functions.KsMoney = (value, currency, decimals) =>
    value === null || value === undefined ? "" : window.keepsight.format.money(value, currency, decimals);

  // Tab leads out of a grid, whose rows have no end; arrow keys lead through it.
  functions.KsLeaveGrid = () => false;

  const isOpening = (params) => params.type !== "cellKeyDown" || (params.event && params.event.key === "Enter");

  functions.KsOpenCustomer = function (params) {
    if (!isOpening(params) || !params.data) return;
    const selected = window.getSelection();
    if (selected && String(selected) && params.type === "rowClicked") return; // somebody is copying text
    window.keepsight.go(`/customer?id=${encodeURIComponent(params.data.id)}`);
  };

  functions.KsOpenEntry = function (params) {
    if (!isOpening(params) || !params.data) return;
    window.dash_clientside.set_props("log-chosen", { data: params.data.seq });
    const detail = document.getElementById("log-detail");
    const side = detail.getBoundingClientRect().top < window.innerHeight - 200;
    if (!side) detail.scrollIntoView({ block: "start" }); // on a phone the entry opens below the list
  };

  // A column says from which width of the grid on it is shown; what carries the page says nothing.
  functions.KsFit = function (params) {
    const grid = document.querySelector(".ks-grid");
    const width = params.clientWidth || (grid ? grid.clientWidth : window.innerWidth);
    for (const column of params.api.getColumns()) {
      const from = (column.getColDef().context || {}).from || 0;
      if (column.isVisible() !== width >= from) params.api.setColumnsVisible([column], width >= from);
    }
  };
})();
