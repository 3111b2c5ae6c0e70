/* LeadHub: what visitors do on this site, as far as they agree.
 *
 *   <script async src="https://leads.example.com/t/leadhub.js"></script>
 *
 *   leadhub("consent", true, "the text they agreed to");  leadhub("consent", false);
 *   leadhub("track", "pricing_view", { plan: "team" });
 *
 * By itself it reports page views, clicks on links that leave the site, clicks on
 * [data-leadhub-kind], and what is typed into a form[data-leadhub-form] once it is sent:
 * of fields whose name or data-leadhub-field is one of FIELDS, and no others.
 * Before they agree nothing is kept in the browser. Frames with a form of ours become as
 * high as the form is.
 *
 * Calls made before it has loaded are kept by this line, in front of the script:
 *   window.leadhub = window.leadhub || function () { (leadhub.q = leadhub.q || []).push(arguments); };
 */
(function () {
  "use strict";

  var COOKIE = "leadhub_id";
  var KEPT = 395 * 86400;
  var FIELDS = ["email", "first_name", "last_name", "phone", "job_title", "company"];
  var BY_AUTOCOMPLETE = {
    "email": "email",
    "given-name": "first_name",
    "family-name": "last_name",
    "tel": "phone",
    "organization-title": "job_title",
    "organization": "company"
  };

  var script = document.currentScript;
  if (!script || !window.crypto || !navigator.sendBeacon) { return; }
  var endpoint = new URL("collect", script.src).href;
  var waiting = (window.leadhub && window.leadhub.q) || [];
  var click = takeClick();

  function random(bytes) {
    var found = crypto.getRandomValues(new Uint8Array(bytes));
    return Array.prototype.map.call(found, function (byte) {
      return ("0" + byte.toString(16)).slice(-2);
    }).join("");
  }

  function visitor() {
    var found = document.cookie.match(/(?:^|; )leadhub_id=([0-9a-f]{32})(?:;|$)/);
    return found && found[1];
  }

  function keep(value, seconds) {
    document.cookie = COOKIE + "=" + value + "; Path=/; SameSite=Lax; Max-Age=" + seconds +
      (location.protocol === "https:" ? "; Secure" : "");
  }

  /* The click that led here, once; the address bar is cleared of it. */
  function takeClick() {
    var here = new URL(location.href);
    var found = here.searchParams.get("lhc");
    if (found) {
      here.searchParams.delete("lhc");
      try { history.replaceState(history.state, "", here.href); } catch (error) { /* as it is */ }
    }
    return found && /^[\w:-]{20,120}$/.test(found) ? found : null;
  }

  function cut(text, length) { return String(text).slice(0, length); }

  function send(kind, more) {
    var data = {
      kind: kind,
      id: random(12),
      url: cut(location.href.split("#")[0], 2000),
      title: cut(document.title, 300),
      referrer: cut(document.referrer, 1000)
    };
    var known = visitor();
    if (known) { data.visitor = known; data.consent = true; }
    if (click) { data.click = click; }
    for (var name in more || {}) { data[name] = more[name]; }
    var body = JSON.stringify(data);
    if (body.length < 15000) { navigator.sendBeacon(endpoint, body); }
  }

  function consent(agrees, text) {
    var known = visitor();
    if (agrees && !known) {
      keep(random(16), KEPT);
      /* Either may arrive first, and the first one is kept as proof. */
      var said = { consent_text: cut(text || "", 500) };
      send("consent", said);
      send("page_view", said);
    } else if (!agrees) {
      if (known) { send("consent", { consent: false }); }
      keep("", 0);
    }
  }

  function track(kind, properties) {
    var plain = {};
    Object.keys(properties || {}).slice(0, 30).forEach(function (name) {
      var value = properties[name];
      var isPlain = value === null || /^(?:boolean|number)$/.test(typeof value);
      plain[name] = isPlain && value === value ? value : cut(value, 500);
    });
    send(kind, { properties: plain });
  }

  function whole(anchor) {
    try { return new URL(anchor.href, location.href); } catch (error) { return null; }
  }

  function onClick(event) {
    var target = event.target && event.target.closest ? event.target : null;
    var marked = target && target.closest("[data-leadhub-kind]:not(form)");
    var anchor = target && target.closest("a[href]");
    var to = anchor && whole(anchor);
    if (marked) {
      var said = { label: cut(marked.getAttribute("data-leadhub-label") || marked.textContent.trim(), 100) };
      if (to) { said.href = to.href; }
      track(marked.getAttribute("data-leadhub-kind"), said);
    } else if (to && /^https?:$/.test(to.protocol) && to.host !== location.host) {
      track("link_click", { href: to.href });
    }
  }

  function fieldOf(input) {
    var named = input.getAttribute("data-leadhub-field") ||
      BY_AUTOCOMPLETE[input.getAttribute("autocomplete")] || input.name;
    if (FIELDS.indexOf(named) >= 0) { return named; }
    return input.type === "email" ? "email" : null;
  }

  function onSubmit(event) {
    var form = event.target;
    if (!form || !form.hasAttribute || !form.hasAttribute("data-leadhub-form")) { return; }
    var typed = {};
    Array.prototype.forEach.call(form.elements, function (input) {
      var field = input.type === "password" ? null : fieldOf(input);
      if (field && input.value && !typed[field]) { typed[field] = cut(input.value.trim(), 200); }
    });
    send(form.getAttribute("data-leadhub-kind") || "form_submit", {
      form: typed,
      properties: { form: cut(form.getAttribute("data-leadhub-form") || form.id || "", 100) }
    });
  }

  function eachFrame(what) {
    var start = new URL("/f/", script.src).href;
    Array.prototype.forEach.call(document.querySelectorAll("iframe"), function (frame) {
      if (frame.src.indexOf(start) === 0) { what(frame); }
    });
  }

  function onMessage(event) {
    var height = event.data && event.data.leadhubHeight;
    if (event.origin !== new URL(script.src).origin || !(height > 0 && height < 20000)) { return; }
    eachFrame(function (frame) {
      if (frame.contentWindow === event.source) { frame.style.height = height + "px"; }
    });
  }

  var verbs = { consent: consent, track: track };
  window.leadhub = function (verb) {
    if (verbs.hasOwnProperty(verb)) {
      verbs[verb].apply(null, Array.prototype.slice.call(arguments, 1));
    }
  };
  document.addEventListener("click", onClick, true);
  document.addEventListener("submit", onSubmit, true);
  window.addEventListener("message", onMessage);
  eachFrame(function (frame) { frame.contentWindow.postMessage("leadhub:height", "*"); });
  send("page_view");
  Array.prototype.forEach.call(waiting, function (call) { window.leadhub.apply(null, call); });
})();
