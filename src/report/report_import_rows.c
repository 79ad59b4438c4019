/* Owns the table of what can be imported: it says what the parameters of the call may be, how they
 * are described, and what the event has instead of them. papoctl links it, too. */
#include "report/report_import.h"

#include <string.h>

#include "action/importing.h"
#include "base/cleanup.h"
#include "base/pack.h"
#include "report/report_rows.h"

#define MOST_TEXT_BYTES 2000

enum import_type {
	IMPORT_TYPE_TEXT,
	IMPORT_TYPE_NUMBER,
	IMPORT_TYPE_FLAG,
	IMPORT_TYPE_TEXTS,
	IMPORT_TYPE_LIST, /* of objects */
};

struct import_member {
	const char *name;
	enum import_type type;
	uint16_t id; /* of the field */
	bool is_required;
	const struct import_object *object; /* of a list */
};

struct import_object {
	const char *type; /* in the interface */
	const char *help;
	const struct import_member *members;
	size_t n_members;
};

#define MEMBERS(list) .members = (list), .n_members = ARRAY_LENGTH(list)
#define MEMBER(text, kind, field)                                                                  \
	{                                                                                          \
		.name = (text), .type = (kind), .id = (field)                                      \
	}
#define REQUIRED(text, kind, field)                                                                \
	{                                                                                          \
		.name = (text), .type = (kind), .id = (field), .is_required = true                 \
	}
#define LIST_OF(text, field, of)                                                                   \
	{                                                                                          \
		.name = (text), .type = IMPORT_TYPE_LIST, .id = (field), .object = (of)            \
	}

static const struct import_member account_members[] = {
	REQUIRED("name", IMPORT_TYPE_TEXT, IMPORT_FIELD_NAME),
	REQUIRED("created", IMPORT_TYPE_NUMBER, IMPORT_FIELD_CREATED),
	MEMBER("password", IMPORT_TYPE_TEXT, IMPORT_FIELD_VERIFIER),
	MEMBER("email", IMPORT_TYPE_TEXT, IMPORT_FIELD_EMAIL),
	MEMBER("held", IMPORT_TYPE_FLAG, IMPORT_FIELD_HELD),
	MEMBER("suspended", IMPORT_TYPE_FLAG, IMPORT_FIELD_SUSPENDED),
	MEMBER("protected", IMPORT_TYPE_FLAG, IMPORT_FIELD_PROTECTED),
	MEMBER("noRanks", IMPORT_TYPE_FLAG, IMPORT_FIELD_NO_RANKS),
	MEMBER("nicks", IMPORT_TYPE_TEXTS, IMPORT_FIELD_NICK),
	MEMBER("fingerprints", IMPORT_TYPE_TEXTS, IMPORT_FIELD_FINGERPRINT),
};

static const struct import_member access_members[] = {
	REQUIRED("account", IMPORT_TYPE_TEXT, IMPORT_FIELD_NAME),
	REQUIRED("rank", IMPORT_TYPE_TEXT, IMPORT_FIELD_RANK),
};

static const struct import_member mask_members[] = {
	REQUIRED("mode", IMPORT_TYPE_TEXT, IMPORT_FIELD_MODE),
	REQUIRED("mask", IMPORT_TYPE_TEXT, IMPORT_FIELD_MASK),
	MEMBER("setter", IMPORT_TYPE_TEXT, IMPORT_FIELD_SETTER),
	MEMBER("created", IMPORT_TYPE_NUMBER, IMPORT_FIELD_CREATED),
};

static const struct import_object account_object = { "ImportedAccount",
	"An account of another server. Times are in milliseconds since 1970; the password is a\n"
	"# hash of crypt(5), or a verifier of RFC 5803.",
	MEMBERS(account_members) };
static const struct import_object access_object = { "ImportedAccess",
	"An account with a rank on a channel: q, a, o, h or v", MEMBERS(access_members) };
static const struct import_object mask_object = { "ImportedMask",
	"An entry of a channel's list with this mode, such as b", MEMBERS(mask_members) };

static const struct import_member channel_members[] = {
	REQUIRED("name", IMPORT_TYPE_TEXT, IMPORT_FIELD_NAME),
	REQUIRED("created", IMPORT_TYPE_NUMBER, IMPORT_FIELD_CREATED),
	REQUIRED("founder", IMPORT_TYPE_TEXT, IMPORT_FIELD_FOUNDER),
	MEMBER("heir", IMPORT_TYPE_TEXT, IMPORT_FIELD_HEIR),
	MEMBER("topic", IMPORT_TYPE_TEXT, IMPORT_FIELD_TOPIC),
	MEMBER("topicSetter", IMPORT_TYPE_TEXT, IMPORT_FIELD_TOPIC_SETTER),
	MEMBER("topicTime", IMPORT_TYPE_NUMBER, IMPORT_FIELD_TOPIC_TIME),
	MEMBER("modes", IMPORT_TYPE_TEXT, IMPORT_FIELD_MODES),
	MEMBER("key", IMPORT_TYPE_TEXT, IMPORT_FIELD_KEY),
	MEMBER("limit", IMPORT_TYPE_NUMBER, IMPORT_FIELD_LIMIT),
	MEMBER("private", IMPORT_TYPE_FLAG, IMPORT_FIELD_PRIVATE),
	MEMBER("held", IMPORT_TYPE_FLAG, IMPORT_FIELD_HELD),
	LIST_OF("access", IMPORT_FIELD_ACCESS, &access_object),
	LIST_OF("masks", IMPORT_FIELD_BAN, &mask_object),
};

static const struct import_object channel_object = { "ImportedChannel",
	"A registered channel of another server. Modes are letters without a parameter.",
	MEMBERS(channel_members) };

static const struct import_member call_members[] = {
	LIST_OF("accounts", REPORT_IMPORT_ACCOUNT, &account_object),
	LIST_OF("channels", REPORT_IMPORT_CHANNEL, &channel_object),
};
static const struct import_object call_object = { .members = call_members,
	.n_members = ARRAY_LENGTH(call_members) };

static const struct import_member message_members[] = {
	REQUIRED("time", IMPORT_TYPE_NUMBER, IMPORT_FIELD_SECOND),
	REQUIRED("position", IMPORT_TYPE_NUMBER, IMPORT_FIELD_POSITION),
	MEMBER("copy", IMPORT_TYPE_NUMBER, IMPORT_FIELD_COPY),
	REQUIRED("command", IMPORT_TYPE_TEXT, IMPORT_FIELD_COMMAND),
	REQUIRED("source", IMPORT_TYPE_TEXT, IMPORT_FIELD_SOURCE),
	MEMBER("text", IMPORT_TYPE_TEXT, IMPORT_FIELD_TEXT),
};

static const struct import_object message_object = { "ImportedMessage",
	"A line of a log: in which second since 1970 it was said, as which line of that second\n"
	"# from 0 on, and how many lines before it in that second say the same. The source is a\n"
	"# nickname, or nick!user@host; the text of a KICK begins with the nickname.",
	MEMBERS(message_members) };

static const struct import_member messages_members[] = {
	REQUIRED("channel", IMPORT_TYPE_TEXT, REPORT_MESSAGES_CHANNEL),
	LIST_OF("messages", REPORT_MESSAGES_LINE, &message_object),
	MEMBER("continued", IMPORT_TYPE_FLAG, REPORT_MESSAGES_CONTINUED),
};
static const struct import_object messages_object = { .members = messages_members,
	.n_members = ARRAY_LENGTH(messages_members) };

/* Reading */

static const char *put_import_object(
	const struct import_object *object, const json_t *given, struct buffer *out);

/* False: malformed. */
static bool put_import_text(const struct import_member *member, json_t *value, struct buffer *out)
{
	const char *text = json_string_value(value);

	if (!text || json_string_length(value) > MOST_TEXT_BYTES ||
		strlen(text) != json_string_length(value))
		return false;
	pack_text(out, member->id, text);
	return true;
}

static const char *put_import_list(
	const struct import_member *member, const json_t *value, struct buffer *out)
{
	const char *wrong = NULL;
	json_t *item;
	size_t i;

	if (!json_is_array(value))
		return member->name;
	json_array_foreach(value, i, item)
	{
		size_t record;

		if (member->type == IMPORT_TYPE_TEXTS) {
			if (!put_import_text(member, item, out))
				return member->name;
			continue;
		}
		record = pack_begin(out, member->id);
		wrong = put_import_object(member->object, item, out);
		pack_end(out, record);
		if (wrong)
			return wrong;
	}
	return NULL;
}

/* NULL, or the name of what is malformed. */
static const char *put_import_member(
	const struct import_member *member, json_t *value, struct buffer *out)
{
	bool is_good = false;

	switch (member->type) {
	case IMPORT_TYPE_TEXT:
		is_good = put_import_text(member, value, out);
		break;
	case IMPORT_TYPE_NUMBER:
		is_good = json_is_integer(value) && json_integer_value(value) >= 0;
		if (is_good)
			pack_u64(out, member->id, (uint64_t) json_integer_value(value));
		break;
	case IMPORT_TYPE_FLAG:
		is_good = json_is_boolean(value);
		if (is_good)
			pack_u64(out, member->id, json_is_true(value));
		break;
	case IMPORT_TYPE_TEXTS:
	case IMPORT_TYPE_LIST:
		return put_import_list(member, value, out);
	}
	return is_good ? NULL : member->name;
}

static const struct import_member *find_import_member(
	const struct import_object *object, const char *name)
{
	for (size_t i = 0; i < object->n_members; i++)
		if (strcmp(object->members[i].name, name) == 0)
			return &object->members[i];
	return NULL;
}

static const char *put_import_object(
	const struct import_object *object, const json_t *given, struct buffer *out)
{
	const char *name;
	json_t *value;

	for (size_t i = 0; i < object->n_members; i++) {
		const struct import_member *member = &object->members[i];

		value = json_object_get(given, member->name);
		if (value && !json_is_null(value)) {
			const char *wrong = put_import_member(member, value, out);

			if (wrong)
				return wrong;
		} else if (member->is_required) {
			return member->name;
		}
	}
	json_object_foreach((json_t *) (uintptr_t) given, name, value)
	{
		if (!find_import_member(object, name))
			return name;
	}
	return NULL;
}

/* The same name, if it is one of the parameters: those of a copy end with it. */
static const char *name_that_stays(const json_t *parameters, const char *wrong)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *) (uintptr_t) parameters, name, value)
	{
		if (strcmp(name, wrong) == 0)
			return name;
	}
	return wrong;
}

/* The texts of an event end with NUL, as those of report_act_put(): the operator, the method, and
 * whether nothing is to be changed; then come records. */
static const char *put_import_call(const char *method, const struct import_object *object,
	const json_t *parameters, struct buffer *out)
{
	json_t *operator= json_object_get(parameters, REPORT_OPERATOR);
	json_t *is_dry_run = json_object_get(parameters, "dryRun");
	json_t *records = json_object();
	const char *wrong = NULL;

	if (operator&& !json_is_null(operator) &&
		(!json_is_string(operator) || json_string_length(operator) > REPORT_TEXT_BYTES ||
			strlen(json_string_value(operator)) != json_string_length(operator) ||
			strpbrk(json_string_value(operator), "\r\n")))
		wrong = REPORT_OPERATOR;
	if (is_dry_run && !json_is_null(is_dry_run) && !json_is_boolean(is_dry_run))
		wrong = "dryRun";
	buffer_put_text(out, json_is_string(operator) ? json_string_value(operator) : "");
	buffer_put_byte(out, '\0');
	buffer_put(out, method, strlen(method) + 1);
	buffer_put(out, json_is_true(is_dry_run) ? "1" : "0", 2);
	json_object_update(records, (json_t *) (uintptr_t) parameters);
	json_object_del(records, REPORT_OPERATOR);
	json_object_del(records, "dryRun");
	if (!wrong)
		wrong = put_import_object(object, records, out);
	wrong = wrong ? name_that_stays(parameters, wrong) : NULL;
	json_decref(records);
	return wrong;
}

const char *report_import_put(const json_t *parameters, struct buffer *out)
{
	return put_import_call(REPORT_IMPORT_METHOD, &call_object, parameters, out);
}

const char *report_messages_put(const json_t *parameters, struct buffer *out)
{
	return put_import_call(REPORT_MESSAGES_METHOD, &messages_object, parameters, out);
}

/* Describing */

static void describe_import_type(const struct import_member *member, struct buffer *out)
{
	static const char *const words[] = { "string", "int", "bool", "[]string", "[]" };

	buffer_format(out, "%s: %s%s%s", member->name, member->is_required ? "" : "?",
		words[member->type], member->object ? member->object->type : "");
}

static void describe_import_object(const struct import_object *object, struct buffer *out)
{
	buffer_format(out, "\n# %s\ntype %s (", object->help, object->type);
	for (size_t i = 0; i < object->n_members; i++) {
		buffer_put_text(out, i ? ",\n  " : "\n  ");
		describe_import_type(&object->members[i], out);
	}
	buffer_put_text(out, "\n)\n");
}

static void describe_import_call(
	const char *method, const struct import_object *object, struct buffer *out)
{
	buffer_format(out, "method %s(", method);
	for (size_t i = 0; i < object->n_members; i++) {
		describe_import_type(&object->members[i], out);
		buffer_put_text(out, ", ");
	}
	buffer_put_text(out, "dryRun: ?bool, " REPORT_OPERATOR ": ?string)");
}

void report_import_describe(struct buffer *out)
{
	static const struct import_object *const objects[] = { &account_object, &access_object,
		&mask_object, &channel_object, &message_object };

	for (size_t i = 0; i < ARRAY_LENGTH(objects); i++)
		describe_import_object(objects[i], out);
	buffer_put_text(out,
		"\n# The outcome is new, present or refused; the notes are sentences\n"
		"type ImportResult (outcome: string, notes: []string)\n"
		"\n# How many lines became messages, and why others did not: they are there "
		"already,\n# would be removed again, are of this minute or of the future, or are "
		"malformed or\n# events that are not recorded\n"
		"type ImportedLines (new: int, present: int, tooOld: int, tooNew: int, unfit: "
		"int)\n"
		"\n# Adds accounts and registered channels; what is there already is not "
		"changed. The\n# results are in the order of the accounts, then of the "
		"channels, and come when all is\n# stored.\n");
	describe_import_call(REPORT_IMPORT_METHOD, &call_object, out);
	buffer_put_text(out, " -> (results: []ImportResult)\n"
			     "\n# Adds lines of a log to the history of a channel, once each. The "
			     "answer comes when\n# they are stored. The first of several calls "
			     "is noted, those that are continued not.\n");
	describe_import_call(REPORT_MESSAGES_METHOD, &messages_object, out);
	buffer_put_text(out, " -> (lines: ImportedLines)\n");
}
