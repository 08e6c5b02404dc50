// Evidence: which answer's is shown, chip to card and back, a quote on hovering, order, the whole article beside, a sheet on a telephone.
onrecord.evidence = (() => {
  const { $, on, say, put, narrow, calm, announce } = onrecord;
  let shown = 0; // whose evidence is shown
  let opener = ""; // the card that a chip opened
  let read = null; // what opened the whole article
  let follow = true; // the reader has not scrolled away from the end

  const section = (n) => $("or-shown").querySelector(`section[data-turn="${n}"]`);
  const exchange = (n) => document.querySelector(`.or-exchange[data-turn="${n}"]`);
  const show = (n) => {
    shown = n;
    closeReader(false);
    for (const one of $("or-shown").children) one.hidden = Number(one.dataset.turn) !== n;
    $("or-nothing").hidden = Boolean(section(n));
    $("or-order").hidden = (section(n)?.querySelectorAll(".or-card").length ?? 0) < 2;
    order();
  };
  const mark = (id) => {
    for (const one of document.querySelectorAll(".or-opened")) one.classList.remove("or-opened");
    if (!id) return;
    $(id)?.classList.add("or-opened");
    for (const chip of document.querySelectorAll(".or-chip")) chip.classList.toggle("or-opened", chip.dataset.card === id);
  };

  // --- the sheet of a telephone ---
  const sheet = (up) => {
    $("or-evidence").classList.toggle("or-up", up);
    $("or-shade").hidden = !up;
    $("or-talk").inert = up && narrow();
  };
  const isUp = () => $("or-evidence").classList.contains("or-up");

  const open = (chip) => {
    const id = chip.dataset.card;
    const card = /^evidence-\d+-\d+$/.test(id) && $(id);
    if (!card) return;
    hideTip();
    show(Number(card.closest("section").dataset.turn));
    opener = id;
    mark(id);
    if (narrow()) sheet(true);
    card.focus({ preventScroll: true });
    card.scrollIntoView({ behavior: narrow() ? "auto" : calm(), block: narrow() ? "start" : "nearest" });
  };
  const back = () => {
    sheet(false);
    const chip = opener && document.querySelector(`#or-said [data-card="${opener}"]`);
    const to = chip || document.querySelector(`.or-exchange[data-turn="${shown}"] [data-do="evidence"]`);
    to?.focus({ preventScroll: true });
    to?.scrollIntoView({ behavior: calm(), block: "nearest" });
  };

  // --- the whole article ---
  const openReader = async (button) => {
    read = button;
    const { read: id, start, end } = button.dataset;
    const box = $("or-reader");
    try {
      const where = new URLSearchParams({ id, start, end, lang: onrecord.given.language });
      const response = await onrecord.send(`/api/v1/reader?${where}`);
      const told = await response.json();
      if (response.ok) put(box, told.html);
      else box.textContent = told.error.message;
    } catch (error) {
      if (error instanceof onrecord.NotLoggedIn) return onrecord.enter();
      box.textContent = say("reader.failed");
    }
    const away = document.createElement("button");
    Object.assign(away, { type: "button", className: "or-quiet or-reader-back", textContent: say("reader.back") });
    const head = document.createElement("h2");
    Object.assign(head, { className: "or-label", textContent: say("reader") });
    box.prepend(away, head);
    $("or-shown").hidden = $("or-order").hidden = true;
    box.hidden = false;
    box.focus({ preventScroll: true });
    $("or-evidence").scrollTop = 0;
    box.querySelector("mark")?.scrollIntoView({ block: "center" });
  };
  const closeReader = (focus = true) => {
    if ($("or-reader").hidden) return false;
    $("or-reader").hidden = true;
    $("or-reader").replaceChildren();
    $("or-shown").hidden = false;
    $("or-order").hidden = (section(shown)?.querySelectorAll(".or-card").length ?? 0) < 2;
    if (focus) {
      read?.focus({ preventScroll: true });
      read?.scrollIntoView({ block: "center" });
    }
    return true;
  };

  // --- a quote on hovering ---
  const tip = (chip) => {
    const quote = $(chip.dataset.card)?.querySelector("mark")?.textContent;
    if (!quote || narrow()) return;
    const box = $("or-tip");
    box.textContent = `“${quote.length > 400 ? `${quote.slice(0, 400)} …` : quote}”`;
    box.hidden = false;
    const at = chip.getBoundingClientRect();
    box.style.left = `${Math.max(8, Math.min(at.left - 20, innerWidth - box.offsetWidth - 8))}px`;
    box.style.top = `${at.top - box.offsetHeight - 8 > 8 ? at.top - box.offsetHeight - 8 : at.bottom + 8}px`;
  };
  const hideTip = () => {
    const was = !$("or-tip").hidden;
    $("or-tip").hidden = true;
    return was;
  };

  // --- order ---
  const order = () => {
    for (const list of section(shown)?.querySelectorAll(".or-cards") ?? []) {
      const cards = [...list.children];
      cards.forEach((card, n) => (card.dataset.rank ??= n));
      const by = {
        date: (a, b) => (b.dataset.published || "").localeCompare(a.dataset.published || ""),
        relevance: (a, b) => a.dataset.rank - b.dataset.rank,
      }[$("or-order").querySelector("select").value];
      list.append(...cards.sort(by));
    }
  };

  const copyAnswer = async (button) => {
    await onrecord.link.clip(button.closest(".or-answer").querySelector(".or-plain").textContent);
    onrecord.link.said(button);
  };

  // --- what the conversation tells ---
  on("evidence", (n, html) => {
    section(n)?.remove();
    if (html) {
      const holder = document.createElement("div");
      put(holder, html);
      const next = [...$("or-shown").children].find((one) => Number(one.dataset.turn) > n);
      $("or-shown").insertBefore(holder.firstElementChild, next ?? null);
    }
    show(shown);
  });
  on("evidence.clear", () => {
    $("or-shown").replaceChildren();
    opener = "";
    sheet(false);
    show(0);
  });
  on("evidence.show", (n) => {
    opener = "";
    show(n);
    if (narrow()) sheet(true);
    (section(n) ?? $("or-evidence")).focus({ preventScroll: true });
  });
  on("asked", (n) => {
    mark("");
    opener = "";
    follow = true;
    sheet(false);
    show(n);
    $("or-evidence").scrollTop = 0;
    exchange(n)?.scrollIntoView({ behavior: "auto", block: narrow() ? "start" : "nearest" });
  });
  on("answered", (n) => {
    show(n);
    if (narrow() && follow) exchange(n)?.scrollIntoView({ block: "start" });
  });
  on("opened.whole", (n) => {
    follow = true;
    show(n);
    settle();
  });

  const settle = () => {
    const talk = $("or-scroll");
    if (!follow || !talk.querySelector(".or-exchange")) return;
    if (!narrow()) talk.scrollTop = talk.scrollHeight;
    else talk.querySelector(".or-exchange.or-running")?.scrollIntoView({ block: "start" }); // as it grows, its question goes to the top
  };

  on("ready", () => {
    document.addEventListener("click", (event) => {
      const chip = event.target.closest?.("[data-card]");
      if (chip) open(chip);
      else if (event.target.closest?.("[data-copy]")) copyAnswer(event.target.closest("[data-copy]"));
      else if (event.target.closest?.("[data-back]")) back();
      else if (event.target.closest?.("[data-read]")) openReader(event.target.closest("[data-read]"));
      else if (event.target.closest?.(".or-reader-back")) closeReader();
    });
    $("or-order").addEventListener("change", order);
    $("or-shade").addEventListener("click", back);
    for (const [show, hide] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
      $("or-said").addEventListener(show, (event) => event.target.closest(".or-chip") && tip(event.target.closest(".or-chip")));
      $("or-said").addEventListener(hide, hideTip);
    }
    const talk = $("or-scroll");
    talk.addEventListener("scroll", () => {
      hideTip();
      follow = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 80;
    });
    for (const what of ["wheel", "touchmove"]) addEventListener(what, () => narrow() && (follow = false), { passive: true });
    new MutationObserver(settle).observe($("or-said"), { childList: true, subtree: true, characterData: true });
    new ResizeObserver(settle).observe(talk); // the filters, opened, take room from the conversation
    matchMedia("(max-width: 899px)").addEventListener("change", () => sheet(false));
    show(0);
  });

  return { back, closeReader, hideTip, isUp, inCard: (element) => Boolean(element.closest?.(".or-card, #or-evidence")) };
})();
