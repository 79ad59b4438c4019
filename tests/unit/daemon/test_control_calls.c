/* What papod answers to calls at its control socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "daemon/control_calls.h"
#include "proto/varlink_message.h"

#define GET_INFO "{\"method\":\"org.varlink.service.GetInfo\""
#define DESCRIBE "{\"method\":\"org.varlink.service.GetInterfaceDescription\""

struct answered {
	bool is_taken;
	struct control_wanted wanted;
	struct buffer out;
	struct varlink_message message; /* what was answered */
};

static void answered_done(struct answered *answered)
{
	buffer_done(&answered->out);
	control_wanted_done(&answered->wanted);
	varlink_message_done(&answered->message);
}

static struct answered take(const char *text)
{
	struct answered answered = { .wanted = { .request = CONTROL_REQUEST_NONE } };

	answered.is_taken = control_calls_take(text, strlen(text), &answered.out, &answered.wanted);
	if (answered.out.length)
		assert_true(varlink_message_parse(
			answered.out.bytes, answered.out.length - 1, &answered.message));
	return answered;
}

static void assert_refused(
	const char *text, const char *error, const char *parameter, const char *value)
{
	CLEANUP(answered_done) struct answered answered = take(text);

	assert_true(answered.is_taken);
	assert_int_equal(answered.wanted.request, CONTROL_REQUEST_NONE);
	assert_string_equal(answered.message.error, error);
	assert_string_equal(varlink_message_text(&answered.message, parameter), value);
}

static void info_names_the_interfaces(void **state)
{
	CLEANUP(answered_done) struct answered answered = take(GET_INFO ",\"parameters\":{}}");
	json_t *names = json_object_get(answered.message.parameters, "interfaces");

	(void) state;
	assert_null(answered.message.error);
	assert_string_equal(varlink_message_text(&answered.message, "product"), "papod");
	assert_string_equal(varlink_message_text(&answered.message, "version"), PACKAGE_VERSION);
	assert_int_equal(json_array_size(names), 2);
	assert_string_equal(json_string_value(json_array_get(names, 0)), "org.varlink.service");
	assert_string_equal(json_string_value(json_array_get(names, 1)), "io.github.papod.Control");
}

/* Each method of an interface that is described is there. */
static void assert_methods_exist(const char *interface, const char *description)
{
	CLEANUP(buffer_done) struct buffer call = { 0 };
	size_t n_methods = 0;

	for (const char *at = description; (at = strstr(at, "\nmethod ")); n_methods++) {
		at += strlen("\nmethod ");
		buffer_clear(&call);
		buffer_format(
			&call, "{\"method\":\"%s.%.*s\"}", interface, (int) strcspn(at, "("), at);
		CLEANUP(answered_done) struct answered answered = take(call.bytes);
		assert_true(answered.is_taken);
		assert_true(!answered.message.error ||
			    !strstr(answered.message.error, ".MethodNotFound"));
	}
	assert_true(n_methods > 0);
}

static void each_interface_is_described(void **state)
{
	static const char *const names[] = { "org.varlink.service", "io.github.papod.Control" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		CLEANUP(buffer_done) struct buffer call = { 0 };
		CLEANUP(buffer_done) struct buffer head = { 0 };
		const char *description;

		buffer_format(&call, DESCRIBE ",\"parameters\":{\"interface\":\"%s\"}}", names[i]);
		buffer_format(&head, "\ninterface %s\n", names[i]);
		CLEANUP(answered_done) struct answered answered = take(call.bytes);
		description = varlink_message_text(&answered.message, "description");
		assert_non_null(description);
		assert_non_null(strstr(description, head.bytes));
		assert_methods_exist(names[i], description);
	}
}

static void what_is_unknown_is_refused(void **state)
{
	(void) state;
	assert_refused(DESCRIBE ",\"parameters\":{\"interface\":\"a.b\"}}",
		"org.varlink.service.InterfaceNotFound", "interface", "a.b");
	assert_refused(
		DESCRIBE "}", "org.varlink.service.InvalidParameter", "parameter", "interface");
	assert_refused(DESCRIBE ",\"parameters\":{\"interface\":7}}",
		"org.varlink.service.InvalidParameter", "parameter", "interface");
	assert_refused(GET_INFO ",\"parameters\":{\"a\":1}}",
		"org.varlink.service.InvalidParameter", "parameter", "a");
	assert_refused("{\"method\":\"org.varlink.service.Nothing\"}",
		"org.varlink.service.MethodNotFound", "method", "org.varlink.service.Nothing");
	assert_refused("{\"method\":\"a.b.C\"}", "org.varlink.service.InterfaceNotFound",
		"interface", "a.b");
	assert_refused("{\"method\":\"nothing\"}", "org.varlink.service.InterfaceNotFound",
		"interface", "");
	assert_refused(GET_INFO ",\"upgrade\":true}", "org.varlink.service.MethodNotImplemented",
		"method", "org.varlink.service.GetInfo");
}

static void what_is_no_call_is_not_taken(void **state)
{
	static const char *const texts[] = { "", "GET / HTTP/1.1\r\n", "{}", "{\"parameters\":{}}",
		"{\"error\":\"a.B\"}", "[]" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		CLEANUP(answered_done) struct answered answered = take(texts[i]);

		assert_false(answered.is_taken);
		assert_int_equal(answered.out.length, 0);
	}
}

static void a_backup_is_requested(void **state)
{
	CLEANUP(answered_done)
	struct answered answered =
		take("{\"method\":\"" CONTROL_BACKUP_METHOD "\",\"parameters\":{}}");

	(void) state;
	assert_true(answered.is_taken);
	assert_int_equal(answered.wanted.request, CONTROL_REQUEST_BACKUP);
	assert_int_equal(answered.out.length, 0);
}

static void a_oneway_call_gets_no_answer(void **state)
{
	CLEANUP(answered_done) struct answered info = take(GET_INFO ",\"oneway\":true}");
	CLEANUP(answered_done)
	struct answered backup = take("{\"method\":\"" CONTROL_BACKUP_METHOD "\",\"oneway\":true}");

	(void) state;
	assert_true(info.is_taken);
	assert_int_equal(info.out.length, 0);
	assert_true(backup.is_taken);
	assert_int_equal(backup.wanted.request, CONTROL_REQUEST_NONE);
	assert_int_equal(backup.out.length, 0);
}

static void answers_to_a_backup(void **state)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };

	(void) state;
	control_calls_put_backup(&out, 4096);
	assert_string_equal(out.bytes, "{\"parameters\":{\"fileDescriptor\":0,\"size\":4096}}");
	buffer_clear(&out);
	control_calls_refuse_backup(&out, "no space is left");
	assert_string_equal(out.bytes, "{\"error\":\"io.github.papod.Control.BackupFailed\","
				       "\"parameters\":{\"reason\":\"no space is left\"}}");
}

static void a_report_is_still_to_be_answered(void **state)
{
	CLEANUP(answered_done)
	struct answered one = take("{\"method\":\"" REPORT_INTERFACE ".ListUsers\"}");
	CLEANUP(answered_done)
	struct answered more = take("{\"method\":\"" REPORT_INTERFACE ".ListBans\",\"more\":true}");
	CLEANUP(answered_done)
	struct answered oneway =
		take("{\"method\":\"" REPORT_INTERFACE ".ListBans\",\"oneway\":true}");

	(void) state;
	assert_int_equal(one.wanted.request, CONTROL_REQUEST_REPORT);
	assert_int_equal(one.wanted.call.kind, REPORT_KIND_USERS);
	assert_false(one.wanted.more);
	assert_int_equal(more.wanted.call.kind, REPORT_KIND_BANS);
	assert_true(more.wanted.more);
	assert_int_equal(more.out.length, 0);
	assert_int_equal(oneway.wanted.request, CONTROL_REQUEST_NONE);
}

static void an_act_is_still_to_be_done(void **state)
{
	CLEANUP(answered_done)
	struct answered act =
		take("{\"method\":\"" REPORT_INTERFACE ".Kill\",\"parameters\":{\"nick\":\"ana\","
		     "\"reason\":\"spam\",\"operator\":\"root\"},\"oneway\":true}");

	(void) state;
	assert_int_equal(act.wanted.request, CONTROL_REQUEST_ACT);
	assert_int_equal(act.wanted.call.kind, REPORT_KIND_KILL);
	assert_true(act.wanted.is_oneway);
	assert_string_equal(act.wanted.call.values[0], "ana");
	assert_string_equal(act.wanted.call.values[1], "spam");
	assert_string_equal(act.wanted.call.operator, "root");
	assert_refused("{\"method\":\"" REPORT_INTERFACE
		       ".Kill\",\"parameters\":{\"nick\":\"ana\"}}",
		"org.varlink.service.InvalidParameter", "parameter", "reason");
	assert_refused("{\"method\":\"" REPORT_INTERFACE ".GetUser\",\"parameters\":{\"nick\":[]}}",
		"org.varlink.service.InvalidParameter", "parameter", "nick");
}

static void answers_to_acts(void **state)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };

	(void) state;
	assert_int_equal(control_calls_put_acted(&out, "+Disconnected ana"), 0);
	assert_string_equal(out.bytes, "{\"parameters\":{\"message\":\"Disconnected ana\"}}");
	buffer_clear(&out);
	assert_int_equal(control_calls_put_acted(&out, "-There is no user ana"), 0);
	assert_string_equal(out.bytes, "{\"error\":\"" CONTROL_REFUSED
				       "\",\"parameters\":{\"reason\":\"There is no user ana\"}}");
	buffer_clear(&out);
	assert_int_equal(control_calls_put_acted(&out, "&7 {\"files\":[]}"), 7);
	assert_string_equal(out.bytes, "{\"parameters\":{\"files\":[]},\"continues\":true}");
	buffer_clear(&out);
	assert_int_equal(control_calls_put_acted(&out, "*{\"files\":[]}"), 0);
	assert_string_equal(out.bytes, "{\"parameters\":{\"files\":[]}}");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(info_names_the_interfaces),
		cmocka_unit_test(each_interface_is_described),
		cmocka_unit_test(what_is_unknown_is_refused),
		cmocka_unit_test(what_is_no_call_is_not_taken),
		cmocka_unit_test(a_backup_is_requested),
		cmocka_unit_test(a_report_is_still_to_be_answered),
		cmocka_unit_test(an_act_is_still_to_be_done),
		cmocka_unit_test(answers_to_acts),
		cmocka_unit_test(a_oneway_call_gets_no_answer),
		cmocka_unit_test(answers_to_a_backup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
