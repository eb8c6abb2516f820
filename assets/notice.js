// No model figure without the notice: whoever takes the foot away, or empties it, takes the figures away too.
(function () {
  "use strict";

  function stands(foot) {
    const says = (part) => foot.querySelector(part) && foot.querySelector(part).textContent.trim() !== "";
    return Boolean(foot) && foot.isConnected && foot.offsetHeight > 0 && says(".ks-foot-notice") && says(".ks-foot-facts");
  }

  function watch(frame, foot) {
    const check = () => frame.classList.toggle("ks-no-notice", !stands(foot));
    new MutationObserver(check).observe(foot, { childList: true, characterData: true, subtree: true });
    new ResizeObserver(check).observe(foot); // hidden by a style, or taken out of the page
  }

  new MutationObserver((_, observer) => {
    const frame = document.querySelector(".ks-frame");
    const foot = frame && frame.querySelector(".ks-foot");
    if (!foot) return;
    observer.disconnect();
    watch(frame, foot);
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
