// Numbers as a reader of the page meets them; skysift/report/wording.py does the same in Python.
"use strict";
const wording = (() => {
  const THIN = "\u202f";
  const short = (value, digits) => value.toFixed(digits).replace(/\.0$/, "");
  const percent = (share) => {
    const digits = share === 0 || share === 1 ? 0 : share < 0.01 ? 2 : 1;
    return `${(share * 100).toFixed(digits)}${THIN}%`;
  };
  const exact = (share) => `${Number((share * 100).toPrecision(6))}${THIN}%`;
  const bound = (value) => `${(Math.floor(Number((value * 1e4).toFixed(6))) / 100).toFixed(2)}${THIN}%`;
  const duration = (seconds) => {
    if (seconds < 60) return `${short(seconds, 0)}${THIN}s`;
    if (seconds < 3600) return `${short(seconds / 60, 0)}${THIN}min`;
    return `${short(seconds / 3600, 1)}${THIN}h`;
  };
  const confidence = (share) => `${Number((share * 100).toFixed(2))}${THIN}%`;
  return { short, percent, exact, bound, duration, confidence };
})();
