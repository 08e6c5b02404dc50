// Filters of the next question: outlets, sections, languages and days, chosen in a drawer, shown as chips that can be removed.
onrecord.filters = (() => {
  const { $, on, tell, say, day, number, copy, given } = onrecord;
  const LISTS = { sources: "or-outlets", sections: "or-sections", languages: "or-languages" }; // what is chosen, and where
  const chips = {
    sources: (name) => name,
    sections: (sections) => say("filter.section", { sections }),
    languages: (languages) => say("filter.language", { languages }),
  };
  const several = { sources: [], sections: [], languages: [] };

  const lists = () => Object.keys(LISTS);
  const list = (name) => $(`${LISTS[name]}-list`);
  const chosen = () => ({ ...Object.fromEntries(lists().map((name) => [name, [...several[name]]])), since: $("or-since").value, until: $("or-until").value });
  const wrong = ({ since, until }) => Boolean(since && until && since > until);
  const known = (name, value) => given[name].find((row) => row.slice(0, 2).some((one) => one.toLowerCase() === value.toLowerCase()))?.[0] ?? value;
  const shown = (name, value) => given[name].find(([one]) => one === value)?.[1] ?? value;

  const set = ({ since = "", until = "", ...more } = {}) => {
    for (const name of lists()) several[name] = (more[name] ?? []).map((value) => known(name, value)); // a link may spell it otherwise
    $("or-since").value = since ?? "";
    $("or-until").value = until ?? "";
    draw();
  };

  const chip = (words, remove) => {
    const row = copy("or-chosen-row");
    row.querySelector("bdi").textContent = words;
    const button = row.querySelector("button");
    button.setAttribute("aria-label", say("filter.remove", { filter: words }));
    button.addEventListener("click", () => {
      remove();
      draw();
      ($("or-chosen").querySelector("button") ?? $("or-filters-open")).focus();
    });
    return row;
  };

  const draw = () => {
    const { since, until } = chosen();
    const rows = lists().flatMap((name) =>
      several[name].map((value) => chip(chips[name](shown(name, value)), () => (several[name] = several[name].filter((one) => one !== value)))),
    );
    if (since) rows.push(chip(say("filter.since", { day: day(since) }), () => ($("or-since").value = "")));
    if (until) rows.push(chip(say("filter.until", { day: day(until) }), () => ($("or-until").value = "")));
    $("or-chosen").replaceChildren(...rows);
    $("or-chosen").hidden = !rows.length;
    $("or-filters-wrong").hidden = !wrong(chosen());
    for (const name of lists()) for (const box of list(name).querySelectorAll("input")) box.checked = several[name].includes(box.value);
    tell("filtered");
  };

  const offer = () => {
    for (const name of lists()) {
      const rows = given[name].map(([value, words, articles]) => {
        const row = copy("or-outlets-row");
        Object.assign(row.querySelector("input"), { value, checked: several[name].includes(value) });
        row.querySelector("bdi").textContent = words;
        row.querySelector(".or-note").textContent = number(articles);
        return row;
      });
      list(name).replaceChildren(...rows);
      $(LISTS[name]).hidden = rows.length < (name === "languages" ? 2 : 1); // one language is no choice
      const find = $(`${LISTS[name]}-find`);
      if (find) find.hidden = rows.length < 9;
    }
    for (const field of [$("or-since"), $("or-until")]) Object.assign(field, { min: given.first, max: given.last });
  };

  const drawer = (open) => {
    $("or-filters").hidden = !open;
    $("or-filters-open").setAttribute("aria-expanded", open);
    if (open) $("or-filters").scrollIntoView({ block: "nearest" }); // on a telephone it opens below what is seen
  };
  const close = () => {
    if ($("or-filters").hidden) return false;
    drawer(false);
    $("or-filters-open").focus();
    return true;
  };

  on("fresh", () => {
    offer();
    draw();
  });
  on("ready", () => {
    $("or-filters-open").addEventListener("click", () => {
      drawer($("or-filters").hidden);
      if (!$("or-filters").hidden) $("or-filters").querySelector("input:not([hidden])")?.focus();
    });
    $("or-filters-done").addEventListener("click", close);
    $("or-reset").addEventListener("click", () => set());
    for (const name of lists()) {
      list(name).addEventListener("change", () => {
        several[name] = [...list(name).querySelectorAll("input:checked")].map((box) => box.value);
        draw();
      });
      $(`${LISTS[name]}-find`)?.addEventListener("input", (event) => {
        const wanted = event.target.value.trim().toLowerCase();
        for (const row of list(name).children) row.hidden = !row.textContent.toLowerCase().includes(wanted);
      });
    }
    for (const field of [$("or-since"), $("or-until")]) field.addEventListener("change", draw);
    document.addEventListener("onrecord:filter", (event) => set({ ...chosen(), ...event.detail }));
    draw();
  });

  return { chosen, set, close };
})();
