// The frame: which place of the navigation is shown, focus after a move, popovers that close, local times.
(function () {
  "use strict";

  function markPlace() {
    for (const item of document.querySelectorAll("[data-paths]")) {
      const link = item.querySelector("a");
      if (!link) continue;
      if (item.dataset.paths.split(" ").some(holds)) {
        link.setAttribute("aria-current", "page");
      } else {
        link.removeAttribute("aria-current");
      }
    }
  }

  // "/guidelines/*" holds every page under it.
  function holds(path) {
    const here = window.location.pathname;
    return path.endsWith("/*") ? here.startsWith(path.slice(0, -1)) : path === here;
  }

  let last = window.location.pathname;
  function moved() {
    markPlace();
    if (window.location.pathname === last) return;
    last = window.location.pathname;
    for (const open of document.querySelectorAll("details.ks-person[open]")) open.open = false;
    focusWhenDrawn();
  }

  // After a move inside the page a screen reader starts at the new content, as after a load.
  function focusWhenDrawn() {
    const old = document.getElementById("ks-main");
    const observer = new MutationObserver(() => {
      const main = document.getElementById("ks-main");
      if (!main || main === old) return;
      observer.disconnect();
      main.focus({ preventScroll: true });
      window.scrollTo(0, 0);
    });
    observer.observe(document.body, { childList: true, subtree: true });
    window.setTimeout(() => observer.disconnect(), 5000);
  }

  window.addEventListener("_dashprivate_pushstate", moved);
  window.addEventListener("popstate", moved);
  new MutationObserver((_, observer) => {
    if (!document.querySelector("[data-paths]")) return;
    observer.disconnect();
    markPlace();
  }).observe(document.documentElement, { childList: true, subtree: true });

  const POPOVERS = "details.ks-pill[open], details.ks-person[open]";
  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll(POPOVERS)) {
      if (!open.contains(event.target)) open.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const open of document.querySelectorAll(POPOVERS)) {
      const held = open.contains(document.activeElement);
      open.open = false;
      if (held) open.querySelector("summary").focus();
    }
  });
  // Focus that went elsewhere closes a popover; a press on its own text moves the focus to the page around it.
  document.addEventListener("focusin", (event) => {
    for (const open of document.querySelectorAll(POPOVERS)) {
      if (!open.contains(event.target) && !event.target.contains(open)) open.open = false;
    }
  });
  // A popover near the right edge opens to the left, so that it never leaves the window.
  document.addEventListener(
    "toggle",
    (event) => {
      const popover = event.target.querySelector && event.target.querySelector(":scope > .ks-popover");
      if (!popover || !event.target.open || event.target.matches(".ks-person")) return;
      popover.classList.remove("ks-popover-right");
      popover.style.left = "";
      const over = popover.getBoundingClientRect().right - (document.documentElement.clientWidth - 8);
      if (over > 0) popover.style.left = `${-over}px`;
    },
    true
  );

  const keepsight = (window.keepsight = window.keepsight || {});
  keepsight.go = function (path) {
    // A link inside a row of a grid is followed by both; one step back must lead back.
    if (window.location.pathname + window.location.search === path) return;
    window.history.pushState({}, "", path);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  };
  keepsight.localTime = function (iso, timeStyle) {
    const moment = new Date(iso);
    if (Number.isNaN(moment.getTime())) return iso || "";
    return moment.toLocaleString(undefined, { dateStyle: "medium", timeStyle: timeStyle || "medium" });
  };
  // Times are sent in UTC and shown in the reader's own.
  new MutationObserver(() => {
    for (const node of document.querySelectorAll("time[datetime]:not([data-local])")) {
      node.textContent = keepsight.localTime(node.getAttribute("datetime"));
      node.setAttribute("data-local", "");
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
