// Dialogs, menus, the side panel and the search box of every page.
(() => {
  const panel = () => document.getElementById("oc-panel");
  let cameFrom = null;

  // -- dialogs and menus
  function openDialog(id) {
    const dialog = document.getElementById(id);
    if (!dialog || dialog.open) return;
    for (const field of dialog.querySelectorAll("[data-oc-required]")) field.required = true;
    dialog.showModal();
    (dialog.querySelector(".oc-field-wrong input, .oc-field-wrong textarea") || dialog.querySelector("input:not([type=hidden]), textarea, select"))?.focus();
  }

  function closeDialog(dialog) {
    dialog.close();
  }

  document.addEventListener("close", (event) => {
    // A field of a closed dialog must not stop its form from being sent by another button.
    for (const field of event.target.querySelectorAll?.("[data-oc-required]") || []) field.required = false;
  }, true);

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-oc-open]");
    if (opener) return openDialog(opener.dataset.ocOpen);
    if (event.target.closest("[data-oc-close]")) return closeDialog(event.target.closest("dialog"));
    if (event.target.matches("dialog.oc-dialog")) closeDialog(event.target);
    if (event.target.closest("[data-oc-panel-close]")) closePanel();
    for (const menu of document.querySelectorAll(".oc-menu[open]")) if (!menu.contains(event.target)) menu.open = false;
    if (!event.target.closest("[data-oc-search]")) hideResults();
    return undefined;
  });

  // -- the side panel
  function closePanel() {
    if (!panel() || panel().hidden) return false;
    panel().hidden = true;
    document.getElementById("oc-panel-body").replaceChildren();
    cameFrom?.focus();
    return true;
  }
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.matches?.("[data-oc-panel]")) cameFrom = event.target;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "oc-panel-body") {
      panel().hidden = false;
      event.target.focus();
    }
    if (event.target.id === "oc-search-pop") event.target.hidden = !event.target.childElementCount;
  });

  // -- htmx: the token of forms, and an answer that did not come
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.cookie.split("; ").find((each) => each.startsWith("csrftoken="));
    if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.slice("csrftoken=".length);
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, () => {
      const box = document.querySelector(".oc-messages");
      if (!box || box.querySelector("[data-oc-offline]")) return;
      const told = document.createElement("p");
      told.className = "oc-notice oc-tone-bad";
      told.dataset.ocOffline = "";
      told.setAttribute("role", "alert");
      told.textContent = "The server did not answer. Check the connection, then try again.";
      box.append(told);
    });
  }
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) document.querySelector("[data-oc-offline]")?.remove();
  });

  // -- files: the shell writes their path into a text field beside them, which ours have not, and would break off over it
  document.addEventListener("change", (event) => {
    if (event.target.matches?.(".oc-field input[type=file]")) event.stopPropagation();
  }, true);

  // -- the search box
  const box = () => document.getElementById("oc-search-input");
  const results = () => document.getElementById("oc-search-pop");
  function hideResults() { if (results()) results().hidden = true; }
  function step(by) {
    const links = Array.from(results().querySelectorAll("a"));
    if (!links.length) return;
    const at = links.indexOf(document.activeElement) + by;
    if (at < 0) box().focus(); else links[Math.min(at, links.length - 1)].focus();
  }

  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches?.("input:not([type=checkbox]), select, textarea, [contenteditable]");
    const wanted = (event.key === "/" && !typing) || (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey));
    if (wanted && box() && !document.querySelector("dialog[open]")) {
      event.preventDefault();
      box().focus();
      box().select();
    } else if (event.key === "?" && !typing) openDialog("oc-keys");
    else if (event.target.closest?.("[data-oc-search]")) {
      if (event.key === "ArrowDown") { event.preventDefault(); step(1); }
      if (event.key === "ArrowUp") { event.preventDefault(); step(-1); }
      if (event.key === "Escape") { hideResults(); event.target.blur(); }
    } else if (event.key === "Escape") closePanel();
  });
  document.addEventListener("focusin", (event) => {
    if (event.target === box() && results().childElementCount && box().value.trim()) results().hidden = false;
  });

  // -- days: typed as 2026-12-31, or chosen in the browser's calendar
  function dressDay(field) {
    const place = document.createElement("span");
    const pick = document.createElement("button");
    const calendar = document.createElement("input");
    place.className = "oc-day";
    pick.className = "oc-day-pick";
    pick.type = "button";
    pick.tabIndex = -1;
    pick.setAttribute("aria-label", "Choose in a calendar");
    pick.innerHTML = '<span class="material-symbols-outlined" aria-hidden="true">calendar_today</span>';
    calendar.type = "date";
    calendar.tabIndex = -1;
    calendar.setAttribute("aria-hidden", "true");
    field.replaceWith(place);
    place.append(field, calendar, pick);
    const choose = () => {
      calendar.value = /^\d{4}-\d{2}-\d{2}$/.test(field.value) ? field.value : "";
      calendar.showPicker?.();
    };
    pick.addEventListener("click", choose);
    field.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowDown" || !event.altKey) return;
      event.preventDefault();
      choose();
    });
    calendar.addEventListener("change", () => {
      field.value = calendar.value;
      field.focus();
    });
  }
  const dressDays = () => { for (const field of document.querySelectorAll("[data-oc-day]")) if (!field.closest(".oc-day")) dressDay(field); };
  document.addEventListener("htmx:afterSwap", dressDays);

  document.addEventListener("DOMContentLoaded", () => {
    dressDays();
    for (const dialog of document.querySelectorAll("dialog[data-oc-open-now]")) openDialog(dialog.id);
  });
})();
