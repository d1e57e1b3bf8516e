// The page as a whole: choices, theme, print, and news of a run that goes on.
const draws = {rate: [drawThroughput], metric: [drawLatency], stat: [drawLatency], tmetric: [drawTradeoff], tstat: [drawTradeoff],
  smetric: [drawSpread], scurve: [drawSpread], hmetric: [drawHeat], hload: [drawHeat], kind: [chooseKind], case: [drawTimeline]};

const select = key => document.querySelector(`[data-keep="${key}"]`);
const kept = key => select(key).value;

function drawAll() {
  for (const f of [drawThroughput, drawLatency, drawTradeoff, drawPareto, drawSpread, drawHeat, drawTimeline]) f();
}

function options(id, list) {
  byId(id).replaceChildren(...list.map(([value, text]) => el("option", {value}, text)));
}

// keepChoice gives a select what was chosen before, or else what it offers first.
function keepChoice(key) {
  const s = select(key), open = [...s.options].filter(o => !o.disabled);
  const at = open.find(o => o.value === state.keep[key]) || open[0];
  s.selectedIndex = at ? at.index : -1;
}

// fitKind fits charts and choices to the kind of work: what only tokens have is
// hidden where none are generated.
function fitKind() {
  const none = pooled();
  for (const e of document.querySelectorAll(".tok")) {
    e.hidden = none;
    if (e.tagName === "OPTION") e.disabled = none;
  }
  byId("c-tradeoff").parentElement.classList.toggle("wide", none);
  options("s-curve", data.curves.map((c, k) => [k, c.title]).filter(([k]) => shown().includes(data.curves[k])));
  options("h-load", [["knee", "the knee"], ["peak", "the peak"], ...loads(shown()).map(l => [l, `${over(shown())} ${l}`])]);
  document.querySelectorAll("[data-keep]").forEach(e => e.dataset.keep !== "kind" && e.dataset.keep !== "case" && keepChoice(e.dataset.keep));
  const limited = ["0", "1", "2"].flatMap(s => ["ttft", "tpot", "e2el"].map(m => [m, s])).sort(([m, s], [n, r]) =>
    shown().some(c => askedOf(c, n, r)) - shown().some(c => askedOf(c, m, s))).find(([m, s]) => shown().some(c => limitOf(c, m, s)));
  if (limited && state.keep.tmetric === undefined && state.keep.tstat === undefined) { // where the SLO's line is
    [select("tmetric").value, select("tstat").value] = limited;
  }
}

function chooseKind() {
  fitKind();
  drawAll();
}

// setUp makes the main part work: at the start, and when news replaced it.
function setUp() {
  data = JSON.parse(byId("data").textContent);
  options("t-case", data.cases.map((d, i) => [i, d.name + (d.doubt ? " ⚠" : "")]).filter(([i]) => data.cases[i].series));
  if (state.keep.case !== undefined) {
    const i = data.cases.findIndex(d => d.name === state.keep.case);
    if (i >= 0) byId("t-case").value = String(i);
  } else if (data.live && byId("t-case").options.length) {
    byId("t-case").selectedIndex = byId("t-case").options.length - 1; // the case at work
  }
  if (byId("kind")) keepChoice("kind");
  fitKind();
  for (const s of document.querySelectorAll("[data-keep]")) {
    const key = s.dataset.keep;
    s.addEventListener("change", () => {
      state.keep[key] = key === "case" ? data.cases[s.value].name : s.value;
      draws[key].forEach(f => f());
    });
  }
  setUpTable();
  drawAll();
}

function recolour() {
  applyTheme();
  drawAll();
}

function forPrint(on) {
  if (state.printing === on) return;
  state.printing = on;
  document.querySelectorAll("details").forEach(d => {
    if (on) { d.dataset.was = d.open ? "open" : ""; d.open = true; } else { d.open = d.dataset.was === "open"; }
  });
  applyTheme();
  drawAll();
}

// news is the served page's main part, once its version is another one; null = none.
async function news(version) {
  const now = await (await fetch("version")).text();
  if (now === version) return null;
  const reply = await fetch("main");
  return reply.ok ? {version: now, html: await reply.text()} : null;
}

// follow asks a served page's own server for news every 2 s.
async function follow(version) {
  for (;;) {
    await new Promise(done => setTimeout(done, 2000));
    let latest;
    try {
      latest = await news(version);
    } catch {
      const p = document.querySelector(".progress") || byId("main").insertBefore(el("p", {class: "progress"}), byId("main").firstChild);
      p.textContent = "llmsweep report --serve has ended: the page stays as it is.";
      continue;
    }
    if (!latest) continue;
    version = latest.version;
    takeOver(latest.html);
  }
}

// takeOver puts a new main part in the old one's place, and the reader back where they were.
function takeOver(html) {
  const open = [...document.querySelectorAll("details[id]")].map(d => [d.id, d.open]), parts = el("template"), focus = document.activeElement && document.activeElement.id, top = scrollY;
  parts.innerHTML = html; // the server escaped what is not its own; scripts do not run
  byId("main").replaceChildren(parts.content);
  for (const [id, was] of open) if (byId(id)) byId(id).open = was;
  setUp();
  scrollTo({top, behavior: "instant"});
  if (focus && byId(focus)) byId(focus).focus({preventScroll: true});
}

byId("theme").addEventListener("click", () => { state.theme = dark() ? "light" : "dark"; recolour(); });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { if (!state.theme) recolour(); });
matchMedia("print").addEventListener("change", e => forPrint(e.matches));
addEventListener("beforeprint", () => forPrint(true));
addEventListener("afterprint", () => forPrint(false));
let resizing = 0;
addEventListener("resize", () => { clearTimeout(resizing); resizing = setTimeout(drawAll, 100); });
applyTheme();
setUp();
if (data.live) follow(null);
