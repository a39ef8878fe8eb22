// SPDX-License-Identifier: GPL-3.0-or-later
// Run in a page: what of it is cut or lies beside the screen, as [what is wrong, the element].
(() => {
  const found = [], slack = 1.5;
  const say = (what, each) => found.push([what, each.outerHTML.slice(0, 160)]);
  if (document.documentElement.scrollWidth > innerWidth + slack) found.push(["wider than the screen", document.documentElement.scrollWidth]);
  for (const each of document.querySelectorAll("body *")) {
    if (!each.getClientRects().length || each.closest(".quiet-title, .skip, svg, noscript")) continue;
    const style = getComputedStyle(each);
    if (each.matches("input, select, textarea")) continue; // what is typed may be longer than its field
    const scrolls = ["auto", "scroll"].includes(style.overflowX);
    const isBox = style.display !== "inline" && each.clientWidth > 0;
    if (isBox && !scrolls && each.scrollWidth > each.clientWidth + slack) say("cut or spilt at the side", each);
    if (isBox && ["hidden", "clip"].includes(style.overflowY) && each.scrollHeight > each.clientHeight + slack) say("cut below", each);
    if (scrolls && each.scrollWidth > each.clientWidth + slack && each.tabIndex < 0) say("only a mouse scrolls it", each);
    const box = each.getBoundingClientRect();
    if ((box.right > innerWidth + slack || box.left < -slack) && !inScroller(each)) say("beside the screen", each);
  }
  function inScroller(each) {
    for (let up = each.parentElement; up; up = up.parentElement) if (["auto", "scroll"].includes(getComputedStyle(up).overflowX)) return true;
    return false;
  }
  return found.slice(0, 12);
})()
