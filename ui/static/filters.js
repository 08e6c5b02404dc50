// Filters of the next question: outlets and days, chosen in a drawer, shown as chips that can be removed.
onrecord.filters = (() => {
  const { $, on, tell, say, day, number, copy, given } = onrecord;
  let sources = [];

  const chosen = () => ({ sources: [...sources], since: $("or-since").value, until: $("or-until").value });
  const wrong = ({ since, until }) => Boolean(since && until && since > until);

  const set = ({ sources: outlets = [], since = "", until = "" } = {}) => {
    sources = [...outlets];
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
    const chips = sources.map((source) => chip(source, () => (sources = sources.filter((one) => one !== source))));
    if (since) chips.push(chip(say("filter.since", { day: day(since) }), () => ($("or-since").value = "")));
    if (until) chips.push(chip(say("filter.until", { day: day(until) }), () => ($("or-until").value = "")));
    $("or-chosen").replaceChildren(...chips);
    $("or-chosen").hidden = !chips.length;
    $("or-filters-wrong").hidden = !wrong(chosen());
    for (const box of $("or-outlets-list").querySelectorAll("input")) box.checked = sources.includes(box.value);
    tell("filtered");
  };

  const list = () => {
    const rows = given.outlets.map(([name, shown, articles]) => {
      const row = copy("or-outlets-row");
      Object.assign(row.querySelector("input"), { value: name, checked: sources.includes(name) });
      row.querySelector("bdi").textContent = shown;
      row.querySelector(".or-note").textContent = number(articles);
      return row;
    });
    $("or-outlets-list").replaceChildren(...rows);
    $("or-outlets-find").hidden = rows.length < 9;
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

  on("fresh", list);
  on("ready", () => {
    $("or-filters-open").addEventListener("click", () => {
      drawer($("or-filters").hidden);
      if (!$("or-filters").hidden) $("or-filters").querySelector("input:not([hidden])")?.focus();
    });
    $("or-filters-done").addEventListener("click", close);
    $("or-reset").addEventListener("click", () => set());
    $("or-outlets-list").addEventListener("change", () => {
      sources = [...$("or-outlets-list").querySelectorAll("input:checked")].map((box) => box.value);
      draw();
    });
    $("or-outlets-find").addEventListener("input", (event) => {
      const wanted = event.target.value.trim().toLowerCase();
      for (const row of $("or-outlets-list").children) row.hidden = !row.textContent.toLowerCase().includes(wanted);
    });
    for (const field of [$("or-since"), $("or-until")]) field.addEventListener("change", draw);
    document.addEventListener("onrecord:filter", (event) => set({ ...chosen(), ...event.detail }));
    draw();
  });

  return { chosen, set, close };
})();
