// Before the first paint, so that nothing flashes: the page's module comes later.
(() => {
  const root = document.documentElement;
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem("parley-appearance") ?? "{}");
  } catch {
    // The defaults do.
  }
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const system = dark ? "dark" : "light";
  root.dataset.theme = ["dark", "light"].includes(kept.theme) ? kept.theme : system;
  if (kept.contrast) root.dataset.contrast = "high";
  if (kept.accent) root.dataset.accent = kept.accent;
  if (kept.density) root.dataset.density = kept.density;
  if (kept.scale) root.style.setProperty("--text-scale", kept.scale);
  if (kept.language) {
    root.lang = kept.language;
    if (/^(?:ar|fa|he|ur)\b/.test(kept.language)) root.dir = "rtl";
  }
})();
