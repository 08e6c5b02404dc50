// A narrow page, whose box is pinned: it stays above a telephone's keyboard, and what is scrolled to does not end up under it.
(() => {
  const { $, on } = onrecord;
  on("ready", () => {
    const root = document.documentElement.style;
    const seen = window.visualViewport; // what a keyboard leaves of the page; less than the page, too, where somebody zooms in
    const keyboard = () => {
      const under = seen.scale > 1.01 ? 0 : Math.max(0, Math.round(innerHeight - seen.height - seen.offsetTop));
      root.setProperty("--or-keyboard", `${under}px`);
    };
    for (const what of ["resize", "scroll"]) seen?.addEventListener(what, keyboard);
    new ResizeObserver(() => root.setProperty("--or-pinned", `${$("or-composer").offsetHeight}px`)).observe($("or-composer"));
  });
})();
