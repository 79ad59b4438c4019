/* Owns sessions: the state of one client's connection. */
#include "world/session.h"

#include <stdlib.h>
#include <string.h>

#include "base/bucket.h"
#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "world/administrator.h"
#include "world/answer_cursor.h"
#include "world/auth_token.h"
#include "world/caps.h"
#include "world/devices.h"
#include "world/line_tags.h"
#include "world/login.h"
#include "world/modes.h"
#include "world/session_tls.h"
#include "world/snapshot_ids.h"
#include "world/user.h"
#include "world/world.h"

#define LISTENER_FIELD 3
#define USER_FIELD 101

#define ANSWER_RECORD 102
#define SUBSCRIPTIONS_RECORD 103
#define BATCH_RECORD 104
#define TLS_RECORD 105
#define TOKEN_RECORD 106

static const struct field session_fields[] = {
	{ SNAPSHOT_SESSION_ID, FIELD_U64, FIELD_AT(session, uint64_t, id) },
	{ 2, FIELD_ADDRESS, FIELD_AT(session, struct address, address) },
	{ 4, FIELD_U64, FIELD_AT(session, uint64_t, connected_ms) },
	{ 5, FIELD_U64, FIELD_AT(session, uint64_t, active_ms) },
	{ 6, FIELD_U64, FIELD_AT(session, uint64_t, pinged_ms) },
	{ 7, FIELD_U64, FIELD_AT(session, uint64_t, flood_ms) },
	{ 8, FIELD_U64, FIELD_AT(session, uint64_t, request) },
	{ 10, FIELD_U32, FIELD_AT(session, uint32_t, uid) },
	{ 11, FIELD_U64, FIELD_AT(session, uint64_t, granted_caps) },
	{ 12, FIELD_U16, FIELD_AT(session, uint16_t, cap_version) },
	{ 13, FIELD_U8, FIELD_AT(session, uint8_t, wait) },
	{ 14, FIELD_U8, FIELD_AT(session, uint8_t, pauses) },
	/* The deadline may be earlier than the next action, and decides which session is visited
	 * first. */
	{ 15, FIELD_U64, FIELD_AT(session, uint64_t, timer.deadline_ms) },
	{ 19, FIELD_U64, FIELD_AT(session, uint64_t, looks_full_ms) },
	{ 40, FIELD_U64, FIELD_AT(session, uint64_t, received.lines) },
	{ 41, FIELD_U64, FIELD_AT(session, uint64_t, received.bytes) },
	{ 42, FIELD_U64, FIELD_AT(session, uint64_t, sent.lines) },
	{ 43, FIELD_U64, FIELD_AT(session, uint64_t, sent.bytes) },
};

/* Fields of the same record. */
static const struct field extras_fields[] = {
	{ 9, FIELD_TEXT, FIELD_AT(session_extras, char *, oper_name) },
	{ 78, FIELD_TEXT, FIELD_AT(session_extras, char *, operator_name) },
	{ 16, FIELD_U64, FIELD_AT(session_extras, uint64_t, slowed_told_ms) },
	{ 17, FIELD_TEXT, FIELD_AT(session_extras, char *, label) },
	{ 18, FIELD_U64, FIELD_AT(session_extras, uint64_t, label_batch) },
	{ 70, FIELD_TEXT, FIELD_AT(session_extras, char *, gateway) },
	{ 71, FIELD_ADDRESS, FIELD_AT(session_extras, struct address, gateway_address) },
	{ 72, FIELD_U64, FIELD_AT(session_extras, uint64_t, joined) },
	{ 73, FIELD_TEXT, FIELD_AT(session_extras, char *, host) },
	{ 80, FIELD_TEXT, FIELD_AT(session_extras, char *, recall) },
	{ 74, FIELD_TEXT, FIELD_AT(session_extras, char *, device) },
	{ 81, FIELD_TEXT, FIELD_AT(session_extras, char *, listed) },
	{ 76, FIELD_BOOL, FIELD_AT(session_extras, bool, is_absent) },
	{ 75, FIELD_U64, FIELD_AT(session_extras, uint64_t, missed_wall_ms) },
	{ 77, FIELD_U64, FIELD_AT(session_extras, uint64_t, behind_wall_ms) },
};

static bool waits_with_secret(const struct session *session)
{
	switch ((enum session_wait) session->wait) {
	case SESSION_WAIT_NONE:
	case SESSION_WAIT_NAME:
	case SESSION_WAIT_STORE:
	case SESSION_WAIT_REFUSAL:
	case SESSION_WAIT_HISTORY:
	case SESSION_WAIT_UPLOADS:
		return false;
	case SESSION_WAIT_PASSWORD:
	case SESSION_WAIT_OPER:
	case SESSION_WAIT_GATEWAY:
	case SESSION_WAIT_LOGIN:
	case SESSION_WAIT_VERIFIER:
		return true;
	}
	return false;
}

bool session_holds_secret(const struct session *session)
{
	return (session->registration && session->registration->password) ||
	       waits_with_secret(session) || login_holds_secret(login_of(session));
}

static struct session *session_blank(void)
{
	struct session *session = mem_new(sizeof(*session));

	list_init(&session->in_world);
	list_init(&session->in_user);
	session->uid = UINT32_MAX;
	return session;
}

/* Limits ids from snapshots and recordings. fs.nr_open allows 2^20 files by default. */
#define MAX_SLOTS (1u << 20)

static void put_in_slot(struct world *world, struct session *session)
{
	size_t slot = (uint32_t) session->id;

	if (slot >= world->n_slots) {
		size_t n_slots = slot + 1 + slot / 2;

		world->slots = mem_resize(world->slots, n_slots, sizeof(*world->slots));
		memset(world->slots + world->n_slots, 0,
			(n_slots - world->n_slots) * sizeof(*world->slots));
		world->n_slots = n_slots;
	}
	world->slots[slot] = session;
}

static bool id_is_free(const struct world *world, uint64_t id)
{
	size_t slot = (uint32_t) id;

	return id && slot < MAX_SLOTS && (slot >= world->n_slots || !world->slots[slot]);
}

static void put_session_in_world(struct world *world, struct session *session)
{
	session->timer.order = session->id;
	put_in_slot(world, session);
	list_add_last(&world->sessions, &session->in_world);
	world->n_sessions++;
	if (!session->user)
		world->n_unregistered++;
	session_classify(world, session);
	census_add_address(&world->census, &session->address);
}

struct session *session_new(struct world *world, const struct event *event)
{
	struct session *session;

	if (!id_is_free(world, event->session))
		return NULL;
	session = session_blank();
	session->id = event->session;
	session->address = event->address;
	session->listener = interned_text(&world->listener_names, event->text, event->text_length);
	session->uid = event->uid;
	session_tls_set(session, event->tls);
	session->connected_ms = session->active_ms = world->now_ms;
	session->registration = mem_new(sizeof(*session->registration));
	session->class_index = UINT32_MAX;
	put_session_in_world(world, session);
	census_note_arrival(
		&world->census, session_class(world, session), &session->address, world->now_ms);
	usage_count_connection(&world->usage);
	session_set_timer(world, session);
	return session;
}

/* A user is secure if it has sessions, and all are. */
static void review_security(struct world *world, struct user *user)
{
	bool is_secure = !list_is_empty(&user->sessions);
	const struct session *session;

	LIST_EACH (session, &user->sessions, in_user)
		is_secure = is_secure && session_is_secure(session);
	user_set_flag(world, user, USER_FLAG_SECURE, is_secure);
}

void session_end(struct world *world, struct session *session)
{
	if (session->is_closing)
		return;
	session->is_closing = true;
	heap_remove(&world->timers, &session->timer);
	monitors_clear(world, session);
	census_remove_address(&world->census, &session->address);
	census_add_class(&world->census, world->settings, session_class(world, session), -1);
	world->slots[(uint32_t) session->id] = NULL;
	world->n_sessions--;
	if (!session->user)
		world->n_unregistered--;
	device_note_seen(world, session);
	list_remove(&session->in_user);
	if (session->user)
		review_security(world, session->user);
	list_remove(&session->in_world);
	list_add_last(&world->dying_sessions, &session->in_world);
}

void session_free(struct session *session)
{
	if (!session)
		return;
	list_remove(&session->in_world);
	list_remove(&session->in_user);
	while (session->answer)
		session_drop_answer(session);
	registration_free(session->registration);
	session_extras_free(session->extras);
	free(session);
}

struct session *session_find(const struct world *world, uint64_t id)
{
	size_t slot = (uint32_t) id;

	if (slot >= world->n_slots || !world->slots[slot] || world->slots[slot]->id != id)
		return id == ADMINISTRATOR_SESSION ? world->administrator : NULL;
	return world->slots[slot];
}

bool session_is_new(const struct session *session)
{
	return session->received.lines <= 1;
}

const char *session_move(struct world *world, struct session *session, const char *gateway)
{
	struct session_extras *extras = session_need_extras(session);
	const struct class_settings *class;
	const char *refusal;

	mem_set_text(&extras->gateway, gateway);
	extras->gateway_address = session->address;
	census_remove_address(&world->census, &session->address);
	census_add_class(&world->census, world->settings, session_class(world, session), -1);
	session->address = session->registration->claimed_address;
	/* IRCv3 webirc: both ways must be secure. */
	session_tls_set(
		session, session_is_secure(session) ? session->registration->claimed_tls : NULL);
	class = settings_class_of(world->settings, &session->address, session->listener);
	refusal = census_refuse(
		&world->census, world->settings, class, &session->address, world->now_ms);
	session_classify(world, session);
	census_add_address(&world->census, &session->address);
	if (!refusal)
		census_note_arrival(&world->census, class, &session->address, world->now_ms);
	return refusal;
}

/* In the order in which they have joined it, which is not that of the world. */
static void put_session_in_user(struct world *world, struct session *session)
{
	struct user *user = session->user;
	struct list *before = user->sessions.previous;

	while (before != &user->sessions &&
		session_extras(CONTAINER_OF(before, struct session, in_user))->joined >
			session_extras(session)->joined)
		before = before->previous;
	list_add_last(before->next, &session->in_user);
	review_security(world, user);
}

bool session_has_others(const struct session *session)
{
	return session->in_user.next != session->in_user.previous;
}

static void note_joining(struct world *world, struct session *session)
{
	struct session_extras *extras = session_need_extras(session);

	extras->joined = ++world->next_number;
	extras->host = TAKE(session->registration->host);
}

static void take_from_registration(struct session *session)
{
	if (session->registration->device)
		session_need_extras(session)->device = TAKE(session->registration->device);
	if (session->registration->listed)
		session_need_extras(session)->listed = TAKE(session->registration->listed);
}

void session_set_absent(struct session *session, bool is_set)
{
	if (is_set || session->extras)
		session_need_extras(session)->is_absent = is_set;
}

void session_set_missed(struct session *session, uint64_t since_wall_ms)
{
	if (since_wall_ms || session->extras)
		session_need_extras(session)->missed_wall_ms = since_wall_ms;
}

void session_set_behind(struct session *session, uint64_t since_wall_ms)
{
	session_need_extras(session)->behind_wall_ms = since_wall_ms;
}

void session_attach(struct world *world, struct session *session, struct user *user)
{
	if (session->registration->metadata.count)
		metadata_take(&user_need_extras(user)->metadata, &session->registration->metadata);
	session->user = user;
	if (list_is_empty(&user->sessions))
		user_set_address(user, &session->address);
	else
		note_joining(world, session);
	take_from_registration(session);
	registration_free(TAKE(session->registration));
	put_session_in_user(world, session);
	world->n_unregistered--;
	session_set_timer(world, session);
}

const struct class_settings *session_class(const struct world *world, const struct session *session)
{
	return &world->settings->classes[session->class_index];
}

void session_classify(struct world *world, struct session *session)
{
	const struct class_settings *class =
		settings_class_of(world->settings, &session->address, session->listener);

	session->class_index = (uint32_t) (class - world->settings->classes);
	census_add_class(&world->census, world->settings, class, 1);
}

void session_set_version(struct session *session, uint16_t version)
{
	if (version > session->cap_version)
		session->cap_version = version;
	session_grant(session, session->granted_caps | caps_implied_by(version));
}

void session_grant(struct session *session, uint64_t caps)
{
	bool had_metadata = session->caps & CAPS_METADATA;

	session->granted_caps = caps;
	session->caps = caps_in_force(caps);
	/* IRCv3 metadata-3, "Capability". */
	if (had_metadata && !(session->caps & CAPS_METADATA))
		metadata_done(&session_need_extras(session)->subscriptions);
	session->tag_groups = line_tags_wanted(session->caps);
}

const char *session_nick(const struct session *session)
{
	return session->user ? session->user->nick : "*";
}

/* A lookup of the name is a wait there, as earlier releases know it. A session that waits for
 * something else meanwhile has its number in the registration alone. */
static void save_session_fields(struct buffer *out, const struct session *session)
{
	struct session saved = *session;

	if (session->registration && session->wait == SESSION_WAIT_NONE &&
		session->registration->name_request) {
		saved.wait = SESSION_WAIT_NAME;
		saved.request = session->registration->name_request;
	}
	fields_save(out, session_fields, ARRAY_LENGTH(session_fields), &saved);
}

static void take_name_request(struct session *session)
{
	if (session->wait != SESSION_WAIT_NAME)
		return;
	session->registration->name_request = session->request;
	session->wait = SESSION_WAIT_NONE;
	session->request = 0;
}

void session_save(struct buffer *out, uint16_t id, const struct session *session)
{
	const struct session_extras *extras = session_extras(session);
	size_t record = pack_begin(out, id);

	save_session_fields(out, session);
	fields_save(out, extras_fields, ARRAY_LENGTH(extras_fields), extras);
	pack_text(out, LISTENER_FIELD, session->listener);
	if (session->user)
		pack_u64(out, USER_FIELD, session->user->number);
	for (const struct answer_cursor *at = session->answer; at; at = at->next)
		answer_cursor_save(out, ANSWER_RECORD, at);
	metadata_save(out, SUBSCRIPTIONS_RECORD, &extras->subscriptions);
	if (extras->batch)
		client_batch_save(out, BATCH_RECORD, extras->batch);
	session_tls_save(out, TLS_RECORD, session);
	auth_tokens_save(out, TOKEN_RECORD, extras->tokens);
	if (extras->login)
		login_save(out, SNAPSHOT_SESSION_LOGIN, extras->login);
	if (session->registration)
		registration_save(out, SNAPSHOT_SESSION_REGISTRATION, session->registration);
	pack_end(out, record);
}

static void load_answer(struct session *session, struct pack record)
{
	struct answer_cursor *cursor = answer_cursor_load(record);

	if (cursor)
		session_add_answer(session, cursor);
}

static void load_listener(
	struct world *world, struct session *session, const struct pack_field *field)
{
	CLEANUP(mem_freep) char *name = pack_field_text(field);

	if (name)
		session->listener = interned_text(&world->listener_names, name, strlen(name));
}

static void load_session_field(
	struct world *world, struct session *session, const struct pack_field *field)
{
	if (fields_load(session_fields, ARRAY_LENGTH(session_fields), session, field))
		return;
	if (field->id == LISTENER_FIELD) {
		load_listener(world, session, field);
	} else if (field->id == USER_FIELD) {
		session->user = user_find_number(world, pack_field_u64(field));
	} else if (field->id == SNAPSHOT_SESSION_REGISTRATION) {
		registration_free(session->registration);
		session->registration = registration_load(pack_field_record(field));
	} else if (field->id == ANSWER_RECORD) {
		load_answer(session, pack_field_record(field));
	} else if (field->id == SUBSCRIPTIONS_RECORD) {
		metadata_load(
			&session_need_extras(session)->subscriptions, pack_field_record(field));
	} else if (field->id == BATCH_RECORD) {
		session_set_batch(session, client_batch_load(pack_field_record(field)));
	} else if (field->id == SNAPSHOT_SESSION_LOGIN) {
		login_end(session);
		session_need_extras(session)->login = login_load(pack_field_record(field));
	} else if (field->id == TOKEN_RECORD) {
		auth_token_load(session, pack_field_record(field));
	} else if (field->id == TLS_RECORD) {
		session_tls_load(session, pack_field_record(field));
	} else {
		fields_load(extras_fields, ARRAY_LENGTH(extras_fields),
			session_need_extras(session), field);
	}
}

/* Drop capabilities, pauses and waits of a later release: their answers will not come. */
static void forget_unknown_of_session(struct session *session)
{
	session->granted_caps &= caps_known();
	session->pauses &= SESSION_PAUSES;
	if (!session->answer)
		session->pauses &= (uint8_t) ~SESSION_PAUSE_READ;
	if (session->wait < SESSION_WAITS)
		return;
	session->wait = SESSION_WAIT_NONE;
	session->request = 0;
	session->pauses &= (uint8_t) ~SESSION_PAUSE_ANSWER;
}

/* Is each wait possible in this state, and will each pause end? */
static bool waits_make_sense(const struct session *session)
{
	bool is_paused = session->pauses & SESSION_PAUSE_ANSWER;

	if (!(session->pauses & SESSION_PAUSE_READ) != !session->answer ||
		(session->answer && !session->user))
		return false;
	switch ((enum session_wait) session->wait) {
	case SESSION_WAIT_NONE:
		return !is_paused && !session->request;
	case SESSION_WAIT_NAME:
		return session->registration && !is_paused && session->request;
	case SESSION_WAIT_PASSWORD:
		return session->registration && is_paused && session->request;
	case SESSION_WAIT_GATEWAY:
		return session->registration && session->registration->claimed_host && is_paused &&
		       session->request;
	case SESSION_WAIT_STORE:
		return is_paused && session->request;
	case SESSION_WAIT_LOGIN:
	case SESSION_WAIT_VERIFIER:
		return login_of(session) && is_paused && session->request;
	case SESSION_WAIT_REFUSAL:
		return login_of(session) && login_of(session)->refused_ms && is_paused &&
		       session->request;
	case SESSION_WAIT_HISTORY:
		return session->user && session_extras(session)->recall && is_paused &&
		       session->request;
	case SESSION_WAIT_UPLOADS:
		return session->user && is_paused && session->request;
	case SESSION_WAIT_OPER:
		return session->user && session_extras(session)->oper_name && is_paused &&
		       session->request;
	}
	return false;
}

static bool is_whole_session(const struct session *session)
{
	const struct registration *registration = session->registration;
	const struct session_extras *extras = session_extras(session);

	if (!session->listener || !session->user == !registration)
		return false;
	if (registration && !registration->user != !registration->realname)
		return false;
	if ((extras->label || extras->label_batch) && !session_awaits_answer(session))
		return false;
	return waits_make_sense(session);
}

bool session_load(struct world *world, struct pack record)
{
	struct session *session = session_blank();
	struct pack_field field;

	session->uid = 0; /* zeros are not saved */
	while (pack_next(&record, &field))
		load_session_field(world, session, &field);
	forget_unknown_of_session(session);
	if (!id_is_free(world, session->id) || !is_whole_session(session)) {
		session_free(session);
		return false;
	}
	take_name_request(session);
	if (session->user)
		put_session_in_user(world, session);
	session_grant(session, session->granted_caps);
	put_session_in_world(world, session);
	heap_set(&world->timers, &session->timer, session->timer.deadline_ms);
	return true;
}
