/* Owns the wiring of gates. */
#include "daemon/gates.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "daemon/gate_child.h"
#include "daemon/gate_files.h"
#include "daemon/gate_link.h"
#include "daemon/web_desk.h"
#include "service/log_sink.h"
#include "world/accounts.h"

struct gates {
	struct gates_needs needs;
	struct gate_link *link;
	struct gate_files *files;
	struct web_desk *web;
	struct gate_child *child; /* NULL: a service manager runs the gates */
};

static const char *on_gate_offer(void *data, const struct clients_offer *offer)
{
	const struct gates *gates = data;

	return clients_adopt(gates->needs.clients, offer);
}

static void on_gate_question(
	void *data, int fd, const struct address *address, const struct tls_facts *facts)
{
	const struct gates *gates = data;

	clients_take_question(gates->needs.clients, fd, address, facts);
}

static void on_gate_request(void *data, int fd)
{
	const struct gates *gates = data;

	web_desk_take(gates->web, fd);
}

static void on_gate_report(void *data, const struct gate_message *message)
{
	const struct gates *gates = data;

	gate_files_take(gates->files, message);
}

static void on_gate_greeted(void *data)
{
	const struct gates *gates = data;

	gate_files_ask_again(gates->files);
}

static void on_files_asked(
	void *data, uint64_t session, uint64_t request, const struct bytes *question)
{
	const struct gates *gates = data;

	gate_files_ask(gates->files, session, request, question);
}

static void on_files_report(
	void *data, uint64_t session, uint64_t request, const struct buffer *report)
{
	const struct gates *gates = data;

	helpers_report_files(gates->needs.helpers, session, request, report);
}

/* Until all rows have come in, an account that is not there may still come. */
static bool has_account_ended(void *data, uint64_t account)
{
	const struct gates *gates = data;
	const struct world *world = engine_world(gates->needs.engine);

	return world && world->storage >= STORAGE_FAILING && !account_find_id(world, account);
}

static const struct bans *get_bans_of_world(void *data)
{
	const struct gates *gates = data;

	return &engine_world(gates->needs.engine)->bans;
}

static uint8_t get_level_of_papod(void *data)
{
	const struct gates *gates = data;

	return log_sink_chosen_level(gates->needs.web.metrics.meters->sink);
}

static void on_certificates(void *data, enum certificates certificates, struct gate_bytes facts)
{
	const struct gates *gates = data;

	clients_note_certificates(gates->needs.clients, certificates, facts);
}

static void open_socket(const struct gates *gates, struct descriptors *inherited)
{
	int fd = descriptors_take(inherited, GATES_SOCKET_NAME);
	int error = fd < 0 ? 0 : gate_link_listen(gates->link, fd);

	if (error)
		log_entry(gates->needs.log, LOGBOOK_LISTEN_FAILED, "LISTENER", GATE_LINK_SOCKET,
			"REASON", strerror(-error), "ORIGIN", "systemd");
}

static void make_child(struct gates *gates, struct descriptors *inherited)
{
	const struct gates_needs *needs = &gates->needs;
	const struct gate_child_needs child_needs = { needs->loop, needs->log, gates->link,
		needs->program, needs->arguments->config, needs->arguments->is_verbose };

	gates->child = gate_child_new(&child_needs);
	gate_child_inherit(gates->child, inherited);
}

struct gates *gates_new(const struct gates_needs *needs, struct descriptors *inherited)
{
	struct gates *gates = mem_new(sizeof(*gates));
	const struct gate_link_needs link_needs = {
		.loop = needs->loop,
		.log = needs->log,
		.on_offer = on_gate_offer,
		.on_question = on_gate_question,
		.on_request = on_gate_request,
		.on_report = on_gate_report,
		.on_greeted = on_gate_greeted,
		.has_ended = has_account_ended,
		.get_bans = get_bans_of_world,
		.get_level = get_level_of_papod,
		.on_certificates = on_certificates,
		.data = gates,
	};

	gates->needs = *needs;
	gates->link = gate_link_new(&link_needs);
	gates->web = web_desk_new(needs->loop, &needs->web);
	gates->files = gate_files_new(
		&(struct gate_files_needs){ needs->loop, &gates->link, on_files_report, gates });
	helpers_use_gates(needs->helpers, on_files_asked, gates);
	open_socket(gates, inherited);
	if (!needs->has_manager)
		make_child(gates, inherited);
	return gates;
}

void gates_free(struct gates *gates)
{
	if (!gates)
		return;
	gate_child_free(gates->child);
	gate_link_free(gates->link);
	gate_files_free(gates->files);
	web_desk_free(gates->web);
	free(gates);
}

void gates_list(const struct gates *gates, struct descriptors *files)
{
	if (gate_link_listener(gates->link) >= 0)
		descriptors_add(files, gate_link_listener(gates->link), GATES_SOCKET_NAME);
	if (gates->child)
		gate_child_list(gates->child, files);
}

bool gates_are_expected(const struct gates *gates)
{
	return gate_link_listener(gates->link) >= 0 ||
	       (gates->child && gate_child_is_wanted(gates->child));
}

void gates_tick(struct gates *gates, struct settings *settings)
{
	gate_link_tick(gates->link);
	gate_files_tick(gates->files);
	web_desk_tick(gates->web);
	if (!gates->child)
		return;
	gate_child_follow(gates->child, settings);
	gate_child_tick(gates->child);
}

void gates_erase(void *data, const struct effect *effect)
{
	const struct gates *gates = data;

	if (gates)
		gate_link_erase(gates->link, effect->number);
}

void gates_note(void *data, const struct effect *effect)
{
	const struct gates *gates = data;

	if (gates)
		web_desk_note(gates->web, effect);
}

uint64_t gates_next_deadline(const struct gates *gates)
{
	uint64_t link_ms = gate_link_next_deadline(gates->link);
	uint64_t child_ms = gates->child ? gate_child_next_deadline(gates->child) : UINT64_MAX;

	link_ms = loop_earlier(link_ms, web_desk_next_deadline(gates->web));
	return loop_earlier(
		loop_earlier(link_ms, child_ms), gate_files_next_deadline(gates->files));
}
