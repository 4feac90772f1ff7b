// Sorts each table by the column whose heading is pressed, and narrows the table of images by verdict, rule and text.
// The page is whole without it.
(() => {
  "use strict";
  const compare = new Intl.Collator("en-GB", { numeric: true, sensitivity: "base" }).compare;
  const severities = ["info", "low", "medium", "high", "critical"];
  const keyOf = (row, place, isNumber) => {
    const cell = row.cells[place];
    const key = "k" in cell.dataset ? cell.dataset.k : cell.textContent.trim();
    if (severities.includes(key)) return severities.indexOf(key);
    return isNumber ? Number(key.replace(/,/g, "")) || 0 : key;
  };
  const sort = (table, place) => {
    const heads = [...table.tHead.rows[0].cells];
    const head = heads[place];
    const isNumber = head.classList.contains("number") || head.textContent === "Severity";
    const before = head.getAttribute("aria-sort");
    const down = before ? before === "ascending" : isNumber;
    const rows = [...table.tBodies[0].rows].map((row) => [keyOf(row, place, isNumber), row]);
    const order = isNumber ? (one, other) => one - other : compare;
    rows.sort(([one], [other]) => (down ? order(other, one) : order(one, other)));
    table.tBodies[0].append(...rows.map(([, row]) => row));
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
  };
  for (const table of document.querySelectorAll("main table")) {
    [...table.tHead.rows[0].cells].forEach((head, place) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      button.addEventListener("click", () => sort(table, place));
      head.replaceChildren(button);
    });
  }
  const bar = document.querySelector(".filter");
  if (!bar) return;
  const rows = [...document.querySelector(".images").tBodies[0].rows];
  const field = (name) => bar.querySelector(`[name=${name}]`);
  const status = bar.querySelector("[role=status]");
  const texts = new Map();
  const textOf = (row) => {
    if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase());
    return texts.get(row);
  };
  const narrow = () => {
    const verdict = field("verdict").value;
    const rule = field("rule").value;
    const words = field("text").value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const fits = (!verdict || row.dataset.v === verdict)
        && (!rule || row.dataset.r.split(" ").includes(rule))
        && words.every((word) => textOf(row).includes(word));
      row.classList.toggle("off", !fits);
      shown += fits;
    }
    const number = (value) => value.toLocaleString("en-GB");
    status.textContent = verdict || rule || words.length
      ? `Showing ${number(shown)} of ${number(rows.length)} images. Printing shows all of them.`
      : "";
  };
  bar.addEventListener("input", narrow);
  bar.addEventListener("submit", (event) => event.preventDefault());
  for (const link of document.querySelectorAll("[data-verdict]")) {
    link.addEventListener("click", () => {
      field("verdict").value = link.dataset.verdict;
      narrow();
    });
  }
  for (const link of document.querySelectorAll("a[data-rule]")) {
    link.addEventListener("click", () => {
      const option = [...field("rule").options].find((one) => one.dataset.rule === link.dataset.rule);
      field("rule").value = option ? option.value : "";
      narrow();
    });
  }
  bar.hidden = false;
  narrow();

  // browsers that do not print closed folds: open them for as long as it takes
  let closed = [];
  addEventListener("beforeprint", () => {
    if (CSS.supports("selector(::details-content)")) return;
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const fold of closed) fold.open = true;
  });
  addEventListener("afterprint", () => {
    for (const fold of closed) fold.open = false;
    closed = [];
  });
})();
