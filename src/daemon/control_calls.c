/* Owns the interfaces and the table of methods; knows no sockets. */
#include "daemon/control_calls.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/varlink_message.h"
#include "report/report_import.h"
#include "world/outbox.h"

#define SERVICE "org.varlink.service"

/* In the language of https://varlink.org/Interface-Definition. Methods and errors may be added, and
 * so may parameters that callers can leave out; nothing else ever changes. */
struct control_interface {
	const char *name;
	const char *description;
	void (*describe)(struct buffer *out); /* appends the rest; NULL: there is none */
};

static const struct control_interface interfaces[] = {
	{
		SERVICE,
		"# What every Varlink service offers: it describes itself\n"
		"interface org.varlink.service\n"
		"\n"
		"# The service and its interfaces\n"
		"method GetInfo() -> (\n"
		"  vendor: string,\n"
		"  product: string,\n"
		"  version: string,\n"
		"  url: string,\n"
		"  interfaces: []string\n"
		")\n"
		"\n"
		"# The description of an interface\n"
		"method GetInterfaceDescription(interface: string) -> (description: string)\n"
		"\n"
		"error InterfaceNotFound (interface: string)\n"
		"\n"
		"error MethodNotFound (method: string)\n"
		"\n"
		"error MethodNotImplemented (method: string)\n"
		"\n"
		"error InvalidParameter (parameter: string)\n"
		"\n"
		"error PermissionDenied ()\n"
		"\n"
		"error ExpectedMore ()\n",
		NULL,
	},
	{
		REPORT_INTERFACE,
		"# What administrators may ask a running papod for\n"
		"interface io.github.papod.Control\n"
		"\n"
		"# Copies the database of accounts and channels while papod serves its clients.\n"
		"# With the reply comes the copy, as a file descriptor that can be read; "
		"fileDescriptor\n"
		"# is its number among those of the reply, from 0 on, and size is in bytes.\n"
		"method Backup() -> (fileDescriptor: int, size: int)\n"
		"\n"
		"# The same for what was said, where messages are recorded on the disk\n"
		"method BackupHistory() -> (fileDescriptor: int, size: int)\n"
		"\n"
		"# Numbers for programs that watch servers, as a text for Prometheus, or for\n"
		"# OpenMetrics; with \"more\", in parts.\n"
		"method GetMetrics(openMetrics: ?bool) -> (text: string)\n"
		"\n"
		"# There is no copy, and the reason is a sentence\n"
		"error BackupFailed (reason: string)\n"
		"\n"
		"# Messages are not recorded\n"
		"error HistoryNotRecorded ()\n"
		"\n"
		"# What the call names is not there\n"
		"error NotFound (reason: string)\n"
		"\n"
		"# Nothing was changed\n"
		"error Refused (reason: string)\n",
		report_describe,
	},
};

static const struct control_interface *find_interface(const char *name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(interfaces); i++)
		if (strcmp(interfaces[i].name, name) == 0)
			return &interfaces[i];
	return NULL;
}

/* One call, whose answer is appended. */
struct control_call {
	struct varlink_message message;
	struct buffer *out;
	struct control_wanted wanted;
};

static void refuse_control_call(
	const struct control_call *call, const char *error, const char *name, const char *value)
{
	varlink_message_put_error(call->out, error, name, value);
}

static void answer_info(struct control_call *call)
{
	json_t *parameters = json_object(), *names = json_array();

	for (size_t i = 0; i < ARRAY_LENGTH(interfaces); i++)
		json_array_append_new(names, json_string(interfaces[i].name));
	json_object_set_new(parameters, "vendor", json_string("The papod authors"));
	json_object_set_new(parameters, "product", json_string(PACKAGE_NAME));
	json_object_set_new(parameters, "version", json_string(PACKAGE_VERSION));
	json_object_set_new(parameters, "url", json_string("https://github.com/papod/papod"));
	json_object_set_new(parameters, "interfaces", names);
	varlink_message_put_reply(call->out, parameters);
}

static void answer_description(struct control_call *call)
{
	const char *name = varlink_message_text(&call->message, "interface");
	const struct control_interface *interface = name ? find_interface(name) : NULL;
	CLEANUP(buffer_done) struct buffer text = { 0 };
	json_t *parameters;

	if (!name) {
		refuse_control_call(call, SERVICE ".InvalidParameter", "parameter", "interface");
		return;
	}
	if (!interface) {
		refuse_control_call(call, SERVICE ".InterfaceNotFound", "interface", name);
		return;
	}
	parameters = json_object();
	buffer_put_text(&text, interface->description);
	if (interface->describe)
		interface->describe(&text);
	json_object_set_new(parameters, "description", json_string(text.bytes));
	varlink_message_put_reply(call->out, parameters);
}

static void request_backup(struct control_call *call)
{
	call->wanted.request = CONTROL_REQUEST_BACKUP;
}

static void request_backup_of_history(struct control_call *call)
{
	call->wanted.request = CONTROL_REQUEST_BACKUP_HISTORY;
}

/* All files of an account come in several replies, for which not every caller has asked. */
static void want_one_page(struct control_call *call)
{
	char **values = call->wanted.call.values;

	if (call->wanted.call.kind == REPORT_KIND_UPLOADS && !call->wanted.more && !values[1])
		values[1] = mem_text("1");
}

/* answer_control_call() has found out which one. */
static void request_report(struct control_call *call)
{
	const struct report_row *row = report_row(call->wanted.call.kind);
	const char *wrong = report_call_read(&call->wanted.call, call->message.parameters);

	if (wrong) {
		refuse_control_call(call, SERVICE ".InvalidParameter", "parameter", wrong);
		return;
	}
	call->wanted.request = report_is_act(row) ? CONTROL_REQUEST_ACT
			       : row->is_past	  ? CONTROL_REQUEST_PAST
						  : CONTROL_REQUEST_REPORT;
	call->wanted.more = call->message.wants_more;
	want_one_page(call);
}

static void request_metrics(struct control_call *call)
{
	json_t *is_open = json_object_get(call->message.parameters, "openMetrics");

	if (is_open && !json_is_boolean(is_open) && !json_is_null(is_open)) {
		refuse_control_call(call, SERVICE ".InvalidParameter", "parameter", "openMetrics");
		return;
	}
	call->wanted.request = CONTROL_REQUEST_METRICS;
	call->wanted.is_open = json_is_true(is_open);
	call->wanted.more = call->message.wants_more;
}

static void take_import(struct control_call *call, const char *wrong, enum control_request request)
{
	if (wrong)
		refuse_control_call(call, SERVICE ".InvalidParameter", "parameter", wrong);
	else
		call->wanted.request = request;
}

static void request_import(struct control_call *call)
{
	take_import(call, report_import_put(call->message.parameters, &call->wanted.event),
		CONTROL_REQUEST_IMPORT);
}

static void request_messages(struct control_call *call)
{
	take_import(call, report_messages_put(call->message.parameters, &call->wanted.event),
		CONTROL_REQUEST_MESSAGES);
}

struct control_method {
	const char *name;
	const char *parameter; /* the only one that it takes; NULL: none */
	bool takes_others;     /* and refuses them itself */
	void (*answer)(struct control_call *call);
};

static const struct control_method methods[] = {
	{ SERVICE ".GetInfo", .answer = answer_info },
	{ SERVICE ".GetInterfaceDescription", "interface", .answer = answer_description },
	{ CONTROL_BACKUP_METHOD, .answer = request_backup },
	{ CONTROL_METRICS_METHOD, "openMetrics", .answer = request_metrics },
	{ REPORT_INTERFACE "." REPORT_IMPORT_METHOD, .takes_others = true,
		.answer = request_import },
	{ REPORT_INTERFACE "." REPORT_MESSAGES_METHOD, .takes_others = true,
		.answer = request_messages },
	{ CONTROL_BACKUP_HISTORY_METHOD, .answer = request_backup_of_history },
};

/* NULL: unknown. Of a report, *ret_report is the kind. */
static const struct control_method *find_method(const char *name, enum report_kind *ret_report)
{
	static const struct control_method report = { .takes_others = true,
		.answer = request_report };

	for (size_t i = 0; i < ARRAY_LENGTH(methods); i++)
		if (strcmp(methods[i].name, name) == 0)
			return &methods[i];
	return report_find_method(name, ret_report) ? &report : NULL;
}

/* NULL: all are known. */
static const char *find_unknown_parameter(
	const struct varlink_message *message, const struct control_method *method)
{
	const char *name;
	json_t *value;

	json_object_foreach(message->parameters, name, value)
	{
		if (!method->takes_others &&
			(!method->parameter || strcmp(name, method->parameter) != 0))
			return name;
	}
	return NULL;
}

static void refuse_unknown_method(const struct control_call *call)
{
	const char *method = call->message.method, *dot = strrchr(method, '.');
	CLEANUP(buffer_done) struct buffer interface = { 0 };

	buffer_put(&interface, method, dot ? (size_t) (dot - method) : 0);
	if (find_interface(interface.bytes))
		refuse_control_call(call, SERVICE ".MethodNotFound", "method", method);
	else
		refuse_control_call(
			call, SERVICE ".InterfaceNotFound", "interface", interface.bytes);
}

static void answer_control_call(struct control_call *call)
{
	const struct control_method *method =
		find_method(call->message.method, &call->wanted.call.kind);
	const char *unknown = method ? find_unknown_parameter(&call->message, method) : NULL;

	if (!method)
		refuse_unknown_method(call);
	else if (unknown)
		refuse_control_call(call, SERVICE ".InvalidParameter", "parameter", unknown);
	else if (call->message.is_upgrade)
		refuse_control_call(
			call, SERVICE ".MethodNotImplemented", "method", call->message.method);
	else
		method->answer(call);
}

bool control_calls_take(
	const char *text, size_t length, struct buffer *out, struct control_wanted *ret_wanted)
{
	CLEANUP(buffer_done) struct buffer unwanted = { 0 };
	struct control_call call = { .out = out };

	if (!varlink_message_parse(text, length, &call.message))
		return false;
	if (!call.message.method) {
		varlink_message_done(&call.message);
		return false;
	}
	if (call.message.is_oneway)
		call.out = &unwanted;
	answer_control_call(&call);
	*ret_wanted = call.wanted;
	ret_wanted->is_oneway = call.message.is_oneway;
	if (call.message.is_oneway && ret_wanted->request != CONTROL_REQUEST_ACT &&
		ret_wanted->request != CONTROL_REQUEST_IMPORT)
		ret_wanted->request = CONTROL_REQUEST_NONE;
	varlink_message_done(&call.message);
	return true;
}

void control_calls_put_backup(struct buffer *out, uint64_t size)
{
	json_t *parameters = json_object();

	json_object_set_new(parameters, "fileDescriptor", json_integer(0));
	json_object_set_new(parameters, "size", json_integer((json_int_t) size));
	varlink_message_put_reply(out, parameters);
}

void control_calls_refuse_backup(struct buffer *out, const char *reason)
{
	if (reason)
		varlink_message_put_error(out, CONTROL_BACKUP_FAILED, "reason", reason);
	else
		varlink_message_put_error(out, CONTROL_NOT_RECORDED, NULL, NULL);
}

void control_wanted_done(struct control_wanted *wanted)
{
	report_call_done(&wanted->call);
	buffer_done(&wanted->event);
}

static const char *name_missing(const struct report_row *row)
{
	if (row == report_row(REPORT_KIND_ACCESS))
		return "registered channel";
	return row->params[0].word == REPORT_WORD_NICK	   ? "user"
	       : row->params[0].word == REPORT_WORD_TARGET ? "user or channel"
							   : row->params[0].name;
}

void control_calls_refuse_missing(struct buffer *out, const struct report_call *call)
{
	const struct report_row *row = report_row(call->kind);
	CLEANUP(buffer_done) struct buffer reason = { 0 };

	buffer_format(&reason, "There is no %s %s", name_missing(row), call->values[0]);
	varlink_message_put_error(out, CONTROL_NOT_FOUND, "reason", reason.bytes);
}

void control_calls_refuse(struct buffer *out, const char *reason)
{
	varlink_message_put_error(out, CONTROL_REFUSED, "reason", reason);
}

uint64_t control_calls_put_acted(struct buffer *out, const char *text)
{
	uint64_t next = 0;
	const char *part = outbox_read_part(text, &next);

	if (part)
		varlink_message_put_part(out, json_loads(part, 0, NULL), true);
	else if (*text == '+')
		varlink_message_put_reply(out, json_pack("{s:s}", "message", text + 1));
	else if (*text == '*')
		varlink_message_put_reply(out, json_loads(text + 1, 0, NULL));
	else if (*text == ACTED_MISSING)
		varlink_message_put_error(out, CONTROL_NOT_FOUND, "reason", text + 1);
	else
		control_calls_refuse(out, text + 1);
	return next;
}

void control_calls_expect_more(struct buffer *out)
{
	varlink_message_put_error(out, SERVICE ".ExpectedMore", NULL, NULL);
}
