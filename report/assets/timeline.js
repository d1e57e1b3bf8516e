// A case over time: requests in flight, tokens/s and latencies, one above the other.
function drawTimeline() {
  const d = data.cases[kept("case")], doubt = byId("t-doubt"), foot = byId("t-foot");
  doubt.className = d && d.doubt ? "doubt" : "";
  doubt.textContent = d ? d.doubt : "";
  foot.textContent = "";
  document.querySelectorAll("#table tr.chosen").forEach(r => r.classList.remove("chosen"));
  if (!d || !d.series) return draw("c-timeline", null, d ? "This case has no records." : "No case has records: run with records: full to see timelines.");
  for (const r of document.querySelectorAll("#table tbody tr")) r.classList.toggle("chosen", r.dataset.case === d.name);
  const s = d.series, c = colours(), pairs = l => (l.t || []).map((t, i) => [t, l.v[i]]);
  const steps = pairs(s.inflight), rates = pairs(s.tokens);
  if (rates.length) rates.push([rates[rates.length - 1][0] + s.window, rates[rates.length - 1][1]]); // the last window's end
  const end = Math.max(0, ...steps.map(p => p[0]), ...rates.map(p => p[0]));
  const latency = scale([s.ttft, s.tpot, s.e2el].flatMap(l => l.v || []));
  const last = rates.length ? 2 : 1; // where no tokens came there is nothing between requests and latencies
  const panels = list => last === 2 ? list : [list[0], list[2]];
  byId("c-timeline").classList.toggle("tall", last === 2);
  const x = (i, more) => axis(i === last ? "s since the case's first send" : "", {type: "value", gridIndex: i, min: 0, max: +end.toPrecision(4),
    axisLabel: {show: i === last, color: c.soft, formatter: short, hideOverlap: true}, ...more});
  const y = (i, name, more) => axis(name, {type: "value", gridIndex: i, min: 0, splitNumber: 3, ...more});
  const warm = s.warm > 0 ? {silent: true, itemStyle: {color: c.soft, opacity: .15}, label: {show: s.warm > .08 * end, color: c.soft, position: "insideTop", fontSize: 11},
    data: [[{name: "warm-up", xAxis: 0}, {xAxis: s.warm}]]} : undefined;
  const points = (name, l, k) => ({name, type: "scatter", xAxisIndex: last, yAxisIndex: last, symbolSize: 4, color: c.series[k], data: pairs(l), large: false});
  draw("c-timeline", {
    grid: [{top: 56, height: 110}, {top: 208, height: 110}, {top: 360, height: 120}].slice(0, last + 1).map(g => ({left: 56, right: 18, ...g})),
    axisPointer: {link: [{xAxisIndex: "all"}]},
    tooltip: {...tip(), trigger: "axis", formatter: ps => `<b>${figure(ps[0].axisValue)} s</b><br>` + ps.map(p => `${p.marker}${esc(p.seriesName)}: ${figure(p.value[1])}`).slice(0, 8).join("<br>")},
    xAxis: Array.from({length: last + 1}, (_, i) => x(i)),
    yAxis: panels([y(0, "requests in flight", {minInterval: 1}), y(1, "tokens/s"), y(last, "latency, ms" + latency.note, latency)]),
    dataZoom: [{type: "slider", xAxisIndex: "all", bottom: 4, height: 18, borderColor: c.line, textStyle: {color: c.soft}, labelFormatter: v => figure(v) + " s"}],
    series: [
      {name: "in flight", type: "line", step: "end", symbol: "none", color: c.series[0], data: steps, areaStyle: {opacity: .15}, markArea: warm},
      {name: "tokens/s", type: "line", step: "end", symbol: "none", xAxisIndex: 1, yAxisIndex: 1, color: c.series[2], data: rates, areaStyle: {opacity: .15}},
      points("TTFT", s.ttft, 1), points("TPOT", s.tpot, 3), points("E2EL", s.e2el, 6),
    ].filter(l => l.data.length),
  });
  byId("c-timeline").setAttribute("aria-label", `requests in flight, ${rates.length ? "tokens/s " : ""}and latencies over time of ${d.name}`);
  const thinned = [["in flight", s.inflight], ["TTFT", s.ttft], ["TPOT", s.tpot], ["E2EL", s.e2el]].filter(([, l]) => (l.t || []).length < l.of)
    .map(([n, l]) => `${n}: ${l.t.length} of ${l.of} points`);
  foot.textContent = `${s.n} measured requests.` + (s.window ? ` Tokens/s in windows of ${+s.window.toPrecision(2)} s.` : "") + ` A latency stands at its request's send.` +
    (thinned.length ? ` Drawn: ${thinned.join(", ")}; extremes are kept.` : "") +
    (data.live ? " Requests that have not ended are not in it yet." : "");
}

// chooseCase shows the timeline of a case, and says so.
function chooseCase(i, go) {
  if (!data.cases[i] || !data.cases[i].series) return;
  state.keep.case = data.cases[i].name;
  byId("t-case").value = String(i);
  drawTimeline();
  byId("said").textContent = "Timeline of " + data.cases[i].name;
  if (go) byId("timeline").scrollIntoView();
}
