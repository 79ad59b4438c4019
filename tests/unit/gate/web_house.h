/* A web client at the other end of a socket pair, with TLS and without. */
#pragma once

#include "../net/tls_peer.h"
#include "base/cleanup.h"
#include "gate/web.h"
#include "proto/websocket.h"
#include "tls/open.h"

#define LONG_BYTES (3 * 1024 * 1024 + 17)
#define UPGRADE                                                                                    \
	"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"               \
	"Sec-WebSocket-Key: a2tra2tra2tra2tra2traw==\r\nSec-WebSocket-Version: 13\r\n"             \
	"Sec-WebSocket-Protocol: binary.ircv3.net\r\n\r\n"

struct house {
	struct web_site site;
	struct web_needs needs;
	struct web *web;
	struct tls_peer peer;
	bool has_tls;
	bool is_1_3;
	int client;
	struct buffer heard; /* plain */
	bool is_end;	     /* the client has read the end of its stream */
	char directory[32], index[64], large[64];
};

void web_house_write_file(const char *path, size_t length);
int web_house_setup(void **state);
int web_house_teardown(void **state);
void web_house_connect(struct house *house);
void web_house_disconnect(struct house *house);
void web_house_say(struct house *house, const char *text);
void web_house_hear(struct house *house);
enum handshake_state web_house_go_on(const struct house *house);
int web_house_unread(const struct house *house, int fd);
void web_house_expect_answer(struct house *house, const char *status, const char *end);
/* With TLS of both versions, and without. */
void web_house_for_all_kinds(struct house *house, void (*check)(struct house *house));
