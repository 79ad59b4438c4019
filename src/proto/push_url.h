/* Endpoints of web push: the URLs to which papod-push sends. They come from clients, so only one
 * spelling of each part is accepted: RFC 3986, RFC 8030 8. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"

#define PUSH_URL_BYTES 512    /* of an endpoint, at most */
#define PUSH_HOST_BYTES 254   /* RFC 1035 2.3.4, with a NUL */
#define PUSH_ORIGIN_BYTES 280 /* with a NUL */
#define PUSH_USUAL_PORT 443

struct push_url {
	char host[PUSH_HOST_BYTES]; /* in lower case; of an address: without brackets */
	uint16_t port;
	bool is_address; /* the host is one, which is in the next field */
	struct address address;
};

/* NULL: it is one. Else what it lacks: "begins with https://". */
const char *push_url_parse(const char *text, struct push_url *ret_url);
/* RFC 6454 6.2: "https://push.example.net", with the port unless it is 443. */
void push_url_origin(const struct push_url *url, char origin[PUSH_ORIGIN_BYTES]);
