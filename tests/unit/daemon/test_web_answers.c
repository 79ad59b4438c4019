/* Requests over HTTP from their path to their answer: who may ask, what is refused, and long
 * answers in parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "base/digest.h"
#include "base/mem.h"
#include "config/problem.h"
#include "daemon/web_answers.h"
#include "daemon/web_events.h"
#include "small_server.h"

#define TOKEN "0123456789abcdef"
#define CONFIG                                                                                     \
	"web: { metrics = [ \"192.0.2.0/24\" ]; notifications = true; api = true; };"              \
	"history: { enabled = true; };"                                                            \
	"notifications = ( { name = \"ci\"; channels = [ \"#build\" ]; },"                         \
	"  { name = \"masks\"; channels = [ \"#x*\" ]; } );"                                       \
	"api_tokens = ( { name = \"all\"; source = \"ci\";"                                        \
	"    scopes = [ \"status\", \"channels\", \"history\", \"send\" ]; },"                     \
	"  { name = \"few\"; scopes = [ \"status\", \"send\" ]; },"                                \
	"  { name = \"far\"; scopes = [ \"status\" ]; addresses = [ \"198.51.100.9\" ]; } );"
#define SECRETS                                                                                    \
	"[notification ci]\ntoken = " TOKEN "-ci\n[notification masks]\ntoken = " TOKEN            \
	"-masks\n[api all]\ntoken = " TOKEN "-all\n[api few]\ntoken = " TOKEN                      \
	"-few\n[api far]\ntoken = " TOKEN "-far\n"

struct answers_scene {
	struct small_server server;
	struct settings *settings;
	struct web_sources sources;
	struct web_reply reply;
	size_t n_feeds;
	struct buffer logged;
	struct log log;
	/* The next request. */
	struct web_request request;
	struct http_text body;
	/* Its answer. */
	struct web_progress progress;
	struct buffer out;
	struct web_answer head;
	struct buffer content;
	bool is_complete;
};

static size_t n_metrics;

bool __wrap_metrics_put_next(
	const struct metric_sources *sources, struct metrics_cursor *cursor, struct buffer *out);

bool __wrap_metrics_put_next(
	const struct metric_sources *sources, struct metrics_cursor *cursor, struct buffer *out)
{
	(void) sources;
	buffer_format(out, "metric%zu %d\n", cursor->next, cursor->is_open);
	return ++cursor->next < n_metrics;
}

static void note_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct answers_scene *scene = data;

	assert_int_equal(entry, LOGBOOK_WEB_TOKEN_REFUSED);
	for (size_t i = 0; fields[i]; i += 2)
		buffer_format(&scene->logged, "%s=%s ", fields[i], fields[i + 1]);
}

static void note_effects(void *data, const struct outbox *outbox)
{
	struct answers_scene *scene = data;

	for (size_t i = 0; i < outbox->count; i++) {
		const struct effect *effect = &outbox->effects[i];

		if (scene->reply.is_awaited && effect->kind == EFFECT_REPLY)
			buffer_put_text(&scene->reply.text, effect->text);
		if (scene->reply.is_awaited && effect->kind == EFFECT_ACTED)
			buffer_put_text(&scene->reply.text, effect->text);
	}
}

static void use_settings(struct answers_scene *scene, const char *config, const char *secrets)
{
	const struct source sources[] = {
		{ SOURCE_KIND_CONFIG, "papod.conf", config },
		{ SOURCE_KIND_SECRETS, "secrets.ini", secrets },
	};
	struct event event = { .kind = EVENT_SETTINGS };
	struct problems problems = { 0 };

	settings_unref(scene->settings);
	scene->settings = settings_parse(sources, ARRAY_LENGTH(sources), &problems);
	problems_done(&problems);
	assert_non_null(scene->settings);
	event.settings = scene->settings;
	engine_handle(scene->server.engine, &event);
}

static int set_scene(void **state)
{
	struct answers_scene *scene = test_calloc(1, sizeof(*scene));

	scene->server = small_server_new();
	scene->server.on_effects = note_effects;
	scene->server.data = scene;
	small_server_serve(&scene->server);
	use_settings(scene, CONFIG, SECRETS);
	scene->log = (struct log){ note_entry, scene };
	scene->sources = (struct web_sources){
		.engine = scene->server.engine,
		.log = &scene->log,
		.metrics = { .engine = scene->server.engine, .loop = scene->server.loop },
		.guard = web_guard_new(),
		.reply = &scene->reply,
		.n_feeds = &scene->n_feeds,
	};
	scene->request.is_private = true;
	assert_true(address_parse_range("192.0.2.1", &scene->request.address));
	*state = scene;
	return 0;
}

static void end_answer(struct answers_scene *scene)
{
	web_progress_done(&scene->progress);
	scene->progress = (struct web_progress){ 0 };
	buffer_done(&scene->out);
	web_answer_done(&scene->head);
	buffer_clear(&scene->content);
}

static int clear_scene(void **state)
{
	struct answers_scene *scene = *state;

	end_answer(scene);
	assert_int_equal(scene->n_feeds, 0);
	small_server_done(&scene->server);
	settings_unref(scene->settings);
	web_guard_free(scene->sources.guard);
	buffer_done(&scene->reply.text);
	buffer_done(&scene->logged);
	buffer_done(&scene->content);
	test_free(scene);
	return 0;
}

/* A whole frame: no other may be in the answer. */
static bool take_frame(struct answers_scene *scene, struct buffer *frame)
{
	size_t length;

	if (!scene->out.length)
		return false;
	assert_int_equal(web_frame_look(&scene->out, WEB_FRAME_BYTES, &length), WEB_FRAME_WHOLE);
	buffer_clear(frame);
	buffer_put(frame, web_frame_bytes(&scene->out), length);
	web_frame_drop(&scene->out, length);
	return true;
}

static void take_content(struct answers_scene *scene)
{
	CLEANUP(buffer_done) struct buffer frame = { 0 };

	while (take_frame(scene, &frame)) {
		assert_false(scene->is_complete);
		scene->is_complete = !frame.length;
		buffer_put(&scene->content, frame.bytes, frame.length);
	}
}

static void go_on(struct answers_scene *scene)
{
	web_answers_go_on(&scene->sources, &scene->progress, &scene->out);
	take_content(scene);
}

/* What comes at once. */
static void ask_first(
	struct answers_scene *scene, enum http_method method, const char *target, const char *token)
{
	CLEANUP(mem_freep) char *path = mem_text(target);
	CLEANUP(buffer_done) struct buffer authorization = { 0 }, frame = { 0 };

	end_answer(scene);
	if (token)
		buffer_format(&authorization, "Bearer " TOKEN "-%s", token);
	scene->request.target = path;
	scene->request.authorization = authorization.bytes;
	scene->request.method = (uint8_t) method;
	scene->is_complete = false;
	web_answers_begin(
		&scene->sources, &scene->request, &scene->body, &scene->progress, &scene->out);
	assert_true(take_frame(scene, &frame));
	assert_true(web_answer_load(frame.bytes, frame.length, &scene->head));
	take_content(scene);
}

/* How many parts it came in. */
static int ask(
	struct answers_scene *scene, enum http_method method, const char *target, const char *token)
{
	int n = 1;

	for (ask_first(scene, method, target, token); scene->progress.is_going_on; n++) {
		assert_false(scene->is_complete);
		go_on(scene);
	}
	assert_true(scene->is_complete);
	return n;
}

static void get(struct answers_scene *scene, const char *target, const char *token)
{
	(void) ask(scene, HTTP_METHOD_GET, target, token);
}

static void post(
	struct answers_scene *scene, const char *target, const char *token, const char *body)
{
	scene->body = (struct http_text){ body, strlen(body) };
	(void) ask(scene, HTTP_METHOD_POST, target, token);
}

static void expect_problem(
	const struct answers_scene *scene, enum http_status status, const char *detail)
{
	json_t *problem = json_loadb(scene->content.bytes, scene->content.length, 0, NULL);

	assert_non_null(problem);
	assert_int_equal(scene->head.status, status);
	assert_string_equal(scene->head.content_type, "application/problem+json");
	assert_true(scene->head.has_length);
	assert_int_equal(scene->head.content_length, scene->content.length);
	assert_int_equal(json_integer_value(json_object_get(problem, "status")), status);
	if (detail)
		assert_string_equal(json_string_value(json_object_get(problem, "detail")), detail);
	json_decref(problem);
}

static void expect_no_wrong_token(struct answers_scene *scene)
{
	assert_string_equal(buffer_text(&scene->logged), "");
}

/* Routes */

static void paths_without_a_row_are_not_found(void **state)
{
	static const char *const paths[] = { "/", "/metric", "/metrics/", "/api/v1", "/api/v1/",
		"/api/v1/nothing", "/api/v1/users/", "/api/v1/users/a/b", "/notify", "/notify/" };
	struct answers_scene *scene = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
		get(scene, paths[i], "all");
		expect_problem(scene, HTTP_STATUS_NOT_FOUND, "There is no such path");
	}
}

static void methods_without_a_row_are_not_allowed(void **state)
{
	struct answers_scene *scene = *state;

	(void) ask(scene, HTTP_METHOD_DELETE, "/api/v1/channels/%23a/messages", "all");
	expect_problem(scene, HTTP_STATUS_METHOD_NOT_ALLOWED, "The method is not allowed here");
	assert_string_equal(scene->head.allow, "GET, HEAD, POST");
	get(scene, "/notify/ci", "ci");
	assert_int_equal(scene->head.status, HTTP_STATUS_METHOD_NOT_ALLOWED);
	assert_string_equal(scene->head.allow, "POST");
}

static void parameters_that_are_wrong_are_refused(void **state)
{
	static const char *const targets[] = { "/api/v1/users/%", "/api/v1/users/%zz",
		"/api/v1/users/%00", "/api/v1/users/%0d%0a", "/api/v1/users/a?nick=b",
		"/api/v1/users/%ff", "/api/v1/status?x=1&x=2", "/api/v1/status?unknown=1",
		"/api/v1/status?operator=ana" };
	struct answers_scene *scene = *state;

	use_settings(scene,
		"web: { api = true; };"
		"api_tokens = ( { name = \"all\"; scopes = [ \"status\", \"users\" ]; } );",
		"[api all]\ntoken = " TOKEN "-all\n");
	for (size_t i = 0; i < ARRAY_LENGTH(targets); i++) {
		get(scene, targets[i], "all");
		expect_problem(scene, HTTP_STATUS_BAD_REQUEST, NULL);
	}
	expect_no_wrong_token(scene);
}

/* Metrics */

static void metrics_are_for_their_addresses(void **state)
{
	struct answers_scene *scene = *state;

	n_metrics = 2;
	get(scene, "/metrics", NULL);
	assert_int_equal(scene->head.status, HTTP_STATUS_OK);
	assert_string_equal(scene->content.bytes, "metric0 0\nmetric1 0\n");
	assert_string_equal(scene->head.content_type, "text/plain; version=0.0.4; charset=utf-8");
	assert_true(address_parse_range("198.51.100.1", &scene->request.address));
	get(scene, "/metrics", "all");
	expect_problem(scene, HTTP_STATUS_FORBIDDEN, NULL);
	assert_null(strstr(scene->content.bytes, "metric0"));
}

static void metrics_have_the_form_that_is_wanted(void **state)
{
	struct answers_scene *scene = *state;

	n_metrics = 1;
	scene->request.accept = (char[]){ "application/openmetrics-text; version=1.0.0,"
					  "text/plain;version=0.0.4;q=0.5" };
	get(scene, "/metrics", NULL);
	assert_string_equal(scene->content.bytes, "metric0 1\n");
	scene->request.accept = (char[]){ "application/openmetrics-text;q=0.1,*/*;q=0.5" };
	get(scene, "/metrics", NULL);
	assert_string_equal(scene->content.bytes, "metric0 0\n");
}

static void many_metrics_come_in_parts(void **state)
{
	struct answers_scene *scene = *state;

	n_metrics = 5000;
	assert_true(ask(scene, HTTP_METHOD_GET, "/metrics", NULL) > 5);
	assert_non_null(strstr(scene->content.bytes, "\nmetric4999 0\n"));
}

/* Tokens */

static void tokens_do_not_travel_in_the_clear(void **state)
{
	struct answers_scene *scene = *state;

	scene->request.is_private = false;
	get(scene, "/api/v1/status", "all");
	expect_problem(
		scene, HTTP_STATUS_FORBIDDEN, "Use https: tokens must not travel in the clear");
	post(scene, "/notify/ci", "ci", "text");
	assert_int_equal(scene->head.status, HTTP_STATUS_FORBIDDEN);
	expect_no_wrong_token(scene);
}

static void a_token_is_wanted(void **state)
{
	struct answers_scene *scene = *state;

	get(scene, "/api/v1/status", NULL);
	expect_problem(
		scene, HTTP_STATUS_UNAUTHORIZED, "Send a token as \"Authorization: Bearer TOKEN\"");
	assert_true(scene->head.wants_token);
	get(scene, "/api/v1/status", "none");
	expect_problem(scene, HTTP_STATUS_UNAUTHORIZED, "No program has this token");
	get(scene, "/api/v1/status", "ci");
	assert_int_equal(scene->head.status, HTTP_STATUS_UNAUTHORIZED);
	assert_non_null(strstr(scene->logged.bytes, "ADDRESS=192.0.2.1 PATH=/api/v1/status "));
	assert_null(strstr(scene->logged.bytes, TOKEN));
}

static void a_right_token_reads_its_scopes(void **state)
{
	struct answers_scene *scene = *state;

	get(scene, "/api/v1/status", "few");
	assert_int_equal(scene->head.status, HTTP_STATUS_OK);
	assert_string_equal(scene->head.content_type, "application/json");
	get(scene, "/api/v1/channels", "few");
	expect_problem(scene, HTTP_STATUS_FORBIDDEN, "The token lacks the scope channels");
	get(scene, "/api/v1/status", "far");
	expect_problem(scene, HTTP_STATUS_FORBIDDEN, "The token is not for your address");
	expect_no_wrong_token(scene);
}

static void guessing_is_stopped_for_right_tokens_too(void **state)
{
	struct answers_scene *scene = *state;

	for (int i = 0; i < WEB_GUARD_BURST; i++) {
		get(scene, "/api/v1/status", "none");
		assert_int_equal(scene->head.status, HTTP_STATUS_UNAUTHORIZED);
	}
	get(scene, "/api/v1/status", "all");
	expect_problem(scene, HTTP_STATUS_TOO_MANY_REQUESTS, NULL);
	assert_true(scene->head.retry_s > 0);
	post(scene, "/notify/ci", "ci", "text");
	assert_int_equal(scene->head.status, HTTP_STATUS_TOO_MANY_REQUESTS);
	assert_true(address_parse_range("192.0.2.2", &scene->request.address));
	get(scene, "/api/v1/status", "all");
	assert_int_equal(scene->head.status, HTTP_STATUS_OK);
}

static void what_is_off_is_not_found(void **state)
{
	struct answers_scene *scene = *state;

	use_settings(scene, "server: { name = \"irc.example.org\"; };", "");
	get(scene, "/api/v1/status", "all");
	expect_problem(scene, HTTP_STATUS_NOT_FOUND, "There is no such path");
	post(scene, "/notify/ci", "ci", "text");
	expect_problem(scene, HTTP_STATUS_NOT_FOUND, "There is no such path");
	get(scene, "/metrics", NULL);
	expect_problem(scene, HTTP_STATUS_FORBIDDEN, NULL);
	expect_no_wrong_token(scene);
}

/* Reports */

static void a_long_description_is_divided_into_frames(void **state)
{
	struct answers_scene *scene = *state;
	json_t *document;

	get(scene, "/api/v1/openapi.json", "few");
	assert_int_equal(scene->head.status, HTTP_STATUS_OK);
	assert_int_equal(scene->head.content_length, scene->content.length);
	document = json_loadb(scene->content.bytes, scene->content.length, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(document, "openapi")), "3.1.0");
	json_decref(document);
}

static void a_report_is_json_without_rows_too(void **state)
{
	struct answers_scene *scene = *state;
	json_t *report;

	get(scene, "/api/v1/channels", "all");
	report = json_loadb(scene->content.bytes, scene->content.length, 0, NULL);
	assert_int_equal(json_array_size(json_object_get(report, "channels")), 0);
	assert_true(json_is_array(json_object_get(report, "channels")));
	json_decref(report);
	get(scene, "/api/v1/channels/%23none/members", "all");
	expect_problem(scene, HTTP_STATUS_NOT_FOUND, "What the path names is not there");
}

/* Notifications */

static char *sign(const char *secret, const char *body)
{
	const struct digest digest = digest_hmac((struct digest_input){ secret, strlen(secret) },
		(struct digest_input){ body, strlen(body) });
	struct buffer text = { 0 };

	buffer_put_text(&text, "sha256=");
	for (size_t i = 0; i < sizeof(digest.bytes); i++)
		buffer_format(&text, "%02x", digest.bytes[i]);
	return buffer_take(&text);
}

static void a_notification_reaches_the_world(void **state)
{
	struct answers_scene *scene = *state;

	post(scene, "/notify/ci", "ci", "text");
	assert_int_equal(scene->head.status, HTTP_STATUS_UNPROCESSABLE);
	assert_non_null(strstr(scene->content.bytes, "#build"));
	post(scene, "/notify/ci?channels=%23other", "ci", "text");
	assert_int_equal(scene->head.status, HTTP_STATUS_UNPROCESSABLE);
	assert_non_null(strstr(scene->content.bytes, "#other"));
	post(scene, "/notify/masks", "masks", "text");
	assert_int_equal(scene->head.status, HTTP_STATUS_UNPROCESSABLE);
	assert_non_null(strstr(scene->content.bytes, "Name channels"));
	post(scene, "/notify/ci?channels=%23a%20%23b", "ci", "text");
	assert_non_null(strstr(scene->content.bytes, "Name channels"));
	expect_no_wrong_token(scene);
}

static void a_source_has_its_own_token_only(void **state)
{
	struct answers_scene *scene = *state;

	post(scene, "/notify/ci", "masks", "text");
	expect_problem(scene, HTTP_STATUS_UNAUTHORIZED,
		"There is no such source, or it has another token");
	post(scene, "/notify/none", "ci", "text");
	expect_problem(scene, HTTP_STATUS_UNAUTHORIZED,
		"There is no such source, or it has another token");
	post(scene, "/notify/ci", NULL, "text");
	assert_int_equal(scene->head.status, HTTP_STATUS_UNAUTHORIZED);
}

static void a_signature_must_be_that_of_the_body(void **state)
{
	struct answers_scene *scene = *state;
	CLEANUP(mem_freep) char *right = sign(TOKEN "-ci", "text"), *wrong = sign("x", "text");

	scene->request.signature = right;
	post(scene, "/notify/ci", NULL, "text");
	assert_int_equal(scene->head.status, HTTP_STATUS_UNPROCESSABLE);
	post(scene, "/notify/ci", NULL, "texT");
	assert_int_equal(scene->head.status, HTTP_STATUS_UNAUTHORIZED);
	post(scene, "/notify/none", NULL, "text");
	assert_int_equal(scene->head.status, HTTP_STATUS_UNAUTHORIZED);
	scene->request.signature = wrong;
	post(scene, "/notify/ci", "ci", "text");
	assert_int_equal(scene->head.status, HTTP_STATUS_UNAUTHORIZED);
	scene->request.signature = (char[]){ "sha256=" };
	post(scene, "/notify/ci", "ci", "text");
	assert_int_equal(scene->head.status, HTTP_STATUS_UNAUTHORIZED);
	scene->request.signature = NULL;
}

static void too_many_messages_are_refused(void **state)
{
	struct answers_scene *scene = *state;

	post(scene, "/notify/ci?channels=%23a,%23b,%23c", "ci",
		"1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n");
	assert_int_equal(scene->head.status, HTTP_STATUS_UNPROCESSABLE);
	assert_non_null(strstr(scene->content.bytes, "more than 32 messages"));
	post(scene, "/notify/ci", "ci", "");
	assert_int_equal(scene->head.status, HTTP_STATUS_BAD_REQUEST);
}

static void only_a_program_with_a_source_sends(void **state)
{
	struct answers_scene *scene = *state;

	post(scene, "/api/v1/channels/%23build/messages", "few", "{\"text\":\"hello\"}");
	assert_int_equal(scene->head.status, HTTP_STATUS_FORBIDDEN);
	post(scene, "/api/v1/channels/%23build/messages", "all", "{\"text\":\"hello\"}");
	assert_int_equal(scene->head.status, HTTP_STATUS_UNPROCESSABLE);
	assert_non_null(strstr(scene->content.bytes, "#build"));
	post(scene, "/api/v1/channels/%23build,%23b/messages", "all", "{\"text\":\"hello\"}");
	assert_int_equal(scene->head.status, HTTP_STATUS_BAD_REQUEST);
	post(scene, "/api/v1/channels/%23build/messages", "all",
		"{\"text\":\"hello\",\"channels\":[\"#b\"]}");
	assert_int_equal(scene->head.status, HTTP_STATUS_BAD_REQUEST);
	post(scene, "/api/v1/channels/%23build/messages", "all", "{");
	assert_int_equal(scene->head.status, HTTP_STATUS_BAD_REQUEST);
	post(scene, "/api/v1/channels/%23build/messages", "all", "");
	assert_int_equal(scene->head.status, HTTP_STATUS_BAD_REQUEST);
}

/* Events */

static void a_stream_of_events_is_for_channels(void **state)
{
	struct answers_scene *scene = *state;

	get(scene, "/api/v1/channels/ana/events", "all");
	expect_problem(scene, HTTP_STATUS_NOT_FOUND, "This is no channel");
	ask_first(scene, HTTP_METHOD_GET, "/api/v1/channels/%23none/events", "all");
	assert_int_equal(scene->head.status, HTTP_STATUS_NOT_FOUND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_scene, clear_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(paths_without_a_row_are_not_found),
		TEST(methods_without_a_row_are_not_allowed),
		TEST(parameters_that_are_wrong_are_refused),
		TEST(metrics_are_for_their_addresses),
		TEST(metrics_have_the_form_that_is_wanted),
		TEST(many_metrics_come_in_parts),
		TEST(tokens_do_not_travel_in_the_clear),
		TEST(a_token_is_wanted),
		TEST(a_right_token_reads_its_scopes),
		TEST(guessing_is_stopped_for_right_tokens_too),
		TEST(what_is_off_is_not_found),
		TEST(a_long_description_is_divided_into_frames),
		TEST(a_report_is_json_without_rows_too),
		TEST(a_notification_reaches_the_world),
		TEST(a_source_has_its_own_token_only),
		TEST(a_signature_must_be_that_of_the_body),
		TEST(too_many_messages_are_refused),
		TEST(only_a_program_with_a_source_sends),
		TEST(a_stream_of_events_is_for_channels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
