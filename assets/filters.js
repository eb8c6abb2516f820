// Joins the boxes of a filter row into one query and keeps it in the address, so that a link reopens the view.
(function () {
  "use strict";
  const PREFIX = "f.";

  // Keys that the filters do not own (?by=, ?q=) stay as they are.
  function writeAddress(query) {
    const search = new URLSearchParams(window.location.search);
    for (const key of [...search.keys()]) {
      if (key.startsWith(PREFIX) || key === "from" || key === "to") search.delete(key);
    }
    for (const column of Object.keys(query.levels).sort()) {
      for (const level of query.levels[column]) search.append(PREFIX + column, level);
    }
    if (query.from) search.set("from", query.from);
    if (query.to) search.set("to", query.to);
    replace(search);
  }

  function replace(search) {
    const text = search.toString();
    window.history.replaceState(window.history.state, "", window.location.pathname + (text ? "?" + text : ""));
  }

  function query(values, from, to, ids, before) {
    const { no_update } = window.dash_clientside;
    const levels = {};
    ids.forEach((id, i) => {
      if (values[i] && values[i].length) levels[id.column] = values[i];
    });
    const found = { levels, from: from || null, to: to || null };
    const empty = !Object.keys(levels).length && !found.from && !found.to;
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
    filters: { query, words, period_words: periodWords, clear, clear_period: clearPeriod },
  });
})();
