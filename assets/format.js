// Shares and points as components/format.py writes them; the two are tested against each other.
(function () {
  "use strict";
  const keepsight = (window.keepsight = window.keepsight || {});
  const MINUS = "\u2212";

  function share(part) {
    if (part === null || part === undefined || !Number.isFinite(part)) return "not known";
    const cent = part * 100;
    if (part > 0 && cent < 0.05) return "under 0.1%";
    if (cent > 99.95 && cent < 100) return "over 99.9%";
    return cent.toFixed(1) + "%";
  }

  function points(difference) {
    if (difference === null || difference === undefined || !Number.isFinite(difference)) return "not known";
    const text = (Math.abs(difference) * 100).toFixed(1);
    if (Number(text) === 0) return "0.0";
    return (difference > 0 ? "+" : MINUS) + text;
  }

  function money(amount, currency, decimals) {
    if (amount === null || amount === undefined || !Number.isFinite(amount)) return "not known";
    const symbols = { USD: "$", EUR: "\u20ac", GBP: "\u00a3", JPY: "\u00a5", INR: "\u20b9" };
    const digits = decimals || 0;
    const text = Math.abs(amount).toLocaleString("en-US", {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
    return (amount < 0 ? MINUS : "") + (symbols[currency] || currency + " ") + text;
  }

  keepsight.format = { share, points, money };
})();
