/* The server's side of one SCRAM exchange, for clients of others: messages are lines of base64 on
 * standard input and output. Arguments: the name and the password of the only account. Exit status:
 * 0 if the client proved that it knows the password. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/opaque_string.h"
#include "proto/scram.h"

#define LINE_BYTES 4096
#define NONCE_BYTES 18

static size_t read_message(char line[LINE_BYTES])
{
	size_t length = 0;

	if (!fgets(line, LINE_BYTES, stdin))
		exit(2);
	line[strcspn(line, "\r\n")] = '\0';
	if (!base64_decode(line, strlen(line), line, &length))
		exit(2);
	return length;
}

static void write_message(const struct buffer *message)
{
	char *text = mem_space(BASE64_LENGTH(message->length) + 1);

	base64_encode(message->bytes, message->length, text);
	printf("%s\n", text);
	fflush(stdout);
	free(text);
}

static void draw(void *bytes, size_t length)
{
	if (getrandom(bytes, length, 0) != (ssize_t) length)
		exit(2);
}

static struct scram_verifier verifier_of(const char *password)
{
	struct scram_verifier verifier = { .rounds = SCRAM_ROUNDS, .salt_bytes = SCRAM_SALT_BYTES };
	CLEANUP(mem_freep) char *form = opaque_string(password);

	if (!form)
		exit(2);
	draw(verifier.salt, SCRAM_SALT_BYTES);
	scram_verifier_derive(&verifier, form);
	return verifier;
}

static void fail(enum scram_error error)
{
	fprintf(stderr, "%s\n", scram_error_text(error));
	exit(1);
}

/* Read the first message, and send the challenge. Another name gets a fake verifier. */
static void challenge_client(struct scram *scram, const char *name, struct scram_verifier *verifier)
{
	char line[LINE_BYTES], nonce[BASE64_LENGTH(NONCE_BYTES) + 1];
	CLEANUP(buffer_done) struct buffer out = { 0 };
	uint8_t random[NONCE_BYTES];
	size_t length = read_message(line);
	enum scram_error error = scram_read_first(scram, line, length);

	if (error)
		fail(error);
	draw(random, sizeof(random));
	base64_encode(random, sizeof(random), nonce);
	if (strcmp(scram->name, name) != 0)
		scram_verifier_fake(
			(struct digest_input){ random, sizeof(random) }, scram->name, verifier);
	scram_put_challenge(scram, verifier, nonce, &out);
	write_message(&out);
}

static void check_client(const struct scram *scram, const struct scram_verifier *verifier)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	char line[LINE_BYTES];
	size_t length = read_message(line);
	enum scram_error error = scram_read_proof(scram, verifier, line, length, &out);

	if (error)
		fail(error);
	write_message(&out);
}

int main(int argc, char **argv)
{
	CLEANUP(scram_done) struct scram scram = { 0 };
	struct scram_verifier verifier;

	if (argc != 3)
		return 2;
	verifier = verifier_of(argv[2]);
	challenge_client(&scram, argv[1], &verifier);
	check_client(&scram, &verifier);
	return 0;
}
