/* A gate and a test, which is papod at the other end of the socket. The clock is the test's. */
#pragma once

#include "../net/tls_peer.h"
#include "base/cleanup.h"
#include "gate/papod_link.h"

#define MOST_KEPT 4096

struct house {
	struct loop *loop;
	struct papod_link *link;
	struct tls_peer peer; /* the client of link_offer_client() */
	struct log log;
	uint64_t now_ms;
	char directory[32], path[64];
	int listener, papod;
	int n_gone;
	struct buffer levels; /* a letter for each */
	struct buffer bans;   /* a line for each message */
	struct buffer logged; /* a line for each entry */
	int taken_fd;	      /* that the last packet carried; -1: none */
};

void link_expect_logged(struct house *house, const char *lines);
void link_listen(struct house *house);
void link_begin(struct house *house, const char *path, int fd);
int link_setup(void **state);
void link_forget_fd(struct house *house);
int link_teardown(void **state);
void link_turn(struct house *house);
void link_accept_gate(struct house *house);
void link_begin_with_papod(struct house *house);
/* kind 0: there is none. */
struct gate_message link_next_message(struct house *house);
uint64_t link_expect_hello(struct house *house);
void link_expect_client(struct house *house, uint64_t gate, uint64_t number, bool is_again);
void link_expect_no_message(struct house *house);
void link_answer(struct house *house, enum gate_message_kind kind, uint64_t number);
/* A web client without TLS. */
struct gate_message link_plain_client(void);
/* The result is the client's own end. */
int link_offer_client_with(struct house *house, bool is_websocket);
int link_offer_client(struct house *house);
/* What the client reads until the end; and closes its end. */
void link_expect_last_words(struct house *house, int client, const char *words, bool has_close);
void link_expect_open(int client);
