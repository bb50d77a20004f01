// The editor of rulebooks: numbers of lines beside the text, where the caret stands, and a click on a finding goes there.
(() => {
  const editor = document.querySelector("[data-oc-editor]");
  if (!editor) return;
  const text = editor.querySelector("textarea");
  const lines = editor.querySelector(".oc-editor-lines");
  const where = document.querySelector("[data-oc-caret]");
  let shown = 0;

  function number() {
    const count = text.value.split("\n").length;
    if (count !== shown) lines.textContent = Array.from({ length: count }, (_, index) => index + 1).join("\n");
    shown = count;
    lines.scrollTop = text.scrollTop;
  }

  function tell() {
    const before = text.value.slice(0, text.selectionStart).split("\n");
    where.textContent = `Line ${before.length}, column ${Array.from(before.at(-1)).length + 1}`;
  }

  // Columns count characters as people see them; the text of the page counts some of them twice.
  function offset(line, column) {
    const all = text.value.split("\n");
    const at = Math.min(line, all.length) - 1;
    const start = all.slice(0, at).reduce((sum, each) => sum + each.length + 1, 0);
    return start + Array.from(all[at]).slice(0, column - 1).join("").length;
  }

  function go(line, column) {
    const from = offset(line, column);
    const word = /^[\p{L}\p{N}_.]*/u.exec(text.value.slice(from))[0].length;
    text.focus({ preventScroll: true });
    text.setSelectionRange(from, from + Math.max(word, 1));
    const height = text.scrollHeight / Math.max(shown, 1);
    text.scrollTop = Math.max(0, (line - 1) * height - text.clientHeight / 3);
    text.scrollIntoView({ block: "nearest" });
    tell();
  }

  text.addEventListener("input", () => { number(); tell(); });
  text.addEventListener("scroll", () => { lines.scrollTop = text.scrollTop; });
  for (const name of ["keyup", "click", "focus"]) text.addEventListener(name, tell);
  document.addEventListener("click", (event) => {
    const target = event.target.closest?.("[data-oc-goto]");
    if (target) go(...target.dataset.ocGoto.split(":").map(Number));
  });
  number();
})();
