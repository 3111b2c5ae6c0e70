/* The form of a tracked link: shows where it will lead, and fills in what the chosen
   measure's links usually say. Without script one sees it after saving. */
(function () {
  "use strict";

  var form = document.querySelector("[data-utm-builder]");
  if (!form) { return; }
  var result = form.querySelector("[data-utm-result]");
  var presets = JSON.parse(document.getElementById("utm-presets").textContent);
  var keys = ["source", "medium", "campaign", "term", "content"];

  function show() {
    var target;
    try { target = new URL(form.elements.target_url.value.trim()); } catch (error) { target = null; }
    result.hidden = !target;
    if (!target) { return; }
    keys.forEach(function (key) {
      var text = form.elements["utm_" + key].value.trim();
      if (text && !target.searchParams.has("utm_" + key)) {
        target.searchParams.append("utm_" + key, text);
      }
    });
    result.querySelector("output").textContent = target.href;
  }

  function fillIn() {
    var preset = presets[form.elements.measure.value] || {};
    Object.keys(preset).forEach(function (name) {
      var field = form.elements[name];
      var isUnset = !field.value || (name === "channel" && field.value === "other");
      if (preset[name] && isUnset) { field.value = preset[name]; }
    });
  }

  form.addEventListener("input", show);
  form.elements.measure.addEventListener("change", function () { fillIn(); show(); });
  show();
})();
