// A small IRC client, which browsers load from the port that it connects to. Its nickname stands
// behind the # of its address.
"use strict";

const lines = document.getElementById("lines");
const target = document.getElementById("target");
const nick = location.hash.slice(1);
const address = location.origin.replace(/^http/, "ws") + "/socket";
const server = new WebSocket(address, ["text.ircv3.net"]);

function show(who, text) {
	const line = document.createElement("li");
	const name = document.createElement("b");

	name.textContent = who;
	line.append(name, " ", text);
	lines.append(line);
	line.scrollIntoView();
}

// ":ana!ana@host PRIVMSG #a :hello" becomes { source: "ana", command: "PRIVMSG", ... }.
function parse(line) {
	const parts = /^(?::([^ !]+)\S* )?(\S+)((?: [^: ]\S*)*)(?: :(.*))?$/.exec(line);
	const params = parts[3].split(" ").slice(1);

	if (parts[4] !== undefined)
		params.push(parts[4]);
	return { source: parts[1] || "", command: parts[2], params };
}

const handlers = {
	PING: (message) => server.send("PONG :" + message.params[0]),
	PRIVMSG: (message) => show(message.source, message.params[1]),
	JOIN: (message) => {
		if (message.source === nick)
			target.textContent = message.params[0];
		show("*", `${message.source} has joined ${message.params[0]}`);
	},
};

server.addEventListener("open", () => {
	server.send(`NICK ${nick}`);
	server.send(`USER ${nick} 0 * :A web page`);
});
server.addEventListener("message", (event) => {
	const message = parse(event.data);
	const handle = handlers[message.command];

	if (handle)
		handle(message);
	else
		show("*", message.params.slice(1).join(" "));
});
server.addEventListener("close", (event) => show("*", `The connection has ended: ${event.code}`));

function say(text) {
	server.send(`PRIVMSG ${target.textContent} :${text}`);
	show(nick, text);
}

document.getElementById("form").addEventListener("submit", (event) => {
	const input = document.getElementById("text");

	event.preventDefault();
	if (input.value.startsWith("/"))
		server.send(input.value.slice(1));
	else
		say(input.value);
	input.value = "";
});
