// What an audit found, worst first.

const shownSamples = 12;

function caseItem({ evidence, samples }) {
    const more = samples.length - shownSamples;
    return el("li", {}, ...indices(samples.slice(0, shownSamples)).flatMap(index => [idButton(index), " "]),
        more > 0 ? `and ${count(more)} more ` : null, el("span", {}, evidence));
}

function findingItem(finding) {
    const more = finding.count - finding.cases.length;
    return el("li", { class: "card finding", "data-severity": finding.severity },
        el("h3", {}, el("span", { class: "severity" }, { error: "Error", warning: "Warning", note: "Note" }[finding.severity]), finding.title,
            finding.count > 1 ? el("span", { class: "muted" }, ` ${count(finding.count)} times`) : null),
        finding.advice ? el("p", {}, finding.advice) : null,
        el("ul", { class: "cases" }, ...finding.cases.map(caseItem),
            more > 0 ? el("li", { class: "muted" }, `and ${count(more)} more`) : null));
}

function showFindings() {
    if (report.findings !== null) {
        bodyOf("findings").append(report.findings.length === 0
            ? el("p", { class: "lead" }, "Nothing was found wrong.")
            : el("ul", { class: "findings" }, ...report.findings.map(findingItem)));
    }
}
