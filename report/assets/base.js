"use strict";
// What all parts share: the page's state, colours, numbers and charts. State is kept
// in memory only.
const state = {theme: null, keep: {}, sort: null, filter: "", verdict: "", printing: false};
let data = null;
const drawn = new Map(); // ECharts instances by their element's id

const byId = id => document.getElementById(id);

// el makes an element; text goes in as text, never as HTML.
function el(tag, attributes, ...children) {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(attributes || {})) {
    if (v !== null && v !== undefined) e.setAttribute(k, v);
  }
  e.append(...children);
  return e;
}

const esc = text => echarts.format.encodeHTML(String(text));

function dark() {
  if (state.printing) return false;
  if (state.theme) return state.theme === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

function applyTheme() {
  document.documentElement.dataset.theme = dark() ? "dark" : "light";
  const button = byId("theme");
  button.textContent = dark() ? "Light" : "Dark";
  button.setAttribute("aria-label", "switch to " + (dark() ? "light" : "dark") + " colours");
  button.setAttribute("aria-pressed", String(dark()));
}

function colours() {
  const style = getComputedStyle(document.documentElement);
  const v = name => style.getPropertyValue(name).trim();
  return {text: v("--text"), soft: v("--soft"), line: v("--line"), card: v("--card"), doubt: v("--doubt"), bad: v("--bad"),
    series: Array.from({length: 8}, (_, i) => v("--c" + i))};
}

// figure is a number for people: three significant digits or the whole.
function figure(x) {
  if (x === null || x === undefined || !Number.isFinite(x)) return "–";
  if (x === 0) return "0";
  const exponent = +x.toExponential(2).split("e")[1], text = x.toFixed(Math.min(100, Math.max(0, 2 - exponent)));
  return exponent < 4 ? text : text.replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

// short is a number for an axis: 1200, 15k, 2.5M.
function short(x) {
  const a = Math.abs(x);
  if (a >= 1e6) return +(x / 1e6).toPrecision(3) + "M";
  if (a >= 1e4) return +(x / 1e3).toPrecision(3) + "k";
  return String(+x.toPrecision(3));
}

// Charts show one kind of work at a time: no scale can hold tokens/s and requests/s,
// and embeddings are no reranking.
const shown = () => {
  const kind = byId("kind") ? kept("kind") : data.curves.length ? data.curves[0].kind : "";
  return data.curves.filter(c => c.kind === kind);
};
const pooled = () => shown().some(c => c.pooled); // no tokens are generated

// work is what throughput is measured by, as a point's field and in words.
const work = () => pooled() ? "requests" : "tokens";
const workNames = {tokens: "output tokens/s", requests: "requests/s", input: "input tokens/s"};

const narrow = id => byId(id).clientWidth < 520;

// legend names the series; of long names the middle is left out. It takes as many
// lines as it needs and the chart's box grows by them; past eight it scrolls, but on
// paper. top is where the chart begins below it.
const pen = document.createElement("canvas").getContext("2d");

function legend(box, names, icon) {
  const c = colours(), line = 22, gap = 10, item = icon + 5 + gap, room = box.clientWidth - 10, most = Math.max(16, Math.min(60, Math.floor((room - item) / 7)));
  const cut = name => name.length <= most ? name : name.slice(0, Math.ceil(most / 2) - 1) + "…" + name.slice(-Math.floor(most / 2));
  pen.font = "12px system-ui, sans-serif";
  let lines = 1, x = 0;
  for (const name of names) {
    const w = item + pen.measureText(cut(name)).width;
    if (x > 0 && x + w - gap > room) { lines++; x = 0; }
    x += w;
  }
  const scroll = lines > 8 && !state.printing;
  if (scroll) lines = 1;
  box.style.height = "";
  if (lines > 1) box.style.height = box.clientHeight + (lines - 1) * line + "px";
  return {top: 50 + (lines - 1) * line, option: {type: scroll ? "scroll" : "plain", data: names, top: 0, left: 0, right: 0, itemWidth: icon, itemHeight: 12, itemGap: gap, formatter: cut,
    tooltip: {show: true}, textStyle: {color: c.text, fontSize: 12, lineHeight: 12}, pageTextStyle: {color: c.text}, pageIconColor: c.text, pageIconInactiveColor: c.line}};
}

// titled takes the names of y axes to above them, flush left, where none is cut.
function titled(option, grids, c) {
  const ys = [].concat(option.yAxis), title = ys.map(y => ({text: y.name, left: 4, top: grids[y.gridIndex || 0].top - 22,
    padding: 0, textStyle: {color: c.soft, fontSize: 12, fontWeight: "normal"}}));
  return {...option, title, yAxis: ys.map(y => ({...y, name: ""}))};
}

// draw shows a chart, or says why there is none.
function draw(id, option, why) {
  const box = byId(id);
  let chart = drawn.get(id);
  if (chart && (chart.getDom() !== box || !option)) {
    chart.dispose();
    drawn.delete(id);
    chart = null;
  }
  box.classList.toggle("none", !option);
  if (!option) {
    box.style.height = "";
    box.textContent = why;
    return null;
  }
  if (!chart) {
    box.textContent = "";
    chart = echarts.init(box, null, {renderer: "svg"});
    chart.on("click", p => p.data && p.data.cases && chooseCase(p.data.cases[0], false));
    drawn.set(id, chart);
  }
  const c = colours(), marks = option.series.some(s => s.type === "scatter"), names = legend(box, [...new Set(option.series.map(s => s.name))], marks ? 14 : 28); // wide enough to see dashes
  const grids = option.grid ? option.grid.map(g => ({...g, top: g.top + names.top - 50})) : [{left: 8, right: 18, top: names.top, bottom: 28, containLabel: true}];
  chart.resize();
  chart.setOption({
    animation: false, color: c.series, textStyle: {color: c.text, fontFamily: "system-ui, sans-serif"}, legend: names.option,
    tooltip: {confine: true, backgroundColor: c.card, borderColor: c.line, textStyle: {color: c.text, fontSize: 12}},
    ...titled(option, grids, c), grid: grids,
  }, {notMerge: true});
  box.setAttribute("role", "img");
  return chart;
}

// axis is an axis; its name has its unit.
function axis(name, more) {
  const c = colours();
  return {
    name, nameLocation: "middle", nameGap: 26, nameTextStyle: {color: c.soft},
    axisLine: {show: true, lineStyle: {color: c.line}}, axisTick: {show: false}, axisLabel: {color: c.soft, formatter: short, hideOverlap: true},
    splitLine: {lineStyle: {color: c.line, opacity: .6}}, minorSplitLine: {show: false}, ...more,
  };
}

// scale is a logarithmic axis where the largest value is more than span times the
// least, else a linear one from 0.
function scale(values, span = 40) {
  const positive = values.filter(v => v > 0);
  if (positive.length > 1 && Math.max(...positive) > span * Math.min(...positive) && positive.length === values.filter(v => v !== null).length) {
    const nice = (v, up) => { // 1, 2 or 5 times a power of ten
      const ten = 10 ** Math.floor(Math.log10(v)), steps = [1, 2, 5, 10].map(m => m * ten);
      return up ? steps.find(s => s >= v * .999) : steps.findLast(s => s <= v * 1.001);
    };
    return {type: "log", min: nice(Math.min(...positive), false), max: nice(Math.max(...positive), true), note: ", log scale"};
  }
  return {type: "value", min: 0, note: ""};
}
