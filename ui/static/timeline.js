// When and where it was reported: over an answer's evidence, asked for when it is opened; a bar or an outlet becomes a filter.
(() => {
  const { $, on, given, put, say, announce, send } = onrecord;

  const asked = async (turn, room) => {
    const where = new URLSearchParams({ question: turn.answer.standalone_question || turn.question, lang: given.language });
    for (const [name, value] of Object.entries(turn.filters)) for (const one of [value].flat()) if (one) where.append(name, one);
    for (const words of turn.ignore ?? []) where.append("ignore", words);
    try {
      const response = await send(`/api/v1/page/timeline?${where}`);
      const told = await response.json();
      if (response.ok) put(room, told.html);
      else room.textContent = told.error.message;
    } catch (error) {
      if (error instanceof onrecord.NotLoggedIn) return onrecord.enter();
      room.textContent = say("timeline.failed");
    }
  };

  on("evidence", (n) => {
    const turn = onrecord.talk.now.turns[n - 1];
    const section = $("or-shown").querySelector(`section[data-turn="${n}"]`);
    if (!section || !turn?.answer || section.querySelector(".or-timeline")) return;
    const details = document.createElement("details");
    const summary = details.appendChild(document.createElement("summary"));
    const room = details.appendChild(document.createElement("div"));
    details.className = "or-timeline";
    summary.className = "or-quiet";
    summary.textContent = say("timeline");
    details.addEventListener("toggle", () => details.open && !room.firstChild && asked(turn, room));
    const head = section.querySelector(".or-evidence-head");
    if (head) head.after(details);
    else section.append(details);
  });

  on("ready", () => {
    $("or-shown").addEventListener("click", (event) => {
      const button = event.target.closest(".or-timeline button");
      if (!button) return;
      const { since, until, source } = button.dataset;
      const detail = source === undefined ? { since, until } : { sources: [source] };
      document.dispatchEvent(new CustomEvent("onrecord:filter", { detail }));
      announce(say("timeline.filtered"));
    });
  });
})();
