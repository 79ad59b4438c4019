/* Gates at a socket of sequenced packets: what papod takes from them, and what it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/passed_fds.h"
#include "daemon/gate_link.h"
#include "proto/gate_message.h"
#include "tls/keys.h"

/* papod with one gate, whose end of the socket the test has. */
struct house {
	struct loop *loop;
	struct gate_link *link;
	int gate;
	struct log log;
	enum logbook logged;
	char reason[128];
	const char *answer; /* for the next offers */
	size_t n_offers;
	uint64_t number;
	uint64_t gate_id;
	uint16_t suite;
	bool is_again;
	bool has_frames;
	bool has_facts;
	enum certificates certificates;
	char listener[GATE_LISTENER_BYTES];
	int pipe_fds[2];
	int passed; /* with messages; at first the end of the pipe that is read */
};

static void note_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct house *house = data;

	house->logged = entry;
	house->reason[0] = '\0';
	for (size_t i = 0; fields[i]; i += 2)
		if (strcmp(fields[i], "REASON") == 0 && fields[i + 1])
			snprintf(house->reason, sizeof(house->reason), "%s", fields[i + 1]);
}

static const char *note_offer(void *data, const struct clients_offer *offer)
{
	struct house *house = data;

	house->n_offers++;
	house->number = offer->setup.origin.number;
	house->gate_id = offer->setup.origin.gate;
	house->suite = offer->setup.keys ? offer->setup.keys->suite : 0;
	house->is_again = offer->is_again;
	house->has_frames = offer->setup.has_frames;
	house->has_facts = offer->facts;
	snprintf(house->listener, sizeof(house->listener), "%s", offer->listener);
	close(offer->fd);
	return house->answer;
}

static void note_certificates(void *data, enum certificates certificates, struct gate_bytes facts)
{
	assert_int_equal(facts.length, 0);
	((struct house *) data)->certificates = certificates;
}

static int start_house(void **state)
{
	struct house *house = calloc(1, sizeof(*house));
	struct gate_link_needs needs = {
		.on_offer = note_offer, .on_certificates = note_certificates, .data = house
	};
	int ends[2];

	house->log = (struct log){ note_entry, house };
	assert_int_equal(loop_new(&house->loop), 0);
	needs.loop = house->loop;
	needs.log = &house->log;
	house->link = gate_link_new(&needs);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	assert_int_equal(gate_link_add(house->link, ends[0]), 0);
	house->gate = ends[1];
	assert_int_equal(pipe2(house->pipe_fds, O_CLOEXEC), 0);
	house->passed = house->pipe_fds[0];
	*state = house;
	return 0;
}

static int stop_house(void **state)
{
	struct house *house = *state;

	gate_link_free(house->link);
	loop_free(house->loop);
	close(house->gate);
	close(house->pipe_fds[0]);
	close(house->pipe_fds[1]);
	free(house);
	return 0;
}

static void turn(const struct house *house)
{
	assert_int_equal(loop_turn(house->loop, 0), 0);
}

static void send_with_fds(const struct house *house, const struct buffer *packet, size_t n_fds)
{
	const int fds[4] = { house->passed, house->passed, house->passed, house->passed };
	PASSED_FDS(4) passed;
	struct iovec part = { packet->bytes, packet->length };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

	passed_fds_put(&message, &passed, fds, n_fds);
	assert_true(sendmsg(house->gate, &message, MSG_NOSIGNAL) >= 0);
}

static void send_message(
	const struct house *house, const struct gate_message *message, size_t n_fds)
{
	CLEANUP(buffer_done) struct buffer packet = { 0 };

	gate_message_save(&packet, message);
	send_with_fds(house, &packet, n_fds);
}

static void send_hello(const struct house *house)
{
	send_message(house,
		&(struct gate_message){ .kind = GATE_MESSAGE_KIND_HELLO, .version = 1, .gate = 77 },
		0);
}

static void send_client_with(
	const struct house *house, uint64_t number, uint16_t suite, size_t n_fds)
{
	CLEANUP(buffer_done) struct buffer packed = { .is_secret = true };
	const struct tls_keys keys = {
		.suite = suite,
		.max_fragment = TLS_PLAIN_MAX,
		.read = { .secret = { 1 }, .key = { 1 }, .iv = { 1 } },
		.write = { .secret = { 1 }, .key = { 1 }, .iv = { 1 } },
	};
	struct gate_message client = {
		.kind = GATE_MESSAGE_KIND_CLIENT,
		.gate = 77,
		.number = number,
		.listener = "secure",
		.address = { ADDRESS_FAMILY_IPV4, 32, 1234, { 192, 0, 2, 1 } },
		.tls = { .version = 0x0304, .suite = suite },
	};

	tls_keys_save(&packed, &keys);
	client.keys = (struct gate_bytes){ (const uint8_t *) packed.bytes, packed.length };
	send_message(house, &client, n_fds);
}

static void send_client(const struct house *house, uint64_t number)
{
	send_client_with(house, number, 0x1301, 1);
}

/* kind 0: there is none. */
static struct gate_message read_answer(const struct house *house)
{
	char packet[GATE_MESSAGE_BYTES];
	ssize_t n = recv(house->gate, packet, sizeof(packet), MSG_DONTWAIT);
	struct gate_message answer = { 0 };

	if (n > 0)
		assert_true(gate_message_load(packet, (size_t) n, &answer));
	return answer;
}

static bool has_gate(const struct house *house)
{
	char byte;
	ssize_t n = recv(house->gate, &byte, 1, MSG_DONTWAIT | MSG_PEEK);

	return n > 0 || (n < 0 && errno == EAGAIN);
}

static void expect_refused_gate(const struct house *house, const char *reason)
{
	turn(house);
	assert_int_equal(house->logged, LOGBOOK_GATE_REFUSED);
	assert_string_equal(house->reason, reason);
	assert_false(has_gate(house));
}

static void an_offer_is_taken(void **state)
{
	struct house *house = *state;
	struct gate_message answer;

	send_hello(house);
	send_client(house, 5);
	turn(house);
	assert_int_equal(house->n_offers, 1);
	assert_int_equal(house->number, 5);
	assert_int_equal(house->gate_id, 77);
	assert_int_equal(house->suite, 0x1301);
	assert_string_equal(house->listener, "secure");
	assert_false(house->is_again);
	answer = read_answer(house);
	assert_int_equal(answer.kind, GATE_MESSAGE_KIND_TAKEN);
	assert_int_equal(answer.number, 5);
	assert_int_equal(house->logged, LOGBOOK_GATE_CONNECTED);
}

static void a_websocket_without_tls_is_taken(void **state)
{
	struct house *house = *state;
	struct gate_message client = {
		.kind = GATE_MESSAGE_KIND_CLIENT,
		.gate = 77,
		.number = 3,
		.listener = "web",
		.address = { ADDRESS_FAMILY_IPV4, 32, 1234, { 192, 0, 2, 1 } },
		.is_websocket = true,
	};

	send_message(house, &client, 1);
	turn(house);
	assert_int_equal(read_answer(house).kind, GATE_MESSAGE_KIND_TAKEN);
	assert_true(house->has_frames);
	assert_false(house->has_facts);
	assert_int_equal(house->suite, 0);
}

static void a_refusal_has_its_reason(void **state)
{
	struct house *house = *state;
	struct gate_message answer;

	house->answer = "the server is full";
	send_hello(house);
	send_client(house, 5);
	turn(house);
	answer = read_answer(house);
	assert_int_equal(answer.kind, GATE_MESSAGE_KIND_REFUSED);
	assert_int_equal(answer.number, 5);
	assert_string_equal(answer.text, "the server is full");
	assert_true(has_gate(house));
}

static void keys_that_are_unknown_refuse_the_client_only(void **state)
{
	struct house *house = *state;

	send_hello(house);
	send_client_with(house, 5, 0x1399, 1);
	send_client(house, 6);
	turn(house);
	assert_int_equal(read_answer(house).kind, GATE_MESSAGE_KIND_REFUSED);
	assert_int_equal(read_answer(house).kind, GATE_MESSAGE_KIND_TAKEN);
	assert_int_equal(house->n_offers, 1);
}

static void malformed_packets_end_the_gate(void **state)
{
	struct house *house = *state;
	CLEANUP(buffer_done) struct buffer packet = { 0 };

	send_hello(house);
	buffer_put(&packet, "\x02nonsense", 9);
	send_with_fds(house, &packet, 1);
	expect_refused_gate(house, "it sent a malformed message");
}

static void packets_that_are_too_long_end_the_gate(void **state)
{
	struct house *house = *state;
	CLEANUP(buffer_done) struct buffer packet = { 0 };

	memset(buffer_extend(&packet, 2 * GATE_MESSAGE_BYTES), 0, 2 * GATE_MESSAGE_BYTES);
	packet.bytes[0] = GATE_MESSAGE_KINDS + 1;
	send_with_fds(house, &packet, 0);
	expect_refused_gate(house, "it sent a malformed message");
}

static void a_gate_introduces_itself_once(void **state)
{
	struct house *house = *state;

	send_hello(house);
	send_hello(house);
	expect_refused_gate(house, "it introduced itself twice");
}

/* Another program in this process read the HELLO, before it was replaced. */
static void a_gate_may_have_introduced_itself_before(void **state)
{
	struct house *house = *state;

	send_client(house, 1);
	turn(house);
	assert_int_equal(read_answer(house).kind, GATE_MESSAGE_KIND_TAKEN);
	assert_int_equal(house->gate_id, 77);
}

static void a_gate_gives_no_answers(void **state)
{
	struct house *house = *state;

	send_hello(house);
	send_message(
		house, &(struct gate_message){ .kind = GATE_MESSAGE_KIND_TAKEN, .number = 1 }, 0);
	expect_refused_gate(house, "it sent a message of papod");
}

static void a_client_has_one_descriptor(void **state)
{
	struct house *house = *state;

	send_hello(house);
	send_client_with(house, 1, 0x1301, 0);
	expect_refused_gate(house, "it sent a wrong number of descriptors");
}

static int count_files(void)
{
	int n = 0;

	for (int fd = 0; fd < 100; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void more_descriptors_are_closed(void **state)
{
	struct house *house = *state;
	int before = count_files();

	send_hello(house);
	send_client_with(house, 1, 0x1301, 4);
	expect_refused_gate(house, "it sent a wrong number of descriptors");
	assert_int_equal(count_files(), before - 1); /* that of the gate */
}

static void no_other_message_has_a_descriptor(void **state)
{
	struct house *house = *state;
	int before = count_files();

	send_message(house,
		&(struct gate_message){ .kind = GATE_MESSAGE_KIND_HELLO, .version = 1, .gate = 77 },
		1);
	expect_refused_gate(house, "it sent a wrong number of descriptors");
	assert_int_equal(count_files(), before - 1);
}

static void an_empty_packet_leaves_no_descriptor(void **state)
{
	struct house *house = *state;
	const struct buffer empty = { 0 };
	int before = count_files();

	send_with_fds(house, &empty, 1);
	turn(house);
	assert_false(has_gate(house));
	assert_int_equal(count_files(), before - 1);
}

static void without_a_free_descriptor_a_client_is_refused(void **state)
{
	struct house *house = *state;
	struct rlimit before, none;

	send_hello(house);
	send_client(house, 9);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){ 3, before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	turn(house);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(read_answer(house).kind, GATE_MESSAGE_KIND_REFUSED);
	assert_int_equal(house->n_offers, 0);
	assert_true(has_gate(house));
}

static void a_gate_that_leaves_is_forgotten(void **state)
{
	struct house *house = *state;

	send_hello(house);
	turn(house);
	shutdown(house->gate, SHUT_RDWR);
	turn(house);
	assert_int_equal(house->logged, LOGBOOK_GATE_GONE);
}

/* It may have crashed: then no one else has these clients. */
static void the_last_clients_of_a_gate_are_taken(void **state)
{
	struct house *house = *state;

	send_hello(house);
	for (uint64_t number = 1; number <= 3; number++)
		send_client(house, number);
	turn(house);
	assert_int_equal(house->n_offers, 3);
	for (uint64_t number = 4; number <= 6; number++)
		send_client(house, number);
	close(house->gate); /* with unread answers */
	house->gate = -1;
	turn(house);
	assert_int_equal(house->n_offers, 6);
	assert_int_equal(house->logged, LOGBOOK_GATE_GONE);
}

static void a_link_is_another_gate(void **state)
{
	struct house *house = *state;
	const struct gate_message link = { .kind = GATE_MESSAGE_KIND_LINK };
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	house->passed = ends[0];
	send_message(house, &link, 1);
	close(ends[0]);
	house->passed = house->pipe_fds[0];
	close(house->gate);
	house->gate = ends[1];
	turn(house);
	assert_int_equal(house->logged, LOGBOOK_GATE_GONE);
	send_hello(house);
	send_client(house, 1);
	turn(house);
	assert_int_equal(house->gate_id, 77);
	assert_int_equal(read_answer(house).kind, GATE_MESSAGE_KIND_TAKEN);
}

static void send_state(const struct house *house, uint8_t certificates)
{
	send_message(house,
		&(struct gate_message){
			.kind = GATE_MESSAGE_KIND_STATE, .certificates = certificates },
		0);
	turn(house);
}

static void the_worst_certificate_of_all_gates_counts(void **state)
{
	struct house *house = *state;
	int first = house->gate, ends[2];

	send_state(house, CERTIFICATES_GOOD);
	for (size_t refused = 0; refused < 2; refused++) {
		assert_int_equal(house->certificates, CERTIFICATES_GOOD);
		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
		assert_int_equal(gate_link_add(house->link, ends[0]), 0);
		house->gate = ends[1];
		send_state(house, CERTIFICATES_BAD);
		assert_int_equal(house->certificates, CERTIFICATES_BAD);
		assert_int_equal(send(ends[1], "\x02", refused, 0), refused);
		close(ends[1]);
		turn(house);
	}
	house->gate = first;
	assert_int_equal(house->certificates, CERTIFICATES_GOOD);
}

/* Until then no more of its clients are taken, so answers cannot pile up. */
static void a_gate_that_does_not_read_is_waited_for(void **state)
{
	struct house *house = *state;
	size_t n_answers = 0, n_taken;
	int small = 4096;

	assert_int_equal(setsockopt(house->gate, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)), 0);
	send_hello(house);
	for (uint64_t number = 1; number <= 1000; number++) {
		n_taken = house->n_offers;
		send_client(house, number);
		turn(house);
		if (house->n_offers == n_taken)
			break;
	}
	assert_true(house->n_offers < 1000);
	for (int i = 0; i < 1000; i++) {
		n_answers += read_answer(house).kind == GATE_MESSAGE_KIND_TAKEN;
		turn(house);
	}
	assert_int_equal(n_answers, house->n_offers);
}

static void later_kinds_are_ignored(void **state)
{
	struct house *house = *state;
	CLEANUP(buffer_done) struct buffer packet = { 0 };

	buffer_put(&packet, (char[]){ GATE_MESSAGE_KINDS + 1, 'x' }, 2);
	send_with_fds(house, &packet, 0);
	send_hello(house);
	send_client(house, 1);
	turn(house);
	assert_int_equal(read_answer(house).kind, GATE_MESSAGE_KIND_TAKEN);
}

/* An abstract address that the kernel chooses. Returns a gate that waits there. */
static int let_gate_wait(const struct house *house)
{
	int listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int gate = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t length = sizeof(address);

	assert_int_equal(bind(listener, (struct sockaddr *) &address, sizeof(sa_family_t)), 0);
	assert_int_equal(listen(listener, 8), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *) &address, &length), 0);
	assert_int_equal(gate_link_listen(house->link, listener), 0);
	assert_int_equal(connect(gate, (struct sockaddr *) &address, length), 0);
	return gate;
}

static void without_a_free_descriptor_a_gate_waits_quietly(void **state)
{
	struct house *house = *state;
	int gate = let_gate_wait(house), free_fd = dup(0);
	struct rlimit old, low;

	close(free_fd);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	low = (struct rlimit){ (rlim_t) free_fd, old.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	turn(house);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_int_equal(house->logged, LOGBOOK_GATE_WAITS);

	/* It is not even looked at before the deadline. */
	close(house->gate);
	house->gate = gate;
	send_hello(house);
	turn(house);
	assert_int_not_equal(house->logged, LOGBOOK_GATE_CONNECTED);
	assert_true(gate_link_next_deadline(house->link) != UINT64_MAX);
	while (gate_link_next_deadline(house->link) != UINT64_MAX) {
		assert_int_equal(loop_turn(house->loop, gate_link_next_deadline(house->link)), 0);
		gate_link_tick(house->link);
	}
	turn(house);
	turn(house);
	assert_int_equal(house->logged, LOGBOOK_GATE_CONNECTED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start_house, stop_house)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_offer_is_taken),
		TEST(a_websocket_without_tls_is_taken),
		TEST(a_refusal_has_its_reason),
		TEST(keys_that_are_unknown_refuse_the_client_only),
		TEST(malformed_packets_end_the_gate),
		TEST(packets_that_are_too_long_end_the_gate),
		TEST(a_gate_introduces_itself_once),
		TEST(a_gate_may_have_introduced_itself_before),
		TEST(a_gate_gives_no_answers),
		TEST(a_client_has_one_descriptor),
		TEST(more_descriptors_are_closed),
		TEST(no_other_message_has_a_descriptor),
		TEST(an_empty_packet_leaves_no_descriptor),
		TEST(without_a_free_descriptor_a_client_is_refused),
		TEST(without_a_free_descriptor_a_gate_waits_quietly),
		TEST(a_gate_that_leaves_is_forgotten),
		TEST(the_last_clients_of_a_gate_are_taken),
		TEST(a_link_is_another_gate),
		TEST(the_worst_certificate_of_all_gates_counts),
		TEST(a_gate_that_does_not_read_is_waited_for),
		TEST(later_kinds_are_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
