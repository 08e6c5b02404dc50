// The keyboard: Escape closes what is open or stops, "/" goes to the box, arrow-up brings back the last question.
(() => {
  const { $, on } = onrecord;

  const escape = (target) => {
    const { evidence, filters, history, talk } = onrecord;
    if (document.querySelector("dialog[open]")) return false; // the browser closes it
    if (evidence.hideTip() || evidence.closeReader()) return true;
    if (evidence.isUp() || evidence.inCard(target)) return evidence.back(), true;
    return filters.close() || history.close() || talk.endEdit() || talk.stop();
  };

  on("ready", () => {
    document.addEventListener("keydown", (event) => {
      const box = $("or-question");
      const types = event.target.closest?.("input, textarea, select, [contenteditable]");
      if (event.isComposing) return;
      if (event.key === "Escape") {
        if (escape(event.target)) event.preventDefault();
      } else if (event.key === "/" && !types && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        onrecord.tell("go", "ask");
        box.focus();
      } else if (event.key === "ArrowUp" && event.target === box && !box.value) {
        const last = onrecord.talk.now.turns.at(-1);
        if (!last) return;
        event.preventDefault();
        box.value = last.question.slice(0, 4000);
        onrecord.tell("typed");
        box.setSelectionRange(box.value.length, box.value.length);
      }
    });
  });
})();
