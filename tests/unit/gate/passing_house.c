/* Owns the fixture of a papod that is passed requests of HTTP. */
#include "passing_house.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

int passing_house_setup(void **state)
{
	struct passing_house *scene = test_calloc(1, sizeof(*scene));
	void *house;

	assert_int_equal(link_setup(&house), 0);
	scene->house = house;
	scene->fd = -1;
	link_begin_with_papod(scene->house);
	link_expect_hello(scene->house);
	scene->passing = passing_new(scene->house->loop, scene->house->link);
	*state = scene;
	return 0;
}

int passing_house_teardown(void **state)
{
	struct passing_house *scene = *state;
	void *house = scene->house;

	passing_house_hang_up(scene);
	web_request_done(&scene->request);
	buffer_done(&scene->body);
	passing_free(scene->passing);
	link_teardown(&house);
	test_free(scene);
	return 0;
}

struct address passing_house_address(const char *text)
{
	struct address address;

	assert_true(address_parse_range(text, &address));
	return address;
}

void passing_house_turn(struct passing_house *scene)
{
	link_turn(scene->house);
	passing_tick(scene->passing);
}

void passing_house_pass_time(struct passing_house *scene, uint64_t ms)
{
	scene->house->now_ms += ms;
	passing_house_turn(scene);
}

bool passing_house_is_asked(struct passing_house *scene)
{
	struct gate_message message = link_next_message(scene->house);

	if (!message.kind)
		return false;
	assert_int_equal(message.kind, GATE_MESSAGE_KIND_REQUEST);
	assert_true(scene->house->taken_fd >= 0);
	passing_house_hang_up(scene);
	scene->fd = TAKE_FD(scene->house->taken_fd);
	return true;
}

/* The next frame, whose bytes are appended. The gate sends on as papod reads. */
static void read_frame(struct passing_house *scene, struct buffer *in, struct buffer *frame)
{
	char bytes[4096];
	size_t length;
	ssize_t n;

	while (web_frame_look(in, WEB_BODY_BYTES, &length) != WEB_FRAME_WHOLE) {
		n = recv(scene->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		assert_true(n > 0 || (n < 0 && errno == EAGAIN));
		if (n > 0)
			buffer_put(in, bytes, (size_t) n);
		else
			passing_house_turn(scene);
	}
	buffer_put(frame, web_frame_bytes(in), length);
	web_frame_drop(in, length);
}

void passing_house_expect_request(struct passing_house *scene)
{
	CLEANUP(buffer_done) struct buffer in = { 0 }, head = { 0 };

	assert_true(passing_house_is_asked(scene));
	read_frame(scene, &in, &head);
	web_request_done(&scene->request);
	assert_true(web_request_load(head.bytes, head.length, &scene->request));
	buffer_clear(&scene->body);
	read_frame(scene, &in, &scene->body);
	assert_int_equal(in.length, 0);
}

void passing_house_say(struct passing_house *scene, const void *bytes, size_t length)
{
	assert_int_equal(send(scene->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT), length);
}

void passing_house_say_head(struct passing_house *scene, const struct web_answer *answer)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	size_t begun = web_frame_begin(&out);

	web_answer_save(&out, answer);
	web_frame_end(&out, begun);
	passing_house_say(scene, out.bytes, out.length);
}

void passing_house_say_frame(struct passing_house *scene, const char *text)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };

	web_frame_put(&out, text, strlen(text));
	passing_house_say(scene, out.bytes, out.length);
}

void passing_house_hang_up(struct passing_house *scene)
{
	if (scene->fd >= 0)
		close(TAKE_FD(scene->fd));
}

void passing_house_lose_papod(struct passing_house *scene)
{
	passing_house_hang_up(scene);
	link_forget_fd(scene->house);
	close(TAKE_FD(scene->house->papod));
	close(TAKE_FD(scene->house->listener));
	unlink(scene->house->path);
	passing_house_turn(scene);
}

void passing_house_find_papod(struct passing_house *scene)
{
	link_listen(scene->house);
	passing_house_pass_time(
		scene, papod_link_next_deadline(scene->house->link) - scene->house->now_ms);
	link_accept_gate(scene->house);
	link_expect_hello(scene->house);
}

bool passing_house_is_closed(const struct passing_house *scene)
{
	char byte;

	return recv(scene->fd, &byte, 1, MSG_DONTWAIT) == 0;
}
