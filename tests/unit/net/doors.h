/* Listeners on loopback and in a directory of the test's own, and a record of accepted clients and
 * log entries. */
#pragma once

#include "base/buffer.h"
#include "net/listener.h"

struct doors {
	struct loop *loop;
	struct log log;
	struct listeners *listeners;
	struct buffer logged; /* the name of each entry */
	struct buffer reason; /* or the count, of the last one with either */
	struct buffer fields; /* of the last one */
	char directory[32], path[64];
	int n_accepted;
	char listener[32];
	struct address address;
	uint32_t uid;
	bool has_inherited;
	int nodelay, oobinline;

	int n_datagrams;
	struct buffer text; /* of the last one */
	bool is_too_long;
	const char *answer; /* to each; NULL: none */
};

int doors_setup(void **state);
int doors_teardown(void **state);

int doors_apply(struct doors *doors, const struct listener_spec *spec);
const struct listener *doors_only(struct doors *doors); /* there must be exactly one */
uint16_t doors_port(const struct listener *listener);
void doors_turn(struct doors *doors);
/* With a timeout, so that a missing client fails the test instead of hanging it. */
void doors_wait_for(struct doors *doors, int n_accepted);

int doors_connect(uint16_t port); /* to 127.0.0.1 */
int doors_connect_unix(const char *path);
int doors_udp(void); /* at 127.0.0.1 */
int doors_send(
	int fd, uint16_t port, const char *bytes, size_t length); /* to 127.0.0.1; like send(2) */
int doors_bind_unix(const char *path, int type);

/* Since the last call. */
void assert_logged(struct doors *doors, const char *names);
