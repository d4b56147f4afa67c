// Serves Valhalla's /route, /optimized_route and /sources_to_targets on
// loopback, by its node binding, which has no server of its own:
//
//	node .ci/valhalla.cjs MODULES CONFIG PORTFILE
//
// MODULES is where npm installed the binding, CONFIG the engine's configuration;
// the port, a free one, is written to PORTFILE.
const fs = require("fs");
const http = require("http");
const path = require("path");

const [modules, config, portFile] = process.argv.slice(2);
const { Actor } = require(path.join(modules, "@valhallajs/valhallajs"));

// The binding throws texts alone. A real server adds the code by which they are
// told apart.
const codes = [
  [/Insufficiently specified required parameter 'locations'/, 110],
  [/Insufficient number of locations/, 120],
  [/No costing method found/, 125],
  [/Exceeded max locations/, 150],
  [/exceeds the max distance limit/, 154],
  [/unconnected regions/, 170],
  [/No suitable edges near location/, 171],
  [/No path could be found/, 442],
  [/parse/i, 100],
];

function refuse(response, status, code, error) {
  response.writeHead(status, { "Content-Type": "application/json;charset=utf-8" });
  response.end(JSON.stringify({ error_code: code, error, status_code: status, status: http.STATUS_CODES[status] }));
}

async function main() {
  const actor = await Actor.fromConfigFile(config);
  const actions = {
    "/route": (q) => actor.route(q),
    "/optimized_route": (q) => actor.optimizedRoute(q),
    "/sources_to_targets": (q) => actor.matrix(q),
    "/status": (q) => actor.status(q),
  };
  const server = http.createServer((request, response) => {
    const action = actions[request.url];
    if (!action) return refuse(response, 404, 106, "Try any of: " + Object.keys(actions).join(" "));
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", async () => {
      try {
        const answer = await action(body || "{}");
        response.writeHead(200, { "Content-Type": "application/json;charset=utf-8" });
        response.end(answer);
      } catch (e) {
        const error = String(e.message).replace(/^\w+ error: /, "");
        const known = codes.find(([text]) => text.test(error));
        refuse(response, known ? 400 : 500, known ? known[1] : 499, error);
      }
    });
  });
  server.listen(0, "127.0.0.1", () => fs.writeFileSync(portFile, String(server.address().port)));
}

main().catch((e) => {
  console.error(e);
  process.exit(1);
});
