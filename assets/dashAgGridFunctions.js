// What the grids call by name: formats, what a click opens, which columns fit.
(function () {
  "use strict";
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  const NARROW = 640;

  functions.KsMoney = (value, currency, decimals) =>
    value === null || value === undefined ? "" : window.keepsight.format.money(value, currency, decimals);

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
  };

  // On a narrow screen only the columns that carry the page stay.
  functions.KsFit = function (params) {
    const wide = (params.clientWidth || params.api.getGridBodyElement?.()?.clientWidth || window.innerWidth) >= NARROW;
    const spare = params.api.getColumns().filter((c) => c.getColDef().context && c.getColDef().context.spare);
    params.api.setColumnsVisible(spare, wide);
    params.api.sizeColumnsToFit();
  };
})();
