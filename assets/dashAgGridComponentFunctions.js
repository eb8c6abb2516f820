// Cells of the grids, drawn in the browser from plain values.
(function () {
  "use strict";
  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const h = (...parts) => window.React.createElement(...parts);

  function link(path, words) {
    return h(
      "a",
      {
        href: path,
        className: "ks-cell-link",
        onClick: (event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          event.stopPropagation();
          window.keepsight.go(path);
        },
      },
      words
    );
  }

  cells.KsCustomer = function (props) {
    if (!props.data) return h("span", { className: "ks-cell-wait" }, "loading");
    return link(`/customer?id=${encodeURIComponent(props.value)}`, props.value);
  };

  cells.KsChance = function (props) {
    if (props.data && props.data.objects) {
      return h("span", { className: "ks-cell-objects" }, "objected to profiling");
    }
    if (!props.data || props.value === null || props.value === undefined) return null;
    const { share } = window.keepsight.format;
    const { low, high } = props.data;
    const isFirm = props.data.is_firm !== false;
    const doubt = isFirm ? "" : "no firm score: unlike anything the model has seen; ";
    return h(
      "span",
      {
        className: isFirm ? "ks-cell-chance" : "ks-cell-chance ks-cell-unfirm",
        title: `${doubt}range ${share(low)} to ${share(high)}`,
      },
      h("span", { className: "ks-cell-chance-figure" }, share(props.value)),
      h(
        "span",
        { className: "ks-cell-chance-track", "aria-hidden": "true" },
        h("span", { className: "ks-cell-chance-bar", style: { width: `${props.value * 100}%` } }),
        h("span", {
          className: "ks-cell-chance-range",
          style: { left: `${low * 100}%`, width: `${Math.max(0.5, (high - low) * 100)}%` },
        })
      ),
      h("span", { className: "visually-hidden" }, `, ${doubt}range ${share(low)} to ${share(high)}`)
    );
  };

  cells.KsAverage = function (props) {
    if (!props.data || !props.value) return null;
    const { share } = window.keepsight.format;
    const { share: part, of } = props.value;
    return h("span", { className: "ks-cell-average" }, `${share(part)} of ${of.toLocaleString("en")}`);
  };

  cells.KsChips = function (props) {
    if (!props.data || !props.value) return null;
    return h(
      "span",
      { className: "ks-chips ks-cell-chips" },
      props.value.map((words, i) => h("span", { className: "ks-chip", key: i, title: words }, words))
    );
  };

  cells.KsTime = function (props) {
    if (!props.data) return h("span", { className: "ks-cell-wait" }, "loading");
    const { localTime } = window.keepsight;
    return h("span", { title: localTime(props.value) }, localTime(props.value, "short"));
  };

  cells.KsWords = (props) => (props.data ? h("span", { className: "ks-cell-words", title: props.value }, props.value) : null);

  cells.KsEntry = function (props) {
    if (!props.data) return h("span", { className: "ks-cell-wait" }, "loading");
    return link(`/log?entry=${props.value}`, String(props.value));
  };
})();
