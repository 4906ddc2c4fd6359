/* On narrow screens the rooms and the people are drawers over the conversation; on wide ones they stand
 * beside it and this file does nothing. A closed drawer is inert, so that nothing focuses what is hidden. */

import { byId } from "/common/dom.js";

const drawers = [
    { panel: byId("rooms-panel"), opener: byId("open-rooms"), narrow: matchMedia("(max-width: 759px)") },
    { panel: byId("people-panel"), opener: byId("open-people"), narrow: matchMedia("(max-width: 1079px)") },
];

export function init()
{
    for (const drawer of drawers) {
        drawer.opener.addEventListener("click", () => open(drawer));
        drawer.panel.querySelector("[data-close-panel]").addEventListener("click", () => close(drawer));
        drawer.narrow.addEventListener("change", () => close(drawer));
        close(drawer, { refocus: false });
    }
    byId("scrim").addEventListener("click", closeAll);
    document.addEventListener("keydown", (event) => event.key === "Escape" && closeAll());
}

export function closeAll()
{
    drawers.filter((drawer) => drawer.panel.classList.contains("open")).forEach((drawer) => close(drawer));
}

function open(drawer)
{
    drawer.panel.classList.add("open");
    drawer.panel.inert = false;
    drawer.opener.ariaExpanded = "true";
    byId("scrim").hidden = false;
    byId("conversation").inert = true;
    drawer.panel.querySelector("[data-close-panel]").focus();
}

function close(drawer, { refocus = true } = {})
{
    const wasOpen = drawer.panel.classList.contains("open");
    drawer.panel.classList.remove("open");
    drawer.panel.inert = drawer.narrow.matches;
    drawer.opener.ariaExpanded = "false";
    byId("scrim").hidden = true;
    byId("conversation").inert = false;
    if (wasOpen && refocus && drawer.narrow.matches) {
        drawer.opener.focus();
    }
}
