// The heat map over lengths: a table, so that it is read, printed and copied as one.
function heatSets() {
  const sets = new Map();
  for (const c of shown()) {
    if (c.in && c.out) sets.set(c.set, [...(sets.get(c.set) || []), c]);
  }
  const wide = (cs, field) => new Set(cs.map(c => c[field])).size > 1;
  return [...sets].filter(([, cs]) => wide(cs, "in") && wide(cs, "out"));
}

function drawHeat() {
  const sets = heatSets(), box = byId("c-heat");
  byId("heat").hidden = !sets.length;
  box.textContent = "";
  const metric = kept("hmetric"), load = kept("hload");
  const at = c => c.points.find((p, j) => load === "knee" ? j === c.knee : load === "peak" ? j === c.peak : p.load === load);
  const value = p => p ? (metric === "tokens" ? p.tokens : p[metric][0]) : null;
  for (const [, curves] of sets) {
    const ins = [...new Set(curves.map(c => c.in))].sort((a, b) => a - b), outs = [...new Set(curves.map(c => c.out))].sort((a, b) => a - b);
    const values = curves.map(c => value(at(c))).filter(v => v !== null);
    const low = Math.min(...values), high = Math.max(...values);
    const head = el("tr", {}, el("th", {scope: "col"}, "input ↓  output →"), ...outs.map(o => el("th", {scope: "col"}, o + " tok")));
    const body = ins.map(i => el("tr", {}, el("th", {scope: "row"}, i + " tok"), ...outs.map(o => {
      const p = at(curves.find(c => c.in === i && c.out === o) || {points: []}), v = value(p);
      if (v === null) return el("td", {}, "–");
      const share = high > low ? (v - low) / (high - low) : .5;
      const why = inDoubt(p, "0") ? p.doubt : "";
      return el("td", {style: `background: rgba(var(--heat), ${(.08 + .42 * share).toFixed(2)})`, title: why || null}, figure(v), why ? el("span", {class: "few"}, " ⚠") : "");
    })));
    box.append(el("table", {class: "heat"}, el("caption", {}, curves[0].name), el("thead", {}, head), el("tbody", {}, ...body)));
  }
}
