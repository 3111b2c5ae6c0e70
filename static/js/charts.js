// Draws what _ui/chart.html describes: as SVG, in the colors of the theme.
"use strict";

(() => {
  const drawn = new Map();

  function color(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function options(data) {
    const ink = color("--tblr-body-color");
    const faint = color("--tblr-secondary-color");
    const grid = color("--grid");
    const unit = data.unit ? `\u202f${data.unit}` : "";
    const format = new Intl.NumberFormat(document.documentElement.lang);
    const text = { color: faint, fontFamily: "Inter, system-ui, sans-serif", fontSize: 12 };
    const lines = [];
    if (data.mark) lines.push({ xAxis: data.mark.name, label: { formatter: data.mark.label } });
    if (data.level) lines.push({ yAxis: data.level.value, label: { formatter: data.level.label, position: "insideStartTop" } });
    return {
      animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
      animationDuration: 200,
      aria: { enabled: false }, // the figure names itself and has a table
      color: ["--c1", "--c2", "--c3", "--c4"].map(color),
      textStyle: text,
      grid: { left: 8, right: 12, top: data.series.length > 1 ? 32 : 12, bottom: 4, containLabel: true },
      legend: { show: data.series.length > 1, left: 0, top: 0, itemWidth: 10, itemHeight: 10, icon: "roundRect", textStyle: { ...text, color: ink } },
      tooltip: {
        trigger: "axis",
        renderMode: "richText",
        confine: true,
        backgroundColor: color("--tblr-bg-surface"),
        borderColor: color("--tblr-border-color"),
        textStyle: { ...text, color: ink },
        valueFormatter: (value) => (value == null ? "–" : format.format(value) + unit),
      },
      xAxis: { type: "category", data: data.names, axisTick: { show: false }, axisLine: { lineStyle: { color: grid } }, axisLabel: text },
      yAxis: { type: "value", min: data.kind === "bar" ? 0 : null, splitLine: { lineStyle: { color: grid } }, axisLabel: { ...text, formatter: (value) => format.format(value) + unit } },
      series: data.series.map((row, place) => ({
        name: row.name,
        type: data.kind,
        data: row.values,
        stack: data.is_stacked ? "all" : undefined,
        barMaxWidth: 28,
        symbol: "circle",
        symbolSize: 5,
        itemStyle: data.is_stacked ? { borderColor: color("--tblr-bg-surface"), borderWidth: 1 } : {},
        markLine: place === 0 && lines.length
          ? { silent: true, symbol: "none", data: lines, lineStyle: { color: ink, type: "dashed" }, label: { color: ink, fontSize: 12 } }
          : undefined,
      })),
    };
  }

  // Contacts from phase to phase, step by step, colored by how that stands to the plan.
  function flow(data) {
    const ink = color("--tblr-body-color");
    const faint = color("--tblr-secondary-color");
    const format = new Intl.NumberFormat(document.documentElement.lang);
    const text = { color: ink, fontFamily: "Inter, system-ui, sans-serif", fontSize: 12 };
    const colors = { defined: color("--c1"), skip: color("--c2"), back: color("--c4"), lost: faint };
    const bare = (name) => name.replace(/^\d+\. /, "");
    const all = data.nodes.reduce((sum, node) => sum + (parseInt(node.name, 10) === 1 ? node.value : 0), 0);
    return {
      animation: false,
      aria: { enabled: false },
      textStyle: text,
      tooltip: {
        renderMode: "richText",
        confine: true,
        backgroundColor: color("--tblr-bg-surface"),
        borderColor: color("--tblr-border-color"),
        textStyle: text,
        formatter: (hit) => hit.dataType === "edge"
          ? `${bare(hit.data.source)} → ${bare(hit.data.target)}: ${format.format(hit.value)}`
          : `${bare(hit.name)}: ${format.format(hit.value)}`,
      },
      series: [{
        type: "sankey",
        left: 4,
        right: 130,
        top: 8,
        bottom: 8,
        nodeWidth: 10,
        nodeGap: 14,
        draggable: false,
        emphasis: { focus: "adjacency" },
        itemStyle: { color: faint, borderWidth: 0 },
        label: { ...text, textBorderColor: color("--tblr-bg-surface"), textBorderWidth: 3, formatter: (node) => (node.value * 200 < all ? "" : `${bare(node.name)} ${format.format(node.value)}`) },
        data: data.nodes.map((node) => ({ ...node, depth: parseInt(node.name, 10) - 1 })),
        links: data.links.map((link) => ({ ...link, lineStyle: { color: colors[link.kind], opacity: 0.45, curveness: 0.5 } })),
      }],
    };
  }

  function draw(place, atOnce = false) {
    const data = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    let chart = drawn.get(place);
    if (!chart) {
      chart = window.echarts.init(place, null, { renderer: "svg" });
      drawn.set(place, chart);
      chart.on("click", (hit) => { if (hit.data?.url) window.location.assign(hit.data.url); });
      new ResizeObserver(() => chart.resize()).observe(place);
    }
    const drawing = data.kind === "flow" ? flow(data) : options(data);
    chart.setOption(atOnce ? { ...drawing, animation: false } : drawing, true);
    if (atOnce) chart.getZr().flush();
  }

  function start() {
    for (const [place, chart] of drawn) {
      if (place.isConnected) continue;
      chart.dispose();
      drawn.delete(place);
    }
    for (const place of document.querySelectorAll("[data-chart]")) if (!drawn.has(place)) draw(place);
  }

  document.addEventListener("htmx:load", start);
  document.addEventListener("theme:change", () => [...drawn.keys()].forEach((place) => draw(place)));
  // On paper it is light, whatever the theme: the colors are others then.
  window.matchMedia("print").addEventListener("change", () => [...drawn.keys()].forEach((place) => draw(place, true)));
  start();
})();
