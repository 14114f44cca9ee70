"use strict";
(() => {
  const pages = [...document.querySelectorAll("main > section")];
  const links = [...document.querySelectorAll("nav a")];
  const menu = document.querySelector(".menu");
  const isNarrow = window.matchMedia("(max-width: 1019px)");

  document.documentElement.classList.add("paged");

  // One page at a time. The others stay findable, and all are printed.
  function show(page, isChosen) {
    for (const other of pages) {
      if (other === page) other.removeAttribute("hidden");
      else other.setAttribute("hidden", "until-found");
    }
    for (const link of links) {
      if (link.hash === "#" + page.id) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    menu.open = !isNarrow.matches;
    if (isChosen) {
      window.scrollTo(0, 0);
      page.querySelector("h2").focus({ preventScroll: true });
    }
  }
  function ofHash() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    return (target && target.closest("main > section")) || pages[0];
  }
  window.addEventListener("hashchange", () => show(ofHash(), true));
  isNarrow.addEventListener("change", () => { menu.open = !isNarrow.matches; });
  for (const page of pages) page.addEventListener("beforematch", () => show(page, false));
  show(ofHash(), false);

  // The numbers of a mark on hover and on focus; arrow keys go from mark to mark.
  const value = document.createElement("div");
  value.className = "value";
  value.setAttribute("aria-hidden", "true");
  value.hidden = true;
  document.body.append(value);
  function tell(mark) {
    value.textContent = mark.getAttribute("aria-label");
    value.hidden = false;
    const box = mark.getBoundingClientRect();
    const room = document.documentElement.clientWidth - value.offsetWidth - 8;
    const left = box.left + box.width / 2 - value.offsetWidth / 2;
    value.style.left = Math.max(8, Math.min(room, left)) + "px";
    const above = box.top - value.offsetHeight - 8;
    value.style.top = (above > 0 ? above : box.bottom + 8) + "px";
  }
  function hush() { value.hidden = true; }
  for (const chart of document.querySelectorAll(".chart")) {
    const marks = [...chart.querySelectorAll("[role=graphics-symbol][aria-label]")];
    marks.forEach((mark, n) => {
      mark.setAttribute("tabindex", n ? "-1" : "0");
      mark.addEventListener("pointerenter", () => tell(mark));
      mark.addEventListener("pointerleave", hush);
      mark.addEventListener("focus", () => tell(mark));
      mark.addEventListener("blur", hush);
    });
    chart.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      const place = marks.indexOf(document.activeElement);
      if (!step || place < 0) return;
      event.preventDefault();
      const next = marks[(place + step + marks.length) % marks.length];
      marks[place].setAttribute("tabindex", "-1");
      next.setAttribute("tabindex", "0");
      next.focus();
    });
  }
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hush(); });

  // Tables sort by a column; what is not known comes last either way.
  const UNITS = { s: 1, min: 60, h: 3600 };
  function number(text) {
    const found = /^[<+]?([-−]?[\d,]+(?:\.\d+)?)(?:\s*(s|min|h)$)?/.exec(text);
    if (!found) return null;
    return Number(found[1].replace(/,/g, "").replace("−", "-")) * (UNITS[found[2]] || 1);
  }
  function compare(a, b, sign) {
    const isText = (text) => text === "" || text === "–" || text === "withheld";
    if (isText(a) || isText(b)) return isText(a) - isText(b);
    const [x, y] = [number(a), number(b)];
    return sign * (x === null || y === null ? a.localeCompare(b) : x - y);
  }
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const sign = head.getAttribute("aria-sort") === "descending" ? 1 : -1;
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
        const body = table.tBodies[0];
        const text = (row) => row.cells[column].textContent.trim();
        body.append(...[...body.rows].sort((a, b) => compare(text(a), text(b), sign)));
      });
    });
  }

  // Two segments side by side: the other columns are hidden.
  const table = document.getElementById("comparison");
  const names = [...table.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent);
  if (names.length > 2) {
    const chosen = [0, 1];
    function narrow() {
      for (const row of table.rows) {
        const columns = [...row.cells].slice(1);
        columns.forEach((cell, n) => { cell.hidden = !chosen.includes(n); });
      }
    }
    chosen.forEach((start, side) => {
      const label = document.createElement("label");
      label.append(side ? "with " : "Compare ");
      const select = document.createElement("select");
      names.forEach((name, n) => select.append(new Option(name, n, n === start, n === start)));
      select.addEventListener("change", () => { chosen[side] = Number(select.value); narrow(); });
      label.append(select);
      document.getElementById("choice").append(label);
    });
    narrow();
  }
})();
