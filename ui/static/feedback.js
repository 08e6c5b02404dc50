// Thumbs: what a reader says of an answer, changed or taken back by pressing again; a reason is asked for below what was wrong.
(() => {
  const { $, on, say, announce, given } = onrecord;

  const turnOf = (button) => onrecord.talk.now.turns[Number(button.closest(".or-exchange").dataset.turn) - 1];
  const draw = () => {
    for (const button of document.querySelectorAll("#or-said [data-thumb]")) {
      button.setAttribute("aria-pressed", turnOf(button)?.verdict?.said === button.dataset.thumb);
    }
  };

  const send = async (turn, said, more = {}) => {
    const before = turn.verdict?.id ? { id: turn.verdict.id } : {};
    try {
      const answer = { ...turn.answer, hits: [] };
      const response = await onrecord.send("/api/v1/feedback", { verdict: said, answer, ...before, ...more });
      const told = await response.json();
      if (!response.ok) return told.error.message;
      turn.verdict = { id: told.id, said };
      draw();
      onrecord.talk.keep(onrecord.talk.now);
      announce(say(said === "none" ? "thumb.back" : "thumb.kept"));
      return "";
    } catch (error) {
      if (error instanceof onrecord.NotLoggedIn) onrecord.enter();
      return say("down");
    }
  };

  const why = (turn) => {
    const dialog = $("or-why");
    const form = dialog.querySelector("form");
    const wrong = dialog.querySelector("[role=alert]");
    form.reset();
    wrong.hidden = true;
    form.onsubmit = async (event) => {
      if (event.submitter?.value !== "yes") return;
      event.preventDefault(); // it stays open until the server has it
      const fields = Object.fromEntries([...new FormData(form)].filter(([, value]) => value.trim()));
      const failed = await send(turn, "down", fields);
      wrong.textContent = failed;
      wrong.hidden = !failed;
      if (!failed) dialog.close("yes");
    };
    dialog.showModal();
  };

  on("ready", () => {
    if (!given.feedback) $("or-exchange").content.querySelector(".or-thumbs").remove();
    $("or-said").addEventListener("click", async (event) => {
      const button = event.target.closest("[data-thumb]");
      const turn = button && turnOf(button);
      if (!turn?.answer) return;
      const said = button.dataset.thumb;
      if (turn.verdict?.said !== said && said === "down") return why(turn);
      const failed = await send(turn, turn.verdict?.said === said ? "none" : said);
      if (failed) announce(failed);
    });
  });
  on("asked", (n) => {
    delete onrecord.talk.now.turns[n - 1].verdict; // it was said of the answer before
    draw();
  });
  for (const what of ["opened", "opened.whole", "answered"]) on(what, draw);
})();
