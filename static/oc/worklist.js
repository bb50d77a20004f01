// Worklists by keyboard: j k move, Enter opens, x selects (Shift: up to it), n p pages, f filters, Escape clears.
(() => {
  const list = () => document.querySelector("[data-oc-worklist]");
  const rows = () => Array.from(document.querySelectorAll("[data-oc-row]"));
  const boxOf = (row) => row.querySelector('input[name="ids"]');
  const boxes = () => rows().map(boxOf).filter(Boolean);
  const here = () => document.activeElement?.closest?.("[data-oc-row]") || document.querySelector("[data-oc-row].oc-here");
  let anchor = null;

  function go(row) {
    if (!row) return;
    for (const each of rows()) { each.tabIndex = -1; each.classList.remove("oc-here"); }
    row.tabIndex = 0;
    row.classList.add("oc-here");
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  function move(by) {
    const all = rows();
    const at = all.indexOf(here());
    go(all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))]);
  }

  function open(row, apart) {
    const url = row?.dataset.ocHref;
    if (!url) return;
    if (apart) window.open(url, "_blank", "noopener"); else window.location.assign(url);
  }

  function select(row, upTo) {
    const box = row && boxOf(row);
    if (!box) return;
    const all = rows();
    if (upTo && anchor && all.includes(anchor)) {
      const [from, to] = [all.indexOf(anchor), all.indexOf(row)].sort((a, b) => a - b);
      for (const each of all.slice(from, to + 1)) boxOf(each).checked = true;
    } else box.checked = !box.checked;
    anchor = row;
    tell();
  }

  function tell() {
    const bar = document.querySelector("[data-oc-bulk]");
    if (!bar) return;
    const all = boxes();
    const count = all.filter((box) => box.checked).length;
    const nouns = document.querySelector("[data-oc-row-noun]").dataset;
    const noun = count === 1 ? nouns.ocRowNoun : nouns.ocRowNouns;
    bar.hidden = count === 0;
    bar.querySelector("[data-oc-selected-count]").textContent = `${count} ${noun} selected`;
    for (const each of document.querySelectorAll("[data-oc-selected-sentence]")) each.textContent = `For ${count} ${noun}.`;
    const every = document.querySelector("[data-oc-select-all]");
    if (!every) return;
    every.checked = count > 0 && count === all.length;
    every.indeterminate = count > 0 && count < all.length;
  }

  function selectAll(on) {
    for (const box of boxes()) box.checked = on;
    tell();
  }

  const keys = {
    j: () => move(1), ArrowDown: () => move(1), k: () => move(-1), ArrowUp: () => move(-1),
    Home: () => go(rows()[0]), End: () => go(rows().at(-1)),
    x: (event) => select(here(), event.shiftKey), X: (event) => select(here(), event.shiftKey),
    Enter: (event) => open(here(), event.ctrlKey || event.metaKey),
    n: () => document.querySelector("[data-oc-next]")?.click(), p: () => document.querySelector("[data-oc-previous]")?.click(),
    f: () => document.querySelector("[data-oc-filters] :is(input, select, summary)")?.focus(),
    Escape: () => selectAll(false),
  };
  const inRows = new Set(["ArrowDown", "ArrowUp", "Home", "End", "Enter", "Escape"]);

  document.addEventListener("keydown", (event) => {
    if (!list() || document.querySelector("dialog[open]") || event.altKey) return;
    if ((event.ctrlKey || event.metaKey) && event.key !== "Enter") return;
    const at = event.target;
    if (at.matches?.("input:not([type=checkbox]), select, textarea, [contenteditable]")) return;
    if (inRows.has(event.key) && (at.matches?.("a, button, summary") || !here())) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act(event);
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-oc-select-none]")) selectAll(false);
    const row = event.target.closest("[data-oc-row]");
    if (!row || event.target.closest("a, button, input, label")) return;
    if (event.target.closest(".oc-col-pick")) select(row, event.shiftKey); else go(row);
  });
  document.addEventListener("dblclick", (event) => {
    const row = event.target.closest("[data-oc-row]");
    if (row && !event.target.closest("a, button, input")) open(row, event.ctrlKey);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-oc-select-all]")) selectAll(event.target.checked);
    if (event.target.matches('[data-oc-row] input[name="ids"]')) { anchor = event.target.closest("[data-oc-row]"); tell(); }
    const form = event.target.closest("[data-oc-filters]");
    if (form && event.target.matches("select, input[type=checkbox]") && !event.target.closest(".oc-menu")) form.requestSubmit();
  });
  document.addEventListener("toggle", (event) => {
    const menu = event.target;
    if (!menu.matches?.("[data-oc-filters] .oc-menu")) return;
    const state = Array.from(menu.querySelectorAll("input:checked"), (box) => box.value).join();
    if (menu.open) menu.dataset.before = state; else if (menu.dataset.before !== state) menu.closest("form").requestSubmit();
  }, true);
  document.addEventListener("submit", (event) => {
    // Empty filters stay out of the address.
    if (!event.target.matches("[data-oc-filters]")) return;
    for (const field of event.target.elements) if (field.name && !field.value) field.disabled = true;
  });
  window.addEventListener("pageshow", () => {
    for (const field of document.querySelectorAll("[data-oc-filters] :disabled")) field.disabled = false;
    tell();
  });
  // A list wider than its page scrolls in itself; the heads of all others stay in sight.
  function fit() {
    for (const place of document.querySelectorAll(".oc-worklist-scroll")) {
      place.classList.remove("oc-too-wide");
      place.classList.toggle("oc-too-wide", place.firstElementChild.offsetWidth > place.clientWidth + 1);
    }
  }
  // What is cut is read by pointing at it.
  document.addEventListener("mouseover", (event) => {
    const cell = event.target.closest?.("td.oc-col-text, td.oc-col-code");
    if (cell && !cell.title && cell.scrollWidth > cell.clientWidth) cell.title = cell.textContent.trim();
  });
  document.addEventListener("DOMContentLoaded", fit);
  window.addEventListener("load", fit);
  window.addEventListener("resize", fit);
  document.addEventListener("htmx:afterSwap", () => { tell(); fit(); });
})();
