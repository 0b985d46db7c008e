// Parses diagrams with Mermaid's own parser. Reads a JSON list of [name, source] from standard input, prints for each
// that is no diagram what Mermaid says, and exits with 1 when there is one. Runs where package.json is installed.

import process from "node:process";
import mermaid from "mermaid";

/** What is wrong with a diagram; nothing when Mermaid reads as many messages and notes as it has lines for them. */
async function problem(source) {
  const { diagramType } = await mermaid.parse(source);
  if (diagramType !== "sequence") return `a diagram of type ${diagramType}`;
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(source);
  const lines = source.trim().split("\n").slice(1);
  const isParticipant = (line) => line.trim().startsWith("participant ");
  const wanted = lines.filter((line) => !isParticipant(line)).length;
  const read = db.getMessages().length;
  if (read !== wanted) return `${wanted} lines, and Mermaid reads ${read}: text has become syntax`;
  const actors = db.getActorKeys().length;
  const named = lines.filter(isParticipant).length;
  return actors === named ? "" : `${named} participants are declared and ${actors} drawn`;
}

let input = "";
for await (const chunk of process.stdin) input += chunk;
let wrong = 0;
for (const [name, source] of JSON.parse(input)) {
  const found = await problem(source).catch((error) => error.message);
  if (found) {
    wrong += 1;
    console.log(`${name}: ${found}`);
  }
}
process.exit(wrong ? 1 : 0);
