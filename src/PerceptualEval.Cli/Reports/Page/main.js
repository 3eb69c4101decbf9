// Puts the page together.

function showSections() {
    const shown = [...document.querySelectorAll("main section:not([hidden])")];
    const list = document.querySelector(".sections ul");
    list.append(...shown.map(section => el("li", {}, el("a", { href: `#${section.id}` }, section.dataset.name))));
    list.parentElement.hidden = shown.length < 2;
}

function print(printing) {
    document.documentElement.classList.toggle("printing", printing);
    redraws.forEach(redraw => redraw());
    printGallery(printing);
    printTable(printing);
}

showFindings();
showNumbers();
showDifferences();
showGallery();
showScatter();
showDistributions();
showTable();
showFacts();
showSections();

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => redraws.forEach(redraw => redraw()));
addEventListener("beforeprint", () => print(true));
addEventListener("afterprint", () => print(false));
