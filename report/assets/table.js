// The table of cases: sorted by its heads, filtered by words and verdict.
function cellValue(row, column) {
  const cell = row.cells[column];
  if (column === 0) return row.dataset.case; // without the reasons below it
  if (cell.dataset.v === undefined) return cell.textContent.trim();
  if (cell.dataset.v === "inf") return Infinity;
  return cell.dataset.v === "" ? null : Number(cell.dataset.v);
}

// compare puts what is undefined last, whichever way is sorted.
function compare(a, b, way) {
  if (a === null || b === null) return (a === null) - (b === null);
  if (typeof a === "number" && typeof b === "number") return a === b ? 0 : way * (a < b ? -1 : 1);
  return way * String(a).localeCompare(String(b), "en", {numeric: true});
}

function sortTable() {
  const table = byId("table"), heads = [...table.tHead.rows[0].cells];
  heads.forEach((h, i) => {
    if (state.sort && state.sort.column === i) h.setAttribute("aria-sort", state.sort.way > 0 ? "ascending" : "descending");
    else h.removeAttribute("aria-sort");
  });
  if (!state.sort) return;
  const body = table.tBodies[0], {column, way} = state.sort;
  const rows = [...body.rows].map(r => [cellValue(r, column), r]);
  rows.sort((a, b) => compare(a[0], b[0], way));
  body.append(...rows.map(r => r[1]));
}

function filterTable() {
  const words = state.filter.toLowerCase().split(/\s+/).filter(Boolean), rows = [...byId("table").tBodies[0].rows];
  let shown = 0;
  for (const r of rows) {
    const text = r.textContent.toLowerCase();
    r.hidden = !(words.every(w => text.includes(w)) && (!state.verdict || r.dataset.verdict === state.verdict));
    if (!r.hidden) shown++;
  }
  byId("shown").textContent = shown === rows.length ? `${rows.length} cases` : `${shown} of ${rows.length} cases`;
}

function setUpTable() {
  byId("table").tHead.querySelectorAll("button").forEach(b => b.addEventListener("click", () => {
    const column = b.parentElement.cellIndex, same = state.sort && state.sort.column === column;
    state.sort = {column, way: same ? -state.sort.way : 1};
    sortTable();
  }));
  byId("filter").value = state.filter;
  byId("filter").addEventListener("input", e => { state.filter = e.target.value; filterTable(); });
  const verdict = byId("verdict");
  verdict.value = state.verdict;
  if (verdict.selectedIndex < 0) verdict.value = state.verdict = "";
  verdict.addEventListener("change", () => { state.verdict = verdict.value; filterTable(); });
  byId("table").addEventListener("click", e => {
    if (!e.target.classList.contains("show")) return;
    chooseCase(data.cases.findIndex(d => d.name === e.target.closest("tr").dataset.case), true);
  });
  sortTable();
  filterTable();
}
