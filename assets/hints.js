// Help on hover and on focus, placed inside the window; Escape closes it (WCAG 1.4.13).
(function () {
  "use strict";
  let open = null;

  function close() {
    if (open) open.classList.remove("ks-open");
    open = null;
  }

  function show(hint) {
    const text = hint.querySelector(".ks-hint-text");
    if (!text || text === open) return;
    close();
    open = text;
    text.classList.add("ks-open");
    const button = hint.getBoundingClientRect();
    const box = text.getBoundingClientRect();
    const wide = document.documentElement.clientWidth;
    const left = Math.min(Math.max(8, button.left + button.width / 2 - box.width / 2), wide - box.width - 8);
    const above = button.top - box.height - 6;
    text.style.left = `${left}px`;
    text.style.top = `${above > 8 ? above : button.bottom + 6}px`;
  }

  const hintOf = (event) => event.target.closest && event.target.closest(".ks-hint");
  document.addEventListener("mouseover", (event) => (hintOf(event) ? show(hintOf(event)) : close()));
  document.addEventListener("focusin", (event) => (hintOf(event) ? show(hintOf(event)) : close()));
  document.addEventListener("focusout", close);
  document.addEventListener("keydown", (event) => event.key === "Escape" && close());
  document.addEventListener("scroll", close, true);
})();
