// The charts of curves: points by load, latency by throughput, the Pareto front and
// distributions.
const cross = "path://M2,0L10,8L18,0L20,2L12,10L20,18L18,20L10,12L2,20L0,18L8,10L0,2Z";
const statNames = ["mean", "p50", "p99"];
const metricNames = {ttft: "TTFT", tpot: "TPOT", e2el: "E2EL", itl: "ITL"};

// inDoubt: a figure that its case's verdict, or too small a sample, speaks against.
// Too few samples for a p99 say nothing against a mean.
const inDoubt = (p, stat) => p.doubt !== "" && (!p.few || stat === "2");

// mark is a point of a chart: hollow in doubt, a cross where it is invalid.
function mark(curve, p, k, value, stat, more) {
  const c = colours(), colour = c.series[k % c.series.length];
  const m = {value, cases: p.cases, curve, point: p, symbol: "circle", symbolSize: 9, itemStyle: {color: colour}, ...more};
  if (p.bad) {
    m.symbol = cross;
  } else if (inDoubt(p, stat)) {
    m.itemStyle = {color: c.card, borderColor: colour, borderWidth: 2};
  }
  return m;
}

// about is a point's tooltip.
function about(params) {
  const d = params.data;
  if (!d || !d.point) return "";
  const p = d.point, rows = [
    ["output tokens/s", p.tokens], ["requests/s", p.requests], ["input tokens/s", p.input],
    ["TTFT mean · p50 · p99, ms", ...p.ttft], ["TPOT mean · p50 · p99, ms", ...p.tpot], ["E2EL mean · p50 · p99, ms", ...p.e2el],
  ];
  let html = `<b>${esc(d.curve.title)}</b><br>${esc(d.curve.over)} ${esc(p.load)}`;
  if (d.spot) html += ` · <b>${esc(d.spot)}</b>`;
  for (const [name, ...values] of rows.filter(([, ...v]) => v.some(x => x))) html += `<br>${name}: ${values.map(figure).join(" · ")}`;
  if (p.doubt) html += `<br><span style="white-space:normal">⚠ ${esc(p.doubt)}</span>`;
  return html + "<br>" + p.cases.map(i => esc(data.cases[i].name)).join("<br>");
}

// loads are all loads of curves, rising; the unbounded one is last.
function loads(curves) {
  const all = new Set(curves.flatMap(c => c.points.map(p => p.load)));
  const number = t => t === "unbounded" ? Infinity : parseFloat(t.replaceAll("\u202f", ""));
  return [...all].sort((a, b) => number(a) - number(b));
}

const over = curves => [...new Set(curves.map(c => c.over))].join(" or ");

// stroke is a curve's line: past eight curves colours come again, dashed.
const stroke = k => ({width: 2, type: ["solid", "dashed", "dotted"][Math.floor(k / 8) % 3]});

function byLoad(id, curves, name, value, stat) {
  const xs = loads(curves);
  if (!xs.length) return draw(id, null, "No curve: no case has figures.");
  const all = curves.flatMap(c => c.points.map(value)), s = scale(all);
  if (all.every(v => v === null)) return draw(id, null, `No case has ${name}.`);
  draw(id, {
    tooltip: {...tip(), formatter: about},
    xAxis: axis(over(curves), {type: "category", data: xs, axisLabel: {color: colours().soft, hideOverlap: true}}),
    yAxis: axis(name + s.note, s),
    series: curves.map((c, k) => ({
      name: c.title, type: "line", symbol: "circle", color: colours().series[k % 8], connectNulls: true, lineStyle: stroke(k), emphasis: {focus: "series"},
      data: c.points.map(p => mark(c, p, k, [p.load, value(p)], stat)),
    })),
  });
  byId(id).setAttribute("aria-label", `${name} against ${over(curves)}, ${curves.length} curves`);
}

const tip = () => ({confine: true, trigger: "item", backgroundColor: colours().card, borderColor: colours().line, textStyle: {color: colours().text, fontSize: 12}});

function drawThroughput() {
  const which = kept("rate");
  byLoad("c-throughput", shown(), workNames[which], p => p[which], "0");
}

function drawLatency() {
  const metric = kept("metric"), stat = kept("stat");
  byLoad("c-latency", shown(), `${statNames[stat]} ${metricNames[metric]}, ms`, p => p[metric][stat], stat);
}

// spotName says what a point is known for.
function spotName(c, j) {
  return [[c.peak, "peak"], [c.knee, "knee"], [c.best, "best under SLO"], [c.cheapest, "cheapest"]].filter(([at]) => at === j).map(([, n]) => n).join(", ");
}

function drawTradeoff() {
  const limits = tradeoff("c-tradeoff", shown(), work(), kept("tmetric"), kept("tstat"));
  byId("t-limit").textContent = limits || "";
}

// tradeoff draws a latency by throughput, and returns what the SLO has to say of it.
function tradeoff(id, curves, by, metric, stat) {
  const c = colours();
  if (!curves.length) return draw(id, null, "No curve: no case has figures.");
  const values = curves.flatMap(v => v.points.map(p => p[metric][stat])), s = scale(values);
  const rate = scale(curves.flatMap(v => v.points.map(p => p[by])));
  const name = `${statNames[stat]} ${metricNames[metric]}, ms`, highest = Math.max(...values);
  const limits = [...new Set(curves.map(v => limitOf(v, metric, stat)).filter(Boolean))], near = limits.filter(l => l < 3 * highest);
  if (near.some(l => l > (s.max || highest))) { // room for the limit's line; its own label says the value
    s.max = +(1.05 * Math.max(...near)).toPrecision(2);
    s.axisLabel = {color: c.soft, formatter: short, hideOverlap: true, showMaxLabel: false};
  }
  const room = curves.length <= 2 && !narrow(id); // labels of more would cover one another
  draw(id, {
    tooltip: {...tip(), formatter: about},
    xAxis: axis(workNames[by] + rate.note, rate),
    yAxis: axis(name + s.note, s),
    series: curves.map((curve, k) => ({
      name: curve.title, type: "line", symbol: "circle", color: c.series[k % 8], lineStyle: stroke(k), emphasis: {focus: "series"},
      data: curve.points.map((p, j) => {
        const knee = j === curve.knee, best = j === curve.best;
        const label = [knee ? "knee" : "", best ? "best under SLO" : ""].filter(Boolean).join(", ");
        const more = {spot: spotName(curve, j)};
        if (label) Object.assign(more, {symbol: knee ? "diamond" : "triangle", symbolSize: 15,
          label: {show: room, formatter: label, position: best ? "top" : "bottom", color: c.text, fontSize: 11, textBorderColor: c.card, textBorderWidth: 3}});
        return mark(curve, p, k, [p[by], p[metric][stat]], stat, more);
      }),
      markLine: limitLine(curves, k, metric, stat, c),
    })),
  });
  byId(id).setAttribute("aria-label", `${name} against ${workNames[by]}; a diamond is a curve's knee, a triangle its best point under the SLO`);
  return limits.length ? `SLO: ${limitName(curves.find(v => limitOf(v, metric, stat)), metric, stat)} ≤ ${limits.join(" or ")} ms` + (near.length ? ", dashed." : ", beyond the chart.") : "";
}

// limitOf is what the SLO allows a statistic of a metric: slo's own limit, or else
// goodput's, which each request has to meet.
const limitOf = (curve, metric, stat) => askedOf(curve, metric, stat) || curve.limits[metric];
const askedOf = (curve, metric, stat) => [["mean"], ["median", "p50"], ["p99"]][stat].map(s => (curve.asked || {})[`${s}_${metric}_ms`]).find(Boolean);
const limitName = (curve, metric, stat) => (askedOf(curve, metric, stat) ? statNames[stat] + " " : "") + metricNames[metric];

// limitLine is the SLO's limit on what is drawn, once where curves share it.
function limitLine(curves, k, metric, stat, c) {
  const curve = curves[k], limit = limitOf(curve, metric, stat);
  if (!limit || curves.findIndex(o => limitOf(o, metric, stat) === limit) !== k) return undefined;
  return {silent: true, symbol: "none", lineStyle: {color: c.bad, type: "dashed", width: 1.5}, data: [{yAxis: limit}],
    label: {position: "insideStartTop", formatter: `SLO: ${limitName(curve, metric, stat)} ≤ ${limit} ms`, color: c.bad}};
}

// shape is a curve's mark where there is no line to be dashed.
const shape = k => ["circle", "rect", "triangle"][Math.floor(k / 8) % 3];

function drawPareto() {
  if (pooled()) return; // its chart is hidden
  const all = shown().flatMap((c, k) => c.points.map(p => [c, p, k])).filter(([, p]) => p.gpu !== null && p.user !== null);
  if (!all.length) return draw("c-pareto", null, `No case has both tokens/s per ${data.per} and per user.`);
  const users = scale(all.map(([, p]) => p.user)), shares = scale(all.map(([, p]) => p.gpu));
  const c = colours(), fronts = new Map(); // by work: other lengths are no rivals
  for (const [curve, p] of all) {
    if (p.pareto) fronts.set(curve.work, [...(fronts.get(curve.work) || []), [p.user, p.gpu]]);
  }
  draw("c-pareto", {
    tooltip: {...tip(), formatter: about},
    xAxis: axis("output tokens/s per user" + users.note, users.note ? users : {type: "value", scale: true}),
    yAxis: axis("output tokens/s per " + data.per + shares.note, shares),
    series: [...shown().map((curve, k) => ({
      name: curve.title, type: "scatter", color: c.series[k % 8], symbol: shape(k),
      data: curve.points.filter(p => p.gpu !== null && p.user !== null).map(p => mark(curve, p, k, [p.user, p.gpu], "0", {symbol: shape(k), spot: p.pareto ? "Pareto front" : ""})),
    })), ...[...fronts.values()].map(front => ({name: "Pareto front", type: "line", data: front.sort((a, b) => a[0] - b[0]), symbol: "none",
      silent: true, color: c.soft, lineStyle: {color: c.soft, type: "dashed", width: 1.5}, z: 1}))],
  });
  byId("c-pareto").setAttribute("aria-label", `output tokens/s per ${data.per} against tokens/s per user, ${fronts.size} Pareto fronts`);
}

function drawSpread() {
  const metric = kept("smetric"), curve = data.curves[kept("scurve")], field = metric + "_share";
  const lines = [];
  for (const p of curve ? curve.points : []) {
    for (const i of p.cases) {
      const s = data.cases[i].series;
      if (s && (s[field] || []).length) lines.push({i, p, k: curve.points.indexOf(p), values: s[field], n: metric === "itl" ? s.itls : s.n});
    }
  }
  if (!lines.length) return draw("c-spread", null, data.cases.some(d => d.series) ? `No request has ${metric === "itl" ? "an" : "a"} ${metricNames[metric]}.` : "No records: run with records: full to see distributions.");
  const c = colours(), s = scale(lines.flatMap(l => l.values), 8);
  draw("c-spread", {
    tooltip: {...tip(), trigger: "axis", axisPointer: {type: "line", axis: "y"}, formatter: ps => {
      if (!ps.length) return "";
      return `<b>${+ps[0].value[1].toFixed(1)} %</b> at or under<br>` + ps.map(p => `${p.marker}${esc(p.seriesName)}: ${figure(p.value[0])} ms`).join("<br>");
    }},
    xAxis: axis(`${metricNames[metric]}, ms${s.note}`, s.type === "log" ? s : {type: "value", scale: true}),
    yAxis: axis(`share of ${metric === "itl" ? "gaps" : "requests"}, %`, {type: "value", min: 0, max: 100}),
    series: lines.map(l => ({
      name: `${curve.over} ${l.p.load}` + (l.p.cases.length > 1 ? ` (${l.p.cases.indexOf(l.i) + 1})` : "") + (data.cases[l.i].doubt ? " ⚠" : ""),
      type: "line", symbol: "none", color: c.series[l.k % c.series.length], lineStyle: {width: 2, type: data.cases[l.i].doubt ? "dashed" : "solid"},
      data: l.values.map((v, j) => ({value: [s.type === "log" && v <= 0 ? null : v, 100 * data.shares[j]], cases: [l.i]})),
    })),
  });
  byId("c-spread").setAttribute("aria-label", `cumulative distribution of ${metricNames[metric]} for ${curve.title}`);
}
