// Draws the charts with Observable Plot. Colours are CSS variables, so they follow the theme and
// the printer without being drawn again.
"use strict";
const chartsOf = (figures) => {
  const { percent, bound, short } = wording;
  const curves = [figures.certified, ...figures.compared];
  const HUES = 8;
  const at = (id) => document.getElementById(id);
  const hue = (index) => `var(--c${index % HUES})`;
  const rulesBefore = (curve) => figures.compared.filter((other) => other.voter === null).indexOf(curve);
  // A voter has the same colour in every chart; votes take the colours after the voters'.
  const hueOf = (curve) =>
    curve === figures.certified
      ? "var(--ink)"
      : hue(curve.voter ?? figures.voters.length + rulesBefore(curve));

  const pointsOf = (curve) =>
    curve.shares
      .map((share, i) => ({
        share, bound: curve.bounds[i], found: curve.found[i], misses: curve.misses[i], curve,
      }))
      .reverse();

  const explained = (point) =>
    `${point.curve.name}\n${percent(point.share)} of frames to review\n` +
    `at least ${bound(point.bound)} found\n${point.misses} of ${point.curve.positives} missed`;

  const tooltip = { fill: "var(--card)", stroke: "var(--line)", fontSize: 12.5, lineHeight: 1.35, clip: false, preferredAnchor: "top-left" };
  const percentAxis = { tickFormat: (value) => `${short(value * 100, 1)}`, line: false };

  // From a little below the promise up to certainty, and a third wider than the dearest rule
  // is at the dial: what lies beyond only squeezes what matters.
  function frame(state) {
    const lowest = Math.min(figures.recalls[figures.start], figures.recalls[state.stop]) - 0.14;
    const asked = [figures.start, state.stop].flatMap((place) => curves.map((curve) => curve.stops[place]));
    const shares = asked.filter((stop) => stop).map((stop) => stop.share);
    const widest = Math.max(figures.point.high, curves[state.rule].shares[0], ...shares, 0.02);
    return { y: [Math.max(0, lowest), 1], x: [0, Math.min(1, widest * 1.33)] };
  }

  const inside = (point, view) => point.share <= view.x[1] && point.bound >= view.y[0];

  function drawFrontier(state) {
    const width = at("frontier").clientWidth;
    const view = frame(state);
    const wanted = figures.recalls[state.stop];
    const picked = curves[state.rule];
    const all = curves.map(pointsOf);
    const stop = picked.stops[state.stop];
    const atHome = state.rule === 0 && state.stop === figures.start;
    const emphasis = (curve) => (curve === figures.certified ? 3.4 : curve === picked ? 3 : 1.6);
    const chart = Plot.plot({
      width,
      height: Math.max(300, Math.min(440, width * 0.64)),
      marginLeft: 44, marginRight: 16, marginTop: 26, marginBottom: 40,
      clip: true,
      x: { ...percentAxis, domain: view.x, label: "Frames to review, % →", labelAnchor: "right", nice: false },
      y: { ...percentAxis, domain: view.y, label: "↑ Guaranteed recall, %", grid: true },
      marks: [
        Plot.areaY(pointsOf(figures.certified), {
          x: "share", y1: "bound", y2: "found", curve: "step-after", fill: "var(--ink)", fillOpacity: 0.07,
        }),
        Plot.ruleY([wanted], { stroke: "var(--accent)", strokeDasharray: "2 4", strokeWidth: 1.5 }),
        ...curves.map((curve, i) =>
          Plot.line(all[i], {
            x: "share", y: "bound", curve: "step-after", stroke: hueOf(curve),
            strokeWidth: emphasis(curve), strokeLinejoin: "round",
            strokeDasharray: curve.voter !== null && curve !== figures.certified ? "6 4" : null,
          })),
        Plot.ruleY([figures.point], { x1: "low", x2: "high", y: "bound", stroke: "var(--accent)", strokeWidth: 2.5 }),
        Plot.dot([figures.point], {
          x: "share", y: "bound", symbol: "diamond", r: 8, fill: "var(--accent)", stroke: "var(--paper)", strokeWidth: 2,
        }),
        Plot.dot(stop && !atHome ? [stop] : [], {
          x: "share", y: "bound", r: 6, fill: "var(--paper)", stroke: hueOf(picked), strokeWidth: 3,
        }),
        Plot.tip(all.flat().filter((point) => inside(point, view)), Plot.pointer({ x: "share", y: "bound", title: explained, maxRadius: 60, ...tooltip })),
      ],
    });
    at("frontier").replaceChildren(chart);
  }

  function drawPrecision() {
    const width = at("precision").clientWidth;
    const lines = figures.voters.map((voter, index) => ({
      voter, index,
      points: voter.recalls.map((recall, i) => ({ recall, precision: voter.precisions[i], name: voter.name })),
    }));
    const marks = lines.filter((line) => line.voter.mark);
    const chart = Plot.plot({
      width,
      height: Math.max(260, Math.min(360, width * 0.72)),
      marginLeft: 44, marginRight: 16, marginTop: 26, marginBottom: 40,
      x: { ...percentAxis, domain: [0, 1], label: "Recall, % →", labelAnchor: "right" },
      y: { ...percentAxis, domain: [0, 1], label: "↑ Precision, %", grid: true },
      marks: [
        Plot.ruleY([0], { stroke: "var(--line)" }),
        ...lines.map((line) =>
          Plot.line(line.points, { x: "recall", y: "precision", stroke: hue(line.index), strokeWidth: 2.2 })),
        ...marks.map((line) =>
          Plot.dot([line.voter.mark], {
            x: (mark) => mark[0], y: (mark) => mark[1], r: 6,
            fill: "var(--paper)", stroke: hue(line.index), strokeWidth: 3,
          })),
        Plot.tip(lines.flatMap((line) => line.points), Plot.pointer({
          x: "recall", y: "precision", maxRadius: 60, ...tooltip,
          title: (point) => `${point.name}\nrecall ${percent(point.recall)}\nprecision ${percent(point.precision)}`,
        })),
      ],
    });
    at("precision").replaceChildren(chart);
  }

  function barsOf(counts, sign) {
    const total = counts.reduce((sum, count) => sum + count, 0) || 1;
    return counts.map((count, i) => ({
      x1: i / counts.length, x2: (i + 1) / counts.length,
      y: sign * Math.sqrt(count / total), share: count / total, count,
    }));
  }

  function drawScores() {
    const width = at("scores").clientWidth;
    const last = figures.voters.length - 1;
    const charts = figures.voters.map((voter, index) => {
      const up = barsOf(voter.positives, 1);
      const down = barsOf(voter.negatives, -1);
      const highest = Math.max(...[...up, ...down].map((bar) => Math.abs(bar.y)), 0.05);
      const chart = Plot.plot({
        width,
        height: index === last ? 112 : 82,
        marginLeft: 2, marginRight: 16, marginTop: 2, marginBottom: index === last ? 38 : 8,
        x: index === last
          ? { domain: [0, 1], label: "Score →", labelAnchor: "right", ticks: 5 }
          : { domain: [0, 1], axis: null },
        y: { domain: [-highest, highest], axis: null },
        marks: [
          Plot.rectY(up, { x1: "x1", x2: "x2", y: "y", fill: hue(index), insetLeft: 0.5, insetRight: 0.5,
            title: (bar) => `${bar.count} frames with the target (${percent(bar.share)})` }),
          Plot.rectY(down, { x1: "x1", x2: "x2", y: "y", fill: "var(--c7)", insetLeft: 0.5, insetRight: 0.5,
            title: (bar) => `${bar.count} frames without (${percent(bar.share)})` }),
          Plot.ruleY([0], { stroke: "var(--line)" }),
          Plot.ruleX([voter.threshold], { stroke: "var(--ink)", strokeWidth: 2, strokeDasharray: voter.used ? null : "3 3" }),
        ],
      });
      chart.setAttribute("role", "img");
      chart.setAttribute("aria-label", `Scores of ${titleOf(voter)}`);
      return [titleFor(voter), chart];
    });
    at("scores").replaceChildren(...charts.flat());
  }

  function titleFor(voter) {
    const title = document.createElement("p");
    title.className = "voter";
    title.textContent = title.title = titleOf(voter);
    return title;
  }

  function titleOf(voter) {
    const parts = [`${voter.name}: yes from ${voter.threshold.toPrecision(3)}`];
    if (!voter.used) parts.push("not asked");
    if (voter.abstained) parts.push(`abstained on ${voter.abstained}`);
    return parts.join(", ");
  }

  return { curves, hue, hueOf, drawFrontier, drawPrecision, drawScores };
};
