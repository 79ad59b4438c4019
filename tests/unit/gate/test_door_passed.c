/* Clients whose requests papod answers, from the door on: how long each may take, and what is left
 * of one that goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "gate/door.h"
#include "passing_house.h"

#define HOST "Host: a\r\n"
#define GET_METRICS "GET /metrics HTTP/1.1\r\n" HOST "\r\n"
#define VISIT_MS 10000

struct scene {
	struct passing_house papod; /* the first member, for its setup */
	struct door *door;
	struct web_space *space;
	struct web_site site;
	struct upload_site uploads_site;
	struct upload_needs uploads;
	struct passed_site passed_site;
	struct passed_needs passed;
	struct buffer heard;
	int client;
};

ssize_t __real_recv(int fd, void *bytes, size_t length, int flags);
ssize_t __wrap_recv(int fd, void *bytes, size_t length, int flags);

/* Without a place for them, TCP drops bytes, and Unix sockets do not. */
ssize_t __wrap_recv(int fd, void *bytes, size_t length, int flags)
{
	static char dropped[65536];

	if (bytes)
		return __real_recv(fd, bytes, length, flags);
	return __real_recv(
		fd, dropped, length < sizeof(dropped) ? length : sizeof(dropped), MSG_DONTWAIT);
}

static void note_no_client(void *data, const struct door_client *client)
{
	(void) data;
	close(client->fd);
	fail();
}

static void make_door(struct scene *scene)
{
	const struct door_needs needs = {
		.loop = scene->papod.house->loop,
		.log = &scene->papod.house->log,
		.requests = { .crypto = scene->papod.house->peer.crypto,
			.space = scene->space,
			.site = &scene->site,
			.uploads = &scene->uploads,
			.passed = &scene->passed },
		.most = 10,
		.most_from_source = 10,
		.on_client = note_no_client,
	};

	scene->door = door_new(&needs);
}

static int set_scene(void **state)
{
	struct scene *scene = test_calloc(1, sizeof(*scene));
	struct passing_house *house;
	void *made;

	assert_int_equal(passing_house_setup(&made), 0);
	house = made;
	scene->papod = *house;
	test_free(house);
	scene->uploads.site = &scene->uploads_site;
	scene->passed_site = (struct passed_site){ true, true, true };
	scene->passed = (struct passed_needs){ &scene->passed_site, &scene->papod.passing };
	scene->space = web_space_new();
	scene->client = -1;
	make_door(scene);
	*state = scene;
	return 0;
}

static int clear_scene(void **state)
{
	struct scene *scene = *state;
	struct passing_house *house = test_malloc(sizeof(*house));
	void *made = house;

	door_free(scene->door);
	web_space_free(scene->space);
	buffer_done(&scene->heard);
	if (scene->client >= 0)
		close(scene->client);
	*house = scene->papod;
	passing_house_teardown(&made);
	test_free(scene);
	return 0;
}

static void enter(struct scene *scene)
{
	const struct door_listener listener = { .name = "web", .is_web = true };
	const struct address address = passing_house_address("192.0.2.7");
	int ends[2];

	if (scene->client >= 0)
		close(scene->client);
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
	scene->client = ends[1];
	buffer_clear(&scene->heard);
	door_accept(scene->door, ends[0], &listener, &address);
}

/* A turn that is late leaves others for the next one. */
static void turn(struct scene *scene)
{
	for (int i = 0; i < 4; i++)
		passing_house_turn(&scene->papod);
	door_tick(scene->door);
}

static void pass_time(struct scene *scene, uint64_t ms)
{
	scene->papod.house->now_ms += ms;
	turn(scene);
}

static void say(struct scene *scene, const char *text)
{
	assert_int_equal(send(scene->client, text, strlen(text), MSG_NOSIGNAL), strlen(text));
	turn(scene);
}

/* True: that is the end. */
static bool hear(struct scene *scene)
{
	char bytes[4096];
	ssize_t n;

	while ((n = recv(scene->client, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
		buffer_put(&scene->heard, bytes, (size_t) n);
	return n == 0;
}

static void expect_heard(struct scene *scene, const char *part)
{
	(void) hear(scene);
	if (!strstr(buffer_text(&scene->heard), part))
		fail_msg("not heard: %s, but: %s", part, buffer_text(&scene->heard));
}

static void say_ok(struct scene *scene)
{
	passing_house_say_head(&scene->papod,
		&(struct web_answer){ .status = 200, .content_type = (char[]){ "text/plain" } });
	turn(scene);
}

static void an_answer_reaches_its_client(void **state)
{
	struct scene *scene = *state;

	enter(scene);
	say(scene, GET_METRICS);
	passing_house_expect_request(&scene->papod);
	say_ok(scene);
	passing_house_say_frame(&scene->papod, "abc");
	passing_house_say_frame(&scene->papod, "");
	turn(scene);
	assert_true(hear(scene));
	expect_heard(scene, "HTTP/1.1 200 OK\r\n");
	assert_string_equal(
		strstr(scene->heard.bytes, "\r\n\r\n"), "\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
	assert_true(passing_house_is_closed(&scene->papod));
	assert_int_equal(door_count(scene->door), 0);
}

/* The head, in two pieces, and a body that comes slowly take their time; then papod's begins. */
static void papod_has_its_time_after_a_slow_body(void **state)
{
	struct scene *scene = *state;

	enter(scene);
	say(scene, "POST /notify/a HTTP/1.1\r\n" HOST);
	say(scene, "Content-Length: 4\r\n\r\n{");
	pass_time(scene, VISIT_MS - 1);
	say(scene, "  }");
	passing_house_expect_request(&scene->papod);
	assert_string_equal(scene->papod.body.bytes, "{  }");
	pass_time(scene, PASSING_MS - 1);
	say_ok(scene);
	expect_heard(scene, "HTTP/1.1 200 OK\r\n");
}

static void a_body_that_stops_ends_with_408(void **state)
{
	struct scene *scene = *state;

	enter(scene);
	say(scene, "POST /notify/a HTTP/1.1\r\n" HOST "Content-Length: 4\r\n\r\n{");
	pass_time(scene, VISIT_MS - 1);
	say(scene, " ");
	assert_false(hear(scene));
	pass_time(scene, 1);
	assert_true(hear(scene));
	expect_heard(scene, "HTTP/1.1 408 ");
	assert_false(passing_house_is_asked(&scene->papod));
	assert_int_equal(door_count(scene->door), 0);
}

static void a_papod_that_does_not_answer_is_reported(void **state)
{
	struct scene *scene = *state;

	enter(scene);
	say(scene, GET_METRICS);
	passing_house_expect_request(&scene->papod);
	pass_time(scene, PASSING_MS);
	turn(scene);
	assert_true(hear(scene));
	expect_heard(scene, "HTTP/1.1 503 ");
	assert_true(passing_house_is_closed(&scene->papod));
}

static void a_papod_that_stalls_in_the_middle_ends_the_connection(void **state)
{
	struct scene *scene = *state;

	enter(scene);
	say(scene, GET_METRICS);
	passing_house_expect_request(&scene->papod);
	say_ok(scene);
	for (int i = 0; i < 3; i++) {
		pass_time(scene, VISIT_MS - 1);
		passing_house_say_frame(&scene->papod, "abc");
		turn(scene);
		assert_false(hear(scene));
	}
	pass_time(scene, VISIT_MS);
	assert_true(hear(scene));
	assert_string_equal(strstr(scene->heard.bytes, "\r\n\r\n"),
		"\r\n\r\n3\r\nabc\r\n3\r\nabc\r\n3\r\nabc\r\n");
	assert_true(passing_house_is_closed(&scene->papod));
}

static void a_client_that_does_not_read_is_ended(void **state)
{
	static char content[WEB_FRAME_BYTES];
	CLEANUP(buffer_done) struct buffer frame = { 0 };
	struct scene *scene = *state;

	enter(scene);
	say(scene, GET_METRICS);
	passing_house_expect_request(&scene->papod);
	say_ok(scene);
	web_frame_put(&frame, content, sizeof(content));
	while (send(scene->papod.fd, frame.bytes, frame.length, MSG_DONTWAIT | MSG_NOSIGNAL) ==
		(ssize_t) frame.length)
		turn(scene);
	turn(scene);
	pass_time(scene, VISIT_MS - 1);
	assert_int_equal(door_count(scene->door), 1);
	pass_time(scene, 1);
	assert_int_equal(door_count(scene->door), 0);
}

static void a_client_that_goes_frees_its_request(void **state)
{
	struct scene *scene = *state;

	enter(scene);
	say(scene, GET_METRICS);
	passing_house_expect_request(&scene->papod);
	close(TAKE_FD(scene->client));
	turn(scene);
	assert_int_equal(door_count(scene->door), 0);
	assert_true(passing_house_is_closed(&scene->papod));
	enter(scene);
	say(scene, "POST /notify/a HTTP/1.1\r\n" HOST "Content-Length: 4\r\n\r\n{");
	close(TAKE_FD(scene->client));
	turn(scene);
	assert_int_equal(door_count(scene->door), 0);
	assert_false(passing_house_is_asked(&scene->papod));
}

static void what_follows_a_body_is_no_request(void **state)
{
	struct scene *scene = *state;

	enter(scene);
	say(scene, "POST /notify/a HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n{}" GET_METRICS);
	passing_house_expect_request(&scene->papod);
	assert_string_equal(scene->papod.body.bytes, "{}");
	passing_house_say_head(&scene->papod, &(struct web_answer){ .status = 200,
						      .content_type = (char[]){ "text/plain" },
						      .has_length = true });
	passing_house_say_frame(&scene->papod, "");
	turn(scene);
	assert_true(hear(scene));
	expect_heard(scene, "Connection: close\r\n");
	assert_false(passing_house_is_asked(&scene->papod));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_scene, clear_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_answer_reaches_its_client),
		TEST(papod_has_its_time_after_a_slow_body),
		TEST(a_body_that_stops_ends_with_408),
		TEST(a_papod_that_does_not_answer_is_reported),
		TEST(a_papod_that_stalls_in_the_middle_ends_the_connection),
		TEST(a_client_that_does_not_read_is_ended),
		TEST(a_client_that_goes_frees_its_request),
		TEST(what_follows_a_body_is_no_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
