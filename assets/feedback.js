// Saying something about what is in sight: fills the sheet in from the page, by the keyboard alone if wanted.
(function () {
  "use strict";

  const SHEET = "ks-feedback";
  const element = (part) => document.getElementById(`${SHEET}${part}`);

  // How the page in sight was answered: its request id and how long that took, told along with the feedback.
  let answered = {};
  const plainFetch = window.fetch;
  window.fetch = function (where, options) {
    const body = options && options.body;
    const isPage = typeof body === "string" && body.includes('"output":".._pages_content.children');
    const began = performance.now();
    return plainFetch.apply(window, arguments).then((answer) => {
      if (isPage) {
        answered = {
          request_id: answer.headers.get("X-Request-Id"),
          response_ms: Math.round(performance.now() - began),
        };
      }
      return answer;
    });
  };

  function places() {
    const holder = element("-holder");
    return holder ? JSON.parse(holder.dataset.places) : { pages: {}, things: {} };
  }

  // As config/feedback_places.py: a page by its path, or what it lies below.
  function pageOf(pages, path) {
    let place = path.replace(/\/+$/, "") || "/";
    while (place) {
      if (pages[place]) return pages[place];
      place = place.slice(0, place.lastIndexOf("/"));
    }
    return [null, null];
  }

  // A key of the form, so that one sent twice is one item; a new one once it was sent.
  let once = null;
  function key() {
    const bytes = window.crypto.getRandomValues(new Uint8Array(18));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function prepare(data) {
    const { pages, things } = places();
    const path = window.location.pathname;
    const [page, guidelineOfPage] = pageOf(pages, path);
    const about = data.feedbackAbout || "page";
    const id = data.feedbackId || "";
    const [thing, guidelineOfThing] = things[about] || [about, null];
    const own = about === "guideline" && /^G\d+$/.test(id) ? id : null;
    const guideline = data.feedbackGuideline || own || guidelineOfThing || guidelineOfPage;
    const called = data.feedbackCalled || id;
    const named = about === "page" ? `Page ${page || path}` : `${thing} ${called}`.trim();
    element("-about").textContent = guideline ? `${named}. Guideline ${guideline}.` : `${named}.`;
    once = once || key();
    element("").classList.remove("ks-fb-is-sent");
    const set = window.dash_clientside.set_props;
    set(`${SHEET}-thing`, { data: { about, about_id: id, guideline, page: path, once, ...answered } });
    set(`${SHEET}-result`, { children: [] });
    set(`${SHEET}-said`, { children: "" });
    if (data.feedbackVerdict) set(`${SHEET}-verdict`, { value: data.feedbackVerdict });
    const first = data.feedbackVerdict ? "textarea" : 'input[type="radio"]';
    window.setTimeout(() => {
      const field = element("").querySelector(first);
      if (field) field.focus();
    }, 0);
  }

  function later(node) {
    const ask = node.closest(".ks-fb-ask");
    if (ask) ask.hidden = true;
  }

  document.addEventListener("click", (event) => {
    // a link in the sheet leads to another page, over which it must not stay
    if (event.target.closest && event.target.closest(`#${SHEET} a`)) element("").close();
    const pressed = event.target.closest && event.target.closest("button");
    if (!pressed) return;
    if (pressed.dataset.feedbackAbout !== undefined) {
      prepare(pressed.dataset);
      later(pressed);
    } else if (pressed.dataset.feedbackLater !== undefined) {
      later(pressed);
    }
  });

  document.addEventListener("keydown", (event) => {
    const sheet = element("");
    if (!sheet) return;
    if (event.altKey && event.shiftKey && event.code === "KeyF") {
      event.preventDefault();
      if (sheet.open) return;
      sheet.showModal();
      prepare({});
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && sheet.open) {
      event.preventDefault();
      // what is typed counts once its field is left
      if (document.activeElement) document.activeElement.blur();
      window.setTimeout(() => element("-now").click(), 0);
    }
  });

  // Sent: the next form is another one, and the focus is where it can be left.
  function sent(done) {
    if (!done) return;
    once = null;
    const sheet = element("");
    if (!sheet || !sheet.open) return;
    sheet.classList.add("ks-fb-is-sent");
    sheet.querySelector(".ks-dialog-close").focus();
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, { feedback: { sent } });
})();
