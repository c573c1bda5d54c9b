// The least possible server: verify one Ed25519 signature, insert one row, say yes. What the cast route is measured
// against; it has no session, no roll, no log and no receipt. Run as a child: node least-server.ts FOLDER.
import { createPublicKey, verify } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from '@veche/postgres/connect.ts';
import { startEmbeddedPostgres } from '@veche/postgres/embedded.ts';

/** The fixed start of the DER form of an Ed25519 public key. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

const postgres = await startEmbeddedPostgres({ directory: process.argv[2]! });
const { sql, close } = connect({ ...postgres.address, database: 'postgres' });
await sql`create table if not exists ballots (id bigint generated always as identity primary key, body bytea not null)`;

type Shot = { key: string; signed: string; signature: string };

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', async () => {
    const body = Buffer.concat(chunks);
    const { key, signed, signature } = JSON.parse(body.toString()) as Shot;
    const publicKey = createPublicKey({
      key: Buffer.concat([SPKI_PREFIX, Buffer.from(key, 'base64')]),
      format: 'der',
      type: 'spki',
    });
    if (!verify(null, Buffer.from(signed), publicKey, Buffer.from(signature, 'base64'))) {
      response.writeHead(422).end();
      return;
    }
    await sql`insert into ballots (body) values (${body})`;
    response.writeHead(201, { 'content-type': 'application/json' }).end('{}');
  });
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('SIGTERM', async () => {
  server.closeAllConnections();
  server.close();
  await close();
  await postgres.stop();
  process.exit(0);
});
