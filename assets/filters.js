// Joins the boxes of a filter row into one query and keeps it in the address, so that a link reopens the view.
(function () {
  "use strict";

  // Keys that the filters do not own (?by=, ?q=) stay as they are.
  function writeAddress(query) {
    const inner = new URLSearchParams();
    for (const column of Object.keys(query.levels).sort()) {
      for (const level of query.levels[column]) inner.append(column, level);
    }
    const search = new URLSearchParams(window.location.search);
    const parts = { filters: inner.toString(), since: query.since, until: query.until };
    for (const name of Object.keys(parts)) {
      if (parts[name]) search.set(name, parts[name]);
      else search.delete(name);
    }
    replace(search);
  }

  function replace(search) {
    const text = search.toString();
    window.history.replaceState(window.history.state, "", window.location.pathname + (text ? "?" + text : ""));
  }

  function query(values, since, until, ids, before) {
    const { no_update } = window.dash_clientside;
    const levels = {};
    ids.forEach((id, i) => {
      if (values[i] && values[i].length) levels[id.column] = values[i];
    });
    const found = { levels, since: since || null, until: until || null };
    const empty = !Object.keys(levels).length && !found.since && !found.until;
    writeAddress(found);
    return [JSON.stringify(found) === JSON.stringify(before) ? no_update : found, empty];
  }

  function summary(words) {
    if (!words.length) return "";
    return words.length === 1 ? words[0] : `${words[0]} +${words.length - 1}`;
  }

  function words(values, options) {
    return summary(options.filter((option) => (values || []).includes(option.value)).map((o) => o.label));
  }

  function periodWords(from, to, options) {
    const label = (value) => (options.find((option) => option.value === value) || {}).label;
    if (from && to) return `${label(from)} to ${label(to)}`;
    if (from) return `from ${label(from)}`;
    return to ? `to ${label(to)}` : "";
  }

  // A click on a mark of a chart filters by its level; a second click takes the filter away.
  function cross(page) {
    return function () {
      const { callback_context: context, no_update, set_props } = window.dash_clientside;
      const clicked = context.triggered.map((one) => one.value).find((value) => value && value.points.length);
      const mark = clicked && clicked.points[0].customdata;
      if (!mark || mark.length < 2) return no_update;
      const id = { type: `${page}-filter`, column: mark[0] };
      const box = document.getElementById(window.keepsight.elementId(id));
      if (!box) return no_update;
      const on = [...box.querySelectorAll("input:checked")].map((input) => input.value);
      const same = on.length === 1 && on[0] === mark[1];
      set_props(id, { value: same ? [] : [mark[1]] });
      return no_update;
    };
  }

  const clear = (clicks, values) => values.map(() => []);
  const clearPeriod = () => ["", ""];

  window.keepsight = window.keepsight || {};
  window.keepsight.address = {
    set(name, value) {
      const search = new URLSearchParams(window.location.search);
      if (value) search.set(name, value);
      else search.delete(name);
      replace(search);
    },
  };
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    filters: { query, words, period_words: periodWords, clear, clear_period: clearPeriod, cross_overview: cross("overview") },
  });
})();
