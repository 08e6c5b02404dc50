// Addresses: which conversation or tab is open (back and forward work), a link that carries question and filters, the clipboard.
onrecord.link = (() => {
  const { $, on, say, announce, given } = onrecord;
  const TALK = "#talk-";
  const DRAFT = `onrecord-draft:${given.root}`;

  // --- what is open ---
  const here = () => location.pathname + location.search;
  const go = (tab, id = "") => {
    const hash = tab === "collection" ? "#collection" : id ? TALK + id : "";
    if (hash !== location.hash) history.pushState(null, "", here() + hash);
    return route();
  };
  const route = async () => {
    const hash = location.hash;
    onrecord.show(hash === "#collection" ? "collection" : "ask");
    if (hash === "#collection") return;
    const id = hash.startsWith(TALK) ? decodeURIComponent(hash.slice(TALK.length)) : "";
    const now = onrecord.talk.now;
    if (id ? id === now.id : !now.turns.length) return;
    await onrecord.talk.open(id ? await onrecord.history.load(id) : undefined);
    if (!onrecord.narrow()) $("or-question").focus({ preventScroll: true });
  };
  on("go", (tab, id) => {
    // The tab "Ask" leads back to the conversation that is open; "" is a new one.
    go(tab, id ?? (onrecord.talk.now.turns.length ? onrecord.talk.now.id : ""));
  });
  on("kept", (id) => location.hash !== TALK + id && location.hash !== "#collection" && history.replaceState(null, "", here() + TALK + id));

  // --- what is typed ---
  on("typed", () => {
    try {
      sessionStorage.setItem(DRAFT, $("or-question").value.slice(0, 100_000));
    } catch {
      // a browser that keeps nothing
    }
  });

  // --- a link ---
  const NAMES = { source: "sources", section: "sections", language: "languages", since: "since", until: "until" };
  const build = (turn) => {
    const asked = new URLSearchParams({ q: turn.question });
    for (const [name, filter] of Object.entries(NAMES)) for (const one of [turn.filters?.[filter] ?? []].flat()) if (one) asked.append(name, one);
    return `${location.origin}${given.root}/?${asked}`;
  };
  const open = () => {
    const asked = new URLSearchParams(location.search);
    const names = ["q", ...Object.keys(NAMES)];
    if (!names.some((name) => asked.has(name))) return false;
    const day = (name) => (/^\d{4}-\d\d-\d\d$/.test(asked.get(name) ?? "") ? asked.get(name) : "");
    const [sources, sections, languages] = ["source", "section", "language"].map((name) => asked.getAll(name));
    onrecord.filters.set({ sources, sections, languages, since: day("since"), until: day("until") });
    $("or-question").value = asked.get("q") ?? "";
    onrecord.tell("typed");
    for (const name of names) asked.delete(name);
    history.replaceState(null, "", location.pathname + (asked.size ? `?${asked}` : "")); // a reload keeps what was typed since
    return true;
  };

  // --- the clipboard ---
  const clip = async (text) => {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    // A page that is not served over https, from another machine, has no clipboard of its own.
    const before = document.activeElement;
    const box = document.body.appendChild(document.createElement("textarea"));
    box.value = text;
    box.select();
    document.execCommand("copy");
    box.remove();
    before?.focus();
  };
  const said = (button) => {
    const was = button.textContent;
    if (was === say("copied")) return;
    button.textContent = say("copied");
    announce(say("copied"));
    setTimeout(() => (button.textContent = was), 2000);
  };
  const copy = async (turn, button) => {
    await clip(build(turn));
    said(button);
  };

  on("ready", () => {
    addEventListener("popstate", route);
    addEventListener("hashchange", route);
    $("or-clear").addEventListener("click", () => {
      go("ask");
      $("or-question").focus();
    });
    try {
      $("or-question").value = sessionStorage.getItem(DRAFT) ?? "";
    } catch {
      // a browser that keeps nothing
    }
    if (!open()) route();
  });

  return { copy, clip, said, build };
})();
