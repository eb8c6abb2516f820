// The Recommendations page: fields that pick a title, deeds with a key of their own, and the table by keyboard.
// The server decides and draws; here is what hands do. Listens on the document, since Dash draws parts anew.
(function () {
  "use strict";
  const keepsight = (window.keepsight = window.keepsight || {});
  const PATIENCE_MS = 5000;
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);
  let asking = 0;
  const closest = (event, selector) => (event.target.closest ? event.target.closest(selector) : null);

  // --- picking a title: a combobox as ARIA describes it ------------------------------------------------

  const partsOf = (picker) => ({
    field: picker.querySelector("input"),
    list: picker.querySelector("[role=listbox]"),
    told: picker.querySelector("[role=status]"),
  });
  const optionsOf = (list) => [...list.querySelectorAll("[role=option]")];

  // Dash's input takes no ARIA, so that is written here; drawn or drawn anew, it is the same element.
  function prepare(picker) {
    const { field, list } = partsOf(picker);
    if (!field || field.getAttribute("role") === "combobox") return;
    const said = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
    for (const [name, value] of Object.entries(said)) field.setAttribute(name, value);
  }

  function open(picker, isOpen) {
    const { field, list, told } = partsOf(picker);
    prepare(picker);
    list.hidden = !isOpen;
    field.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) {
      const found = optionsOf(list).length;
      told.textContent = found ? `${found} titles. Arrows choose, Enter takes.` : "No title fits.";
      mark(picker, null);
    } else {
      told.textContent = "";
      field.removeAttribute("aria-activedescendant");
    }
  }

  function mark(picker, option) {
    const { field, list } = partsOf(picker);
    for (const one of optionsOf(list)) one.setAttribute("aria-selected", String(one === option));
    if (!option) return field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function take(picker, option) {
    const { field } = partsOf(picker);
    open(picker, false);
    picker.dataset.taken = option.dataset.title;
    if (picker.dataset.picks === "recommendations-search") {
      setProps("recommendations-search", { value: "" });
      pick(option.dataset.item);
    } else {
      setProps(picker.dataset.picks, { value: option.dataset.title });
      setProps("recommendations-asked", { data: option.dataset.item });
    }
    field.focus();
  }

  function pick(item) {
    keepsight.address.set("item", item);
    setProps("recommendations-picked", { data: item });
  }

  function keys(event) {
    const picker = closest(event, ".ks-rec-picker");
    if (!picker) return;
    const { list } = partsOf(picker);
    const found = optionsOf(list);
    const at = found.findIndex((one) => one.getAttribute("aria-selected") === "true");
    const isOpen = !list.hidden;
    if (event.key === "Escape" && isOpen) {
      open(picker, false);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!found.length) return;
      if (!isOpen) open(picker, true);
      const way = event.key === "ArrowDown" ? 1 : -1;
      mark(picker, found[at < 0 ? (way > 0 ? 0 : found.length - 1) : (at + way + found.length) % found.length]);
    } else if (event.key === "Enter" && isOpen && found.length) {
      take(picker, found[Math.max(at, 0)]);
    } else {
      return;
    }
    event.preventDefault();
  }

  // What was found is shown while the field that asked for it has the focus.
  const found = (id) => (children) => {
    window.requestAnimationFrame(() => {
      const field = document.getElementById(id);
      const picker = field && field.closest(".ks-rec-picker");
      if (!picker) return;
      prepare(picker);
      const isAsked = field.value && field.value !== picker.dataset.taken;
      open(picker, Boolean(children && children.length && isAsked && document.activeElement === field));
    });
    return window.dash_clientside.no_update;
  };

  // --- deeds -----------------------------------------------------------------------------------------

  // A key a press: the same press that arrives twice is done once.
  function freshKey() {
    return [...window.crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");
  }

  // A second click while the first is being answered is no second deed.
  function ask(button) {
    if (asking) return;
    asking = window.setTimeout(() => (asking = 0), PATIENCE_MS);
    setProps("recommendations-deed", { data: { ...button.dataset, key: freshKey() } });
  }

  function answered() {
    window.clearTimeout(asking);
    asking = 0;
  }

  function click(event) {
    const option = closest(event, ".ks-rec-option");
    if (option) return take(option.closest(".ks-rec-picker"), option);
    for (const picker of document.querySelectorAll(".ks-rec-picker")) {
      if (!picker.contains(event.target) && !partsOf(picker).list.hidden) open(picker, false);
    }
    const link = closest(event, "a[data-pick]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
      event.preventDefault();
      return pick(link.dataset.pick);
    }
    if (closest(event, ".ks-rec-close")) setProps("recommendations-said", { children: [] });
    const button = closest(event, "[data-deed]");
    if (button) ask(button);
    const cell = closest(event, ".ks-rec-map tbody td");
    if (cell) read(cell);
  }

  // The list is not read out whole: how many there are, and the first.
  function listed(used) {
    const picker = document.querySelector('[data-picks="recommendations-search"]');
    if (picker && used && used.words) partsOf(picker).told.textContent = used.words;
    return window.dash_clientside.no_update;
  }

  // What was done is read out and holds the focus, since the button that did it may be gone.
  function done(told) {
    answered();
    window.requestAnimationFrame(() => {
      const said = document.getElementById("recommendations-said");
      if (said && told && told.length) said.focus({ preventScroll: true });
    });
    return window.dash_clientside.no_update;
  }

  // --- the table of categories -------------------------------------------------------------------------

  const cellsOf = (map) => [...map.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("td")]);

  // One cell of the table is in the order of tabs; the arrows move on from there.
  function reachable() {
    for (const map of document.querySelectorAll(".ks-rec-map")) {
      if (map.querySelector('tbody td[tabindex="0"]')) continue;
      const first = map.querySelector("tbody :is(td.ks-rec-moved, td.ks-rec-lit)") || map.querySelector("tbody td");
      if (!first) continue;
      first.tabIndex = 0;
      show(map.parentElement, first);
    }
  }

  // Where the table is wider than its frame, the frame begins at what is lit; the page does not move.
  function show(frame, cell) {
    // once the page has its widths
    window.requestAnimationFrame(() => {
      frame.scrollLeft = Math.max(0, cell.offsetLeft + cell.offsetWidth - frame.clientWidth + 8);
      frame.scrollTop = Math.max(0, cell.offsetTop + cell.offsetHeight - frame.clientHeight + 8);
    });
  }

  function walk(event) {
    const cell = closest(event, ".ks-rec-map tbody td");
    if (!cell) return;
    const rows = cellsOf(cell.closest("table"));
    const row = cell.parentElement.sectionRowIndex;
    const column = rows[row].indexOf(cell);
    const last = rows.length - 1;
    const to = {
      ArrowDown: [row + 1, column], ArrowUp: [row - 1, column], ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1], Home: [row, 0], End: [row, last],
    }[event.key];
    if (event.key === "Enter" || event.key === " ") {
      read(cell);
    } else if (to) {
      const next = (rows[to[0]] || [])[to[1]];
      if (next) {
        cell.tabIndex = -1;
        next.tabIndex = 0;
        next.focus();
      }
    } else {
      return;
    }
    event.preventDefault();
  }

  function read(cell) {
    for (const one of document.querySelectorAll(".ks-rec-map [aria-selected]")) one.removeAttribute("aria-selected");
    cell.setAttribute("aria-selected", "true");
    setProps("recommendations-cell", { data: [cell.dataset.row, cell.dataset.column] });
  }

  document.addEventListener("keydown", keys);
  document.addEventListener("keydown", walk);
  document.addEventListener("click", click);
  new MutationObserver(() => {
    reachable();
    for (const picker of document.querySelectorAll(".ks-rec-picker")) prepare(picker);
  }).observe(document.documentElement, { childList: true, subtree: true });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    recommendations: {
      done, listed, found_search: found("recommendations-search"), found_why: found("recommendations-why"),
    },
  });
})();
