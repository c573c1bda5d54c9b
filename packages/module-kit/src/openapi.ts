// The OpenAPI 3.1 document, made from the very schemas that parse.
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';

const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    instance: z.string().optional(),
    facts: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
    errors: z.array(z.object({ at: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details, in the language of the reader.' });

/** The document for these endpoints, as plain JSON. */
export function describeApi(
  endpoints: readonly Endpoint[],
  info: { title: string; version: string; description: string },
) {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const endpoint of endpoints) {
    const path = endpoint.path.replace(/:([a-zA-Z]+)/g, '{$1}');
    (paths[path] ??= {})[endpoint.method.toLowerCase()] = operationOf(endpoint);
  }
  return createDocument({
    openapi: '3.1.1',
    info,
    paths: paths as ZodOpenApiPathsObject,
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'veche_session' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
    },
  });
}

function operationOf(endpoint: Endpoint): ZodOpenApiOperationObject {
  const byStatus = Map.groupBy(Object.entries(endpoint.refusals), ([, status]) => status);
  const refusals = Object.fromEntries(
    [...byStatus].map(([status, entries]) => [
      String(status),
      {
        description: entries.map(([code]) => `\`${code}\``).join(', '),
        content: { 'application/problem+json': { schema: problem } },
      },
    ]),
  );
  const success =
    'file' in endpoint.reply
      ? {
          description: 'The file.',
          content: { [endpoint.reply.file]: { schema: z.string().meta({ format: 'binary' }) } },
        }
      : endpoint.status === 204
        ? { description: 'Done.' }
        : { description: 'The answer.', content: { 'application/json': { schema: endpoint.reply } } };
  return {
    operationId: endpoint.id,
    summary: endpoint.summary,
    tags: [endpoint.id.split('.')[0]!],
    description: [endpoint.description, `Who may call: ${endpoint.who}.`].filter(Boolean).join('\n\n'),
    ...(endpoint.who === 'anyone' ? { security: [] } : { security: [{ session: [] }, { bearer: [] }] }),
    requestParams: {
      ...(endpoint.params ? { path: endpoint.params } : {}),
      ...(endpoint.query ? { query: endpoint.query } : {}),
    },
    ...(endpoint.body
      ? {
          requestBody: {
            required: true,
            content:
              'binary' in endpoint.body
                ? Object.fromEntries(
                    endpoint.body.binary.map((type) => [
                      type,
                      { schema: z.string().meta({ format: 'binary' }) },
                    ]),
                  )
                : { 'application/json': { schema: endpoint.body } },
          },
        }
      : {}),
    responses: {
      [String(endpoint.status ?? 200)]: success,
      ...refusals,
      default: {
        description: 'Any other problem.',
        content: { 'application/problem+json': { schema: problem } },
      },
    },
  } as ZodOpenApiOperationObject;
}
