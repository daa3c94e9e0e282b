// What somebody would write who has the types that openapi-typescript makes.
import createClient from "openapi-fetch";
import type { components, paths } from "./flts.js";

declare const process: { argv: string[] };
declare const console: { log(text: string): void };

const client = createClient<paths>({ baseUrl: process.argv[2], headers: { "X-Api-Key": process.argv[3] } });
let calls = 0;

function got<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  calls++;
  if (answer.data === undefined) throw new Error(`${answer.response.status} ${answer.response.url}: ${JSON.stringify(answer.error)}`);
  return answer.data;
}

function same<T>(what: string, value: T, wanted: T): void {
  if (JSON.stringify(value) !== JSON.stringify(wanted)) throw new Error(`${what}: ${JSON.stringify(value)}, not ${JSON.stringify(wanted)}`);
}

const health = got(await client.GET("/healthz"));
same("health", [health.status, health.model_ready], ["ok", true]);

const datasets = got(await client.GET("/datasets", { params: { query: { limit: 10 } } }));
same("datasets", datasets.items.some(d => d.name === "demo"), true);

const pipelines = got(await client.GET("/pipelines", { params: { query: { identifier: "demo", limit: 1 } } }));
const id = pipelines.items[0]!.pipeline_id;
const pipeline = got(await client.GET("/pipelines/{id}", { params: { path: { id } } }));
const promoted: components["schemas"]["PipelineStatus"] = "promoted";
same("pipeline", pipeline.status, promoted);
same("outcome", pipeline.attempt?.outcome ?? null, "promoted");

const champion = got(await client.GET("/champions/{identifier}", { params: { path: { identifier: "demo" } } })).in_force!;
same("champion", [champion.version, champion.until ?? null], [1, null]);

const path = { run_id: champion.run_id };
const run = got(await client.GET("/runs/{run_id}", { params: { path } }));
same("run", [run.status, run.place], ["succeeded", "champion"]);

const files = got(await client.GET("/runs/{run_id}/artifacts", { params: { path } })).items;
const file = files.find(f => f.path.includes("/"))!;
const bytes = got(await client.GET("/runs/{run_id}/artifacts/{path}", { params: { path: { ...path, path: file.path } }, parseAs: "arrayBuffer" }));
same("artifact", bytes.byteLength, file.size);

const scoreboard = got(await client.GET("/scoreboards/{id}", { params: { path: { id } } }));
same("scoreboard", scoreboard.entries.some(e => e.model_type === "NAIVE"), true);

const forecast = got(await client.POST("/predict", { body: { identifier: "demo", inference_length: 3, level: 80 } }));
if (typeof forecast === "string") throw new Error("CSV");
same("forecast", forecast.predictions.map(p => typeof p["down"]), ["number", "number", "number"]);

const others = "rnti_count mcs_down mcs_down_var mcs_up mcs_up_var rb_down rb_down_var rb_up rb_up_var".split(" ").map(c => [c, null]);
const rows = [{ time: "2026-02-01 00:00:00", down: 109934672, up: "1166592", ...Object.fromEntries(others) }];
const appended = got(await client.POST("/datasets/{name}/rows", { params: { path: { name: "demo" }, query: { dry_run: true } }, body: rows }));
same("appended", appended.appended, 1);

const refused = await client.GET("/runs/{run_id}", { params: { path: { run_id: "none" } } });
calls++;
same("refused", [refused.response.status, refused.error?.status], [404, 404]);

console.log(`${calls} calls`);
