/** `npm run bench` measures everything, prints the table and writes it into docs/benchmarks.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Figure } from './compare.ts';
import { idle } from './idle.ts';
import { imports } from './imports.ts';
import { limiter } from './limiter.ts';
import { request } from './request.ts';
import { streams } from './streams.ts';
import { tips } from './tips.ts';

const figures: Figure[] = [];
for (const measure of [tips, streams, request, limiter, idle, imports]) figures.push(...(await measure()));

const shown = (value: number, unit = ''): string =>
  `${unit ? Math.round(value * 10) / 10 : value.toFixed(2)} ${unit}`.trim();
const row = ({ what, value, unit, beside, budget }: Figure): string =>
  `| ${what} | ${shown(value, unit)} | ${shown(budget, unit)} | ${beside} |`;
const table = ['| what | measured | goal, at most | beside |', '|---|---|---|---|', ...figures.map(row)].join('\n');
console.log(table);

const page = new URL('../docs/benchmarks.md', import.meta.url);
const text = readFileSync(page, 'utf8');
const [before] = text.split('<!-- figures -->');
const where = `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${new Date().toISOString().slice(0, 10)}.`;
writeFileSync(page, `${before}<!-- figures -->\n\n${where}\n\n${table}\n`);
