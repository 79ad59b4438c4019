/* A handshake between the gate's side and OpenSSL's client, over a pair of sockets. */
#pragma once

#include "forge.h"
#include "gate/handshake.h"

struct house {
	struct handshake_needs needs;
	const char *challenges; /* NULL: none */
	char directory[32], certificate[64], key[64];
	struct handshake *handshake;
	struct forged server, client;
	int fd; /* of the client */
	SSL_CTX *context;
	int server_fd; /* of the handshake */
	SSL *ssl;
};

int tls_house_setup(void **state);
int tls_house_teardown(void **state);
void tls_house_connect(struct house *house, bool is_web);
void tls_house_use_version(struct house *house, int version);
enum handshake_state tls_house_go_on(const struct house *house);
/* Until it is done, or has failed. */
enum handshake_state tls_house_shake_hands(struct house *house);
struct handshake_result tls_house_finish(struct house *house, int *ret_fd);
/* The keys and the socket are all that is needed to go on. */
void tls_house_expect_to_talk(struct house *house, struct handshake_result *result, int fd);
void tls_house_expect_version(struct house *house, int version);
