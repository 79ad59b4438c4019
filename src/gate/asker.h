/* Questions to papod: whose credentials has someone sent who uploads a file? Each goes over a
 * connection of its own, as if the gate were a client with the address of the uploader; see
 * proto/gate_message.h and command/filehost.h. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "gate/papod_link.h"
#include "net/loop.h"
#include "proto/http_upload.h"
#include "proto/tls_facts.h"

struct asker;
struct question;

#define ASKER_MS 8000 /* after which a question without an answer ends */
#define ASKER_REASON_BYTES 200

struct asker_answer {
	enum http_status status; /* HTTP_STATUS_OK: the account is set; or why not */
	uint64_t account;
	const char *reason;
};

struct asker_question {
	const struct address *address;
	const struct tls_facts *facts; /* version 0: no TLS */
	enum http_credentials kind;
	const struct buffer *message; /* of http_read_credentials() */
	void (*on_answer)(void *data, const struct asker_answer *answer);
	void *data;
};

struct asker *asker_new(struct loop *loop, struct papod_link *link);
void asker_free(struct asker *asker); /* without questions; NULL is allowed */
/* Everything is copied. The question ends with its answer; NULL: there are too many. */
struct question *asker_ask(struct asker *asker, const struct asker_question *asked);
void asker_question_free(struct question *question); /* no answer follows; NULL is allowed */

void asker_tick(struct asker *asker);
uint64_t asker_next_deadline(const struct asker *asker);
