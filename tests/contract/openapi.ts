// openapi.json as the tests walk it, and inputs made from its schemas.
import { readFileSync } from "node:fs";

export const document: any = JSON.parse(readFileSync(new URL("../../web/openapi.json", import.meta.url), "utf8"));

export interface Operation {
  path: string;
  method: string;
  operation: any;
  parameters: string[]; // names in the path
}

export const operations: Operation[] = Object.entries<any>(document.paths).flatMap(([path, methods]) =>
  Object.entries<any>(methods).map(([method, operation]) => ({
    path,
    method: method.toUpperCase(),
    operation,
    parameters: [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]),
  })),
);

export const at = (path: string, values: Record<string, string>) => path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "nothing_here");

// One value that the schema takes, or undefined where only a domain knows one.
function sample(name: string, schema: any, known: Record<string, unknown>): unknown {
  if (name in known) return known[name];
  if (schema.$ref) return sample(name, document.components.schemas[schema.$ref.split("/").pop()], known);
  if (schema.anyOf) return sample(name, schema.anyOf[0], known);
  if (schema.enum) return schema.enum[0];
  switch (schema.type) {
    case "boolean":
      return true;
    case "integer":
    case "number":
      return schema.minimum ?? 1;
    case "array":
      return [sample(name, schema.items, known)];
    case "object":
      return {};
    default:
      return schema.format === "date-time" ? "2030-01-01T00:00:00Z" : "some text";
  }
}

// The inputs that an operation requires, as a JSON body or query.
export function inputs({ operation }: Operation, known: Record<string, unknown>): { body: Record<string, unknown>; query: string } {
  const body: Record<string, unknown> = {};
  const content = operation.requestBody?.content ?? {};
  const schema = (content["application/json"] ?? content["multipart/form-data"])?.schema;
  for (const [name, property] of Object.entries<any>(schema?.properties ?? {})) {
    if (name in known || schema.required?.includes(name)) body[name] = sample(name, property, known);
  }
  const query = new URLSearchParams();
  for (const parameter of operation.parameters) {
    if (parameter.in !== "query" || parameter.name in body) continue;
    if (parameter.name in known || parameter.required) query.set(parameter.name, String(sample(parameter.name, parameter.schema, known)));
  }
  return { body, query: query.size > 0 ? `?${query}` : "" };
}
