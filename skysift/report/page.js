// Draws the page's charts with Observable Plot and moves its dial. All numbers were computed
// before: this file only looks them up. Colours are CSS variables, so they follow the theme.
"use strict";
(() => {
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const curves = [figures.certified, ...figures.compared];
  const state = { stop: figures.start, rule: 0 };
  const HUES = 8;
  const THIN = "\u202f";

  const at = (id) => document.getElementById(id);
  const hue = (index) => `var(--c${index % HUES})`;
  const rulesBefore = (curve) => figures.compared.filter((other) => other.voter === null).indexOf(curve);
  // A voter has the same colour in every chart; votes take the colours after the voters'.
  const hueOf = (curve) =>
    curve === figures.certified
      ? "var(--ink)"
      : hue(curve.voter ?? figures.voters.length + rulesBefore(curve));

  const short = (value, digits) => value.toFixed(digits).replace(/\.0$/, "");
  const percent = (share) => `${short(share * 100, 1)}${THIN}%`;
  const exact = (share) => `${Number((share * 100).toPrecision(6))}${THIN}%`;
  const bound = (value) => `${(Math.floor(value * 1e4) / 100).toFixed(2)}${THIN}%`;
  const duration = (seconds) => {
    if (seconds < 60) return `${short(seconds, 0)}${THIN}s`;
    if (seconds < 3600) return `${short(seconds / 60, 0)}${THIN}min`;
    return `${short(seconds / 3600, 1)}${THIN}h`;
  };
  const perThousand = (share) => duration(1000 * share * figures.seconds_per_frame);

  function element(name, className, ...children) {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(...children);
    return made;
  }

  const pointsOf = (curve) =>
    curve.shares
      .map((share, i) => ({
        share, bound: curve.bounds[i], found: curve.found[i], misses: curve.misses[i], curve,
      }))
      .reverse();

  const explained = (point) =>
    `${point.curve.name}\n${percent(point.share)} of frames to review\n` +
    `at least ${bound(point.bound)} found\n${point.misses} of ${point.curve.positives} missed`;

  const tooltip = { fill: "var(--card)", stroke: "var(--line)", fontSize: 12.5, lineHeight: 1.35 };
  const percentAxis = { tickFormat: (value) => `${short(value * 100, 1)}`, line: false };

  // From a little below the promise up to certainty; as wide as the dearest rule in there.
  function frame() {
    const lowest = Math.min(figures.recalls[figures.start], figures.recalls[state.stop]) - 0.14;
    const seen = curves.flatMap(pointsOf).filter((point) => point.bound >= lowest);
    const widest = Math.max(...seen.map((point) => point.share), 0.1);
    return { y: [Math.max(0, lowest), 1], x: [0, Math.min(1, widest * 1.03)] };
  }

  function drawFrontier() {
    const width = at("frontier").clientWidth;
    const view = frame();
    const wanted = figures.recalls[state.stop];
    const picked = curves[state.rule];
    const all = curves.map(pointsOf);
    const stop = picked.stops[state.stop];
    const promised = figures.certified.stops[figures.start];
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
        Plot.ruleY(promised ? [promised] : [], {
          x1: "low", x2: "high", y: "bound", stroke: "var(--accent)", strokeWidth: 2, marker: "tick",
        }),
        Plot.dot(promised ? [promised] : [], {
          x: "share", y: "bound", symbol: "diamond", r: 8, fill: "var(--accent)", stroke: "var(--card)", strokeWidth: 2,
        }),
        Plot.dot(stop && stop !== promised ? [stop] : [], {
          x: "share", y: "bound", r: 6, fill: "var(--card)", stroke: hueOf(picked), strokeWidth: 3,
        }),
        Plot.tip(all.flat(), Plot.pointer({ x: "share", y: "bound", title: explained, maxRadius: 60, ...tooltip })),
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
        height: index === last ? 138 : 108,
        marginLeft: 2, marginRight: 16, marginTop: 24, marginBottom: index === last ? 38 : 8,
        x: index === last
          ? { domain: [0, 1], label: "Score →", labelAnchor: "right", ticks: 5 }
          : { domain: [0, 1], axis: null },
        y: { domain: [-highest, highest], axis: null },
        marks: [
          Plot.rectY(up, { x1: "x1", x2: "x2", y: "y", fill: "var(--accent)", insetLeft: 0.5, insetRight: 0.5,
            title: (bar) => `${bar.count} frames with the target (${percent(bar.share)})` }),
          Plot.rectY(down, { x1: "x1", x2: "x2", y: "y", fill: "var(--c7)", insetLeft: 0.5, insetRight: 0.5,
            title: (bar) => `${bar.count} frames without (${percent(bar.share)})` }),
          Plot.ruleY([0], { stroke: "var(--line)" }),
          Plot.ruleX([voter.threshold], { stroke: "var(--ink)", strokeWidth: 2, strokeDasharray: voter.used ? null : "3 3" }),
          Plot.text([titleOf(voter)], {
            frameAnchor: "top-left", dy: -20, text: (text) => text, fill: "var(--ink)", fontWeight: 600, fontSize: 13,
          }),
        ],
      });
      chart.setAttribute("role", "img");
      chart.setAttribute("aria-label", `Scores of ${titleOf(voter)}`);
      return chart;
    });
    at("scores").replaceChildren(...charts);
  }

  function titleOf(voter) {
    const parts = [`${voter.name}: yes from ${voter.threshold.toPrecision(3)}`];
    if (!voter.used) parts.push("not asked");
    if (voter.abstained) parts.push(`abstained on ${voter.abstained}`);
    return parts.join(", ");
  }

  function line(list, name, value) {
    list.append(element("dt", "", name), element("dd", "", value));
  }

  function answer() {
    const curve = curves[state.rule];
    const budget = (state.rule === 0 ? figures.certified_budgets : figures.compared_budgets)[state.stop];
    const stop = curve.stops[state.stop];
    const parts = [];
    if (stop) {
      const more = budget.for_one_more - curve.positives;
      parts.push(element("p", "badge good", element("b", "", "✓ Can be certified"),
        ` with the ${curve.positives} positives at hand.`));
      const list = element("dl", "answer");
      line(list, "Frames to review", percent(stop.share));
      line(list, "of those without the target", percent(stop.alarms));
      line(list, "Review per 1,000 frames", perThousand(stop.share));
      line(list, "per 100,000 frames", duration(1e5 * stop.share * figures.seconds_per_frame));
      line(list, "Allowed misses", `${budget.allowed} of ${curve.positives}`);
      parts.push(list, element("p", "small",
        `${more} more positive${more === 1 ? "" : "s"} would allow one more miss.`));
    } else {
      const more = budget.needed - curve.positives;
      parts.push(element("p", "badge bad", element("b", "", "✕ Cannot be certified"),
        ` with ${curve.positives} positives, even if none is missed.`));
      const list = element("dl", "answer");
      line(list, "Positives needed", String(budget.needed));
      line(list, "Label so many more", String(more));
      parts.push(list);
    }
    const rule = state.rule === 0
      ? `${curve.name}, as calibrated (${percent(curve.confidence)} confidence)`
      : `${curve.name}, picked on this page (${percent(curve.confidence)} each, to pay for the choice)`;
    parts.push(element("p", "small", `Rule: ${rule}.`));
    at("answer").replaceChildren(...parts);
  }

  function fillRules() {
    const wanted = figures.recalls[state.stop];
    at("wanted").textContent = exact(wanted);
    document.querySelector("[data-wanted]").textContent = exact(wanted);
    at("recall").setAttribute("aria-valuetext", exact(wanted));
    for (const row of document.querySelectorAll("#rules [data-curve]")) {
      const curve = curves[row.dataset.curve];
      const stop = curve.stops[state.stop];
      row.classList.toggle("picked", Number(row.dataset.curve) === state.rule);
      const texts = stop
        ? [percent(stop.share), `${percent(stop.low)} to ${percent(stop.high)}`, perThousand(stop.share),
           `${stop.misses} of ${curve.positives}`, bound(stop.bound)]
        : [`cannot be certified with ${curve.positives}`];
      while (row.children.length > 2) row.lastElementChild.remove();
      for (const text of texts) row.append(element("td", "n", text));
      if (!stop) row.lastElementChild.colSpan = 5;
    }
  }

  function show() {
    fillRules();
    answer();
    drawFrontier();
  }

  function drawAll() {
    show();
    drawPrecision();
    drawScores();
  }

  function paintSwatches() {
    for (const swatch of document.querySelectorAll("[data-swatch]")) {
      const curve = curves[swatch.dataset.swatch];
      swatch.style.setProperty("--hue", hueOf(curve));
      swatch.classList.toggle("one", curve.voter !== null && curve !== figures.certified);
      swatch.classList.toggle("certified", curve === figures.certified);
    }
    for (const mark of document.querySelectorAll("[data-voter]"))
      mark.style.setProperty("--hue", hue(Number(mark.dataset.voter)));
  }

  // #recall=0.97&rule=or&theme=dark is a state of the page that can be kept and sent.
  function readHash() {
    const wish = new URLSearchParams(location.hash.slice(1));
    const stop = figures.recalls.findIndex((recall) => Math.abs(recall - Number(wish.get("recall"))) < 1e-9);
    if (stop >= 0) state.stop = stop;
    const rule = figures.compared.findIndex((curve) => curve.name === wish.get("rule"));
    if (rule >= 0) state.rule = rule + 1;
    const theme = wish.get("theme");
    if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
  }

  function writeHash() {
    const kept = new URLSearchParams();
    if (state.stop !== figures.start) kept.set("recall", figures.recalls[state.stop]);
    if (state.rule) kept.set("rule", curves[state.rule].name);
    if (document.documentElement.dataset.theme) kept.set("theme", document.documentElement.dataset.theme);
    history.replaceState(null, "", `#${kept}`);
  }

  const isDark = () =>
    (document.documentElement.dataset.theme ??
      (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";

  function nameTheme() {
    at("theme").textContent = isDark() ? "Light" : "Dark";
    at("theme").setAttribute("aria-label", `Switch to ${isDark() ? "light" : "dark"} colours`);
  }

  function setControls() {
    at("recall").value = state.stop;
    document.querySelectorAll('#rules input[name="rule"]')[state.rule].checked = true;
  }

  function listen() {
    at("recall").addEventListener("input", (event) => {
      state.stop = Number(event.target.value);
      show();
      writeHash();
    });
    at("rules").addEventListener("change", (event) => {
      state.rule = Number(event.target.value);
      show();
      writeHash();
    });
    at("reset").addEventListener("click", () => {
      Object.assign(state, { stop: figures.start, rule: 0 });
      setControls();
      show();
      writeHash();
    });
    at("theme").addEventListener("click", () => {
      document.documentElement.dataset.theme = isDark() ? "light" : "dark";
      nameTheme();
      writeHash();
    });
    at("dial").addEventListener("submit", (event) => event.preventDefault());
    let width = innerWidth;
    addEventListener("resize", () => {
      if (innerWidth !== width) requestAnimationFrame(drawAll);
      width = innerWidth;
    });
  }

  document.documentElement.classList.add("scripted");
  at("dial").hidden = false;
  at("theme").hidden = false;
  readHash();
  setControls();
  paintSwatches();
  nameTheme();
  drawAll();
  listen();
})();
