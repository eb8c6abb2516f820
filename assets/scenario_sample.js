// The sample of the customers that scenarios are previewed on, and its scorecard: fetched once a version and snapshot.
(function () {
  "use strict";
  const keepsight = (window.keepsight = window.keepsight || {});
  const samples = new Map(); // neither version nor snapshot ever changes

  async function fetched(path) {
    const answer = await fetch(path, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer;
  }

  function load({ version, snapshot }) {
    const key = `${version}/${snapshot}`;
    if (!samples.has(key)) {
      const both = Promise.all([
        fetched(`/_scenario/${version}/${snapshot}.sample`).then((answer) => answer.arrayBuffer()),
        fetched(`/_scorecard/${version}.json`).then((answer) => answer.json()),
      ]).then(([bytes, card]) => keepsight.scenario.open(bytes, keepsight.scorecard.prepare(card)));
      both.catch(() => samples.delete(key));
      samples.set(key, both);
    }
    return samples.get(key);
  }

  keepsight.scenarioSample = { load, fetched, forget: () => samples.clear() };
})();
