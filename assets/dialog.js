// Opens and closes the browser's own dialogs by the buttons that name them; the focus goes back where it was.
(function () {
  "use strict";
  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-opens], [data-closes]");
    if (!button) return;
    const { opens, closes } = button.dataset;
    const dialog = document.getElementById(opens || closes);
    if (!dialog) return;
    if (opens) dialog.showModal();
    else dialog.close();
  });
})();
