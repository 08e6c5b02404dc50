// Export: the menu beside an answer and over a conversation; the server makes the file, and looks for each quote again.
(() => {
  const { $, on, say, count, announce } = onrecord;

  // An abstention names the passages that came closest; of the others nothing but what was said is needed.
  const slim = (answer) => ({ ...answer, hits: answer.abstained ? answer.hits.slice(0, 3) : [] });
  const answersOf = (menu) => {
    const { turns } = onrecord.talk.now;
    const n = Number(menu.closest(".or-exchange")?.dataset.turn);
    return (n ? [turns[n - 1]] : turns).filter((turn) => turn?.state === "done" && turn.answer).map((turn) => slim(turn.answer));
  };

  const close = (menu, back = false) => {
    menu.open = false;
    if (back) menu.querySelector("summary").focus();
  };
  const tellIn = (menu, words) => {
    menu.querySelector("output").textContent = words;
  };

  const download = (blob, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  };

  const run = async (menu, button) => {
    const format = button.dataset.export;
    const copies = format === "copy";
    const answers = answersOf(menu);
    if (!answers.length) return tellIn(menu, say("export.nothing"));
    tellIn(menu, say("export.making"));
    const whole = !menu.closest(".or-exchange");
    const body = { answers, format: copies ? "md" : format, bom: format === "csv", title: whole ? onrecord.talk.now.name : "" };
    try {
      const response = await onrecord.send("/api/v1/export", body);
      if (!response.ok) return tellIn(menu, (await response.json()).error.message);
      if (copies) await onrecord.link.clip(await response.text());
      else download(await response.blob(), /filename="([^"]+)"/.exec(response.headers.get("content-disposition"))[1]);
      tellIn(menu, "");
      close(menu, true);
      announce(copies ? say("copied") : say("export.done", { answers: count("answers", answers.length) }));
    } catch (error) {
      if (error instanceof onrecord.NotLoggedIn) onrecord.enter();
      else tellIn(menu, say("down"));
    }
  };

  on("ready", () => {
    $("or-desk").addEventListener("click", (event) => {
      const menu = event.target.closest(".or-menu");
      for (const other of document.querySelectorAll(".or-menu[open]")) if (other !== menu) close(other);
      const button = event.target.closest("[data-export]");
      if (button) run(menu, button);
    });
    $("or-desk").addEventListener(
      "keydown",
      (event) => {
        const menu = event.target.closest(".or-menu[open]");
        if (event.key !== "Escape" || !menu) return;
        event.preventDefault();
        event.stopPropagation();
        close(menu, true);
      },
      true,
    );
  });
})();
