// The client's types from the committed contract: npm run generate, or to another FILE. Examples of answers are for readers of the contract; the types do without.
import { readFileSync, writeFileSync } from 'node:fs'
import openapiTS, { COMMENT_HEADER, astToString } from 'openapi-typescript'

const here = new URL('.', import.meta.url)
const contract = JSON.parse(readFileSync(new URL('../crates/api/golden/openapi.json', here), 'utf8'))
for (const path of Object.values(contract.paths)) for (const operation of Object.values(path)) for (const answer of Object.values(operation.responses)) for (const content of Object.values(answer.content ?? {})) delete content.example
writeFileSync(process.argv[2] ?? new URL('src/api/schema.d.ts', here), `${COMMENT_HEADER}${astToString(await openapiTS(contract))}`)
