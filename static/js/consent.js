/* The question of campaigns/_consent.html: hands the answer to the snippet.
 * A refusal is kept nowhere, so it is asked again on the next page.
 */
(function () {
  "use strict";

  window.leadhub = window.leadhub || function () {
    (window.leadhub.q = window.leadhub.q || []).push(arguments);
  };
  var place = document.querySelector("[data-consent]");
  if (!place) { return; }

  function part(name) { return place.querySelector("[data-consent-" + name + "]"); }

  function show(name, isAnswer) {
    ["ask", "given", "refused"].forEach(function (other) { part(other).hidden = other !== name; });
    place.hidden = false;
    if (isAnswer) { part(name).focus(); }
  }

  function on(name, act) { part(name).addEventListener("click", act); }

  on("yes", function () {
    window.leadhub("consent", true, part("text").textContent.trim());
    show("given", true);
  });
  on("no", function () { show("refused", true); });
  on("withdraw", function () {
    window.leadhub("consent", false);
    show("refused", true);
  });
  show(/(?:^|; )leadhub_id=[0-9a-f]{32}(?:;|$)/.test(document.cookie) ? "given" : "ask", false);
})();
