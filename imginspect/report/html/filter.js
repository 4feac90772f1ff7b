// Narrows the findings by text, outcome and severity, and opens or closes all that folds. The page is whole without it.
(() => {
  "use strict";
  const start = (bar) => {
    const section = bar.parentElement;
    const rules = [...section.querySelectorAll(".rule")];
    const field = (name) => bar.querySelector(`[name=${name}]`).value;
    const status = bar.querySelector("[role=status]");
    const texts = new Map();
    const textOf = (node) => {
      if (!texts.has(node)) texts.set(node, node.textContent.toLowerCase());
      return texts.get(node);
    };
    const narrow = () => {
      const text = field("text").trim().toLowerCase();
      const verdict = field("verdict");
      const severity = field("severity");
      const active = Boolean(text || verdict || severity);
      let shown = 0;
      let all = 0;
      for (const rule of rules) {
        const findings = [...rule.querySelectorAll(".finding")];
        const chosen = (!verdict || rule.dataset.verdict === verdict) && (!severity || rule.dataset.severity === severity);
        const own = [...rule.children].filter((child) => !child.querySelector(".finding") && !child.matches(".finding"));
        const named = !text || own.some((child) => textOf(child).includes(text));
        let matching = 0;
        for (const finding of findings) {
          const fits = chosen && (!text || named || textOf(finding).includes(text));
          finding.classList.toggle("off", !fits);
          matching += fits;
        }
        const visible = chosen && (named || matching > 0);
        rule.classList.toggle("off", !visible);
        for (const fold of rule.querySelectorAll(".more")) fold.open = fold.open || (Boolean(text) && matching > 0);
        const outer = rule.parentElement.closest("details");
        if (outer && active && visible) outer.open = true;
        shown += matching;
        all += findings.length;
      }
      for (const group of section.querySelectorAll(".group")) group.classList.toggle("off", !group.querySelector(".rule:not(.off)"));
      const number = (value) => value.toLocaleString("en-GB");
      const left = rules.filter((rule) => !rule.classList.contains("off")).length;
      status.textContent = active
        ? `${number(left)} of ${number(rules.length)} rules and ${number(shown)} of ${number(all)} findings are shown. Printing shows all of them.`
        : "";
    };
    bar.addEventListener("input", narrow);
    for (const button of bar.querySelectorAll("[data-open]")) {
      button.addEventListener("click", () => {
        for (const fold of section.querySelectorAll("details")) fold.open = button.dataset.open === "yes";
      });
    }
    bar.hidden = false;
    narrow();
  };
  document.querySelectorAll(".filter").forEach(start);

  // a link to something within a fold opens it
  const open = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let node = target && target.parentElement; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", open);
  open();

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
