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

const narrow = id => byId(id).clientWidth < 520;

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
    box.textContent = why;
    return null;
  }
  if (!chart) {
    box.textContent = "";
    chart = echarts.init(box, null, {renderer: "svg"});
    chart.on("click", p => p.data && p.data.cases && chooseCase(p.data.cases[0], false));
    drawn.set(id, chart);
  }
  const c = colours();
  chart.setOption({
    animation: false, color: c.series, textStyle: {color: c.text, fontFamily: "system-ui, sans-serif"},
    grid: {left: 8, right: 18, top: 46, bottom: 28, containLabel: true},
    legend: {type: "scroll", top: 0, left: 0, right: 0, textStyle: {color: c.text}, pageTextStyle: {color: c.text},
      pageIconColor: c.text, pageIconInactiveColor: c.line, itemWidth: 18},
    tooltip: {confine: true, backgroundColor: c.card, borderColor: c.line, textStyle: {color: c.text, fontSize: 12}},
    ...option,
  }, {notMerge: true});
  box.setAttribute("role", "img");
  return chart;
}

// axis is an axis with its name and unit beside it.
function axis(name, where, more) {
  const c = colours();
  return {
    name, nameLocation: where === "x" ? "middle" : "end", nameGap: where === "x" ? 26 : 10,
    nameTextStyle: {color: c.soft, align: where === "x" ? "center" : "left", padding: where === "x" ? 0 : [0, 0, 0, -30]},
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
