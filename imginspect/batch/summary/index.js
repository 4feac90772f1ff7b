// Narrows the table of images by verdict, rule and text. The page is whole without it.
(() => {
  "use strict";
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
