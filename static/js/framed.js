/* A form in a frame of another site tells that site's snippet how high it is. */
(function () {
  "use strict";

  function tell() {
    var height = Math.ceil(document.body.getBoundingClientRect().height);
    window.parent.postMessage({ leadhubHeight: height }, "*");
  }

  if (window.parent === window) { return; }
  /* Whichever of the two has loaded first, the other asks or tells. */
  window.addEventListener("message", function (event) {
    if (event.source === window.parent && event.data === "leadhub:height") { tell(); }
  });
  new ResizeObserver(tell).observe(document.body);
})();
