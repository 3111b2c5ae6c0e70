/* Buttons that copy a text: <button data-copy="text" data-copied="Copied">. */
(function () {
  "use strict";

  document.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("[data-copy]") : null;
    if (!button || !navigator.clipboard) { return; }
    navigator.clipboard.writeText(button.dataset.copy).then(function () {
      var words = button.querySelector("span");
      var before = words.textContent;
      var status = document.querySelector("[data-copy-status]");
      words.textContent = button.dataset.copied;
      if (status) { status.textContent = button.dataset.copied; }
      setTimeout(function () {
        words.textContent = before;
        if (status) { status.textContent = ""; }
      }, 2000);
    });
  });
})();
