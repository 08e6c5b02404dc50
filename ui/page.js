// Runs once, when Gradio has drawn the page. Which evidence is open is kept in a style sheet of its own: Gradio redraws its
// blocks as an answer streams, and would take away a class that was set on an element.
() => {
  const talk = document.getElementById("or-scroll");
  const evidence = document.getElementById("or-evidence");
  const sheet = document.head.appendChild(document.createElement("style"));
  const live = document.body.appendChild(document.createElement("div"));
  live.className = "or-sr";
  live.setAttribute("role", "status");
  const calm = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");
  const narrow = () => matchMedia("(max-width: 899px)").matches;
  const turnOf = (element) => Number(element.dataset.turn);
  let turn = 0; // whose evidence is shown
  let card = ""; // the opened card's id
  let opener = null; // the chip that opened it
  let newest = 0;
  let follow = true; // the reader has not scrolled away from the end
  let announced = true;

  talk.setAttribute("role", "log");
  talk.setAttribute("aria-live", "off"); // a streamed answer is announced once, whole, below
  talk.setAttribute("aria-label", "Conversation");
  talk.tabIndex = 0;
  evidence.setAttribute("role", "complementary");
  evidence.setAttribute("aria-label", "Evidence");
  evidence.tabIndex = 0;

  const show = () => {
    const mine = `section[data-turn="${turn}"]`;
    sheet.textContent =
      `#or-evidence section[data-turn]:not([data-turn="${turn}"]) { display: none; }` +
      `#or-evidence:has(${mine}) #or-nothing { display: none; }` +
      (card
        ? `#${card} { border-color: var(--or-accent); box-shadow: 0 0 0 1px var(--or-accent), var(--or-lift); }` +
          `#${card} .or-number, .or-chip[data-card="${card}"] { background: var(--or-accent); color: var(--or-on-accent); }`
        : "");
  };

  const open = (chip) => {
    const id = chip.dataset.card;
    const target = /^evidence-\d+-\d+$/.test(id) && document.getElementById(id);
    if (!target) return;
    turn = turnOf(target.closest("section"));
    card = id;
    opener = id;
    show();
    target.focus({ preventScroll: true });
    target.scrollIntoView({ behavior: calm(), block: narrow() ? "start" : "nearest" });
  };

  const back = () => {
    const chip = opener && document.querySelector(`[data-card="${opener}"]`);
    if (!chip) return;
    chip.focus({ preventScroll: true });
    chip.scrollIntoView({ behavior: calm(), block: "center" });
  };

  const copy = async (button) => {
    const plain = button.closest(".or-answer").querySelector(".or-plain").textContent;
    if (navigator.clipboard) await navigator.clipboard.writeText(plain);
    else {
      // A page that is not served over https, from another machine, has no clipboard of its own.
      const box = document.body.appendChild(document.createElement("textarea"));
      box.value = plain;
      box.select();
      document.execCommand("copy");
      box.remove();
      button.focus();
    }
    live.textContent = "Copied";
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy with sources"), 2000);
  };

  document.addEventListener("click", (event) => {
    const chip = event.target.closest?.("[data-card]");
    if (chip) open(chip);
    else if (event.target.closest?.("[data-copy]")) copy(event.target.closest("[data-copy]"));
    else if (event.target.closest?.("[data-back]")) back();
    else if (event.target.closest?.("[data-ignore]"))
      document.getElementById(`or-ignore-${Number(event.target.closest("[data-ignore]").dataset.ignore)}`)?.click();
    else if (event.target.closest?.("[data-as-written]")) document.getElementById("or-as-written")?.click();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.closest?.(".or-card")) back();
  });
  talk.addEventListener("scroll", () => {
    follow = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 80;
  });

  const settle = () => {
    const exchanges = document.querySelectorAll(".or-exchange");
    const last = exchanges[exchanges.length - 1];
    const now = last ? turnOf(last) : 0;
    if (now !== newest) {
      newest = turn = now;
      card = "";
      follow = true;
      show();
      evidence.scrollTop = 0;
      if (last && narrow()) last.scrollIntoView({ behavior: calm(), block: "start" });
    }
    if (follow && last && !narrow()) talk.scrollTop = talk.scrollHeight;
    const running = Boolean(last?.classList.contains("or-running"));
    if (running && announced) live.textContent = "Searching";
    if (!running && !announced) live.textContent = last ? last.innerText : "Cleared";
    announced = !running;
  };
  new MutationObserver(settle).observe(talk, { childList: true, subtree: true, characterData: true, attributes: true });
  new ResizeObserver(settle).observe(talk); // the filters, opened, take room from the conversation
  show();
  settle();
}
