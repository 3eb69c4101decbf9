// Which samples the table lists.

function filters() {
    const option = (name, value) => el("option", { value }, name);
    const input = (label, attributes) => {
        const field = el("input", { autocomplete: "off", ...attributes, oninput: arrange });
        return [field, el("label", { class: attributes.type === "text" ? "narrow" : null }, label, field)];
    };
    const [search, searchLabel] = input("Find by name", { type: "search" });
    const [low, lowLabel] = input("At least", { type: "text", inputmode: "decimal" });
    const [high, highLabel] = input("At most", { type: "text", inputmode: "decimal" });
    const term = el("select", { onchange: arrange }, ...terms.map((of, i) => option(of.label, i)));
    const layout = el("select", { onchange: event => chooseLayout(Number(event.target.value)) }, ...tableView.layouts.map((of, i) => option(of.name, i)));
    const anyNonFinite = checkpoints.some(checkpoint => Object.keys(checkpoint.nonFinite).length > 0);
    const nonFinite = anyNonFinite ? el("input", { type: "checkbox", onchange: arrange }) : null;
    Object.assign(tableView, { search, low, high, term, nonFinite });
    return el("form", { class: "filters", role: "search", "aria-label": "Samples", onsubmit: event => event.preventDefault() },
        searchLabel, tableView.layouts.length > 1 ? el("label", {}, "Columns", layout) : null,
        el("label", {}, "Where", term), lowLabel, highLabel,
        anyNonFinite ? el("label", { class: "check" }, nonFinite, "Only not finite") : null,
        el("button", { type: "button", class: "button", onclick: clearFilter }, "Clear"));
}

function readFilter() {
    const read = input => {
        const text = input.value.trim().replace("−", "-").replace(",", ".");
        const number = text === "" ? null : Number(text);
        input.setAttribute("aria-invalid", Number.isNaN(number));
        return Number.isNaN(number) ? null : number;
    };
    return {
        text: tableView.search.value.trim().toLowerCase(), term: Number(tableView.term.value),
        low: read(tableView.low), high: read(tableView.high), nonFinite: tableView.nonFinite?.checked ?? false,
    };
}

function passes(filter, index) {
    if (filter.text !== "" && !ids[index].toLowerCase().includes(filter.text)) {
        return false;
    }
    if (filter.nonFinite && nonFiniteOf(index) === undefined) {
        return false;
    }
    return (filter.low === null && filter.high === null) || checkpoints.some(checkpoint => {
        const value = checkpoint.values[filter.term][index];
        return value !== null && !(index in checkpoint.nonFinite) && (filter.low === null || value >= filter.low) && (filter.high === null || value <= filter.high);
    });
}

function clearFilter() {
    [tableView.search.value, tableView.low.value, tableView.high.value] = ["", "", ""];
    if (tableView.nonFinite) {
        tableView.nonFinite.checked = false;
    }
    arrange();
}

function filterTable(term, low, high) {
    clearFilter();
    tableView.term.value = term;
    [tableView.low.value, tableView.high.value] = [low, high].map(value => Number(value.toPrecision(5)));
    arrange();
    bringIntoView(tableView.scroller);
}
