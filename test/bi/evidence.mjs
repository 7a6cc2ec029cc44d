/* evidence.mjs PACKAGE HOST PORT ROLE QUERY: runs a query of a page as Evidence does,
 * through its connector, and prints the rows, a line of JSON each, or the error. */

import { createRequire } from 'node:module';

const [folder, host, port, user, query] = process.argv.slice(2);
const { default: runQuery } = await import(createRequire(folder + '/').resolve('@evidence-dev/postgres'));

try {
	const result = await runQuery(query, { host, port, user, database: 'postgres' });
	for await (const batch of result.rows()) {
		for (const row of batch) console.log(JSON.stringify(row));
	}
} catch (error) {
	console.log('error: ' + (error.message ?? error));
}
/* The connector leaves its pool open after an error. */
process.exit(0);
