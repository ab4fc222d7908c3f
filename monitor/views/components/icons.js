// Icons as one path each, set by name.
import { attr, show, svg } from "./dom.js";

const PATHS = {
  run: "M3 2l11 6-11 6z",
  pause: "M3 2h4v12H3zM9 2h4v12H9z",
  recovery: "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm0 2a5 5 0 1 1 0 10A5 5 0 0 1 8 3zm-1 1.5V9l3.6 2.1.9-1.5L8.8 8V4.5z",
  check: "M6.2 13.5L1 8.3l1.8-1.8 3.4 3.4 7-7L15 4.7z",
  open: "M2 2h4v2H4v2H2zM10 2h4v4h-2V4h-2zM2 10h2v2h2v2H2zM12 10h2v4h-4v-2h2z",
  sound: "M1 5.5h3L8.5 2v12L4 10.5H1zM10.5 4.5l1-1.2a6 6 0 0 1 0 9.4l-1-1.2a4.4 4.4 0 0 0 0-7z",
  mute: "M1 5.5h3L8.5 2v12L4 10.5H1zM10 6.2l1.2-1.2 1.5 1.6L14.2 5l1.2 1.2L13.9 8l1.5 1.6-1.2 1.2-1.5-1.6-1.5 1.6L10 9.6 11.5 8z",
  beat: "M0 8.5h4L5.5 3l3 10L10.5 7l.8 1.5H16V7h-3.8L10.3 3.5 8.5 9 5.7 0 3 7H0z",
  link: "M1 11h3v4H1zM6.5 7h3v8h-3zM12 2h3v13h-3z",
  link2: "M1 11h3v4H1zM6.5 7h3v8h-3zM12 14h3v1h-3z",
  link1: "M1 11h3v4H1zM6.5 14h3v1h-3zM12 14h3v1h-3z",
  pen: "M2 11.5L11 2.5 13.5 5l-9 9H2zM11.8 1.7l1-1L15.3 3.2l-1 1z",
  back: "M10.5 1.5L4 8l6.5 6.5 1.8-1.8L7.6 8l4.7-4.7z",
  lock: "M3 7h1.5V4.5a3.5 3.5 0 0 1 7 0V7H13v8H3zm3.2 0h3.6V4.5a1.8 1.8 0 0 0-3.6 0z",
  eye: "M8 3C4.5 3 2 5.5.8 8 2 10.5 4.5 13 8 13s6-2.5 7.2-5C14 5.5 11.5 3 8 3zm0 2a3 3 0 1 1 0 6 3 3 0 0 1 0-6z",
  undo: "M6 1v3h3.5a5 5 0 0 1 0 10H4v-2h5.5a3 3 0 0 0 0-6H6v3L1 5z",
  emergency: "M6 1h4v5h5v4h-5v5H6v-5H1V6h5z",
  look: "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm0 2a5 5 0 0 1 0 10z",
  warn: "M8 1l7.5 13.5H.5zM7.2 6v4h1.6V6zm0 5.2v1.6h1.6v-1.6z",
  person: "M8 1.5a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4zM2 14.5c0-3.2 2.6-5.2 6-5.2s6 2 6 5.2z",
};

export function icon(name = null) {
  const path = svg("path");
  const node = svg("svg", { viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true", focusable: "false" });
  node.append(path);
  const view = {
    el: node,
    apply(wanted) {
      const d = PATHS[wanted];
      if (d) attr(path, "d", d);
      // an SVG element has no `hidden` property: the attribute does it
      attr(node, "hidden", d ? null : "");
    },
  };
  view.apply(name);
  return view;
}
