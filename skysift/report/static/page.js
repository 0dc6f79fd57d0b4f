// Moves the dial and the theme. All numbers were computed before: this file only looks them up.
"use strict";
(() => {
  const { percent, exact, bound, duration, confidence } = wording;
  const at = (id) => document.getElementById(id);
  const figures = JSON.parse(at("figures").textContent);
  const charts = chartsOf(figures);
  const { curves, hue, hueOf } = charts;
  const state = { stop: figures.start, rule: 0 };
  const perThousand = (share) => duration(1000 * share * figures.seconds_per_frame);

  function element(name, className, ...children) {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(...children);
    return made;
  }

  function line(list, name, value) {
    list.append(element("dt", "", name), element("dd", "", value));
  }

  const budgetOf = (rule) =>
    (rule === 0 ? figures.certified_budgets : figures.compared_budgets)[state.stop];

  function answer() {
    const curve = curves[state.rule];
    const budget = budgetOf(state.rule);
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
      ? `${curve.name}, as calibrated (${confidence(curve.confidence)} confidence)`
      : `${curve.name}, picked on this page (${confidence(curve.confidence)} each, to pay for the choice)`;
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
        : [`cannot be certified: takes ${budgetOf(Number(row.dataset.curve)).needed} positives`];
      while (row.children.length > 2) row.lastElementChild.remove();
      for (const text of texts) row.append(element("td", "n", text));
      if (!stop) row.lastElementChild.colSpan = 5;
    }
  }

  function show() {
    fillRules();
    answer();
    charts.drawFrontier(state);
  }

  function drawAll() {
    show();
    charts.drawPrecision();
    charts.drawScores();
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
