/* Random operations with a fixed seed: each client receives exactly what was sent to it, whatever
 * happens to others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <unistd.h>

#include "base/hash.h"
#include "clients.h"

#define STEPS 60000
#define PLAYERS 6

struct player {
	uint64_t id;
	int fd;
	struct buffer expected; /* sent to it and not received yet */
	bool is_closed;		/* by the server: the end follows the expected output */
};

struct storm {
	struct clients *clients;
	struct player players[PLAYERS];
	uint64_t dice;
};

static uint32_t roll(struct storm *storm, uint32_t sides)
{
	return (uint32_t) (hash_random(&storm->dice) % sides);
}

static void come(struct storm *storm, struct player *player)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	buffer_clear(&player->expected);
	player->is_closed = false;
	player->fd = pair[1];
	player->id = connections_reserve(storm->clients->connections);
	assert_true(connections_add(storm->clients->connections, player->id, pair[0], false));
}

static void send_something(struct storm *storm, struct player *player)
{
	char text[600];
	uint32_t length = 1 + roll(storm, sizeof(text) - 1);
	struct line *line;

	if (player->is_closed)
		return;
	memset(text, 'a' + (char) roll(storm, 26), length);
	line = line_new(text, length);
	connection_send(storm->clients->connections, player->id, line);
	line_unref(line);
	buffer_put(&player->expected, text, length);
}

static void hear_something(struct storm *storm, struct player *player)
{
	char bytes[5000];
	ssize_t n = read(player->fd, bytes, 1 + roll(storm, sizeof(bytes)));

	if (n > 0) {
		assert_true((size_t) n <= player->expected.length);
		assert_memory_equal(bytes, player->expected.bytes, n);
		buffer_drop(&player->expected, (size_t) n);
	} else if (n == 0) {
		assert_true(player->is_closed);
		assert_int_equal(player->expected.length, 0);
		close(player->fd);
		come(storm, player);
	}
}

static void say_something(struct storm *storm, struct player *player)
{
	char text[700];
	uint32_t length = 1 + roll(storm, sizeof(text) - 1);

	memset(text, 'x', length);
	for (uint32_t i = 0; i < length; i += 1 + roll(storm, 99))
		text[i] = '\n';
	(void) !send(player->fd, text, length, MSG_NOSIGNAL);
}

static void act(struct storm *storm, struct player *player)
{
	struct connections *connections = storm->clients->connections;

	switch (roll(storm, 60)) {
	case 0:
		close(player->fd);
		come(storm, player);
		break;
	case 1:
		connection_close(connections, player->id);
		player->is_closed = true;
		break;
	case 2:
		connection_pause(connections, player->id);
		break;
	case 3:
		connection_notify_drained(connections, player->id);
		break;
	case 4:
	case 5:
		connection_resume(connections, player->id);
		break;
	default:
		send_something(storm, player);
	}
}

static void step(struct storm *storm)
{
	struct player *player = &storm->players[roll(storm, PLAYERS)];

	storm->clients->pauses_on_line = !roll(storm, 10);
	switch (roll(storm, 6)) {
	case 0:
		clients_turn(storm->clients);
		buffer_clear(&storm->clients->happened);
		break;
	case 1:
		hear_something(storm, player);
		break;
	case 2:
		say_something(storm, player);
		break;
	default:
		act(storm, player);
	}
}

/* During a pause, the end of a client is not noticed. */
static void resume_all(struct connections *connections)
{
	for (uint32_t i = 0; i < connections->n_slots; i++)
		if (connections->slots[i].connection)
			connection_resume(connections, connections->slots[i].connection->id);
}

static void in_a_storm_everybody_hears_what_was_sent(void **state)
{
	struct storm storm = { .clients = *state, .dice = 2026 };

	for (int i = 0; i < PLAYERS; i++)
		come(&storm, &storm.players[i]);
	for (int i = 0; i < STEPS; i++)
		step(&storm);
	for (int i = 0; i < PLAYERS; i++) {
		close(storm.players[i].fd);
		buffer_done(&storm.players[i].expected);
	}
	storm.clients->pauses_on_line = false;
	for (int i = 0; i < 100; i++) {
		resume_all(storm.clients->connections);
		clients_turn(storm.clients);
	}
	assert_int_equal(connections_count(storm.clients->connections), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			in_a_storm_everybody_hears_what_was_sent, clients_setup, clients_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
