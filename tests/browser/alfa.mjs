// Siteimprove Alfa: a page a line on its input, as Alfa's own scripts in the browser tell it; what fails, a line on its output.
import { createInterface } from "node:readline";
import { Audit, Outcome } from "@siteimprove/alfa-act";
import { Device } from "@siteimprove/alfa-device";
import { Node } from "@siteimprove/alfa-dom";
import { Request, Response } from "@siteimprove/alfa-http";
import every from "@siteimprove/alfa-rules";
import { URL } from "@siteimprove/alfa-url";
import { Page } from "@siteimprove/alfa-web";

const HERE = URL.example();
const WANTED = ["A", "AA"];

// Of WCAG at A or AA, of ARIA, or good practice; what only AAA asks is left.
const rules = every.filter((rule) => {
	const levels = [...rule.requirements].filter((each) => each.type === "criterion").map((each) => each.level);
	return levels.length === 0 || levels.some((level) => level.some((each) => WANTED.includes(each)));
});

function shown(target) {
	const each = target[Symbol.iterator] ? [...target] : [target];
	return each.map((node) => `${node}`.replace(/\s+/g, " ").slice(0, 140)).join(" | ");
}

async function failed(told) {
	const device = Device.from(told.device);
	const page = Page.of(Request.of("GET", HERE), Response.of(HERE, 200), Node.from(told.document, device), device);
	const outcomes = [...(await Audit.of(page, rules).evaluate())].filter(Outcome.isFailed);
	return outcomes.map((each) => `${each.rule.uri.split("/").pop()} ${shown(each.target)}`);
}

for await (const line of createInterface({ input: process.stdin }))
	console.log(JSON.stringify(await failed(JSON.parse(line))));
