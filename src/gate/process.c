/* Owns the way of a client through a process of the gate: accepted, handed on, offered to papod. */
#include "gate/process.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/acme.h"
#include "gate/banned.h"
#include "gate/door.h"
#include "gate/papod_link.h"
#include "gate/tidying.h"
#include "gate/upload_desk.h"
#include "gate/upload_request.h"
#include "net/proxied.h"
#include "service/log_sink.h"
#include "tls/crypto.h"
#include "tls/keys.h"

#define MOST_HANDSHAKES 4096
#define MOST_FROM_SOURCE 256
#define CHECK_EVERY_MS 60000

struct process {
	struct process_needs needs;
	struct web_site site; /* of the settings. The same for the next two. */
	struct web_site proofs;
	const char *challenges;
	SSL_CTX *context;
	struct tls_crypto *crypto;
	struct web_space *web_space;
	struct banned *banned;
	struct proxied *proxied; /* in front of the door */
	struct door *door;
	struct papod_link *link;
	struct upload_site upload_site; /* of the settings */
	char *uploads_directory;	/* of the next; NULL: none */
	struct uploads *uploads;
	struct asker *asker;
	struct tidying *tidying;
	struct upload_needs upload_needs;
	struct passed_site passed_site; /* of the settings */
	struct passing *passing;
	struct passed_needs passed_needs;
	uint64_t check_ms; /* when to look at the certificates again */
};

/* Sockets that papod.conf does not name are those of papod-gate.socket: IRC with TLS. */
static void let_visitor_in(const struct process *process, int fd, const char *listener,
	const struct address *address, bool is_private)
{
	const struct listener_settings *settings =
		gate_settings_find_listener(process->needs.settings, listener);
	const bool is_for_issuers = strcmp(listener, ACME_LISTENER) == 0;
	const struct door_listener where = {
		.name = listener,
		.has_tls = settings ? settings->is_tls : !is_for_issuers,
		.is_web = settings ? settings->is_websocket : is_for_issuers,
		.is_for_issuers = is_for_issuers,
		.is_private = is_private,
	};

	if (banned_has(process->banned, address))
		door_refuse(
			process->door, fd, &where, address, "the server has banned this address");
	else
		door_accept(process->door, fd, &where, address);
}

void process_accept(
	void *data, int fd, const char *listener, const struct address *address, bool has_inherited)
{
	const struct process *process = data;
	const struct listener_settings *settings =
		gate_settings_find_listener(process->needs.settings, listener);
	const struct proxied_client client = { fd, 0, listener, address };

	(void) has_inherited;
	if (!settings || !listener_is_proxied(settings))
		let_visitor_in(process, fd, listener, address, address_is_this_machine(address));
	else if (listener_trusts_proxy(settings, address))
		proxied_add(process->proxied, &client);
	else
		proxied_refuse(process->proxied, &client);
}

static void on_visitor_header(
	void *data, const struct proxied_client *client, const struct proxy_header *header)
{
	const struct process *process = data;
	bool is_private = header->is_tls && address_is_this_machine(client->proxy);

	if (proxied_drop_header(client->fd, header))
		let_visitor_in(process, client->fd, client->listener,
			proxied_address(client, header), is_private);
	else
		close(client->fd);
}

static void log_offer(const struct process *process, const struct gate_message *message)
{
	char address[ADDRESS_TEXT_BYTES], number[24];

	address_format(&message->address, address);
	log_entry(process->needs.log, LOGBOOK_CLIENT_OFFERED, "NUMBER",
		text_format_u64(message->number, number), "ADDRESS", address, "LISTENER",
		message->listener);
}

static void on_client(void *data, const struct door_client *client)
{
	const struct process *process = data;
	CLEANUP(buffer_done) struct buffer keys = { .is_secret = true };
	struct gate_message message = {
		.address = *client->address,
		.tls = *client->facts,
		.is_websocket = client->is_web,
		.protocol = client->protocol,
		.n_skipped = client->n_skipped,
	};

	text_copy(message.listener, sizeof(message.listener), client->listener);
	if (client->keys)
		tls_keys_save(&keys, client->keys);
	message.keys = (struct gate_bytes){ (const uint8_t *) keys.bytes, keys.length };
	papod_link_offer(process->link, client->fd, &message);
	log_offer(process, &message);
}

static void on_bans(void *data, const struct gate_message *message)
{
	const struct process *process = data;

	banned_take(process->banned, message);
}

static void on_erase(void *data, const struct gate_message *message)
{
	const struct process *process = data;

	tidying_erase(process->tidying, message);
}

static void on_files(void *data, const struct gate_message *message)
{
	const struct process *process = data;

	upload_desk_answer(process->uploads, process->link, message);
}

static void on_level(void *data, uint8_t level)
{
	const struct process *process = data;

	log_sink_set_level(process->needs.log, level);
}

static void on_process_papod_gone(void *data)
{
	const struct process_needs *needs = &((struct process *) data)->needs;

	needs->on_papod_gone(needs->data);
}

/* Half of the descriptors are for clients that papod has not taken yet. */
static size_t most_handshakes(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return MOST_HANDSHAKES;
	limit.rlim_cur = limit.rlim_max;
	(void) setrlimit(RLIMIT_NOFILE, &limit);
	return limit.rlim_cur / 4 < MOST_HANDSHAKES ? limit.rlim_cur / 4 : MOST_HANDSHAKES;
}

/* Of a limit for all processes; the kernel spreads clients over them. */
static size_t share_of(const struct process *process, size_t limit)
{
	return (limit + process->needs.n_processes - 1) / process->needs.n_processes;
}

static void make_door(struct process *process)
{
	const struct door_needs needs = {
		.loop = process->needs.loop,
		.log = process->needs.log,
		.handshakes = { process->context, process->crypto, &process->challenges },
		.requests = { process->crypto, process->web_space, &process->site,
			&process->upload_needs, &process->passed_needs },
		.issuers = { process->crypto, process->web_space, &process->proofs, NULL, NULL },
		.most = share_of(process, most_handshakes()),
		.most_from_source = share_of(process, MOST_FROM_SOURCE),
		.on_client = on_client,
		.data = process,
	};

	process->door = door_new(&needs);
}

static void make_visitors_proxied(struct process *process)
{
	const struct proxied_needs needs = {
		.loop = process->needs.loop,
		.log = process->needs.log,
		.most = share_of(process, most_handshakes()),
		.on_header = on_visitor_header,
		.data = process,
	};

	process->proxied = proxied_new(&needs);
}

static void make_link(struct process *process)
{
	const struct papod_link_needs needs = {
		.loop = process->needs.loop,
		.log = process->needs.log,
		.crypto = process->crypto,
		.path = process->needs.path,
		.fd = process->needs.fd,
		.on_papod_gone = on_process_papod_gone,
		.on_bans = on_bans,
		.on_level = on_level,
		.on_erase = on_erase,
		.on_files = on_files,
		.data = process,
	};

	process->link = papod_link_new(&needs);
}

static void make_uploads(struct process *process)
{
	const struct tidying_needs needs = {
		.loop = process->needs.loop,
		.log = process->needs.log,
		.site = &process->upload_site,
		.store = &process->uploads,
		.link = process->link,
	};

	process->upload_needs = (struct upload_needs){ process->needs.log, &process->upload_site,
		&process->uploads, &process->asker };
	process->asker = asker_new(process->needs.loop, process->link);
	process->passing = passing_new(process->needs.loop, process->link);
	process->passed_needs = (struct passed_needs){ &process->passed_site, &process->passing };
	process->tidying = tidying_new(&needs);
}

/* Files that are being received stay in the directory where they began. */
static void open_uploads(struct process *process, const struct gate_settings *settings)
{
	char *directory = gate_settings_uploads(settings);

	process->upload_site = settings->uploads;
	if (process->uploads && directory && strcmp(directory, process->uploads_directory) == 0) {
		free(directory);
		return;
	}
	uploads_unref(TAKE(process->uploads));
	free(process->uploads_directory);
	process->uploads_directory = directory;
	if (directory)
		(void) uploads_open(directory, &process->uploads);
}

struct process *process_new(const struct process_needs *needs)
{
	struct process *process = mem_new(sizeof(*process));

	process->needs = *needs;
	process->crypto = tls_crypto_new();
	process->context = handshake_context_new();
	process->web_space = web_space_new();
	SSL_CTX_set_cert_cb(process->context, keyring_choose, needs->keyring);
	process_configure(process, needs->settings);
	process->banned = banned_new();
	make_door(process);
	make_visitors_proxied(process);
	make_link(process);
	make_uploads(process);
	return process;
}

void process_free(struct process *process)
{
	if (!process)
		return;
	proxied_free(process->proxied);
	door_free(process->door);
	tidying_free(process->tidying);
	asker_free(process->asker);
	passing_free(process->passing);
	uploads_unref(process->uploads);
	free(process->uploads_directory);
	papod_link_free(process->link);
	banned_free(process->banned);
	web_space_free(process->web_space);
	SSL_CTX_free(process->context);
	tls_crypto_free(process->crypto);
	free(process);
}

void process_configure(struct process *process, const struct gate_settings *settings)
{
	process->check_ms = 0;
	process->needs.settings = settings;
	process->site = settings->site;
	process->proofs = settings->proofs;
	process->challenges = settings->all->tls_challenges;
	process->passed_site = settings->passed;
	open_uploads(process, settings);
	if (process->tidying)
		tidying_begin(process->tidying);
}

size_t process_count_handshakes(const struct process *process)
{
	return door_count(process->door);
}

bool process_is_idle(const struct process *process)
{
	return !proxied_count(process->proxied) && !door_count(process->door) &&
	       !papod_link_count(process->link);
}

/* A certificate expires. */
static void look_at_certificates(struct process *process)
{
	uint64_t now_ms = loop_now_ms(process->needs.loop);
	CLEANUP(buffer_done) struct buffer facts = { 0 };

	if (now_ms < process->check_ms)
		return;
	process->check_ms = now_ms + CHECK_EVERY_MS;
	keyring_put_facts(process->needs.keyring, &facts);
	papod_link_state(process->link,
		keyring_is_verifiable(process->needs.keyring) ? CERTIFICATES_GOOD
							      : CERTIFICATES_BAD,
		&facts);
}

void process_tick(struct process *process)
{
	proxied_tick(process->proxied);
	look_at_certificates(process);
	door_tick(process->door);
	asker_tick(process->asker);
	passing_tick(process->passing);
	tidying_tick(process->tidying);
	papod_link_tick(process->link);
}

static uint64_t sooner_of(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t process_next_deadline(const struct process *process)
{
	uint64_t deadline_ms = process->check_ms;

	deadline_ms = sooner_of(deadline_ms, proxied_next_deadline(process->proxied));
	deadline_ms = sooner_of(deadline_ms, door_next_deadline(process->door));
	deadline_ms = sooner_of(deadline_ms, asker_next_deadline(process->asker));
	deadline_ms = sooner_of(deadline_ms, passing_next_deadline(process->passing));
	deadline_ms = sooner_of(deadline_ms, tidying_next_deadline(process->tidying));
	return sooner_of(deadline_ms, papod_link_next_deadline(process->link));
}
