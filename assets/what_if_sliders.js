// The dress of the What-if page's sliders: the value in words, the mark of the present one, stretches without data.
(function () {
  "use strict";
  const keepsight = (window.keepsight = window.keepsight || {});

  function position(one, value) {
    if (one.levels.length) return one.levels.indexOf(keepsight.scorecard.level(value));
    return value === null ? null : keepsight.scorecard.number(value);
  }

  const share = (one, at) => {
    const [low, high] = one.levels.length ? [0, one.levels.length - 1] : [one.minimum, one.maximum];
    return ((Math.min(Math.max(at, low), high) - low) / (high - low)) * 100;
  };

  function ground(page, one, place) {
    const { make } = keepsight.whatIfView;
    const node = page.slides[place].querySelector(".ks-slide-ground");
    node.textContent = "";
    make("div", "ks-slide-track", node);
    for (const [low, high] of one.no_data) {
      const gap = make("div", "ks-slide-gap", node);
      // a stretch at an end reaches to the end of the track, half a thumb beyond the last value
      gap.style.left = low <= one.minimum ? "calc(var(--ks-thumb) / -2)" : `${share(one, low)}%`;
      gap.style.right = high >= one.maximum ? "calc(var(--ks-thumb) / -2)" : `${100 - share(one, high)}%`;
    }
    one.levels.forEach((_, n) => (make("div", "ks-slide-tick", node).style.left = `${share(one, n)}%`));
    make("div", "ks-slide-travel", node);
    const present = position(one, one.value);
    if (present !== null && present >= 0) make("div", "ks-slide-mark", node).style.left = `${share(one, present)}%`;
  }

  function paint(page, one, value, place) {
    const slide = page.slides[place];
    const isMoved = Object.hasOwn(page.changes, one.column);
    const words = keepsight.words.value(page.setting.columns[one.column], value);
    const seen = `${isMoved}|${words}`;
    if (slide.ksSeen === seen && slide.querySelector("[role=slider][aria-valuetext]")) return;
    slide.ksSeen = seen;
    keepsight.whatIfView.write(slide.querySelector(".ks-slide-value"), words);
    slide.classList.toggle("ks-slide-moved", isMoved);
    slide.classList.toggle("ks-slide-unknown", !isMoved && value === null);
    slide.querySelector(".ks-slide-reset").disabled = !isMoved;
    const thumb = slide.querySelector("[role=slider]");
    if (thumb) thumb.setAttribute("aria-valuetext", words);
    const from = position(one, one.value);
    const to = position(one, value);
    const travel = slide.querySelector(".ks-slide-travel");
    const hasWay = isMoved && from !== null && from >= 0;
    travel.hidden = !hasWay;
    if (hasWay) {
      const [low, high] = [share(one, from), share(one, to)].sort((a, b) => a - b);
      travel.style.left = `${low}%`;
      travel.style.width = `${high - low}%`;
    }
    slide.querySelectorAll(".ks-slide-stop").forEach((stop, n) => {
      stop.classList.toggle("ks-slide-stop-on", n === to);
    });
  }

  // Dash's slider is loaded late, and names its thumb nothing; a screen reader needs a name.
  function meet(page, node, moved) {
    const found = () => {
      const thumbs = page.slides.map((slide) => slide.querySelector("[role=slider]"));
      thumbs.forEach((thumb, place) => {
        if (!thumb || thumb.hasAttribute("aria-label")) return;
        thumb.setAttribute("aria-label", page.slides[place].dataset.label);
        thumb.setAttribute("aria-valuetext", page.slides[place].querySelector(".ks-slide-value").textContent);
        attend(thumb, (at) => moved(place, at));
      });
      return thumbs.every(Boolean);
    };
    if (found()) return;
    const observer = new MutationObserver(() => found() && observer.disconnect());
    observer.observe(node, { childList: true, subtree: true });
  }

  // Dash hands drag_value on some timers after the thumb has moved. The thumb's own attribute is there at once,
  // so the figures follow that, and what drag_value says then is known: 7 instead of 12 ms (bench/drag.py).
  function attend(thumb, moved) {
    new MutationObserver(() => moved(Number(thumb.getAttribute("aria-valuenow")))).observe(thumb, {
      attributes: true,
      attributeFilter: ["aria-valuenow"],
    });
  }

  keepsight.whatIfSliders = { position, ground, paint, meet };
})();
