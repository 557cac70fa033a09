// Runs one SQL statement in DuckDB and prints {"seconds": ..., "rows": [...]} as JSON.
//   DUCKDB_NODE_PATH=/path/to/node_modules node duckdb.mjs THREADS < statement.sql
// Only the statement is timed: neither the start of node nor the opening of the database counts.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const folder = process.env.DUCKDB_NODE_PATH ?? resolve('node_modules');
const require = createRequire(resolve(folder, '..', 'package.json'));
const duckdb = require('@duckdb/node-api');

const threads = process.argv[2] ?? '2';
const sql = readFileSync(0, 'utf8');
const instance = await duckdb.DuckDBInstance.create(':memory:', { threads });
const connection = await instance.connect();
await connection.run("SET TimeZone = 'UTC'");
await connection.run('SET preserve_insertion_order = false');
const begin = process.hrtime.bigint();
const reader = await connection.runAndReadAll(sql);
const rows = reader.getRowObjectsJson();
const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
console.log(JSON.stringify({ seconds, rows }));
