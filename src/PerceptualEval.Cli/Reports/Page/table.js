// All samples: sortable, filterable, and only the rows in sight are in the document, so that ten thousand scroll as twenty do.

const rowHeight = 36;
const spareRows = 8;
const printedRows = 40;

const tableView = { columns: [], order: [], sort: { column: 1, ascending: false }, layout: 0, printing: false };

// What the table can show: all terms of a checkpoint, or one term of all checkpoints.
function layouts() {
    if (checkpoints.length === 1) {
        return [{ name: "All terms", columns: terms.map((term, i) => valueColumn(term.label, 0, i)) }];
    }
    return [
        ...terms.map((term, i) => ({ name: `${term.label}, all checkpoints`, columns: checkpoints.map((checkpoint, of) => valueColumn(checkpoint.name, of, i)) })),
        ...checkpoints.map((checkpoint, of) => ({ name: `All terms, ${checkpoint.name}`, columns: terms.map((term, i) => valueColumn(term.label, of, i)) })),
    ];
}

function valueColumn(label, of, term) {
    const values = checkpoints[of].values[term];
    return { label, term, text: index => fourDigits(values[index]), value: index => values[index], missing: index => checkpoints[of].nonFinite[index] };
}

function gapColumn() {
    const [latent, perceptual] = rankTerms.map(term => rankOf(0, term));
    const gap = index => latent[index] === null || perceptual[index] === null ? null : perceptual[index] - latent[index];
    return { label: "Rank gap", term: null, text: index => gap(index) === null ? none : signed(Math.round(gap(index))).replace(/\.0+$/, ""), value: gap, missing: () => undefined };
}

function chooseLayout(layout) {
    tableView.layout = layout;
    const chosen = tableView.layouts[layout].columns;
    const ranked = checkpoints.length === 1 && rankTerms.every(term => term >= 0) ? [gapColumn()] : [];
    tableView.columns = [{ label: "Sample", term: null, text: index => ids[index], value: index => ids[index], missing: () => undefined }, ...chosen, ...ranked];
    tableView.sort.column = Math.min(tableView.sort.column, tableView.columns.length - 1);
    tableView.head.replaceChildren(el("tr", { "aria-rowindex": 1 }, ...tableView.columns.map((column, i) => {
        const head = el("th", { scope: "col" }, el("button", { type: "button", onclick: () => sortBy(i) }, column.label));
        head.style.width = i === 0 ? "auto" : "8.75rem";
        return head;
    })));
    tableView.table.style.minWidth = `${9 + 8.75 * (tableView.columns.length - 1)}rem`;
    arrange();
}

function sortBy(column) {
    const { sort } = tableView;
    // Numbers begin with the worst, names with the first.
    tableView.sort = { column, ascending: sort.column === column ? !sort.ascending : column === 0 };
    arrange();
}

function arrange() {
    const filter = readFilter();
    const { column, ascending } = tableView.sort;
    const { value } = tableView.columns[column];
    const order = ids.map((_, index) => index).filter(index => passes(filter, index));
    const text = new Intl.Collator("en", { numeric: true });
    const byValue = column === 0 ? (a, b) => text.compare(ids[a], ids[b]) : (a, b) => value(a) - value(b);
    order.sort((a, b) => {
        const [hasA, hasB] = [value(a) !== null, value(b) !== null];
        // What has no value comes last, whichever way.
        return hasA && hasB ? (ascending ? byValue(a, b) : byValue(b, a)) || a - b : hasB - hasA || a - b;
    });
    tableView.order = order;
    [...tableView.head.firstChild.children].forEach((head, i) => i === column
        ? head.setAttribute("aria-sort", ascending ? "ascending" : "descending") : head.removeAttribute("aria-sort"));
    tableView.count.textContent = order.length === ids.length ? plural(order.length, "sample", "samples") : `${count(order.length)} of ${plural(ids.length, "sample", "samples")}`;
    tableView.table.setAttribute("aria-rowcount", order.length + 1);
    tableView.scroller.scrollTop = 0;
    drawRows(true);
}

function row(index, at) {
    const [, ...columns] = tableView.columns;
    const cells = columns.map(column => {
        const reason = column.missing(index);
        return reason === undefined ? el("td", {}, column.text(index)) : el("td", { class: "reason", title: reason }, "not finite");
    });
    return el("tr", { "aria-rowindex": at + 2, class: index === selection.index ? "selected" : null },
        el("th", { scope: "row", title: ids[index] }, idButton(index)), ...cells);
}

function drawRows(force = false) {
    const { scroller, order, printing } = tableView;
    const first = printing ? 0 : Math.max(0, Math.floor(scroller.scrollTop / rowHeight) - spareRows);
    const last = printing ? Math.min(order.length, printedRows) : Math.min(order.length, Math.ceil((scroller.scrollTop + scroller.clientHeight) / rowHeight) + spareRows);
    if (!force && first === tableView.first && last === tableView.last) {
        return;
    }
    Object.assign(tableView, { first, last });
    const focused = document.activeElement?.closest?.("tbody tr")?.getAttribute("aria-rowindex");
    const pad = rows => {
        const cell = el("td", { colspan: tableView.columns.length });
        cell.style.height = `${rows * rowHeight}px`;
        return rows > 0 && !printing ? [el("tr", { class: "pad", "aria-hidden": "true" }, cell)] : [];
    };
    tableView.body.replaceChildren(...pad(first), ...order.slice(first, last).map((index, i) => row(index, first + i)), ...pad(order.length - last));
    if (focused) {
        tableView.body.querySelector(`[aria-rowindex="${focused}"] button`)?.focus({ preventScroll: true });
    }
}

function showInTable(index) {
    if (tableView.scroller === undefined) {
        return;
    }
    if (!tableView.order.includes(index)) {
        clearFilter();
    }
    tableView.scroller.scrollTop = Math.max(0, tableView.order.indexOf(index) * rowHeight - tableView.scroller.clientHeight / 2);
    drawRows(true);
    bringIntoView(tableView.scroller);
    tableView.body.querySelector(".selected button")?.focus({ preventScroll: true });
}

function printTable(printing) {
    if (tableView.scroller === undefined) {
        return;
    }
    tableView.printing = printing;
    tableView.printed.hidden = !printing || tableView.order.length <= printedRows;
    drawRows(true);
}

function showTable() {
    if (ids.length === 0 || checkpoints.length === 0) {
        return;
    }
    tableView.layouts = layouts();
    tableView.head = el("thead");
    tableView.body = el("tbody");
    tableView.table = el("table", { "aria-label": "Samples" }, tableView.head, tableView.body);
    tableView.scroller = el("div", { class: "card rows", tabindex: 0, role: "region", "aria-label": "Samples, scrollable", onscroll: () => drawRows() }, tableView.table);
    tableView.count = el("p", { class: "count", "aria-live": "polite" });
    tableView.printed = el("p", { class: "count", hidden: true }, `On paper: the first ${printedRows}.`);
    bodyOf("samples").append(filters(), tableView.count, tableView.scroller, tableView.printed);
    chooseLayout(Math.max(0, checkpoints.length > 1 ? termIndex("loss") : 0));
    new ResizeObserver(() => drawRows()).observe(tableView.scroller);
    onSelect(() => drawRows(true));
}
