// Before the first paint: light or dark as chosen in the shell's user menu, else as the system has it.
(() => {
  let chosen = "auto";
  try { chosen = JSON.parse(localStorage.getItem("adminTheme") || localStorage.getItem("_x_adminTheme")) || "auto"; } catch { chosen = "auto"; }
  const dark = chosen === "dark" || (chosen === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.classList.toggle("dark", dark);
})();
