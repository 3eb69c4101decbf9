// Elements. Text from outside becomes text nodes and attributes, never markup.

const svgNamespace = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
        if (name.startsWith("on")) {
            element.addEventListener(name.slice(2), value);
        } else if (value === true) {
            element.setAttribute(name, "");
        } else if (value !== false && value !== null && value !== undefined) {
            element.setAttribute(name, value);
        }
    }
    element.append(...children.filter(child => child !== null && child !== undefined));
    return element;
}

const el = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);

const svg = (name, attributes = {}, ...children) => fill(document.createElementNS(svgNamespace, name), attributes, children);

function show(section) {
    const element = document.getElementById(section);
    element.hidden = false;
    return element;
}

const bodyOf = section => show(section).querySelector(".body");

const color = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

function bringIntoView(element) {
    element.scrollIntoView({ behavior: calm() ? "auto" : "smooth", block: "center" });
}

// Draws now, and again when the element's width, the colours or the medium change.
const redraws = [];
function drawn(element, draw) {
    let width = 0;
    const again = () => {
        width = Math.floor(element.clientWidth);
        if (width > 0) {
            draw(width);
        }
    };
    new ResizeObserver(() => {
        if (Math.floor(element.clientWidth) !== width) {
            again();
        }
    }).observe(element);
    redraws.push(again);
}
