// What the other scripts stand on: the values that the server gave, words, the islands, tabs, requests, announcements. No library.
// HTML is made by the server alone; `put` is the only place where it enters the page. All other text is set as text.
"use strict";

const onrecord = (() => {
  const given = JSON.parse(document.getElementById("or-data").textContent);
  const $ = (id) => document.getElementById(id);
  const heard = {};
  const on = (what, call) => (heard[what] ??= []).push(call);
  const tell = (what, ...told) => (heard[what] ?? []).forEach((call) => call(...told));

  // --- words ---
  const locale = given.language === "en" ? "en-GB" : given.language;
  const number = (value) => value.toLocaleString(locale);
  const say = (key, blanks = {}) =>
    (given.texts[key] ?? key).replace(/\{(\w+)\}/g, (blank, name) => blanks[name] ?? blank);
  const count = (key, value) => say(`${key}.${value === 1 ? "one" : "other"}`, { count: number(value) });
  const day = (iso) => new Date(`${iso}T12:00`).toLocaleDateString(locale, { day: "numeric", month: "long", year: "numeric" });

  // --- the page's parts ---
  const put = (element, html) => void (element.innerHTML = html);
  const copy = (id) => $(id).content.firstElementChild.cloneNode(true);
  const narrow = () => matchMedia("(max-width: 899px)").matches;
  const calm = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");
  let live = null;
  const announce = (text) => {
    live.textContent = "";
    setTimeout(() => (live.textContent = text), 50); // the same words twice are said twice
  };

  // --- the server ---
  class NotLoggedIn extends Error {}
  const send = async (path, body, more = {}) => {
    const headers = { "accept-language": given.language, ...(body && { "content-type": "application/json" }), ...more.headers };
    const how = { ...more, headers, method: body ? "POST" : "GET", body: body && JSON.stringify(body) };
    const response = await fetch(given.root + path, how);
    if (response.status === 401) throw new NotLoggedIn();
    return response;
  };
  const enter = () => {
    const here = location.pathname.slice(given.root.length) + location.search + location.hash;
    location.assign(`${given.root}/login?then=${encodeURIComponent(here || "/")}`);
  };

  let refreshed = 0;
  const refresh = async () => {
    refreshed = Date.now();
    try {
      const response = await send(`/api/v1/page?lang=${given.language}`);
      if (response.ok) fill(await response.json());
    } catch {
      // the next question says what is wrong
    }
  };
  const fill = (now) => {
    Object.assign(given, now);
    put($("or-status"), now.status);
    put($("or-welcome"), now.welcome);
    const examples = now.examples.map((example) => {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "or-example", textContent: example, dir: "auto" });
      return button;
    });
    $("or-examples").replaceChildren(...examples);
    tell("fresh");
  };

  // --- tabs ---
  const tabs = ["ask", "collection"];
  const show = (name) => {
    for (const tab of tabs) {
      const chosen = tab === name;
      $(`or-tab-${tab}`).setAttribute("aria-selected", chosen);
      $(`or-tab-${tab}`).tabIndex = chosen ? 0 : -1;
      $(`or-${tab}-tab`).hidden = !chosen;
    }
    tell("tab", name);
  };
  const moved = (event) => {
    const at = tabs.indexOf(event.target.dataset?.tab);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const next = $(`or-tab-${tabs[(to + tabs.length) % tabs.length]}`);
    next.focus();
    next.click();
  };

  // --- the beginning: Gradio draws its empty islands, then they are filled ---
  const start = () => {
    for (const [id, html] of Object.entries(given.islands)) put($(id), html);
    for (const tab of tabs) {
      $(`or-${tab}-tab`).setAttribute("role", "tabpanel");
      $(`or-${tab}-tab`).setAttribute("aria-labelledby", `or-tab-${tab}`);
    }
    live = document.body.appendChild(document.createElement("div"));
    live.className = "or-sr";
    live.setAttribute("role", "status");
    const list = document.querySelector(".or-tabs");
    list.addEventListener("keydown", moved);
    list.addEventListener("click", (event) => event.target.dataset.tab && tell("go", event.target.dataset.tab));
    document.addEventListener("visibilitychange", () => !document.hidden && Date.now() - refreshed > 30_000 && refresh());
    show("ask");
    fill(given);
    refreshed = Date.now();
    tell("ready");
  };
  const drawn = () => Object.keys(given.islands).every($);
  const watch = new MutationObserver(() => {
    if (!drawn()) return;
    watch.disconnect();
    start();
  });
  if (drawn()) queueMicrotask(start);
  else watch.observe(document.documentElement, { childList: true, subtree: true });

  return { given, $, on, tell, say, count, number, day, put, copy, narrow, calm, announce, send, enter, refresh, show, NotLoggedIn };
})();
