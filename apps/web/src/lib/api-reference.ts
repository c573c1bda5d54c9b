// The OpenAPI document boiled down to what its page shows. Runs on the server only: the document is far larger than the page.

type Schema = {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: readonly unknown[];
  const?: unknown;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: readonly string[];
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  additionalProperties?: Schema | boolean;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
};
type Media = Record<string, { schema?: Schema }>;
type Operation = {
  operationId: string;
  summary?: string;
  description?: string;
  tags?: readonly string[];
  security?: readonly unknown[];
  parameters?: readonly {
    name: string;
    in: string;
    required?: boolean;
    description?: string;
    schema?: Schema;
  }[];
  requestBody?: { content: Media };
  responses: Record<string, { description?: string; content?: Media }>;
};
export type OpenApi = {
  info: { title: string; version: string; description?: string };
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
};

export type Property = { name: string; type: string; required: boolean; description: string };
export type Act = {
  id: string;
  method: string;
  path: string;
  summary: string;
  description: string;
  open: boolean;
  parameters: Property[];
  body: { media: string; properties: Property[] } | null;
  answers: { status: string; description: string; media: string; properties: Property[] }[];
};
export type Reference = {
  title: string;
  version: string;
  description: string;
  groups: { name: string; acts: Act[] }[];
};

/** Deep enough for every answer of ours; what lies deeper is named by its type. */
const MAX_DEPTH = 4;

export function readReference(document: OpenApi): Reference {
  const groups = new Map<string, Act[]>();
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const group = operation.tags?.[0] ?? '';
      if (!groups.has(group)) groups.set(group, []);
      groups.get(group)!.push(readAct(document, path, method, operation));
    }
  }
  return {
    title: document.info.title,
    version: document.info.version,
    description: document.info.description ?? '',
    groups: [...groups].map(([name, acts]) => ({ name, acts })),
  };
}

function readAct(document: OpenApi, path: string, method: string, operation: Operation): Act {
  const body = Object.entries(operation.requestBody?.content ?? {})[0];
  return {
    id: operation.operationId,
    method: method.toUpperCase(),
    path,
    summary: operation.summary ?? '',
    description: operation.description ?? '',
    open: operation.security?.length === 0,
    parameters: (operation.parameters ?? []).map((parameter) => ({
      name: parameter.name,
      type: `${typeOf(document, parameter.schema)}, ${parameter.in}`,
      required: parameter.required === true,
      description: parameter.description ?? parameter.schema?.description ?? '',
    })),
    body: body ? { media: body[0], properties: propertiesOf(document, body[1].schema) } : null,
    answers: Object.entries(operation.responses)
      // The catch-all is the same for every act; it is told once at the top of the page.
      .filter(([status]) => status !== 'default')
      .map(([status, answer]) => {
        const [media = '', content] = Object.entries(answer.content ?? {})[0] ?? [];
        return {
          status,
          description: answer.description ?? '',
          media,
          properties: media === 'application/json' ? propertiesOf(document, content?.schema) : [],
        };
      }),
  };
}

const resolve = (document: OpenApi, schema: Schema | undefined): Schema => {
  const name = schema?.$ref?.split('/').at(-1);
  return (name && document.components?.schemas?.[name]) || schema || {};
};

/** Every property with its path: `holdings[].areaCm2`. */
function propertiesOf(document: OpenApi, given: Schema | undefined, prefix = '', depth = 0): Property[] {
  const schema = resolve(document, given);
  const variants = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].map((variant) =>
    resolve(document, variant),
  );
  const inner = schema.properties ? schema : variants.find((variant) => variant.properties);
  if (!inner?.properties) {
    const items = resolve(document, schema.items ?? variants.find(({ items: list }) => list)?.items);
    return items.properties && depth < MAX_DEPTH ? propertiesOf(document, items, `${prefix}[]`, depth) : [];
  }
  return Object.entries(inner.properties).flatMap(([key, property]) => {
    const name = prefix ? `${prefix}.${key}` : key;
    const own: Property = {
      name,
      type: typeOf(document, property),
      required: inner.required?.includes(key) ?? false,
      description: property.description ?? resolve(document, property).description ?? '',
    };
    return [own, ...(depth < MAX_DEPTH ? propertiesOf(document, property, name, depth + 1) : [])];
  });
}

function typeOf(document: OpenApi, given: Schema | undefined): string {
  const schema = resolve(document, given);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const variants = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  if (variants.length > 0) return variants.map((variant) => typeOf(document, variant)).join(' | ');
  if (schema.items) return `${typeOf(document, schema.items)}[]`;
  const type = Array.isArray(schema.type) ? schema.type.join(' | ') : (schema.type ?? 'any');
  return schema.format ? `${type} (${schema.format})` : type;
}
